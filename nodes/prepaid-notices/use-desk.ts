import type { AccountCard } from '../lib/ledger/account';
import type { MeterHistoryPoint } from '../lib/ledger/report';
import type { UseSoFar } from '../lib/notice/inbound-desk';
import { useBetween, useByHour, useSince } from '../lib/notice/use-curve';
import type { PricedMeter } from '../lib/payment/energy-estimate';
import type { Site } from '../lib/site/site';
import { pieceAt } from '../lib/tariff/meter-plan';
import { DAY_MS } from '../lib/time/calendar-date';
import type { LocalDay, LocalDays } from '../lib/time/local-days';
import type { BillingPeriods } from '../lib/tariff/billing-period';

/** Points this close are enough for whole hours, and a fortnight of them is soon read. */
const BUCKET_MS = 900_000;
/** A meter that was silent so long before a period may have been read last then. */
const BEFORE_MS = DAY_MS;
const DAYS_PER_WEEK = 7;

/** What an account used in a week, and how that was spread over the day. */
export interface WeekOfUse {
  usedWh: number | null;
  beforeWh: number | null;
  hoursWh: number[];
}

/** Reads what customers used from the registers of their meters. */
export class UseDesk {
  constructor(
    private readonly site: Site,
    readonly days: LocalDays,
  ) {}

  soFar(card: AccountCard): UseSoFar {
    const nowMs = this.site.nowMs();
    const today = this.days.dayAt(nowMs);
    const yesterday = this.days.day(today.dayNumber - 1);
    const periodFromMs = this.periodsOf(card)?.at(nowMs).fromMs ?? null;
    const sinceMs = Math.min(yesterday.fromMs, periodFromMs ?? Infinity);
    const curves = this.curvesOf(card, sinceMs);
    return {
      todayWh: sumOf(curves, (points) => useSince(points, today.fromMs)),
      yesterdayWh: sumOf(curves, (points) => useBetween(points, yesterday.fromMs, today.fromMs)),
      periodWh: periodFromMs === null ? null : sumOf(curves, (points) => useSince(points, periodFromMs)),
    };
  }

  /** The week before the one that begins with `monday`, and the one before that. */
  weekBefore(card: AccountCard, monday: LocalDay): WeekOfUse {
    const { dayNumber } = monday;
    const from = this.days.day(dayNumber - DAYS_PER_WEEK);
    const before = this.days.day(dayNumber - 2 * DAYS_PER_WEEK);
    const week = Array.from({ length: DAYS_PER_WEEK }, (_, index) => this.days.day(from.dayNumber + index));
    const curves = this.curvesOf(card, before.fromMs);
    const hours = curves.map((points) => useByHour(points, this.days, week));
    return {
      usedWh: sumOf(curves, (points) => useBetween(points, from.fromMs, monday.fromMs)),
      beforeWh: sumOf(curves, (points) => useBetween(points, before.fromMs, from.fromMs)),
      hoursWh: addHours(hours),
    };
  }

  /** The account's first meter that has been read and has a tariff. */
  pricedMeter({ meterIds }: AccountCard): PricedMeter | null {
    const { store } = this.site;
    for (const meterId of meterIds) {
      if (!store.knownMeter(meterId)?.head) continue;
      const { headMs = null, headWh = null, state = null, plan } = store.pricing(meterId, '') ?? {};
      if (headMs !== null && headWh !== null && state !== null && plan)
        return { headMs, headWh, state, plan };
    }
    return null;
  }

  /** By the calendar of the account's tariff; null as long as it has none. */
  periodsOf(card: AccountCard): BillingPeriods | null {
    const meter = this.pricedMeter(card);
    return meter && pieceAt(meter.plan, this.site.nowMs()).tariff.periods;
  }

  /** Accounts of one tariff are similar households; empty as long as there is none. */
  tariffOf(card: AccountCard): string {
    const meter = this.pricedMeter(card);
    return meter ? pieceAt(meter.plan, this.site.nowMs()).tariff.tariff.tariffId : '';
  }

  private curvesOf({ meterIds }: AccountCard, sinceMs: number): MeterHistoryPoint[][] {
    return meterIds.map((meterId) => this.site.store.history(meterId, sinceMs - BEFORE_MS, BUCKET_MS));
  }
}

/** null when one of the meters does not say: half a house would be a wrong answer. */
function sumOf(
  curves: readonly MeterHistoryPoint[][],
  useOf: (points: readonly MeterHistoryPoint[]) => number | null,
): number | null {
  if (curves.length === 0) return null;
  return curves.reduce<number | null>((sum, points) => {
    const used = useOf(points);
    return sum === null || used === null ? null : sum + used;
  }, 0);
}

function addHours(hours: readonly number[][]): number[] {
  const [first = [], ...others] = hours;
  return first.map((usedWh, hour) => others.reduce((sum, other) => sum + (other[hour] ?? 0), usedWh));
}
