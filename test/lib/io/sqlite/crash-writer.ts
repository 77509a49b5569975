// A process that is made to be killed: it posts charges and top-ups as fast as it can and says on its standard
// output, one line each, what has been acknowledged to it.
import { writeSync } from 'node:fs';
import { SqliteStore } from '../../../../nodes/lib/io/sqlite/sqlite-store';
import { GroupCommit } from '../../../../nodes/lib/ledger/group-commit';
import type { Posting, PostingResult } from '../../../../nodes/lib/ledger/posting';
import { chargeOf, registration, START_MS, topUpOf } from './ledger-fixture';

const [file = '', round = '0'] = process.argv.slice(2);
const METERS = 20;
const USED_WH = 125;

const store = new SqliteStore(file, (kind) => kind);
const commits = new GroupCommit<Posting, PostingResult>({
  commit: (postings) => store.commit(postings, Date.now()),
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

let topUps = 0;

function submit(posting: Posting, name: string, then: () => void): void {
  commits.submit(posting, (error, result) => {
    if (error || result?.outcome !== 'committed')
      throw error ?? new Error(`${name}: ${result?.outcome ?? 'nothing'}`);
    writeSync(1, `${name}\n`);
    setImmediate(then);
  });
}

function readOn(meterId: string): void {
  const head = store.knownMeter(meterId)?.head ?? null;
  const from = head ?? { atMs: START_MS, energyWh: 0 };
  const to = head ? { atMs: head.atMs + 1_000, energyWh: head.energyWh + USED_WH } : from;
  const segment = { fromMs: from.atMs, fromWh: from.energyWh, toMs: to.atMs, toWh: to.energyWh };
  submit(chargeOf(meterId, segment), `reading ${meterId} ${to.atMs}`, () => readOn(meterId));
}

function payOn(): void {
  topUps += 1;
  const reference = `round ${round} payment ${topUps}`;
  submit(topUpOf(`A${topUps % METERS}`, 1_000_001, reference), `payment ${reference}`, payOn);
}

for (let number = 0; number < METERS; number += 1) {
  store.commit([{ type: 'register', registration: registration(number), by: 'test' }], Date.now());
  readOn(`M${number}`);
}
payOn();
