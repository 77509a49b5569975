import assert from 'node:assert/strict';
import type { Committed, PolicyChange, Posting, PostingResult } from '../../../../nodes/lib/ledger/posting';
import { micros } from '../../../../nodes/lib/money/micros';
import { mergePolicy, type Policy, type PolicyOverride } from '../../../../nodes/lib/policy/policy';
import { SAFE_POLICY } from '../../../../nodes/lib/policy/policy-presets';
import { supplyGuard, type SupplyGuard } from '../../../../nodes/lib/policy/supply-guard';
import { localDays } from '../../../../nodes/lib/time/local-days';
import { chargeOf, HOME_TARIFF, LedgerFixture, registration, START_MS, topUpOf } from './ledger-fixture';

export const MINUTE_MS = 60_000;
export const HOUR_MS = 60 * MINUTE_MS;
export const DAY_MS = 24 * HOUR_MS;
export const UTC = localDays('UTC');
/** Warns at 30.00 only; cuts at zero, at any hour, one hour after the warning. */
export const POLICY: Policy = mergePolicy(SAFE_POLICY, {
  warnings: { percentagesPpm: [], amountsMicros: [micros(30_000_000)], daysLeft: [] },
  noCut: { sets: [] },
});

/** A ledger whose accounts are decided on by the policy, and the registers of their meters. */
export class PolicyTown {
  readonly ledger = new LedgerFixture({ ...HOME_TARIFF, timeZone: 'UTC' }, null, true);
  guard: SupplyGuard;
  nowMs = START_MS;
  private readonly heads = new Map<string, { atMs: number; energyWh: number }>();

  constructor(override: PolicyOverride = {}, fleet: Partial<Policy['fleet']> = {}) {
    const policy = mergePolicy(POLICY, override);
    this.guard = supplyGuard({ ...policy, fleet: { ...policy.fleet, ...fleet } }, UTC);
  }

  commit(...postings: Posting[]): PostingResult[] {
    return this.ledger.store.commit(postings, this.nowMs);
  }

  house(number: number, credit: number): void {
    this.commit({ type: 'register', registration: registration(number), by: 'staff' });
    if (credit > 0) this.pay(number, credit, `first ${number}`);
    this.read(`M${number}`, 0, 0);
  }

  reading(meterId: string, usedWh: number, afterMs: number): Posting {
    this.nowMs += afterMs;
    const head = this.heads.get(meterId) ?? { atMs: this.nowMs, energyWh: 0 };
    const toWh = head.energyWh + usedWh;
    this.heads.set(meterId, { atMs: this.nowMs, energyWh: toWh });
    const segment = { fromMs: head.atMs, fromWh: head.energyWh, toMs: this.nowMs, toWh };
    return chargeOf(meterId, segment, this.guard);
  }

  read(meterId: string, usedWh: number, afterMs = MINUTE_MS): Committed {
    return committed(this.commit(this.reading(meterId, usedWh, afterMs))[0]);
  }

  pay(number: number, amount: number, reference: string): Committed {
    this.nowMs += 1;
    return committed(this.commit({ ...topUpOf(`A${number}`, amount, reference), guard: this.guard })[0]);
  }

  ask(number: number, change: PolicyChange, by: string): PostingResult {
    this.nowMs += 1;
    const [result] = this.commit({
      type: 'accountPolicy',
      accountId: `A${number}`,
      change,
      by,
      guard: this.guard,
    });
    return result!;
  }

  explain(number: number): Committed {
    return committed(this.commit({ type: 'explain', accountId: `A${number}`, guard: this.guard })[0]);
  }

  /** Time passes, and the guard's timer looks after it. */
  pass(ms: number): Committed[] {
    this.nowMs += ms;
    const { guard } = this;
    const due = this.ledger.store.dueLooks(this.nowMs, 100_000);
    return this.commit(...due.map((accountKey): Posting => ({ type: 'look', accountKey, guard }))).map(
      committed,
    );
  }

  supply(number: number): string {
    return this.ledger.store.accountCard(`A${number}`)!.supply;
  }
}

export function committed(result: PostingResult | undefined): Committed {
  assert.ok(result?.outcome === 'committed', JSON.stringify(result));
  return result;
}

export const kinds = ({ notices }: Committed): string[] => notices.map(({ kind }) => kind);
export const desired = ({ relays }: Committed): string[] =>
  relays.map((relay) => `${relay.meterId} ${relay.desired}`);
