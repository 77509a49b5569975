import assert from 'node:assert/strict';
import fc from 'fast-check';
import { micros } from '../../../nodes/lib/money/micros';
import { NEW_MEMORY, type AccountSituation } from '../../../nodes/lib/policy/account-situation';
import { decide, type Decision } from '../../../nodes/lib/policy/decide';
import { mergePolicy, type Policy } from '../../../nodes/lib/policy/policy';
import { SAFE_POLICY } from '../../../nodes/lib/policy/policy-presets';
import { quietBounds } from '../../../nodes/lib/policy/quiet-bounds';
import { QuietShelf } from '../../../nodes/lib/policy/quiet-shelf';
import { supplyGuard, type SupplyGuard } from '../../../nodes/lib/policy/supply-guard';
import { localDays } from '../../../nodes/lib/time/local-days';
import { property } from '../property';
import { CALM, fleet } from './due-account';

const START_MS = Date.parse('2026-01-06T08:00:00Z');
const MINUTE_MS = 60_000;
const HOUR_MS = 60 * MINUTE_MS;
const PERIOD_MS = 3 * 24 * HOUR_MS;
const DAYS = localDays('Asia/Kathmandu');
/** Any account will do. */
const KEY = 20_000;

/** What a ledger keeps of one account, and how often it had to decide. */
interface Kept {
  supply: AccountSituation['supply'];
  memory: AccountSituation['memory'];
  decisions: number;
}

interface Facts {
  nowMs: number;
  balance: number;
  spent: number;
  usedWh: number;
  todayWh: number;
  day: string;
  powerW: number;
  heardMs: number;
  periodFromMs: number;
  lastRecharge: AccountSituation['lastRecharge'];
  own: AccountSituation['own'];
  isProtected: boolean;
  asksEmergency: boolean;
}

type Event =
  | { as: 'reading'; afterMs: number; usedWh: number; ratePerWh: number; powerW: number }
  | { as: 'silence'; afterMs: number }
  | { as: 'payment'; amount: number }
  | { as: 'setting'; own: AccountSituation['own'] }
  | { as: 'protection' }
  | { as: 'emergency' };

/** One account that is decided on after everything, and the same one that is left alone as long as it is quiet. */
class Account {
  readonly facts: Facts = {
    nowMs: START_MS,
    balance: 30_000_000,
    spent: 0,
    usedWh: 0,
    todayWh: 0,
    day: '',
    powerW: 100,
    heardMs: START_MS,
    periodFromMs: START_MS,
    lastRecharge: { amountMicros: micros(40_000_000), atMs: START_MS - HOUR_MS },
    own: CALM.own,
    isProtected: false,
    asksEmergency: false,
  };
  readonly always: Kept = { supply: 'on', memory: NEW_MEMORY, decisions: 0 };
  readonly seldom: Kept = { supply: 'on', memory: NEW_MEMORY, decisions: 0 };
  private readonly shelf = new QuietShelf();
  private readonly guard: SupplyGuard;
  private nextLookMs: number | null = null;

  constructor(private readonly policy: Policy) {
    this.guard = supplyGuard(policy, DAYS);
  }

  take(event: Event): void {
    const isReading = event.as === 'reading';
    const { spent } = this.facts;
    const usedBefore = this.facts.usedWh;
    this.happen(event);
    const { facts, guard, shelf } = this;
    if (event.as === 'silence' && (this.nextLookMs ?? Infinity) > facts.nowMs) return;
    const must = this.decideFor(this.always);
    if (isReading) {
      const { nowMs, balance: balanceMicros, powerW, periodFromMs } = facts;
      const amountMicros = facts.spent - spent;
      const usedWh = facts.usedWh - usedBefore;
      const reading = { nowMs, balanceMicros, amountMicros, usedWh, powerW, periodFromMs };
      if (shelf.holds(KEY, guard, reading)) {
        assert.equal(must.supply, null, 'no change was missed');
        assert.deepEqual(must.notices, [], 'nothing to tell was missed');
        this.compare();
        return;
      }
    }
    const before = JSON.stringify(this.seldom.memory);
    const decision = this.decideFor(this.seldom);
    const isSame =
      JSON.stringify(decision.memory) === before && decision.supply === null && decision.notices.length === 0;
    const bounds = isSame ? quietBounds(this.policy, this.situation(this.seldom), decision, DAYS) : null;
    if (bounds) shelf.keep(KEY, guard, bounds);
    else shelf.end(KEY);
    this.nextLookMs = decision.nextLookMs;
    this.compare();
    facts.asksEmergency = false;
  }

  private happen(event: Event): void {
    const { facts } = this;
    switch (event.as) {
      case 'reading': {
        facts.nowMs += event.afterMs;
        const fromMs = START_MS + Math.floor((facts.nowMs - START_MS) / PERIOD_MS) * PERIOD_MS;
        if (fromMs !== facts.periodFromMs)
          Object.assign(facts, { periodFromMs: fromMs, spent: 0, usedWh: 0 });
        const usedWh = this.seldom.supply === 'on' ? event.usedWh : 0;
        const cost = usedWh * event.ratePerWh;
        const day = DAYS.dayAt(facts.nowMs).date;
        if (day !== facts.day) Object.assign(facts, { day, todayWh: 0 });
        facts.balance -= cost;
        facts.spent += cost;
        facts.usedWh += usedWh;
        facts.todayWh += usedWh;
        facts.powerW = event.powerW;
        facts.heardMs = facts.nowMs;
        return;
      }
      case 'silence':
        facts.nowMs += event.afterMs;
        return;
      case 'payment':
        facts.nowMs += 1;
        facts.balance += event.amount;
        facts.lastRecharge = { amountMicros: micros(event.amount), atMs: facts.nowMs };
        return;
      case 'setting':
        facts.nowMs += 1;
        facts.own = event.own;
        return;
      case 'protection':
        facts.nowMs += 1;
        facts.isProtected = !facts.isProtected;
        return;
      case 'emergency':
        facts.nowMs += 1;
        facts.asksEmergency = true;
        return;
    }
  }

  private decideFor(kept: Kept): Decision {
    const around = fleet({ days: DAYS });
    const decision = decide(this.policy, this.situation(kept), this.facts.nowMs, around);
    kept.supply = decision.supply ?? kept.supply;
    kept.memory = decision.memory;
    kept.decisions += 1;
    return decision;
  }

  private compare(): void {
    assert.equal(this.seldom.supply, this.always.supply);
    assert.deepEqual(this.seldom.memory, this.always.memory);
  }

  private situation({ supply, memory }: Kept): AccountSituation {
    const { facts } = this;
    return {
      ...CALM,
      balanceMicros: micros(facts.balance),
      lastRecharge: facts.lastRecharge,
      period: { fromMs: facts.periodFromMs, spentMicros: micros(facts.spent), usedWh: facts.usedWh },
      slabs: [
        { fromWh: 1_000, rateMicrosPerKwh: 9_000_000 },
        { fromWh: 3_000, rateMicrosPerKwh: 11_000_000 },
      ],
      today: { usedWh: facts.todayWh, usualWh: usualBy(facts.nowMs) },
      weekdayCosts: [4, 5, 3, 5, 4, 9, 7].map((cost) => cost * 1_000_000),
      own: facts.own,
      demand: { powerW: facts.powerW, atMs: facts.heardMs },
      dataAtMs: facts.heardMs,
      heardAtMs: facts.heardMs,
      isProtected: facts.isProtected,
      asksEmergency: facts.asksEmergency,
      supply,
      memory,
    };
  }
}

/** Rises over the day, as usual use does. */
function usualBy(nowMs: number): number {
  const { fromMs, toMs } = DAYS.dayAt(nowMs);
  return Math.round((1_500 * (nowMs - fromMs)) / (toMs - fromMs));
}

const anyLimit = fc.option(fc.integer({ min: 1, max: 40_000_000 }), { freq: 1 });
const anyAfter = fc.oneof(
  { weight: 30, arbitrary: fc.integer({ min: 1, max: 5 * MINUTE_MS }) },
  fc.constantFrom(1, HOUR_MS - 1, HOUR_MS, HOUR_MS + 1, 2 * HOUR_MS + 1, 13 * HOUR_MS),
);
const anyReading = fc.record({
  as: fc.constant('reading' as const),
  afterMs: anyAfter,
  usedWh: fc.oneof({ weight: 20, arbitrary: fc.integer({ min: 0, max: 40 }) }, fc.constant(900)),
  ratePerWh: fc.oneof({ weight: 9, arbitrary: fc.constant(8_000) }, fc.constantFrom(0, -8_000)),
  powerW: fc.oneof(
    { weight: 60, arbitrary: fc.integer({ min: 0, max: 3_000 }) },
    fc.constantFrom(3_001, 9_000),
  ),
});
const anyEvent: fc.Arbitrary<Event> = fc.oneof(
  { weight: 60, arbitrary: anyReading },
  { weight: 2, arbitrary: fc.record({ as: fc.constant('silence' as const), afterMs: anyAfter }) },
  {
    weight: 1,
    arbitrary: fc.record({
      as: fc.constant('payment' as const),
      amount: fc.integer({ min: 1, max: 20_000_000 }),
    }),
  },
  {
    weight: 1,
    arbitrary: fc.record({
      as: fc.constant('setting' as const),
      own: fc.record({
        warnBelowMicros: anyLimit.map((limit) => (limit === null ? null : micros(limit))),
        spendMicros: anyLimit.map((limit) => (limit === null ? null : micros(limit))),
        energyWh: fc.option(fc.integer({ min: 1, max: 5_000 }), { freq: 1 }),
      }),
    }),
  },
  { weight: 1, arbitrary: fc.constant({ as: 'protection' } as const) },
  { weight: 1, arbitrary: fc.constant({ as: 'emergency' } as const) },
);
const anyPolicy: fc.Arbitrary<Policy> = fc
  .record({
    leadMs: fc.constantFrom(0, HOUR_MS),
    hasHours: fc.boolean(),
    mode: fc.constantFrom('off', 'automatic', 'activated' as const),
    limitW: fc.constantFrom(null, 3_000),
    daysLeft: fc.constantFrom([], [3], [1, 2, 5]),
    hysteresisDays: fc.constantFrom(0, 1),
    highUse: fc.constantFrom(null, 1_500_000),
  })
  .map(({ leadMs, hasHours, mode, limitW, daysLeft, hysteresisDays, highUse }) =>
    mergePolicy(SAFE_POLICY, {
      warnings: { leadMs, daysLeft, hysteresisDays, amountsMicros: [micros(20_000_000), micros(5_000_000)] },
      highUse: { abovePpm: highUse, leastWh: 300 },
      noCut: hasHours ? SAFE_POLICY.noCut : { sets: [] },
      overload: { limitW },
      emergency: {
        mode: mode,
        amountMicros: micros(2_000_000),
        lastsMs: 30 * HOUR_MS,
        offerBelowMicros: micros(1_000_000),
      },
    }),
  );

describe('quiet bounds', () => {
  it('leave the decisions what they are, and out most of them', function () {
    this.timeout(60_000);
    let always = 0;
    let seldom = 0;
    let cuts = 0;
    property(
      fc.tuple(anyPolicy, fc.array(anyEvent, { minLength: 200, maxLength: 250 })),
      ([policy, events]) => {
        const account = new Account(policy);
        for (const event of events) {
          const before = account.always.supply;
          account.take(event);
          if (before === 'on' && account.always.supply === 'off') cuts += 1;
        }
        always += account.always.decisions;
        seldom += account.seldom.decisions;
      },
      150,
    );
    assert.ok(cuts > 0, 'nobody was ever cut');
    assert.ok(seldom < always / 2, `${seldom} of ${always} decisions were made`);
  });
});

describe('the shelf of quiet accounts', () => {
  const bounds = {
    untilMs: 1_000,
    aboveMicros: 10,
    atMostMicros: 100,
    belowSpentMicros: 50,
    belowUsedWh: 5,
    atMostW: 2_000,
    periodFromMs: 7,
  };
  const guard = supplyGuard(SAFE_POLICY, DAYS);
  const inside = {
    nowMs: 999,
    balanceMicros: 11,
    amountMicros: 1,
    usedWh: 1,
    powerW: 2_000,
    periodFromMs: 7,
  };
  let shelf: QuietShelf;
  beforeEach(() => {
    shelf = new QuietShelf();
    shelf.keep(KEY, guard, bounds);
  });

  it('holds within every bound, and not at any', () => {
    assert.ok(shelf.holds(KEY, guard, inside));
    const outside: Partial<typeof inside>[] = [
      { nowMs: 1_000 },
      { balanceMicros: 10 },
      { balanceMicros: 101 },
      { amountMicros: 50 },
      { amountMicros: -1 },
      { usedWh: 5 },
      { powerW: 2_001 },
      { periodFromMs: 8 },
    ];
    for (const change of outside) {
      shelf.keep(KEY, guard, bounds);
      assert.equal(shelf.holds(KEY, guard, { ...inside, ...change }), false, JSON.stringify(change));
    }
  });

  it('counts what is used together', () => {
    for (let reading = 0; reading < 4; reading += 1) assert.ok(shelf.holds(KEY, guard, inside));
    assert.equal(shelf.holds(KEY, guard, inside), false);
  });

  it('knows one account and one guard from another, and forgets', () => {
    assert.equal(shelf.holds(KEY + 1, guard, inside), false);
    assert.equal(shelf.holds(KEY * 100, guard, inside), false);
    assert.equal(shelf.holds(KEY, supplyGuard(SAFE_POLICY, DAYS), inside), false, 'another guard');
    assert.ok(shelf.holds(KEY, guard, inside));
    shelf.endAll();
    assert.equal(shelf.holds(KEY, guard, inside), false);
    shelf.keep(KEY, guard, bounds);
    assert.ok(shelf.holds(KEY, guard, inside));
    shelf.end(KEY);
    assert.equal(shelf.holds(KEY, guard, inside), false);
  });
});
