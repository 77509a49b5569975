import assert from 'node:assert/strict';
import fc from 'fast-check';
import { micros } from '../../../nodes/lib/money/micros';
import {
  NEW_MEMORY,
  type AccountSituation,
  type Fleet,
  type PolicyMemory,
} from '../../../nodes/lib/policy/account-situation';
import { decide, type Decision } from '../../../nodes/lib/policy/decide';
import {
  askRelease,
  countCut,
  giveRelease,
  NO_CUTS,
  recentCuts,
  type FleetCuts,
} from '../../../nodes/lib/policy/fleet-budget';
import { mergePolicy, type Policy } from '../../../nodes/lib/policy/policy';
import { SAFE_POLICY } from '../../../nodes/lib/policy/policy-presets';
import { property } from '../property';
import { CALM, fleet, POLICY } from './due-account';
import {
  BUDGET,
  EMERGENCY,
  FRESH_MS,
  HOUR_MS,
  HYSTERESIS,
  LINES,
  ObviousTown,
  type HouseFacts,
  type TownFacts,
} from './obvious-town';

const START_MS = Date.parse('2026-01-06T08:00:00Z');
const HOUSES = 3;
const BASE: Policy = {
  ...mergePolicy(POLICY, {
    cut: { freshWithinMs: FRESH_MS },
    warnings: { amountsMicros: LINES.map(micros), hysteresisMicros: micros(HYSTERESIS) },
    emergency: {
      mode: 'activated',
      amountMicros: micros(EMERGENCY.amount),
      lastsMs: EMERGENCY.lastsMs,
      offerBelowMicros: micros(EMERGENCY.offerBelow),
    },
  }),
  fleet: { leastCuts: BUDGET, partPpm: 0, withinMs: HOUR_MS, releaseLastsMs: 24 * HOUR_MS },
};
/** 10:00 to 13:00, on all days. */
const HOURS = SAFE_POLICY.noCut.sets.map((set) => ({ ...set, week: set.week.map(() => set.week[0] ?? []) }));

function policyOf({ leadMs, hasHours }: TownFacts): Policy {
  return mergePolicy(BASE, { warnings: { leadMs }, noCut: { sets: hasHours ? HOURS : [] } });
}

function townAtFirst(): TownFacts {
  const house = (): HouseFacts => ({
    balance: 12_000_000,
    lastPaidMs: 0,
    payments: [],
    spent: 0,
    ownLimit: null,
    heardMs: START_MS,
    isProtected: false,
    staffMs: null,
    asks: false,
  });
  return {
    nowMs: START_MS,
    leadMs: HOUR_MS,
    hasHours: false,
    houses: Array.from({ length: HOUSES }, house),
  };
}

/** What a ledger would keep, and decide() in its middle. */
class DecidedTown {
  readonly facts = townAtFirst();
  memories: PolicyMemory[] = this.facts.houses.map(() => NEW_MEMORY);
  supplies: AccountSituation['supply'][] = this.facts.houses.map(() => 'on');
  cuts: FleetCuts = NO_CUTS;

  look(index: number): Decision {
    const policy = policyOf(this.facts);
    const before = this.situation(index);
    const around: Fleet = fleet({
      meters: HOUSES,
      recentCuts: () => recentCuts(this.cuts, policy.fleet, this.facts.nowMs),
    });
    const decision = decide(policy, before, this.facts.nowMs, around);
    this.memories[index] = decision.memory;
    if (decision.supply !== null) this.supplies[index] = decision.supply;
    checkInvariants(
      policy,
      before,
      decision,
      this.facts,
      recentCuts(this.cuts, policy.fleet, this.facts.nowMs),
    );
    this.cuts = countCut(this.cuts, decision.countedCuts, policy.fleet, this.facts.nowMs);
    return decision;
  }

  release(index: number): void {
    const stored = this.memories[index]!;
    if (stored.quarantine === null) return;
    const asked = askRelease(stored.quarantine, 'Asha');
    const quarantine = giveRelease(asked, 'Bela', BASE.fleet, this.facts.nowMs);
    this.memories[index] = { ...stored, quarantine };
  }

  restart(): void {
    this.memories = JSON.parse(JSON.stringify(this.memories)) as PolicyMemory[];
    this.cuts = JSON.parse(JSON.stringify(this.cuts)) as FleetCuts;
  }

  private situation(index: number): AccountSituation {
    const house = this.facts.houses[index]!;
    const paid = house.payments.at(-1);
    return {
      ...CALM,
      accountId: `A${index}`,
      balanceMicros: micros(house.balance),
      lastRecharge: paid === undefined ? null : { amountMicros: micros(paid), atMs: house.lastPaidMs },
      period: { fromMs: START_MS, spentMicros: micros(house.spent), usedWh: 0 },
      own: { ...CALM.own, spendMicros: house.ownLimit === null ? null : micros(house.ownLimit) },
      dataAtMs: house.heardMs,
      heardAtMs: house.heardMs,
      isProtected: house.isProtected,
      staffCut: house.staffMs === null ? null : { by: 'Asha', reason: 'moved out', atMs: house.staffMs },
      asksEmergency: house.asks,
      supply: this.supplies[index]!,
      memory: this.memories[index]!,
    };
  }
}

/** OFF needs all of these, whatever rule wanted it. */
function checkInvariants(
  policy: Policy,
  before: AccountSituation,
  decision: Decision,
  { nowMs, hasHours }: TownFacts,
  cutsBefore: number,
): void {
  if (decision.supply !== 'off') return;
  const { own, period, balanceMicros, staffCut, memory } = before;
  const isOwnLimit = own.spendMicros !== null && period.spentMicros >= own.spendMicros;
  assert.ok(balanceMicros <= policy.cut.atMicros || isOwnLimit || staffCut, 'a reason');
  assert.ok(before.dataAtMs !== null && nowMs - before.dataAtMs <= policy.cut.freshWithinMs, 'fresh data');
  assert.ok(!before.isProtected, 'not protected');
  const hour = new Date(nowMs).getUTCHours();
  assert.ok(!hasHours || (hour >= 10 && hour < 13), 'not in a no-cut window');
  const isWarned = Object.values(memory.told).some(
    ({ atMs }) => nowMs - atMs >= Math.max(1, policy.warnings.leadMs),
  );
  assert.ok(isWarned, 'warned before');
  // The release of a quarantine that ends with its reason is worth nothing; then there has to be budget.
  const untilMs = memory.quarantine?.released?.untilMs ?? 0;
  assert.ok(nowMs < untilMs || cutsBefore < BUDGET, 'fleet budget left');
}

/** The lines that were told, in the words of the model. */
function toldNow({ memory }: Decision, nowMs: number, before: PolicyMemory): string[] {
  return Object.entries(memory.told)
    .filter(
      ([key, { atMs, againMs }]) =>
        (atMs === nowMs && before.told[key]?.atMs !== nowMs) ||
        (againMs === nowMs && before.told[key]?.againMs !== nowMs),
    )
    .flatMap(([key]) => {
      const [subject, , line] = key.split('/');
      if (subject === 'credit') return [`credit ${line === 'cut' ? 0 : line}`];
      if (subject === 'staff') return ['staff'];
      return subject === 'own spending limit' ? ['own'] : [];
    });
}

/** Something happens, and every house is looked at afterwards in both towns. */
class Happening implements fc.Command<ObviousTown, DecidedTown> {
  constructor(
    private readonly text: string,
    private readonly change: (town: ObviousTown | DecidedTown) => void,
  ) {}

  check(): boolean {
    return true;
  }

  run(obvious: ObviousTown, decided: DecidedTown): void {
    this.change(obvious);
    this.change(decided);
    for (const index of decided.memories.keys()) {
      const before = decided.memories[index]!;
      const decision = decided.look(index);
      const expected = obvious.look(index);
      const { nowMs } = decided.facts;
      assert.equal(decided.supplies[index], expected.supply, `the supply of house ${index}`);
      assert.deepEqual(
        new Set(toldNow(decision, nowMs, before)),
        new Set(expected.told),
        `what ${index} is told`,
      );
      assert.equal(decision.memory.quarantine !== null, expected.isQuarantined, `the quarantine of ${index}`);
      const credit = decision.notices.filter(({ kind }) => kind === 'low-credit');
      assert.ok(credit.length <= 1, 'one notice of low credit at a time');
      obvious.facts.houses[index]!.asks = false;
      decided.facts.houses[index]!.asks = false;
    }
  }

  toString(): string {
    return this.text;
  }
}

const anyHouse = fc.nat(HOUSES - 1);
const anyMoney = fc.oneof(
  fc.integer({ min: 1, max: 15_000_000 }),
  fc.constantFrom(1, 999_999, 1_000_000, 10_000_000),
);
const anyTime = fc.oneof(
  fc.constantFrom(
    1,
    HOUR_MS - 1,
    HOUR_MS,
    HOUR_MS + 1,
    FRESH_MS,
    FRESH_MS + 1,
    24 * HOUR_MS,
    EMERGENCY.lastsMs,
  ),
  fc.integer({ min: 1, max: 4 * HOUR_MS }),
);

function at(house: number, text: string, change: (house: HouseFacts, facts: TownFacts) => void): Happening {
  return new Happening(`${text} at ${house}`, ({ facts }) => {
    facts.nowMs += 1;
    change(facts.houses[house]!, facts);
  });
}

const HAPPENINGS = [
  fc.tuple(anyHouse, anyMoney, anyTime).map(
    ([index, cost, ms]) =>
      new Happening(`reading of ${cost} after ${ms} ms at ${index}`, ({ facts }) => {
        facts.nowMs += ms;
        const house = facts.houses[index]!;
        house.balance -= cost;
        house.spent += cost;
        house.heardMs = facts.nowMs;
      }),
  ),
  anyTime.map(
    (ms) =>
      new Happening(`${ms} ms pass and all meters report`, ({ facts }) => {
        facts.nowMs += ms;
        for (const house of facts.houses) house.heardMs = facts.nowMs;
      }),
  ),
  anyTime.map((ms) => new Happening(`${ms} ms pass in silence`, ({ facts }) => (facts.nowMs += ms))),
  fc.tuple(anyHouse, anyMoney).map(([index, amount]) =>
    at(index, `payment of ${amount}`, (house, { nowMs }) => {
      house.balance += amount;
      house.payments.push(amount);
      house.lastPaidMs = nowMs;
    }),
  ),
  anyHouse.map((index) => at(index, 'reversal', (house) => (house.balance -= house.payments.pop() ?? 0))),
  fc
    .tuple(anyHouse, fc.option(anyMoney))
    .map(([index, limit]) => at(index, `own limit ${limit}`, (house) => (house.ownLimit = limit))),
  anyHouse.map((index) => at(index, 'protection', (house) => (house.isProtected = !house.isProtected))),
  anyHouse.map((index) =>
    at(index, 'cut by hand', (house, { nowMs }) => (house.staffMs = house.staffMs === null ? nowMs : null)),
  ),
  anyHouse.map((index) => at(index, 'emergency', (house) => (house.asks = true))),
  anyHouse.map((index) => new Happening(`release of ${index}`, (town) => town.release(index))),
  fc
    .tuple(fc.constantFrom(0, 1, HOUR_MS, 3 * HOUR_MS), fc.boolean())
    .map(
      ([leadMs, hasHours]) =>
        new Happening(`lead ${leadMs}, hours ${hasHours}`, ({ facts }) =>
          Object.assign(facts, { leadMs, hasHours }),
        ),
    ),
  fc.constant(new Happening('restart', (town) => town instanceof DecidedTown && town.restart())),
];

describe('decide against an obvious model', () => {
  it('switches, warns and puts aside like it, over readings, money, clocks, policies and restarts', function () {
    this.timeout(60_000);
    let cuts = 0;
    let quarantined = 0;
    let restored = 0;
    property(
      fc.commands(HAPPENINGS, { maxCommands: 60, size: 'max' }),
      (commands) => {
        fc.modelRun(() => {
          const real = new DecidedTown();
          const look = real.look.bind(real);
          real.look = (index) => {
            const decision = look(index);
            if (decision.supply === 'off') cuts += 1;
            if (decision.supply === 'on') restored += 1;
            if (decision.memory.quarantine) quarantined += 1;
            return decision;
          };
          return { model: new ObviousTown(townAtFirst()), real };
        }, commands);
      },
      200,
    );
    // A model that agrees on nothing ever happening proves nothing.
    const isLively = cuts > 0 && restored > 0 && quarantined > 0;
    assert.ok(isLively, `${cuts} cuts, ${restored}, ${quarantined}`);
  });
});
