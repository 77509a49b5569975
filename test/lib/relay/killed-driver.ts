// A process that is made to be killed: it drives one relay over its standard input and output. `want off` lets its ledger
// decide, `report {...}` is what the device says; `command {...}` goes to the device, `settled off` says what is confirmed.
import { createInterface } from 'node:readline';
import { writeSync } from 'node:fs';
import { SqliteStore } from '../../../nodes/lib/io/sqlite/sqlite-store';
import { GroupCommit } from '../../../nodes/lib/ledger/group-commit';
import type { Posting, PostingResult } from '../../../nodes/lib/ledger/posting';
import { micros } from '../../../nodes/lib/money/micros';
import { writeCommand } from '../../../nodes/lib/relay/dialects';
import { RelayDriver } from '../../../nodes/lib/relay/relay-driver';
import { parseRelayReport } from '../../../nodes/lib/relay/relay-report';
import { registration } from '../io/sqlite/ledger-fixture';
import { CONTEXT, RULES } from './relay-world';
import { switchTo } from '../policy/switch-to';

const [file = '', round = '0'] = process.argv.slice(2);
const say = (line: string): void => void writeSync(1, `${line}\n`);

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
const post = (posting: Posting): Promise<PostingResult> =>
  new Promise((resolve, reject) => {
    commits.submit(posting, (error, result) => {
      if (error || !result) reject(error ?? new Error('no answer'));
      else resolve(result);
    });
  });

const driver = new RelayDriver({
  store,
  rules: { ...RULES, retryMs: 200, maxTries: 100 },
  rate: 1,
  seed: 'test',
  nowMs: Date.now,
  chance: Math.random,
  schedule: (run, afterMs) => {
    const timer = setTimeout(run, afterMs);
    return () => clearTimeout(timer);
  },
  post,
  isWayOpen: () => true,
  transmit: (relay, command) =>
    writeCommand(relay.dialect, command, CONTEXT).map(({ topic, payload }) => {
      if (typeof payload === 'string') say(`command ${payload}`);
      return topic;
    }),
  onState: () => undefined,
  onAlarm: () => undefined,
  onError: (error) => {
    throw error;
  },
  onChange: () => tellWhenSettled(),
});

let lastSaid = '';

function tellWhenSettled(): void {
  const relay = store.relay('M1');
  if (!relay || (relay.state !== 'confirmed' && relay.state !== 'idle')) return;
  const words = `settled ${relay.reported ?? 'unknown'} ${relay.desired} ${relay.version}`;
  if (words !== lastSaid) say(words);
  lastSaid = words;
}

async function want(supply: 'on' | 'off'): Promise<void> {
  lastSaid = '';
  const decided = await post({
    type: 'topUp',
    accountId: 'A1',
    amountMicros: micros(1),
    reference: `round ${round} ${supply}`,
    channel: 'x',
    by: 'test',
    guard: switchTo(supply),
  });
  if (decided.outcome !== 'committed') throw new Error(decided.outcome);
  say(`decided ${supply}`);
  driver.consider('M1');
}

createInterface(process.stdin).on('line', (line) => {
  const gap = line.indexOf(' ');
  const [word, rest] = [line.slice(0, gap), line.slice(gap + 1)];
  if (word === 'want' && (rest === 'on' || rest === 'off')) void want(rest);
  const report = word === 'report' ? parseRelayReport('M1', rest) : null;
  if (report) void driver.report(report);
});

store.commit([{ type: 'register', registration: registration(1), by: 'test' }], Date.now());
driver.start();
tellWhenSettled();
say('started');
