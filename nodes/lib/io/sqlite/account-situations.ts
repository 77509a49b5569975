import type { AccountSituation } from '../../policy/account-situation';
import type { SupplyGuard } from '../../policy/supply-guard';
import { costsByWeekday, stepUse, useToday, type MetersNow, type UseRecord } from '../../policy/use-record';
import { subtractMicros, micros, ZERO_MICROS } from '../../money/micros';
import { pieceAt } from '../../tariff/meter-plan';
import type { MeterState } from '../../tariff/meter-state';
import type { Batch } from './commit-batch';
import type { DebtBook } from './debt-book';
import type { LiveAccount, LiveAccounts, LiveMeter } from './live-accounts';
import type { MeterPrices } from './meter-prices';
import type { PolicyBook, StoredPolicy } from './policy-book';

/** An account put together for a decision, and what is kept of its use after it. */
export interface ReadSituation {
  situation: AccountSituation;
  use: UseRecord;
}

interface ReadMeter {
  meter: LiveMeter;
  headMs: number;
  headWh: number;
  fold: MeterState;
}

/** Use is followed in steps of this length, since writing it down takes longer than a reading. */
const USE_STEP_MS = 900_000;
const SLABS = 'slabs';

/** Puts together what a decision is about: an account as it stands within a batch. */
export class AccountSituations {
  constructor(
    private readonly live: LiveAccounts,
    private readonly prices: MeterPrices,
    private readonly debts: DebtBook,
    private readonly book: PolicyBook,
  ) {}

  read(
    batch: Batch,
    account: LiveAccount,
    policy: StoredPolicy,
    { days }: SupplyGuard,
    asksEmergency: boolean,
  ): ReadSituation {
    const { nowMs } = batch;
    const meters = this.metersOf(policy);
    const now = metersNow(policy, meters, nowMs);
    const use = useAfter(policy.use, now, days);
    const groups = this.groupsOf(policy, meters);
    const situation: AccountSituation = {
      accountId: account.accountId,
      balanceMicros: account.balanceMicros,
      lastRecharge: this.book.lastRecharge(account),
      debtMicros: this.debts
        .ofAccount(batch, account)
        .reduce((sum, { outstandingMicros }) => micros(sum + outstandingMicros), ZERO_MICROS),
      period: periodAt(nowMs, now, use, meters),
      slabs: this.slabsOf(meters, nowMs),
      today: useToday(use, now, days),
      weekdayCosts: costsByWeekday(use),
      own: policy.own,
      demand: demandOf(meters),
      dataAtMs: meters.length === 0 ? null : Math.min(...meters.map(({ headMs }) => headMs)),
      heardAtMs: meters.length === 0 ? null : Math.max(...meters.map(({ headMs }) => headMs)),
      supply: account.supply,
      isProtected: account.isProtected,
      convertedMs: policy.convertedMs,
      staffCut: policy.staffCut,
      groups,
      demandOrders: this.book.ordersFor(groups, nowMs),
      asksEmergency,
      meters: policy.meterIds.length,
      memory: policy.memory,
    };
    return { situation, use };
  }

  /** The tariffs of an account are groups of their own. */
  private groupsOf({ groups }: StoredPolicy, meters: readonly ReadMeter[]): readonly string[] {
    const tariffs = meters.map(({ fold }) => fold.tariffId).filter((id) => !groups.includes(id));
    return tariffs.length === 0 ? groups : [...new Set([...tariffs, ...groups])];
  }

  private metersOf({ meterIds }: StoredPolicy): ReadMeter[] {
    const read: ReadMeter[] = [];
    for (const meterId of meterIds) {
      const meter = this.live.meter(meterId);
      // One that was never read has no tariff yet either.
      if (meter === undefined) continue;
      const { headMs, headWh } = meter;
      if (headMs === null || headWh === null) continue;
      const fold = this.prices.foldOf(meter);
      if (fold !== null) read.push({ meter, headMs, headWh, fold });
    }
    return read;
  }

  /** Where each dearer slab begins. With several meters each has its own, and there is no place in all of them. */
  private slabsOf(meters: readonly ReadMeter[], nowMs: number): AccountSituation['slabs'] {
    const [only] = meters;
    if (!only || meters.length > 1) return [];
    const { tariff, terms } = pieceAt(this.prices.planOf(only.meter), nowMs);
    const component = tariff.tariff.components.find(({ kind }) => kind === SLABS);
    const part = component && 'id' in component && tariff.energy.find(({ id }) => id === component.id);
    if (!part) return [];
    const { blocks } = part.stretchAt(nowMs, terms, only.fold);
    return blocks.slice(1).map(({ rateMicrosPerKwh }, index) => ({
      fromWh: Math.ceil(blocks[index]?.uptoWh ?? 0),
      rateMicrosPerKwh,
    }));
  }
}

/** The same record as long as the present moment is near to it, which needs no writing. */
function useAfter(before: UseRecord | null, now: MetersNow, days: SupplyGuard['days']): UseRecord {
  const isNear =
    before?.meters === now.meters &&
    now.atMs < before.lastMs + USE_STEP_MS &&
    now.periodFromMs === before.periodFromMs &&
    days.dayAt(now.atMs).dayNumber === before.dayNumber;
  return isNear ? before : stepUse(before, now, days);
}

function metersNow({ meterIds }: StoredPolicy, meters: readonly ReadMeter[], nowMs: number): MetersNow {
  const periodFromMs = meters.reduce((latest, { fold }) => Math.max(latest, fold.periodFromMs), 0);
  let registerWh = 0;
  let costMicros = 0;
  let periodCostMicros = 0;
  for (const { headWh, fold } of meters) {
    registerWh += headWh;
    for (const [index, total] of fold.totals.entries()) {
      costMicros += total;
      if (fold.periodFromMs === periodFromMs && fold.components[index]?.[1] === 'nano')
        periodCostMicros += subtractMicros(total, fold.periodTotals[index] ?? ZERO_MICROS);
    }
    for (const { total } of fold.retired) costMicros += total;
  }
  return { atMs: nowMs, registerWh, costMicros, meters: meterIds.join(' '), periodFromMs, periodCostMicros };
}

/** A period ends at its time, also for a meter that says nothing: whoever is dark by a limit for it shall not stay so. */
function periodAt(
  nowMs: number,
  now: MetersNow,
  use: UseRecord,
  meters: readonly ReadMeter[],
): AccountSituation['period'] {
  const fromMs = now.periodFromMs;
  const current = meters.filter(({ fold }) => fold.periodFromMs === fromMs);
  const toMs = Math.max(0, ...current.map(({ fold }) => fold.periodToMs));
  if (toMs > 0 && toMs <= nowMs) return { fromMs: toMs, spentMicros: ZERO_MICROS, usedWh: 0 };
  return {
    fromMs,
    toMs,
    spentMicros: micros(now.costMicros - use.periodCostMicros),
    usedWh: current.reduce((sum, { headWh, fold }) => sum + headWh - fold.periodStartWh, 0),
  };
}

/** The meter that reports most; several meters are seldom behind one breaker. */
function demandOf(meters: readonly ReadMeter[]): AccountSituation['demand'] {
  let highest: AccountSituation['demand'] = null;
  for (const { meter, headMs } of meters)
    if (meter.powerW !== null && (highest === null || meter.powerW > highest.powerW))
      highest = { powerW: Math.round(meter.powerW), atMs: headMs };
  return highest;
}
