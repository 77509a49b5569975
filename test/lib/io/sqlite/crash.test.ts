import assert from 'node:assert/strict';
import Database from 'better-sqlite3';
import { spawn } from 'node:child_process';
import { join } from 'node:path';
import { verifyLedger } from '../../../../nodes/lib/io/sqlite/verify-ledger';
import { LedgerFixture } from './ledger-fixture';

/** How often the writer is killed; `WATTKEEPER_KILLS=200` looks longer. */
const KILLS = Number(process.env['WATTKEEPER_KILLS'] ?? (process.env['CI'] ? 20 : 5));
const LONGEST_LIFE_MS = 150;

/** Starts a writer, kills it at a random moment after its first acknowledgement, and returns what it was told. */
async function liveAndDie(file: string, round: number): Promise<string[]> {
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
    setTimeout(() => child.kill('SIGKILL'), Math.random() * LONGEST_LIFE_MS);
  });
  const signal = await new Promise((resolve) => child.once('close', (_code, how) => resolve(how)));
  assert.equal(signal, 'SIGKILL', complaint);
  // The last line may have been cut in the middle by the kill.
  return told
    .slice(0, told.lastIndexOf('\n') + 1)
    .trim()
    .split('\n');
}

describe('a ledger whose process is killed', () => {
  it(`keeps everything acknowledged over ${KILLS} kills, once, and stays sound`, async function () {
    this.timeout(KILLS * 10_000);
    const ledger = new LedgerFixture();
    const acknowledged = new Set<string>();
    for (let round = 1; round <= KILLS; round += 1) {
      for (const name of await liveAndDie(ledger.file, round)) acknowledged.add(name);
      const isSound = verifyLedger(ledger.file, ({ check, fault }) => assert.equal(fault, null, check));
      assert.ok(isSound);
    }
    const raw = new Database(ledger.file, { readonly: true });
    const stored = raw
      .prepare(
        `SELECT 'reading ' || meter_id || ' ' || at_ms FROM reading JOIN meter USING (meter_key)
         UNION ALL SELECT 'payment ' || ref FROM transfer WHERE ref IS NOT NULL`,
      )
      .pluck()
      .all() as string[];
    raw.close();
    const once = new Set(stored);
    assert.equal(once.size, stored.length, 'something was stored twice');
    const missing = [...acknowledged].filter((name) => !once.has(name));
    assert.deepEqual(missing, []);
    assert.ok(acknowledged.size > KILLS, `only ${acknowledged.size} acknowledgements were seen`);
    ledger.dispose();
  });
});
