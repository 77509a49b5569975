import assert from 'node:assert/strict';
import { NEW_MEMORY, type AccountSituation } from '../../../nodes/lib/policy/account-situation';
import { decide } from '../../../nodes/lib/policy/decide';
import { micros, parseAmount, subtractMicros } from '../../../nodes/lib/money/micros';
import { mergePolicy } from '../../../nodes/lib/policy/policy';
import { SAFE_POLICY } from '../../../nodes/lib/policy/policy-presets';
import { CALM, fleet } from '../policy/due-account';
import { buildNeighbourhood, NEWCOMER_HOUSE, type House } from '../../../nodes/lib/simulation/neighbourhood';
import { lastReportMs } from '../../../nodes/lib/simulation/report-schedule';
import { meterOf, MS_PER_HOUR, MS_PER_MINUTE, newMemory } from './simulated-houses';

const INTERVAL_MS = 15 * MS_PER_MINUTE;
const CLOCK_RATE = 300;
/** 3 January 2026, a Saturday, so that the week below has working days and a weekend. */
const WEEK_START_MS = Date.UTC(2026, 0, 3);

/** 8.00 a kWh. */
const MICROS_PER_WH = 8_000;
const POLICY = mergePolicy(SAFE_POLICY, {
  warnings: {
    amountsMicros: [parseAmount('30.00')],
    percentagesPpm: [],
    daysLeft: [],
    nextSlab: false,
    leadMs: 30 * MS_PER_MINUTE,
  },
  noCut: { sets: [] },
});

interface Fate {
  warnedAfterS: number;
  cutAfterS: number;
}

/** Lives through a first start as the flow would: readings, prices, decisions. Times are real seconds after it. */
function liveThrough(seed: number, house: House, startMs: number, readyAfterMs: number): Fate {
  const meter = meterOf(seed, house, newMemory(startMs, house.openingWh));
  let account: AccountSituation = {
    ...CALM,
    accountId: house.accountId,
    balanceMicros: parseAmount(String(house.openingCredit)),
    lastRecharge: null,
    memory: NEW_MEMORY,
  };
  const fate: Fate = { warnedAfterS: NaN, cutAfterS: NaN };
  const firstMs = lastReportMs(startMs + readyAfterMs * CLOCK_RATE, INTERVAL_MS, house.number) + INTERVAL_MS;
  let head: { atMs: number; energyWh: number } | null = null;
  for (let atMs = firstMs; atMs < startMs + 5 * MS_PER_HOUR; atMs += INTERVAL_MS) {
    meter.advance(atMs);
    const { energyWh } = meter.reading();
    head ??= { atMs, energyWh };
    const segment = { fromMs: head.atMs, fromWh: head.energyWh, toMs: atMs, toWh: energyWh };
    const costMicros = micros((segment.toWh - segment.fromWh) * MICROS_PER_WH);
    const balanceMicros = subtractMicros(account.balanceMicros, costMicros);
    head = { atMs, energyWh };
    const decision = decide(POLICY, { ...account, balanceMicros, dataAtMs: atMs }, atMs, fleet());
    const afterS = (atMs - startMs) / CLOCK_RATE / 1000;
    if (decision.notices.some(({ kind }) => kind === 'low-credit')) fate.warnedAfterS = afterS;
    account = { ...account, balanceMicros, memory: decision.memory };
    if (decision.supply === 'off') return { ...fate, cutAfterS: afterS };
  }
  return fate;
}

describe("the newcomer's house", function () {
  this.timeout(60_000);

  it('is warned 10 to 20 and cut 20 to 40 seconds after a first start, whenever that is', () => {
    for (const seed of [1, 7, 2026]) {
      const house = buildNeighbourhood(seed, 24).find(({ number }) => number === NEWCOMER_HOUSE);
      assert.ok(house);
      for (let hour = 0; hour < 7 * 24; hour += 1) {
        for (const minute of [0, 4, 8, 12, 14.9]) {
          for (const readyAfterMs of [0, 2_000]) {
            const startMs = WEEK_START_MS + hour * MS_PER_HOUR + minute * MS_PER_MINUTE;
            const { warnedAfterS, cutAfterS } = liveThrough(seed, house, startMs, readyAfterMs);
            const when = `seed ${seed}, start ${new Date(startMs).toISOString()}, ready after ${readyAfterMs} ms`;
            assert.ok(warnedAfterS >= 10 && warnedAfterS <= 20, `warned after ${warnedAfterS} s: ${when}`);
            assert.ok(cutAfterS >= 20 && cutAfterS <= 40, `cut after ${cutAfterS} s: ${when}`);
          }
        }
      }
    }
  });
});
