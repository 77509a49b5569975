// A process that is made to be killed: it posts readings in and out of their order, top-ups, standing charges and
// tariffs for a time gone by as fast as it can, and says on its standard output, one line each, what has been
// acknowledged to it.
import { writeSync } from 'node:fs';
import { SqliteStore } from '../../../../nodes/lib/io/sqlite/sqlite-store';
import { GroupCommit } from '../../../../nodes/lib/ledger/group-commit';
import type { Posting, PostingResult } from '../../../../nodes/lib/ledger/posting';
import type { Segment } from '../../../../nodes/lib/meter/reading';
import type { Micros } from '../../../../nodes/lib/money/micros';
import { crashTariff, VERSION_EVERY_MS } from './crash-tariff';
import { approvalOf, chargeOf, registration, START_MS, topUpOf } from './ledger-fixture';

const [file = '', round = '0'] = process.argv.slice(2);
const METERS = 20;
const USED_WH = 125;
const STEP_MS = 2_000;
const CLOCK_STEP_MS = 6 * 3_600_000;
const PAYMENTS_PER_TARIFF = 5;

const store = new SqliteStore(file, (kind) => kind);
/** The ledger's own time runs fast, so that days begin. */
let clockMs = Math.max(START_MS, store.lastMs());
const commits = new GroupCommit<Posting, PostingResult>({
  commit: (postings) => store.commit(postings, clockMs),
  maxItems: 50,
  maxWaitMs: 2,
  schedule: (run, afterMs) => {
    const timer = setTimeout(run, afterMs);
    return () => clearTimeout(timer);
  },
  isItemFault: () => false,
  onThrown: (error) => {
    throw error;
  },
});

function submit(posting: Posting, name: string, then: () => void): void {
  commits.submit(posting, (error, result) => {
    if (error || !result) throw error ?? new Error(`${name}: no answer`);
    // A tariff came into force meanwhile for the time of this reading.
    if (result.outcome === 'price' && posting.type === 'charge') {
      submit(atPrice(posting, result.amountMicros), name, then);
      return;
    }
    if (result.outcome !== 'committed' && result.outcome !== 'recorded')
      throw new Error(`${name}: ${JSON.stringify(result)}`);
    writeSync(1, `${name}\n`);
    setImmediate(then);
  });
}

function atPrice(posting: Posting & { type: 'charge' }, amountMicros: Micros): Posting {
  return { ...posting, charge: { ...posting.charge, amountMicros } };
}

function readOn(meterId: string): void {
  const head = store.knownMeter(meterId)?.head ?? null;
  const from = head ?? { atMs: START_MS, energyWh: 0 };
  const to = head ? { atMs: head.atMs + STEP_MS, energyWh: head.energyWh + USED_WH } : from;
  const segment = { fromMs: from.atMs, fromWh: from.energyWh, toMs: to.atMs, toWh: to.energyWh };
  submit(chargeOf(meterId, segment), `reading ${meterId} ${to.atMs}`, () => {
    if (head) readLate(meterId, { atMs: head.atMs + STEP_MS / 2, energyWh: head.energyWh + 1 });
    else readOn(meterId);
  });
}

/** A reading from within the stretch that was just charged. */
function readLate(meterId: string, { atMs, energyWh }: { atMs: number; energyWh: number }): void {
  const segment: Segment = { fromMs: atMs, fromWh: energyWh, toMs: atMs, toWh: energyWh, isLate: true };
  submit(chargeOf(meterId, segment), `reading ${meterId} ${atMs}`, () => readOn(meterId));
}

let topUps = 0;
function payOn(): void {
  topUps += 1;
  const reference = `round ${round} payment ${topUps}`;
  if (topUps % PAYMENTS_PER_TARIFF === 0) approveNext();
  submit(topUpOf(`A${topUps % METERS}`, 1_000_001, reference), `payment ${reference}`, payOn);
}

/** A new version since a moment that has been charged already. */
function approveNext(): void {
  const version = store.approvedTariffs().length + 1;
  const posting = approvalOf(crashTariff(version), START_MS + version * VERSION_EVERY_MS);
  submit(posting, `tariff ${version}`, () => undefined);
}

/** What is due without a reading: days that begin, and the past at its new price. */
function chargeOn(): void {
  clockMs += CLOCK_STEP_MS;
  const untilMs = clockMs;
  for (const meterKey of store.dueReratings(METERS))
    submit({ type: 'rerate', meterKey, guard: null }, `rerate ${meterKey}`, () => undefined);
  for (const meterKey of store.dueAccruals(untilMs, METERS)) {
    const posting: Posting = { type: 'accrual', meterKey, guard: null };
    submit(posting, `standing ${meterKey} ${untilMs}`, () => undefined);
  }
  setTimeout(chargeOn, 1);
}

store.commit([approvalOf(crashTariff(1), START_MS)], clockMs);
for (let number = 0; number < METERS; number += 1) {
  store.commit([{ type: 'register', registration: registration(number), by: 'test' }], clockMs);
  readOn(`M${number}`);
}
payOn();
chargeOn();
