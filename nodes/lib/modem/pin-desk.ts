import type { AtEngine } from './at-engine';
import { AtFault } from './at-fault';
import { fieldsOf, wholeNumber } from './at-fields';

/** What became of a PIN at a SIM. `trying` is written before it is sent, and stays when the gateway dies meanwhile. */
export type PinRecord = 'trying' | 'accepted' | 'refused';

/** Outlives restarts. How a PIN is kept in it (not in clear) is its own affair. */
export interface PinMemory {
  read(simId: string, pin: string): Promise<PinRecord | null>;
  write(simId: string, pin: string, record: PinRecord): Promise<void>;
}

export type PinOutcome = 'sent' | 'pinMissing' | 'pinRefused';

/** A new SIM gives three tries. With fewer left, somebody has been wrong already. */
const UNTOUCHED_TRIES = 3;
/** +CME ERROR: incorrect password, 3GPP TS 27.007 clause 9.2.1. */
const WRONG_PIN = 16;

/** Sends the PIN unless it might cost a try that was lost before: once per SIM and PIN, whatever happens around it. */
export async function enterPin(
  engine: AtEngine,
  pin: string,
  simId: string,
  memory: PinMemory,
): Promise<PinOutcome> {
  if (pin === '') return 'pinMissing';
  if (!/^\d{4,8}$/.test(pin)) throw new AtFault('invalid', 'a PIN has four to eight digits');
  const record = await memory.read(simId, pin);
  if (record === 'refused') return 'pinRefused';
  // The gateway died between writing and hearing: only an untouched counter proves that nothing was lost.
  if (record === 'trying' && (await triesLeft(engine)) !== UNTOUCHED_TRIES) return refuse(simId, pin, memory);
  await memory.write(simId, pin, 'trying');
  try {
    await engine.run(`AT+CPIN="${pin}"`);
  } catch (thrown) {
    if (!(thrown instanceof AtFault) || thrown.kind !== 'refused') throw thrown;
    // A SIM that is busy says no to the right PIN too; no try was lost, so the next boot may make it.
    if (thrown.code !== WRONG_PIN && (await triesLeft(engine)) === UNTOUCHED_TRIES) throw thrown;
    return await refuse(simId, pin, memory);
  }
  await memory.write(simId, pin, 'accepted');
  return 'sent';
}

async function refuse(simId: string, pin: string, memory: PinMemory): Promise<PinOutcome> {
  await memory.write(simId, pin, 'refused');
  return 'pinRefused';
}

/** How many wrong PINs the SIM still forgives; null when the modem cannot say. */
async function triesLeft(engine: AtEngine): Promise<number | null> {
  try {
    const { lines } = await engine.run('AT+SPIC');
    return wholeNumber(fieldsOf(lines[0] ?? '')[0]);
  } catch (thrown) {
    if (thrown instanceof AtFault && thrown.kind === 'refused') return null;
    throw thrown;
  }
}
