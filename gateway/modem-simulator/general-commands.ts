import { type Answer, cmeError, ok, plainError } from './answer';
import type { ModemCommand } from './command-line';
import type { ModemInside } from './modem-inside';

type Handler = (modem: ModemInside, command: ModemCommand) => Answer;

/** 3GPP TS 27.007 clause 9.2. */
const SIM_MISSING = 10;
const SIM_PIN_WANTED = 11;
const SIM_PUK_WANTED = 12;
const WRONG_PASSWORD = 16;

function pin(modem: ModemInside, { form, args }: ModemCommand): Answer {
  const { sim } = modem;
  if (!sim.isIn) return cmeError(SIM_MISSING);
  if (form === 'ask') return ok(`+CPIN: ${sim.lock}`);
  if (sim.lock === 'SIM PUK') return cmeError(SIM_PUK_WANTED);
  if (sim.lock === 'READY') return cmeError(3);
  if (!sim.enter(args[0] ?? '')) return cmeError(sim.triesLeft === 0 ? SIM_PUK_WANTED : WRONG_PASSWORD);
  const open = (): void => {
    modem.say('+CPIN: READY');
    modem.openSim();
  };
  return { ...ok(), then: open };
}

function functionality(modem: ModemInside, { form, args }: ModemCommand): Answer {
  if (form === 'test') return ok('+CFUN: (0-1,4),(0-1)');
  if (form === 'ask') return ok(`+CFUN: ${modem.functionality}`);
  if (args[1] === '1') return { ...ok(), then: () => modem.later(300, () => modem.reset(true)) };
  if (Number(args[0]) !== modem.functionality) modem.setRadio(args[0] === '1');
  modem.functionality = Number(args[0]);
  return { ...ok(), delayMs: 500 };
}

function charset(modem: ModemInside, { form, args }: ModemCommand): Answer {
  const known = ['IRA', 'GSM', 'HEX', ...(modem.setup.knowsUcs2 ? ['UCS2'] : [])];
  if (form === 'test') return ok(`+CSCS: (${known.map((name) => `"${name}"`).join(',')})`);
  if (form === 'ask') return ok(`+CSCS: "${modem.texts.charset}"`);
  if (!known.includes(args[0] ?? '')) return plainError;
  modem.texts.charset = args[0] ?? 'IRA';
  return ok();
}

function registration(modem: ModemInside, { name, form, args }: ModemCommand): Answer {
  if (form === 'test') return ok(`${name}: (0-2)`);
  if (form === 'ask') return ok(`${name}: ${modem.registrationNotices},${modem.registration}`);
  modem.registrationNotices = Number(args[0]);
  return ok();
}

const needsSim =
  (handler: Handler): Handler =>
  (modem, command) => {
    if (!modem.sim.isIn) return cmeError(SIM_MISSING);
    return modem.sim.isOpen ? handler(modem, command) : cmeError(SIM_PIN_WANTED);
  };

const HANDLERS: Readonly<Record<string, Handler>> = {
  '': () => ok(),
  E: (modem, { args }) => {
    modem.isEchoOn = args[0] === '1';
    return ok();
  },
  V: () => ok(),
  Q: () => ok(),
  S: () => ok(),
  Z: () => ok(),
  H: () => ok(),
  '&F': () => ok(),
  '&C': () => ok(),
  '&D': () => ok(),
  '&W': () => ok(),
  I: () => ok('SIM800 R14.18'),
  '+CMEE': (modem, { form, args }) => {
    if (form === 'ask') return ok(`+CMEE: ${modem.errorLevel}`);
    if (form === 'set') modem.errorLevel = Number(args[0]);
    return ok();
  },
  '+IPR': (modem, { form, args }) => {
    if (form === 'ask') return ok(`+IPR: ${modem.baudRate}`);
    return form === 'set' ? { ...ok(), then: () => (modem.baudRate = Number(args[0])) } : ok();
  },
  '+CGMI': () => ok('SIMCOM_Ltd'),
  '+GMI': () => ok('SIMCOM_Ltd'),
  '+CGMM': () => ok('SIMCOM_SIM800L'),
  '+GMM': () => ok('SIMCOM_SIM800L'),
  '+CGMR': () => ok('Revision:1418B05SIM800L24'),
  '+GMR': () => ok('Revision:1418B05SIM800L24'),
  '+CGSN': ({ setup }) => ok(setup.imei),
  '+GSN': ({ setup }) => ok(setup.imei),
  '+CCID': ({ setup, sim }) => (sim.isIn ? ok(setup.iccid) : cmeError(SIM_MISSING)),
  '+CIMI': needsSim(() => ok('429011234567890')),
  '+CPIN': pin,
  '+SPIC': ({ sim }) => ok(`+SPIC: ${sim.triesLeft},3,10,10`),
  '+CFUN': functionality,
  '+CSCS': charset,
  '+CREG': registration,
  '+CGREG': registration,
  '+CSQ': ({ setup, isRegistered }) => ok(`+CSQ: ${isRegistered ? setup.rssi : 99},0`),
  '+COPS': ({ isRegistered }, { form }) =>
    form === 'ask' ? ok(isRegistered ? '+COPS: 0,0,"Nepal Telecom"' : '+COPS: 0') : ok(),
  '+CBC': () => ok('+CBC: 0,85,4012'),
  '+CCLK': (_modem, { form }) => (form === 'ask' ? ok('+CCLK: "26/11/21,17:24:00+23"') : ok()),
  '+CNUM': needsSim(() => ok()),
  '+CLIP': () => ok(),
  '+CSSN': () => ok(),
  '+CRC': () => ok(),
  '+CR': () => ok(),
  '+CPAS': () => ok('+CPAS: 0'),
  '+CPOWD': (modem) => ({ info: [], end: 'NORMAL POWER DOWN', then: () => modem.switchOff() }),
};

export function answerGeneral(modem: ModemInside, command: ModemCommand): Answer | null {
  return HANDLERS[command.name]?.(modem, command) ?? null;
}
