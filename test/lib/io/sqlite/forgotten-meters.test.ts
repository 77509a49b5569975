import assert from 'node:assert/strict';
import fc from 'fast-check';
import type { Reading } from '../../../../nodes/lib/meter/reading';
import { property } from '../../property';
import { LedgerFixture } from './ledger-fixture';
import { LedgerRows } from './ledger-rows';
import { nameOf, ReadingFlow } from './reading-flow';

/** More than the ledger knows at a time, so that each has to make room for others again and again. */
const METERS = 6;
const MAX_AT_HAND = 1;
const MINUTE_MS = 60_000;
const FIRST_WH = 1_000;
/** Of the fixture's tariff. */
const MICROS_PER_WH = 8_000n;

describe('meters that make room for others', () => {
  it('go on without a gap and without a double, in whatever order they come and come again', function () {
    this.timeout(60_000);
    const meter = fc.nat(METERS - 1);
    const step = fc.record({ meter, isAgain: fc.boolean(), commits: fc.boolean(), wh: fc.nat(50) });
    property(
      fc.array(step, { minLength: 10, maxLength: 80 }),
      (steps) => {
        const ledger = new LedgerFixture();
        try {
          for (let number = 0; number < METERS; number += 1) ledger.register(number);
          const flow = new ReadingFlow(ledger.store, 'home', undefined, MAX_AT_HAND);
          const sent = new Map<string, Reading>();
          for (const { meter: number, isAgain, commits, wh } of steps) {
            const meterId = `M${number}`;
            const before = sent.get(meterId);
            ledger.nowMs += MINUTE_MS;
            const energyWh = (before?.energyWh ?? FIRST_WH) + wh;
            const reading = isAgain && before ? before : { meterId, atMs: ledger.nowMs, energyWh };
            sent.set(meterId, reading);
            flow.send(reading, ledger.nowMs);
            if (commits) flow.commit(ledger.nowMs);
          }
          flow.commit(ledger.nowMs);
          // What was given back comes again, as it does from a device that was not answered.
          for (const reading of sent.values()) flow.send(reading, ledger.nowMs);
          flow.commit(ledger.nowMs);
          assert.deepEqual(flow.refusals, []);
          for (const reading of sent.values()) assert.ok(flow.acknowledged.has(nameOf(reading)));
          checkBilled(ledger, sent);
        } finally {
          ledger.dispose();
        }
      },
      40,
    );
  });
});

/** Each head stands where its meter does, and what was charged is what the registers rose by. */
function checkBilled(ledger: LedgerFixture, sent: ReadonlyMap<string, Reading>): void {
  const rows = new LedgerRows(ledger.file);
  try {
    for (const [meterId, { atMs, energyWh }] of sent) {
      const [head] = rows.all<{ head_ms: number; head_wh: number }>(
        `SELECT head_ms, head_wh FROM meter JOIN head USING (meter_key) WHERE meter_id = '${meterId}'`,
      );
      assert.deepEqual([head?.head_ms, head?.head_wh], [atMs, energyWh]);
      const [first] = rows.all<{ wh: number }>(
        `SELECT min(energy_wh) AS wh FROM reading JOIN meter USING (meter_key) WHERE meter_id = '${meterId}'`,
      );
      const usedWh = BigInt(energyWh) - BigInt(first?.wh ?? 0);
      assert.equal(rows.balances().get(`customer:A${meterId.slice(1)}`), -usedWh * MICROS_PER_WH);
    }
  } finally {
    rows.close();
  }
}
