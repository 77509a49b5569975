import assert from 'node:assert/strict';
import fc from 'fast-check';
import { type PolicyMemory } from '../../../../nodes/lib/policy/account-situation';
import {
  EMERGENCY,
  FRESH_MS,
  HOUR_MS,
  ObviousTown,
  type HouseFacts,
  type TownFacts,
} from '../../policy/obvious-town';
import { property } from '../../property';

import { HOUSES, LedgerTown, MICROS_PER_WH } from './ledger-town';

/** The lines that stand told, in the words of the model. */
function standing({ told }: PolicyMemory): string[] {
  return Object.keys(told).flatMap((key) => {
    const [subject, , line] = key.split('/');
    if (subject === 'credit') return [`credit ${line === 'cut' ? 0 : line}`];
    return subject === 'staff' ? ['staff'] : [];
  });
}

/** OFF needs all of these, whatever wanted it. */
function checkInvariants(town: LedgerTown, index: number, { told }: PolicyMemory): void {
  const { nowMs, leadMs, hasHours, houses } = town.facts;
  const house = houses[index]!;
  assert.ok(house.balance <= 0 || house.staffMs !== null, 'a reason');
  assert.ok(nowMs - house.heardMs <= FRESH_MS, 'fresh data');
  assert.ok(!house.isProtected, 'not protected');
  const hour = new Date(nowMs).getUTCHours();
  assert.ok(!hasHours || (hour >= 10 && hour < 13), 'not in a no-cut window');
  const isWarned = Object.values(told).some(({ atMs }) => nowMs - atMs >= Math.max(1, leadMs));
  assert.ok(isWarned, 'warned before');
}

interface Tally {
  cuts: number;
  restored: number;
  quarantined: number;
}

/** Changes the facts, and the ledger or the model behind them. Returns the house that was looked at on the way. */
type Happen = (town: LedgerTown | ObviousTown) => number | null;

/** Something happens; every house is looked at in the model, and in the ledger only those that it has to look at. */
class Happening implements fc.Command<ObviousTown, LedgerTown> {
  constructor(
    private readonly text: string,
    private readonly tally: Tally,
    private readonly happen: Happen,
  ) {}

  check(): boolean {
    return true;
  }

  run(model: ObviousTown, town: LedgerTown): void {
    const before = town.facts.houses.map((_, index) => town.supply(index));
    const touched = this.happen(model);
    if (touched !== null) model.look(touched);
    this.happen(town);
    // Ledger time is later with each commit.
    for (const { facts } of [model, town]) {
      facts.nowMs += 1;
      for (const house of facts.houses) house.asks = false;
    }
    const due = town.serveTimers();
    const order = [...due, ...town.facts.houses.keys()];
    for (const index of new Set(order)) this.compare(index, model.look(index), model, town, before[index]!);
  }

  toString(): string {
    return this.text;
  }

  private compare(
    index: number,
    expected: ReturnType<ObviousTown['look']>,
    model: ObviousTown,
    town: LedgerTown,
    before: 'on' | 'off',
  ): void {
    const memory = town.memory(index);
    const supply = town.supply(index);
    assert.equal(town.balance(index), town.facts.houses[index]!.balance, `the balance of ${index}`);
    assert.equal(supply, expected.supply, `the supply of ${index}`);
    assert.equal(memory.quarantine !== null, expected.isQuarantined, `the quarantine of ${index}`);
    const told = [...model.houses[index]!.told.keys()].map((name) => name.replace(/^staff .*/, 'staff'));
    assert.deepEqual(new Set(standing(memory)), new Set(told), `what ${index} was told`);
    if (before === 'on' && supply === 'off') {
      checkInvariants(town, index, memory);
      this.tally.cuts += 1;
    }
    if (before === 'off' && supply === 'on') this.tally.restored += 1;
    if (memory.quarantine) this.tally.quarantined += 1;
  }
}

const anyHouse = fc.nat(HOUSES - 1);
const anyMoney = fc.oneof(
  fc.integer({ min: 1, max: 15_000_000 }),
  fc.constantFrom(1, 999_999, 1_000_000, 10_000_000),
);
const anyWh = fc.oneof(fc.nat(1_900), fc.constantFrom(0, 1, 125, 1_250, 1_500));
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

const inLedger = (town: LedgerTown | ObviousTown): LedgerTown | null =>
  town instanceof LedgerTown ? town : null;

function happenings(tally: Tally): fc.Arbitrary<Happening>[] {
  const make = (text: string, happen: Happen): Happening => new Happening(text, tally, happen);
  const at = (
    index: number,
    text: string,
    happen: (house: HouseFacts, town: LedgerTown | null, nowMs: number) => void,
  ): Happening =>
    make(`${text} at ${index}`, (town) => {
      town.facts.nowMs += 1;
      happen(town.facts.houses[index]!, inLedger(town), town.facts.nowMs);
      return index;
    });
  return [
    fc.tuple(anyHouse, anyWh, anyTime, fc.boolean(), fc.nat(9)).map(([index, usedWh, ms, isDoubled, fate]) =>
      make(`reading of ${usedWh} Wh after ${ms} ms at ${index}${fate === 0 ? ', lost' : ''}`, (town) => {
        town.facts.nowMs += ms;
        return readingCame(town, index, usedWh, isDoubled, fate === 0);
      }),
    ),
    anyTime.map((ms) =>
      make(`${ms} ms pass in silence`, ({ facts }) => {
        facts.nowMs += ms;
        return null;
      }),
    ),
    fc.tuple(anyHouse, anyMoney).map(([index, amount]) =>
      at(index, `payment of ${amount}`, (house, town, nowMs) => {
        house.balance += amount;
        house.payments.push(amount);
        house.lastPaidMs = nowMs;
        town?.pay(index, amount);
      }),
    ),
    anyHouse.map((index) =>
      at(index, 'reversal', (house, town) => {
        house.balance -= house.payments.pop() ?? 0;
        town?.reverse(index);
      }),
    ),
    anyHouse.map((index) =>
      make(`protection at ${index}`, (town) => {
        town.facts.nowMs += 1;
        const house = town.facts.houses[index]!;
        house.isProtected = !house.isProtected;
        inLedger(town)?.protect(index, house.isProtected);
        return null;
      }),
    ),
    anyHouse.map((index) =>
      at(index, 'cut by hand', (house, town, nowMs) => {
        const isNew = house.staffMs === null;
        house.staffMs = isNew ? nowMs : null;
        town?.change(index, isNew ? { as: 'cut', reason: 'moved out' } : { as: 'withdrawCut' }, 'Asha');
      }),
    ),
    anyHouse.map((index) =>
      at(index, 'emergency', (house, town) => {
        house.asks = true;
        town?.change(index, { as: 'emergency' }, 'customer');
      }),
    ),
    anyHouse.map((index) =>
      make(`release of ${index}`, (town) => {
        town.facts.nowMs += 1;
        town.release(index);
        return index;
      }),
    ),
    fc.tuple(fc.constantFrom(0, 1, HOUR_MS, 3 * HOUR_MS), fc.boolean()).map(([leadMs, hasHours]) =>
      make(`lead ${leadMs}, hours ${hasHours}`, (town) => {
        town.facts.nowMs += 1;
        Object.assign(town.facts, { leadMs, hasHours });
        inLedger(town)?.setPolicy();
        return null;
      }),
    ),
    fc.constant(
      make('restart', (town) => {
        inLedger(town)?.restart();
        return null;
      }),
    ),
  ];
}

/** What lost messages would have told; the next one tells it too. */
const untold = new WeakMap<TownFacts, number[]>();

function readingCame(
  town: LedgerTown | ObviousTown,
  index: number,
  usedWh: number,
  isDoubled: boolean,
  isLost: boolean,
): number | null {
  const { facts } = town;
  const lost = untold.get(facts) ?? facts.houses.map(() => 0);
  untold.set(facts, lost);
  lost[index]! += usedWh;
  if (isLost) return null;
  const allWh = lost[index]!;
  lost[index] = 0;
  const house = facts.houses[index]!;
  house.balance -= allWh * MICROS_PER_WH;
  house.spent += allWh * MICROS_PER_WH;
  house.heardMs = facts.nowMs;
  inLedger(town)?.read(index, allWh, isDoubled);
  return index;
}

describe('the policy in the ledger, against an obvious model', () => {
  it('switches, warns and puts aside like it, over restarts, doubled messages and silence', function () {
    this.timeout(120_000);
    const tally: Tally = { cuts: 0, restored: 0, quarantined: 0 };
    property(
      fc.commands(happenings(tally), { maxCommands: 35, size: 'max' }),
      (commands) => {
        const towns: LedgerTown[] = [];
        try {
          fc.modelRun(() => {
            const real = new LedgerTown();
            towns.push(real);
            const model = new ObviousTown(structuredClone(real.facts));
            for (const index of real.facts.houses.keys()) model.look(index);
            return { model, real };
          }, commands);
        } finally {
          for (const town of towns) town.dispose();
        }
      },
      200,
    );
    const { cuts, restored, quarantined } = tally;
    const isLively = cuts > 0 && restored > 0 && quarantined > 0;
    assert.ok(isLively, `${cuts} cuts, ${restored}, ${quarantined}`);
  });
});
