import Database from 'better-sqlite3';
import assert from 'node:assert/strict';
import type { Posting, PostingResult, PolicyChange } from '../../../../nodes/lib/ledger/posting';
import { micros } from '../../../../nodes/lib/money/micros';
import { NEW_MEMORY, type PolicyMemory } from '../../../../nodes/lib/policy/account-situation';
import { mergePolicy, type Policy } from '../../../../nodes/lib/policy/policy';
import { SAFE_POLICY } from '../../../../nodes/lib/policy/policy-presets';
import { supplyGuard, type SupplyGuard } from '../../../../nodes/lib/policy/supply-guard';
import { localDays } from '../../../../nodes/lib/time/local-days';
import {
  BUDGET,
  EMERGENCY,
  FRESH_MS,
  HOUR_MS,
  HYSTERESIS,
  LINES,
  type TownFacts,
} from '../../policy/obvious-town';
import { chargeOf, HOME_TARIFF, LedgerFixture, registration, topUpOf } from './ledger-fixture';

const START_MS = Date.parse('2026-01-06T08:00:00Z');
export const HOUSES = 3;
export const MICROS_PER_WH = 8_000;
const FIRST_CREDIT = 12_000_000;
const UTC = localDays('UTC');
/** 10:00 to 13:00, on all days. */
const HOURS = SAFE_POLICY.noCut.sets.map((set) => ({ ...set, week: set.week.map(() => set.week[0] ?? []) }));
const BASE: Policy = {
  ...mergePolicy(SAFE_POLICY, {
    cut: { freshWithinMs: FRESH_MS },
    warnings: {
      percentagesPpm: [],
      amountsMicros: LINES.map(micros),
      daysLeft: [],
      hysteresisMicros: micros(HYSTERESIS),
    },
    emergency: {
      mode: 'activated',
      amountMicros: micros(EMERGENCY.amount),
      lastsMs: EMERGENCY.lastsMs,
      offerBelowMicros: micros(EMERGENCY.offerBelow),
    },
  }),
  fleet: { leastCuts: BUDGET, partPpm: 0, withinMs: HOUR_MS, releaseLastsMs: 24 * HOUR_MS },
};

function guardOf({ leadMs, hasHours }: TownFacts): SupplyGuard {
  return supplyGuard(
    mergePolicy(BASE, { warnings: { leadMs }, noCut: { sets: hasHours ? HOURS : [] } }),
    UTC,
  );
}

/** The real ledger: readings, money and requests go in, timers are served, and nothing else is looked at. */
export class LedgerTown {
  readonly ledger = new LedgerFixture({ ...HOME_TARIFF, timeZone: 'UTC' }, null, true);
  readonly facts: TownFacts = {
    nowMs: START_MS,
    leadMs: HOUR_MS,
    hasHours: false,
    houses: Array.from({ length: HOUSES }, () => ({
      balance: FIRST_CREDIT,
      lastPaidMs: START_MS,
      payments: [FIRST_CREDIT],
      spent: 0,
      ownLimit: null,
      heardMs: START_MS,
      isProtected: false,
      staffMs: null,
      asks: false,
    })),
  };
  guard = guardOf(this.facts);
  private readonly heads = Array.from({ length: HOUSES }, () => ({ atMs: START_MS, energyWh: 0 }));
  private readonly references: string[][] = Array.from({ length: HOUSES }, (_, index) => [`r${index}`]);
  private payments = HOUSES;
  private raw = this.openRaw();
  private readonly keys: number[];

  constructor() {
    const houses = Array.from({ length: HOUSES }, (_, index) => index);
    const { guard } = this;
    this.commit(
      ...houses.map((index): Posting => ({
        type: 'register',
        registration: registration(index),
        by: 'staff',
      })),
      ...houses.map((index): Posting => ({ ...topUpOf(`A${index}`, FIRST_CREDIT, `r${index}`), guard })),
      ...houses.map((index) => this.reading(index, { fromMs: START_MS, fromWh: 0, toMs: START_MS, toWh: 0 })),
    );
    this.keys = this.raw
      .prepare<[], number>('SELECT account_key FROM account ORDER BY account_id')
      .pluck()
      .all();
  }

  commit(...postings: Posting[]): PostingResult[] {
    return this.ledger.store.commit(postings, this.facts.nowMs);
  }

  /** A reading, perhaps told twice. */
  read(index: number, usedWh: number, isDoubled: boolean): void {
    const { nowMs } = this.facts;
    const head = this.heads[index]!;
    const toWh = head.energyWh + usedWh;
    const charge = this.reading(index, { fromMs: head.atMs, fromWh: head.energyWh, toMs: nowMs, toWh });
    const [first, second] = this.commit(...(isDoubled ? [charge, charge] : [charge]));
    assert.equal(first?.outcome, 'committed');
    if (isDoubled) assert.equal(second?.outcome, 'chain');
    this.heads[index] = { atMs: nowMs, energyWh: toWh };
  }

  pay(index: number, amount: number): void {
    const reference = `r${(this.payments += 1)}`;
    this.references[index]!.push(reference);
    const topUp = { ...topUpOf(`A${index}`, amount, reference), guard: this.guard };
    const [credited, again] = this.commit(topUp, topUp);
    assert.deepEqual([credited?.outcome, again?.outcome], ['committed', 'repeated']);
  }

  reverse(index: number): void {
    const paymentReference = this.references[index]!.pop();
    if (paymentReference === undefined) return;
    this.commit({
      type: 'moneyBack',
      request: {
        kind: 'reversal',
        reference: `back ${paymentReference}`,
        channel: 'counter',
        paymentReference,
        amountMicros: null,
        reason: 'bounced',
        by: 'clerk',
      },
      secondPersonAboveMicros: micros(1_000_000_000),
      guard: this.guard,
    });
  }

  change(index: number, change: PolicyChange, by: string): PostingResult {
    const [result] = this.commit({
      type: 'accountPolicy',
      accountId: `A${index}`,
      change,
      by,
      guard: this.guard,
    });
    return result!;
  }

  /** One person asks and another one gives; who waits for nothing is told so. */
  release(index: number): void {
    const asked = this.change(index, { as: 'askRelease' }, 'Asha');
    if (asked.outcome === 'refused') return;
    this.change(index, { as: 'giveRelease' }, 'Bela');
  }

  protect(index: number, isProtected: boolean): void {
    this.commit({ type: 'register', registration: { ...registration(index), isProtected }, by: 'staff' });
  }

  setPolicy(): void {
    this.guard = guardOf(this.facts);
    this.commit({ type: 'sitePolicy', policy: this.guard.policy, by: 'manager' });
  }

  restart(): void {
    this.raw.close();
    this.ledger.store.close();
    this.ledger.store = this.ledger.open();
    this.raw = this.openRaw();
    this.guard = guardOf(this.facts);
  }

  /** What the guard's timer does. Returns the houses that it looked at, in their order. */
  serveTimers(): number[] {
    const { guard } = this;
    const due = this.ledger.store.dueLooks(this.facts.nowMs, 100);
    if (due.length > 0)
      this.commit(...due.map((accountKey): Posting => ({ type: 'look', accountKey, guard })));
    return due.map((accountKey) => this.keys.indexOf(accountKey));
  }

  supply(index: number): 'on' | 'off' {
    return this.ledger.store.accountCard(`A${index}`)!.supply;
  }

  balance(index: number): number {
    return this.ledger.store.balanceOf(`A${index}`)!;
  }

  memory(index: number): PolicyMemory {
    const text = this.raw
      .prepare<[string], string>(
        'SELECT memory FROM account_policy JOIN account USING (account_key) WHERE account_id = ?',
      )
      .pluck()
      .get(`A${index}`);
    return text === undefined ? NEW_MEMORY : (JSON.parse(text) as PolicyMemory);
  }

  dispose(): void {
    this.raw.close();
    this.ledger.dispose();
  }

  private reading(index: number, segment: Parameters<typeof chargeOf>[1]): Posting {
    return chargeOf(`M${index}`, segment, this.guard);
  }

  private openRaw(): Database.Database {
    return new Database(this.ledger.file, { readonly: true });
  }
}
