// A process in which SQLite commits readings in groups and does nothing else.
import { statSync } from 'node:fs';
import { BareLedger, type BareReading } from './bare-ledger';
import { MeterRegisters } from './meter-registers';
import { answerRequests } from './requests';

let meters = new MeterRegisters(0);
let ledger: BareLedger | null = null;
let nextMeter = 0;

function nextReading(): BareReading {
  const meter = nextMeter;
  nextMeter = (nextMeter + 1) % meters.count;
  const step = meters.next(meter);
  return { meter, atMs: meters.atMs(step), energyWh: meters.energyWh(step) };
}

/** Readings per second, durable, in groups of the given size. */
function commitGroups({ ms, group }: { ms: number; group: number }): number {
  if (!ledger) throw new Error('the ledger is not open');
  const startedMs = performance.now();
  let committed = 0;
  let elapsedMs = 0;
  while (elapsedMs < ms) {
    ledger.commit(Array.from({ length: group }, nextReading));
    committed += group;
    elapsedMs = performance.now() - startedMs;
  }
  return (committed * 1000) / elapsedMs;
}

/** The size of a plain table of readings, transfers and balances. */
function bytesPerReading(file: string): number {
  if (!ledger) throw new Error('the ledger is not open');
  ledger.settle();
  return statSync(file).size / ledger.countReadings();
}

answerRequests({
  open: (wish: { file: string; meters: number }): void => {
    meters = new MeterRegisters(wish.meters);
    ledger = new BareLedger(wish.file, wish.meters);
  },
  bytesPerReading,
  commitGroups,
});
