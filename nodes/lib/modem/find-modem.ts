import { AtEngine, type EngineListener } from './at-engine';
import { AtFault } from './at-fault';
import type { ModemWiring } from './byte-port';

const ESCAPE = Buffer.from('\x1b');
const CALLS_PER_RATE = 4;
const ANSWER_MS = 500;
/** A modem in transparent data mode listens to +++ only between two silences of a second. */
const GUARD_MS = 1_100;
/** The most bytes a fixed-length send may still be waiting for. As line ends they do nothing outside of one. */
const DRAIN = Buffer.alloc(1_460, '\r');
/** At 9,600 baud that many bytes need a second and a half. */
const DRAIN_MS = 2_000;

export interface FoundModem {
  readonly engine: AtEngine;
  readonly baudRate: number;
}

/** Opens the port at one rate after the other until a modem answers. The second round also frees one that waits for data. */
export async function findModem(
  wiring: ModemWiring,
  preferred: number | null,
  listener: EngineListener,
  adopt: (engine: AtEngine) => void,
): Promise<FoundModem> {
  const rates = preferred === null ? wiring.baudRates : [preferred, ...wiring.baudRates];
  for (const isSecondRound of [false, true]) {
    for (const baudRate of new Set(rates)) {
      const engine = new AtEngine(await openPort(wiring, baudRate), wiring.schedule, listener);
      adopt(engine);
      if (isSecondRound) await leaveDataMode(engine);
      if (await isAnswered(engine)) return { engine, baudRate };
      await engine.close(new AtFault('closed', 'no modem at this rate'));
    }
  }
  throw new AtFault('silent', `no modem answers at ${[...new Set(rates)].join(', ')} baud`);
}

async function openPort(wiring: ModemWiring, baudRate: number): ReturnType<ModemWiring['openPort']> {
  try {
    return await wiring.openPort(baudRate);
  } catch (thrown) {
    const reason = thrown instanceof Error ? thrown.message : String(thrown);
    throw new AtFault('closed', `the port does not open: ${reason}`);
  }
}

/**
 * A half-typed message is left with an escape, never sent. Echo is put off at the first try, and the answer counts
 * once a question has been answered too: noise may look like OK.
 */
async function isAnswered(engine: AtEngine): Promise<boolean> {
  for (let call = 0; call < CALLS_PER_RATE; call += 1) {
    try {
      engine.writeRaw(ESCAPE);
      await engine.run('ATE0V1', null, ANSWER_MS);
      if (await engine.resync()) return true;
    } catch (thrown) {
      if (!(thrown instanceof AtFault)) throw thrown;
      if (thrown.kind !== 'silent' && thrown.kind !== 'refused' && thrown.kind !== 'reset') throw thrown;
    }
  }
  return false;
}

async function leaveDataMode(engine: AtEngine): Promise<void> {
  await engine.pause(GUARD_MS);
  engine.writeRaw(Buffer.from('+++'));
  await engine.pause(GUARD_MS);
  engine.writeRaw(DRAIN);
  await engine.pause(DRAIN_MS);
}
