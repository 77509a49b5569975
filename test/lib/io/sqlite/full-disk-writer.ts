// A process whose files may not grow past a limit, as on a full disk. It commits a group with ever more room, a byte
// limit that the system enforces, until the group fits; then it says on its standard output what it saw.
import { execFileSync } from 'node:child_process';
import { statSync } from 'node:fs';
import { isItemFault } from '../../../../nodes/lib/io/sqlite/sqlite-fault';
import { SqliteStore } from '../../../../nodes/lib/io/sqlite/sqlite-store';
import type { Posting } from '../../../../nodes/lib/ledger/posting';
import { GroupCommit } from '../../../../nodes/lib/ledger/group-commit';
import { chargeOf, START_MS, topUpOf } from './ledger-fixture';

const [file = '', prlimit = ''] = process.argv.slice(2);
/** Less than a page, so that the room ends within each of the writes of a commit. */
const STEP_BYTES = 700;
const MAX_TRIES = 500;

export interface FullDiskReport {
  failures: number;
  /** What was told to those who waited, each text once. */
  said: string[];
  /** Whether anybody was told that all is well, or anything could be read of the group, before it fitted. */
  leaks: number;
  outcomes: string[];
}

function limitFiles(bytes: number | 'unlimited'): void {
  execFileSync(prlimit, ['--pid', String(process.pid), `--fsize=${bytes}:unlimited`]);
}

const store = new SqliteStore(file, (kind) => kind);
const opening = { fromMs: START_MS, fromWh: 0, toMs: START_MS, toWh: 0 };
const next = { fromMs: START_MS, fromWh: 0, toMs: START_MS + 1_000, toWh: 125 };
const group: Posting[] = [];
for (let number = 0; number < 20; number += 1) {
  store.commit([chargeOf(`M${number}`, opening)], START_MS);
  group.push(chargeOf(`M${number}`, next), topUpOf(`A${number}`, 7, `receipt ${number}`));
}

/** Commits the group as the site does, and returns what everybody was told. */
function commitGroup(): { outcomes: string[]; errors: string[] } {
  const outcomes: string[] = [];
  const errors: string[] = [];
  const commits = new GroupCommit({
    commit: (postings: Posting[]) => store.commit(postings, START_MS),
    maxItems: 1_000,
    maxWaitMs: 1,
    schedule: () => () => undefined,
    isItemFault,
    onThrown: (error) => errors.push(error.message),
  });
  for (const posting of group)
    commits.submit(posting, (error, result) => {
      if (error) errors.push(error.message);
      else outcomes.push(result?.outcome ?? 'nothing');
    });
  commits.flush();
  return { outcomes, errors };
}

const wal = `${file}-wal`;
const report: FullDiskReport = { failures: 0, said: [], leaks: 0, outcomes: [] };
for (let tries = 0; tries < MAX_TRIES && report.outcomes.length === 0; tries += 1) {
  limitFiles(statSync(wal).size + tries * STEP_BYTES);
  const { outcomes, errors } = commitGroup();
  // The disk has room again.
  limitFiles('unlimited');
  if (errors.length === 0) report.outcomes = outcomes;
  else {
    report.failures += 1;
    report.said = [...new Set([...report.said, ...errors])];
    if (outcomes.length > 0 || errors.length !== group.length) report.leaks += 1;
    if (store.balanceOf('A0') !== 0 || store.knownMeter('M0')?.head?.energyWh !== 0) report.leaks += 1;
  }
}
store.close();
console.log(JSON.stringify(report));
