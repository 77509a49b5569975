import { type Answer, cmeError, cmsError, ok, plainError } from './answer';
import type { ModemCommand } from './command-line';
import type { ModemInside } from './modem-inside';

type Handler = (modem: ModemInside, command: ModemCommand) => Answer;

/** 3GPP TS 27.005 clause 3.2.5. */
const INVALID_INDEX = 321;
const NO_NETWORK = 331;
const SIM_MISSING = 310;
const NETWORK_OUT_OF_ORDER = 38;
const STORAGE_FULL = 322;

const tpduLength = (pdu: string): number => pdu.length / 2 - 1 - parseInt(pdu.slice(0, 2), 16);

function selectStorage({ sim }: ModemInside, { form, args }: ModemCommand): Answer {
  const level = `${sim.messages.size},${sim.size}`;
  if (form === 'test') return ok('+CPMS: ("SM"),("SM"),("SM")');
  if (form === 'ask')
    return ok(`+CPMS: ${['"SM"', '"SM"', '"SM"'].map((name) => `${name},${level}`).join(',')}`);
  if (args.some((name) => name !== 'SM' && name !== 'MT')) return cmsError(302);
  return ok(`+CPMS: ${level},${level},${level}`);
}

function listMessages({ sim }: ModemInside, { form, args }: ModemCommand): Answer {
  if (form === 'test') return ok('+CMGL: (0-4)');
  const wanted = Number(args[0] ?? 0);
  const found = [...sim.messages].filter(([, { status }]) => wanted === 4 || status === wanted);
  const lines = found.flatMap(([slot, message]) => {
    const line = `+CMGL: ${slot},${message.status},"",${tpduLength(message.pdu)}`;
    if (message.status === 0) message.status = 1;
    return [line, message.pdu];
  });
  return ok(...lines);
}

function readMessage({ sim }: ModemInside, { args }: ModemCommand): Answer {
  const message = sim.messages.get(Number(args[0]));
  if (!message) return Number(args[0]) <= sim.size ? ok() : cmsError(INVALID_INDEX);
  const line = `+CMGR: ${message.status},"",${tpduLength(message.pdu)}`;
  if (message.status === 0) message.status = 1;
  return ok(line, message.pdu);
}

function deleteMessage(modem: ModemInside, { form, args }: ModemCommand): Answer {
  const { sim } = modem;
  if (form === 'test') return ok(`+CMGD: (${[...sim.messages.keys()].join(',')}),(0-4)`);
  const slot = Number(args[0]);
  if (!(slot >= 1 && slot <= sim.size)) return cmsError(INVALID_INDEX);
  if (Number(args[1] ?? 0) > 0) sim.messages.clear();
  else sim.messages.delete(slot);
  const freed = sim.receiveHeld();
  return { ...ok(), then: () => freed !== null && modem.announceText(freed) };
}

function pduFrom(bytes: Buffer, length: number): string | null {
  const pdu = bytes.toString('latin1').trim().toUpperCase();
  return /^([0-9A-F]{2})+$/.test(pdu) && tpduLength(pdu) === length ? pdu : null;
}

function sendMessage(modem: ModemInside, { form, args }: ModemCommand): Answer {
  if (form === 'test') return ok();
  const length = Number(args[0]);
  if (!(length > 0 && length < 180)) return cmsError(304);
  const take = (bytes: Buffer): Answer => {
    const pdu = pduFrom(bytes, length);
    if (pdu === null) return cmsError(304);
    if (!modem.isRegistered) return cmsError(NO_NETWORK);
    if (modem.isRadioStale) return { ...cmsError(NETWORK_OUT_OF_ORDER), delayMs: 5_000 };
    const reference = modem.sendText(pdu);
    return { ...ok(`+CMGS: ${reference}`), delayMs: modem.setup.submitMs };
  };
  return { info: [], end: null, prompt: { byteCount: null, take } };
}

function writeMessage({ sim }: ModemInside, { form, args }: ModemCommand): Answer {
  if (form === 'test') return ok();
  const take = (bytes: Buffer): Answer => {
    const pdu = pduFrom(bytes, Number(args[0]));
    if (pdu === null) return cmsError(304);
    const slot = sim.store(pdu, Number(args[1] ?? 2));
    return slot === null ? cmsError(STORAGE_FULL) : ok(`+CMGW: ${slot}`);
  };
  return { info: [], end: null, prompt: { byteCount: null, take } };
}

function phoneBookLines(modem: ModemInside, wanted: (index: number, name: string) => boolean): string[] {
  return [...modem.sim.phoneBook]
    .filter(([index, { name }]) => wanted(index, name))
    .map(([index, { number, type, name }]) => `${index},"${number}",${type},"${name}"`);
}

function readPhoneBook(modem: ModemInside, { form, args }: ModemCommand): Answer {
  if (form === 'test') return ok('+CPBR: (1-250),40,18');
  const first = Number(args[0]);
  const last = Number(args[1] ?? args[0]);
  return ok(...phoneBookLines(modem, (at) => at >= first && at <= last).map((line) => `+CPBR: ${line}`));
}

function searchPhoneBook(modem: ModemInside, { form, args }: ModemCommand): Answer {
  if (form === 'test') return ok('+CPBF: 40,18');
  const found = phoneBookLines(modem, (_at, name) => name.startsWith(args[0] ?? ''));
  return found.length === 0 ? cmeError(22) : ok(...found.map((line) => `+CPBF: ${line}`));
}

function writePhoneBook({ sim }: ModemInside, { form, args }: ModemCommand): Answer {
  if (form === 'test') return ok('+CPBW: (1-250),40,(129,145,161),18');
  const [place = '', number, type = '129', name = ''] = args;
  let index = Number(place);
  if (place === '') for (index = 1; sim.phoneBook.has(index); index += 1);
  if (number === undefined || number === '') sim.phoneBook.delete(index);
  else sim.phoneBook.set(index, { number, type: Number(type), name });
  return ok();
}

function answerUssd(modem: ModemInside, { form, args }: ModemCommand): Answer {
  if (form !== 'set') return form === 'ask' ? ok(`+CUSD: 1`) : ok('+CUSD: (0-2)');
  const [, code] = args;
  if (code === undefined) return ok();
  const isHex = modem.charset === 'UCS2';
  const asked = isHex ? Buffer.from(code, 'hex').swap16().toString('utf16le') : code;
  const text = modem.setup.ussd[asked];
  const line =
    text === undefined ? '+CUSD: 4' : `+CUSD: 0,"${isHex ? ucs2Hex(text) : text}",${isHex ? 72 : 15}`;
  return { ...ok(), then: () => modem.later(2_000, () => modem.say(line)) };
}

function ucs2Hex(text: string): string {
  return Buffer.from(text, 'utf16le').swap16().toString('hex').toUpperCase();
}

function chooseFormat(_modem: ModemInside, { form, args }: ModemCommand): Answer {
  if (form === 'test') return ok('+CMGF: (0)');
  if (form === 'ask') return ok('+CMGF: 0');
  return args[0] === '0' ? ok() : cmsError(303);
}

function chooseIndications(modem: ModemInside, { form, args }: ModemCommand): Answer {
  if (form === 'test') return ok('+CNMI: (0-2),(0-3),(0,2,3),(0,1),(0,1)');
  if (form === 'ask') return ok(`+CNMI: ${modem.indications.join(',')}`);
  const chosen = args.map(Number);
  if ((chosen[3] ?? 0) > 1) return cmsError(303);
  modem.indications = [0, 0, 0, 0, 0].map((none, at) => chosen[at] ?? none);
  return ok();
}

/** Everything that has to do with texts and needs an open SIM. */
const HANDLERS: Readonly<Record<string, Handler>> = {
  '+CMGF': chooseFormat,
  '+CPMS': selectStorage,
  '+CNMI': chooseIndications,
  '+CMGL': listMessages,
  '+CMGR': readMessage,
  '+CMGD': deleteMessage,
  '+CMGS': sendMessage,
  '+CMGW': writeMessage,
  '+CPBR': readPhoneBook,
  '+CPBF': searchPhoneBook,
  '+CPBW': writePhoneBook,
  '+CUSD': answerUssd,
  '+CPBS': (_modem, { form }) =>
    form === 'test' ? ok('+CPBS: ("SM")') : form === 'ask' ? ok('+CPBS: "SM",0,250') : ok(),
  '+CSCA': (_modem, { form }) => (form === 'ask' ? ok('+CSCA: "+9779803900000",145') : ok()),
  '+CSMS': (_modem, { form }) =>
    form === 'test' ? ok('+CSMS: (0,1)') : form === 'ask' ? ok('+CSMS: 0,1,1,1') : ok('+CSMS: 1,1,1'),
  '+CSMP': (_modem, { form }) => (form === 'ask' ? ok('+CSMP: 17,167,0,0') : ok()),
};

export function answerText(modem: ModemInside, command: ModemCommand): Answer | null {
  const handler = HANDLERS[command.name];
  if (!handler) return null;
  if (!modem.sim.isIn) return cmsError(SIM_MISSING);
  if (!modem.sim.isOpen) return cmsError(311);
  return modem.isTextReady ? handler(modem, command) : plainError;
}
