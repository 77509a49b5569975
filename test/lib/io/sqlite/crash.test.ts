import assert from 'node:assert/strict';
import fc from 'fast-check';
import { spawn } from 'node:child_process';
import { join } from 'node:path';
import { verifyLedger } from '../../../../nodes/lib/io/sqlite/verify-ledger';
import { samples } from '../../property';
import { crashTariff, DAY_MICROS } from './crash-tariff';
import { LedgerFixture, START_MS } from './ledger-fixture';
import { LedgerRows } from './ledger-rows';

/** How often the writer is killed; `WATTKEEPER_KILLS=200` looks longer. */
const KILLS = Number(process.env['WATTKEEPER_KILLS'] ?? (process.env['CI'] ? 20 : 5));
const LONGEST_LIFE_MS = 150;
/** So many lives are added at most, until everything a writer does was acknowledged once. */
const MORE_LIVES = 20;
const KINDS = ['reading', 'payment', 'tariff', 'standing'];
const DAY_MS = 86_400_000;

/** Starts a writer, kills it so long after its first acknowledgement, and returns what it was told. */
async function liveAndDie(file: string, round: number, lifeMs: number): Promise<string[]> {
  const writer = join(__dirname, 'crash-writer.ts');
  const child = spawn(process.execPath, ['--import=tsx', writer, file, String(round)], {
    stdio: ['ignore', 'pipe', 'pipe'],
  });
  let told = '';
  let complaint = '';
  let deathIsDue = false;
  child.stderr.on('data', (chunk: Buffer) => (complaint += chunk.toString()));
  child.stdout.on('data', (chunk: Buffer) => {
    told += chunk.toString();
    if (deathIsDue) return;
    deathIsDue = true;
    setTimeout(() => child.kill('SIGKILL'), lifeMs);
  });
  const signal = await new Promise((resolve) => child.once('close', (_code, how) => resolve(how)));
  assert.equal(signal, 'SIGKILL', complaint);
  // The last line may have been cut in the middle by the kill.
  return told
    .slice(0, told.lastIndexOf('\n') + 1)
    .trim()
    .split('\n');
}

function unseenKinds(acknowledged: ReadonlySet<string>): string[] {
  return KINDS.filter((kind) => ![...acknowledged].some((name) => name.startsWith(`${kind} `)));
}

/** Charges what was due when the last writer died, so that nothing is left out of what is looked at. */
function settleWhatIsDue(ledger: LedgerFixture): void {
  const { store } = ledger;
  const nowMs = store.lastMs() + 1;
  for (const meterKey of store.dueReratings(1_000))
    store.commit([{ type: 'rerate', meterKey, guard: null }], nowMs);
  for (const meterKey of store.dueAccruals(nowMs, 1_000))
    store.commit([{ type: 'accrual', meterKey, guard: null }], nowMs);
}

/** Every day that a writer was told of is paid, and none twice: the days are counted here by the calendar of UTC. */
function assertDaysArePaid(rows: LedgerRows, acknowledged: ReadonlySet<string>): void {
  const paid = rows.all<{ meterKey: number; micros: number; untilMs: number }>(
    `SELECT meter_key AS meterKey, sum(amount_micros) AS micros, max(at_ms) AS untilMs FROM transfer
     JOIN transfer_kind USING (kind) WHERE transfer_kind.name = 'standing' GROUP BY meter_key`,
  );
  const days = (untilMs: number): number => Math.floor(untilMs / DAY_MS) - Math.floor(START_MS / DAY_MS) + 1;
  const paidDays = new Map<number, number>();
  for (const { meterKey, micros, untilMs } of paid) {
    assert.equal(micros, days(untilMs) * DAY_MICROS, `days of meter ${meterKey}`);
    paidDays.set(meterKey, days(untilMs));
  }
  for (const name of acknowledged) {
    const [kind, meterKey, untilMs] = name.split(' ');
    if (kind === 'standing') assert.ok(days(Number(untilMs)) <= (paidDays.get(Number(meterKey)) ?? 0), name);
  }
}

describe('a ledger whose process is killed', () => {
  it(`keeps everything acknowledged over ${KILLS} kills, once, and stays sound`, async function () {
    this.timeout((KILLS + MORE_LIVES) * 10_000);
    const ledger = new LedgerFixture(crashTariff(1));
    const acknowledged = new Set<string>();
    const lives = samples(fc.nat(LONGEST_LIFE_MS), KILLS);
    for (const [index, lifeMs] of lives.entries()) {
      for (const name of await liveAndDie(ledger.file, index + 1, lifeMs)) acknowledged.add(name);
      const isSound = verifyLedger(ledger.file, ({ check, fault }) => assert.equal(fault, null, check));
      assert.ok(isSound);
      // Few short lives may see nothing of some kind: then there are longer ones.
      const isUnseen = unseenKinds(acknowledged).length > 0;
      if (index === lives.length - 1 && isUnseen && lives.length < KILLS + MORE_LIVES)
        lives.push(LONGEST_LIFE_MS);
    }
    settleWhatIsDue(ledger);
    verifyLedger(ledger.file, ({ check, fault }) => assert.equal(fault, null, check));
    const rows = new LedgerRows(ledger.file);
    assertDaysArePaid(rows, acknowledged);
    const stored = rows.raw
      .prepare(
        `SELECT 'reading ' || meter_id || ' ' || at_ms FROM reading JOIN meter USING (meter_key)
         UNION ALL SELECT 'payment ' || ref FROM transfer WHERE ref IS NOT NULL
         UNION ALL SELECT 'tariff ' || version FROM tariff_version`,
      )
      .pluck()
      .all() as string[];
    rows.close();
    assert.deepEqual(unseenKinds(acknowledged), [], 'nothing of these was acknowledged');
    const once = new Set(stored);
    assert.equal(once.size, stored.length, 'something was stored twice');
    const seen = [...acknowledged].filter((name) => /^(reading|payment|tariff) /.test(name));
    const missing = seen.filter((name) => !once.has(name));
    assert.deepEqual(missing, []);
    assert.ok(acknowledged.size > KILLS, `only ${acknowledged.size} acknowledgements were seen`);
    ledger.dispose();
  });
});
