import type { AtEngine, AtReply } from './at-engine';
import { AtFault } from './at-fault';
import { fieldsOf, infoLine, wholeNumber } from './at-fields';
import type { ModemCharset, ModemIdentity, ModemPhase, ModemSettings, StorageLevel } from './modem-state';
import { type PinMemory, enterPin } from './pin-desk';

export interface BootContext {
  readonly engine: AtEngine;
  readonly settings: ModemSettings;
  readonly pinMemory: PinMemory;
  readonly baudRate: number;
  readonly show: (phase: ModemPhase, detail: string) => void;
}

export interface BootResult {
  readonly identity: ModemIdentity;
  readonly charset: ModemCharset;
  readonly storage: StorageLevel | null;
}

const SIM_POLL_MS = 5_000;
/** A SIM opens within a second of its PIN. */
const SIM_OPENING_MS = 500;
/** After the PIN a SIM needs a moment until its messages can be read. */
const SIM_BUSY_TRIES = 15;
const SIM_BUSY_MS = 2_000;
const CHARSETS: readonly ModemCharset[] = ['UCS2', 'GSM', 'IRA'];
/** New texts are stored and announced; delivery reports come directly where the modem can, else as it can. */
const INDICATIONS = [
  'AT+CNMI=2,1,0,1,0',
  'AT+CNMI=2,1,0,2,0',
  'AT+CNMI=1,1,0,1,0',
  'AT+CNMI=2,1,0,0,0',
  'AT+CNMI=1,1',
];

/** From a modem that answers to one that can send and receive texts, as far as that goes without a network. */
export async function bootModem(context: BootContext): Promise<BootResult> {
  const { engine, settings, show } = context;
  show('starting', '');
  await engine.run('ATE0V1');
  await tolerated(engine, 'AT+CMEE=1');
  await keepRate(context);
  const identity = await identify(engine);
  await openSim(context, identity);
  identity.iccid ??= await readIccid(engine);
  show('starting', 'texts');
  await patiently(engine, 'AT+CMGF=0');
  const charset = await chooseCharset(engine);
  const { storage } = settings;
  const stored = await patiently(engine, `AT+CPMS="${storage}","${storage}","${storage}"`);
  await firstAccepted(engine, INDICATIONS);
  // Registration is announced from now on.
  await tolerated(engine, 'AT+CREG=1');
  return { identity, charset, storage: levelOf(fieldsOf(stored.lines[0] ?? ''), 0) };
}

/** A modem that finds the rate by itself never says that it started anew, so it is told the rate. */
async function keepRate({ engine, baudRate }: BootContext): Promise<void> {
  const reply = await tolerated(engine, 'AT+IPR?');
  if (reply && fieldsOf(reply.lines[0] ?? '')[0] === '0') await tolerated(engine, `AT+IPR=${baudRate}`);
}

async function identify(engine: AtEngine): Promise<ModemIdentity> {
  const maker = (await tolerated(engine, 'AT+CGMI'))?.lines[0] ?? '';
  const model = (await tolerated(engine, 'AT+CGMM'))?.lines[0] ?? '';
  const revision = (await tolerated(engine, 'AT+CGMR'))?.lines[0] ?? '';
  const imei = (await tolerated(engine, 'AT+CGSN'))?.lines[0] ?? null;
  return { maker, model, revision, imei, iccid: await readIccid(engine) };
}

async function readIccid(engine: AtEngine): Promise<string | null> {
  const line = (await tolerated(engine, 'AT+CCID'))?.lines[0] ?? '';
  return /\d{18,20}/.exec(line)?.[0] ?? null;
}

/** Waits until the SIM is open. What only a person can change is shown, and looked at again now and then. */
async function openSim(context: BootContext, identity: ModemIdentity): Promise<void> {
  const { engine, settings, pinMemory, show } = context;
  let isPinSent = false;
  for (;;) {
    const sim = await readSim(engine);
    if (sim === 'READY') return;
    if (sim === 'absent') isPinSent = false;
    if (sim === 'SIM PIN' && !isPinSent) {
      const outcome = await enterPin(engine, settings.pin, identity.iccid ?? 'unknown', pinMemory);
      if (outcome === 'sent') isPinSent = true;
      else show(outcome, '');
    } else if (sim === 'SIM PIN') show('starting', 'SIM');
    else if (sim === 'busy') show('starting', 'SIM');
    else if (sim === 'absent') show('noSim', '');
    // Ten wrong PUKs destroy a SIM. That key is for people with a telephone in their hand.
    else if (sim.startsWith('SIM PUK')) show('pukNeeded', '');
    else show('simLocked', sim);
    const waitMs = isPinSent ? SIM_OPENING_MS : SIM_POLL_MS;
    const isChanged = await engine.until((heard) => (heard.kind === 'sim' ? true : undefined), waitMs);
    if (isChanged === true && sim === 'absent') identity.iccid = await readIccid(engine);
  }
}

const SIM_BY_CODE: Readonly<Record<number, string>> = {
  10: 'absent',
  13: 'absent',
  14: 'busy',
  15: 'SIM wrong',
};

async function readSim(engine: AtEngine): Promise<string> {
  try {
    const state = infoLine((await engine.run('AT+CPIN?')).lines, '+CPIN:')
      .slice(6)
      .trim();
    if (state === 'NOT INSERTED') return 'absent';
    return state === 'NOT READY' ? 'busy' : state;
  } catch (thrown) {
    if (!(thrown instanceof AtFault) || thrown.kind !== 'refused') throw thrown;
    return SIM_BY_CODE[thrown.code ?? -1] ?? 'busy';
  }
}

async function chooseCharset(engine: AtEngine): Promise<ModemCharset> {
  for (const charset of CHARSETS) if (await tolerated(engine, `AT+CSCS="${charset}"`)) return charset;
  return 'IRA';
}

async function firstAccepted(engine: AtEngine, lines: readonly string[]): Promise<void> {
  for (const line of lines) if (await tolerated(engine, line)) return;
  throw new AtFault('refused', 'the modem announces no texts');
}

/** A refusal is an answer too: null. */
async function tolerated(engine: AtEngine, line: string): Promise<AtReply | null> {
  try {
    return await engine.run(line);
  } catch (thrown) {
    if (thrown instanceof AtFault && thrown.kind === 'refused') return null;
    throw thrown;
  }
}

/** Repeats a command for as long as a SIM may be busy. */
async function patiently(engine: AtEngine, line: string): Promise<AtReply> {
  for (let tries = 1; ; tries += 1) {
    try {
      return await engine.run(line);
    } catch (thrown) {
      const isRefused = thrown instanceof AtFault && thrown.kind === 'refused';
      if (!isRefused || tries >= SIM_BUSY_TRIES) throw thrown;
      await engine.pause(SIM_BUSY_MS);
    }
  }
}

/** Used and total of the storage whose two numbers stand at `at`. */
export function levelOf(fields: readonly string[], at: number): StorageLevel | null {
  const used = wholeNumber(fields[at]);
  const total = wholeNumber(fields[at + 1]);
  return used === null || total === null ? null : { used, total };
}
