import { type Answer, cmeError, cmsError, ok, plainError } from './answer';
import type { ModemCommand } from './command-line';
import { fromUcs2Hex, ucs2Hex } from './character-set';
import { ALL_STATUSES, statusNamed, storedLines } from './message-lines';
import type { ModemInside } from './modem-inside';
import { withChosen } from './text-settings';
import { typedNumber, typedPdu } from './typed-message';

type Handler = (modem: ModemInside, command: ModemCommand) => Answer;

/** 3GPP TS 27.005 clause 3.2.5. */
const INVALID_INDEX = 321;
const NO_NETWORK = 331;
const SIM_MISSING = 310;
const NETWORK_OUT_OF_ORDER = 38;
const STORAGE_FULL = 322;
const NOT_ALLOWED = 302;
const NOT_SUPPORTED = 303;
const INVALID_PDU = 304;
const INVALID_TEXT = 305;
const READ = 1;
const UNSENT = 2;
const SENT = 3;

function selectStorage({ sim }: ModemInside, { form, args }: ModemCommand): Answer {
  const level = `${sim.messages.size},${sim.size}`;
  if (form === 'test') return ok('+CPMS: ("SM"),("SM"),("SM")');
  if (form === 'ask')
    return ok(`+CPMS: ${['"SM"', '"SM"', '"SM"'].map((name) => `${name},${level}`).join(',')}`);
  if (args.some((name) => name !== 'SM' && name !== 'MT')) return cmsError(NOT_ALLOWED);
  return ok(`+CPMS: ${level},${level},${level}`);
}

function listMessages({ sim, texts }: ModemInside, { form, args }: ModemCommand): Answer {
  if (form === 'test')
    return ok(
      texts.isTextMode ? '+CMGL: ("REC UNREAD","REC READ","STO UNSENT","STO SENT","ALL")' : '+CMGL: (0-4)',
    );
  const wanted = statusNamed(args[0], 0, texts);
  if (wanted === null) return cmsError(NOT_ALLOWED);
  const found = [...sim.messages].filter(([, { status }]) => wanted === ALL_STATUSES || status === wanted);
  const lines = found.flatMap(([slot, message]) => {
    const shown = storedLines(`+CMGL: ${slot},`, message, texts);
    if (message.status === 0) message.status = READ;
    return shown;
  });
  return ok(...lines);
}

function readMessage({ sim, texts }: ModemInside, { args }: ModemCommand): Answer {
  const message = sim.messages.get(Number(args[0]));
  if (!message) return Number(args[0]) <= sim.size ? ok() : cmsError(INVALID_INDEX);
  const lines = storedLines('+CMGR: ', message, texts);
  if (message.status === 0) message.status = READ;
  return ok(...lines);
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

/** Whether what stands behind AT+CMGS or AT+CMGW announces a message of the mode in force. */
function isAnnounced({ texts }: ModemInside, argument: string): boolean {
  if (texts.isTextMode) return typedNumber(argument, texts) !== null;
  return Number(argument) > 0 && Number(argument) < 180;
}

const invalid = ({ texts }: ModemInside): Answer => cmsError(texts.isTextMode ? INVALID_TEXT : INVALID_PDU);

function intoTheAir(modem: ModemInside, name: string, pdu: string): Answer {
  if (!modem.isRegistered) return cmsError(NO_NETWORK);
  if (modem.isRadioStale) return { ...cmsError(NETWORK_OUT_OF_ORDER), delayMs: 5_000 };
  const reference = modem.sendText(pdu);
  return { ...ok(`${name}: ${reference}`), delayMs: modem.setup.submitMs };
}

function sendMessage(modem: ModemInside, { form, args }: ModemCommand): Answer {
  if (form === 'test') return ok();
  const [argument = ''] = args;
  if (!isAnnounced(modem, argument)) return invalid(modem);
  const take = (bytes: Buffer): Answer => {
    const pdu = typedPdu(bytes, argument, modem.texts);
    return pdu === null ? invalid(modem) : intoTheAir(modem, '+CMGS', pdu);
  };
  return { info: [], end: null, prompt: { byteCount: null, take } };
}

/** In text mode the type of the number stands between the number and the status. */
function writeMessage(modem: ModemInside, { form, args }: ModemCommand): Answer {
  const { sim, texts } = modem;
  if (form === 'test') return ok();
  const [argument = ''] = args;
  const status = statusNamed(texts.isTextMode ? args[2] : args[1], UNSENT, texts);
  if (!isAnnounced(modem, argument) || status === null) return invalid(modem);
  const take = (bytes: Buffer): Answer => {
    const pdu = typedPdu(bytes, argument, texts);
    if (pdu === null) return invalid(modem);
    const slot = sim.store(pdu, status);
    return slot === null ? cmsError(STORAGE_FULL) : ok(`+CMGW: ${slot}`);
  };
  return { info: [], end: null, prompt: { byteCount: null, take } };
}

/** Sends what AT+CMGW has stored. */
function sendStored(modem: ModemInside, { form, args }: ModemCommand): Answer {
  if (form === 'test') return ok();
  const message = modem.sim.messages.get(Number(args[0]));
  if (!message || message.status < UNSENT) return cmsError(INVALID_INDEX);
  const answer = intoTheAir(modem, '+CMSS', message.pdu);
  if (answer.end === 'OK') message.status = SENT;
  return answer;
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
  const isHex = modem.texts.charset === 'UCS2';
  const asked = (isHex ? fromUcs2Hex(code) : code) ?? '';
  const text = modem.setup.ussd[asked];
  const line =
    text === undefined ? '+CUSD: 4' : `+CUSD: 0,"${isHex ? ucs2Hex(text) : text}",${isHex ? 72 : 15}`;
  return { ...ok(), then: () => modem.later(2_000, () => modem.say(line)) };
}

function chooseFormat({ texts }: ModemInside, { form, args }: ModemCommand): Answer {
  if (form === 'test') return ok('+CMGF: (0,1)');
  if (form === 'ask') return ok(`+CMGF: ${texts.isTextMode ? 1 : 0}`);
  if (args[0] !== '0' && args[0] !== '1') return cmsError(NOT_SUPPORTED);
  texts.isTextMode = args[0] === '1';
  return ok();
}

/** What of AT+CNMI this modem can do; it says so, rather than to be silent about a text later. */
const INDICATION_MODES = [2, 2, 0, 1, 1];

function chooseIndications({ texts }: ModemInside, { form, args }: ModemCommand): Answer {
  if (form === 'test') return ok('+CNMI: (0-2),(0-2),(0),(0,1),(0,1)');
  if (form === 'ask') return ok(`+CNMI: ${texts.indications.join(',')}`);
  const chosen = withChosen([0, 0, 0, 0, 0], args);
  if (!chosen.every((mode, at) => mode >= 0 && mode <= (INDICATION_MODES[at] ?? 0)))
    return cmsError(NOT_SUPPORTED);
  texts.indications = chosen;
  return ok();
}

function chooseParameters({ texts }: ModemInside, { form, args }: ModemCommand): Answer {
  if (form === 'ask') return ok(`+CSMP: ${texts.parameters.join(',')}`);
  if (form === 'test') return ok('+CSMP: (17,49),(0-255),(0),(0,8)');
  const chosen = withChosen(texts.parameters, args);
  const [firstOctet = 0, , , coding] = chosen;
  if (![17, 49].includes(firstOctet) || (coding !== 0 && coding !== 8)) return cmsError(NOT_SUPPORTED);
  texts.parameters = chosen;
  return ok();
}

/** Headers in full are not shown by this modem, and it says so. */
function chooseHeaders(_modem: ModemInside, { form, args }: ModemCommand): Answer {
  if (form === 'test') return ok('+CSDH: (0)');
  if (form === 'ask') return ok('+CSDH: 0');
  return args[0] === '0' || args[0] === '' ? ok() : cmsError(NOT_SUPPORTED);
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
  '+CMSS': sendStored,
  '+CPBR': readPhoneBook,
  '+CPBF': searchPhoneBook,
  '+CPBW': writePhoneBook,
  '+CUSD': answerUssd,
  '+CPBS': (_modem, { form }) =>
    form === 'test' ? ok('+CPBS: ("SM")') : form === 'ask' ? ok('+CPBS: "SM",0,250') : ok(),
  '+CSCA': (_modem, { form }) => (form === 'ask' ? ok('+CSCA: "+9779803900000",145') : ok()),
  '+CSMS': (_modem, { form }) =>
    form === 'test' ? ok('+CSMS: (0,1)') : form === 'ask' ? ok('+CSMS: 0,1,1,1') : ok('+CSMS: 1,1,1'),
  '+CSMP': chooseParameters,
  '+CSDH': chooseHeaders,
};

export function answerText(modem: ModemInside, command: ModemCommand): Answer | null {
  const handler = HANDLERS[command.name];
  if (!handler) return null;
  if (!modem.sim.isIn) return cmsError(SIM_MISSING);
  if (!modem.sim.isOpen) return cmsError(311);
  return modem.isTextReady ? handler(modem, command) : plainError;
}
