import type { MeterTerms } from '../../../nodes/lib/tariff/meter-terms';
import type { BillingRule } from '../../../nodes/lib/tariff/billing-period';
import type { EnergyComponent, Tariff } from '../../../nodes/lib/tariff/tariff';

/**
 * A second pricing that shares no arithmetic with the engine: it walks a register minute by minute and Wh by Wh, asks
 * Intl what the clock on the wall shows, and adds up exact fractions. Slow and obvious. It needs a zone whose clock
 * changes and midnights fall on whole minutes, as all do today.
 */
export interface CurvePoint {
  atMs: number;
  energyWh: number;
}

/** What each component comes to over the whole curve, and the standing charges until `untilMs`. */
export type SlowTotals = Record<string, bigint>;

const MINUTE_MS = 60_000;

interface Wall {
  date: string;
  hour: number;
}

type ReadWall = (atMs: number) => Wall;

function wallOf(timeZone: string): ReadWall {
  const format = new Intl.DateTimeFormat('sv-SE', { timeZone, dateStyle: 'short', timeStyle: 'short' });
  const seen = new Map<number, Wall>();
  return (atMs) => {
    const known = seen.get(atMs);
    if (known) return known;
    const text = format.format(atMs);
    const wall = { date: text.slice(0, 10), hour: Number(text.slice(11, 13)) };
    seen.set(atMs, wall);
    return wall;
  };
}

function shiftDate(date: string, days: number): string {
  return new Date(Date.parse(`${date}T00:00:00Z`) + days * 86_400_000).toISOString().slice(0, 10);
}

/** The date a billing period began, by walking back day by day. */
function periodStart(date: string, rule: BillingRule): string {
  let start = date;
  switch (rule.kind) {
    case 'month':
      while (Number(start.slice(8)) !== rule.anchorDay) start = shiftDate(start, -1);
      return start;
    case 'days':
      while ((Date.parse(start) - Date.parse(rule.firstDate)) % (rule.days * 86_400_000) !== 0)
        start = shiftDate(start, -1);
      return start;
    case 'list':
      while (!rule.periods.some(({ fromDate }) => fromDate === start)) start = shiftDate(start, -1);
      return start;
  }
}

/** All dates of the period that holds this one. */
function periodDates(date: string, rule: BillingRule): string[] {
  const start = periodStart(date, rule);
  const dates = [start];
  for (;;) {
    const next = shiftDate(start, dates.length);
    if (rule.kind === 'list' && next === rule.endDate) return dates;
    if (periodStart(next, rule) !== start) return dates;
    dates.push(next);
  }
}

interface Situation {
  atMs: number;
  wall: Wall;
  /** Wh used since the billing period began, before this Wh. */
  position: number;
  /** The date of the meter's first reading, and the dates of the billing period. */
  firstDate: string;
  dates: string[];
}

function rateOf(component: EnergyComponent, tariff: Tariff, terms: MeterTerms, now: Situation): number {
  switch (component.kind) {
    case 'flat':
      return component.rateMicrosPerKwh;
    case 'lifeline':
      return terms.isLifeline && now.position < component.uptoWh
        ? component.rateMicrosPerKwh
        : component.fallbackMicrosPerKwh;
    case 'fuelSurcharge':
      return now.wall.date >= component.fromDate ? component.rateMicrosPerKwh : 0;
    case 'slabs': {
      const had = component.prorate ? now.dates.filter((date) => date >= now.firstDate) : now.dates;
      const slab = component.slabs.find(
        ({ uptoWh }) =>
          uptoWh === null || now.position < Math.floor((uptoWh * had.length) / now.dates.length),
      );
      return slab!.rateMicrosPerKwh;
    }
    case 'priceFeed': {
      const latest = terms.feed.filter(({ fromMs }) => fromMs <= now.atMs).at(-1);
      const holds = latest && now.atMs - latest.fromMs < component.holdsMs;
      return (holds ? latest.microsPerKwh : null) ?? component.fallbackMicrosPerKwh;
    }
    case 'timeOfUse': {
      const { date, hour } = now.wall;
      const begun = tariff.seasons.filter(({ from }) => from <= date.slice(5)).length;
      const grid = component.grids[begun > 0 ? begun - 1 : component.grids.length - 1]!;
      const weekday = (new Date(`${date}T00:00:00Z`).getUTCDay() + 6) % 7;
      const hours = tariff.holidays.includes(date) ? grid.holiday : grid.week[weekday]!;
      return component.periods[hours[hour]!]!.rateMicrosPerKwh;
    }
  }
}

function isFree(id: string, tariff: Tariff, terms: MeterTerms, position: number): boolean {
  return tariff.components.some(
    (component) =>
      component.kind === 'freeUnits' &&
      component.of.includes(id) &&
      position < component.freeWh &&
      (terms.isLifeline || !component.lifelineOnly),
  );
}

const floorDivide = (value: bigint, divisor: bigint) =>
  value >= 0n ? value / divisor : -((-value + divisor - 1n) / divisor);

/** Calls back for every minute, or part of one, of the curve, with the register at its two ends. */
function eachMinute(curve: CurvePoint[], visit: (atMs: number, fromWh: number, toWh: number) => void): void {
  for (let index = 1; index < curve.length; index += 1) {
    const from = curve[index - 1]!;
    const to = curve[index]!;
    const registerAt = (atMs: number) =>
      from.energyWh +
      Number((BigInt(to.energyWh - from.energyWh) * BigInt(atMs - from.atMs)) / BigInt(to.atMs - from.atMs));
    for (let atMs = from.atMs; atMs < to.atMs;) {
      const nextMs = Math.min(to.atMs, (Math.floor(atMs / MINUTE_MS) + 1) * MINUTE_MS);
      visit(atMs, registerAt(atMs), registerAt(nextMs));
      atMs = nextMs;
    }
  }
}

function energyNanos(tariff: Tariff, terms: MeterTerms, curve: CurvePoint[], readWall: ReadWall): SlowTotals {
  const nanos: SlowTotals = {};
  const firstDate = readWall(curve[0]!.atMs).date;
  let dates = periodDates(firstDate, tariff.billing);
  let startWh = curve[0]!.energyWh;
  eachMinute(curve, (atMs, fromWh, toWh) => {
    const wall = readWall(atMs);
    if (!dates.includes(wall.date)) {
      dates = periodDates(wall.date, tariff.billing);
      startWh = fromWh;
    }
    for (const component of tariff.components) {
      if (!isPricedByKwh(component)) continue;
      for (let registerWh = fromWh; registerWh < toWh; registerWh += 1) {
        const position = registerWh - startWh;
        const rate = isFree(component.id, tariff, terms, position)
          ? 0
          : rateOf(component, tariff, terms, { atMs, wall, position, firstDate, dates });
        nanos[component.id] = (nanos[component.id] ?? 0n) + BigInt(rate);
      }
    }
  });
  return nanos;
}

function isPricedByKwh(component: { kind: string }): component is EnergyComponent {
  return ['flat', 'slabs', 'timeOfUse', 'priceFeed', 'lifeline', 'fuelSurcharge'].includes(component.kind);
}

/** Every date that the wall clock shows between the first reading and `untilMs`. */
function datesSeen(fromMs: number, untilMs: number, readWall: ReadWall): Set<string> {
  const dates = new Set<string>();
  for (let atMs = fromMs; atMs <= untilMs; atMs += MINUTE_MS) dates.add(readWall(atMs).date);
  dates.add(readWall(untilMs).date);
  return dates;
}

function standingTotals(tariff: Tariff, terms: MeterTerms, dates: Set<string>): SlowTotals {
  const totals: SlowTotals = {};
  // A month has the dates of the calendar, also one that the zone skipped.
  const calendar = [[...dates][0]!];
  while (calendar.at(-1) !== [...dates].at(-1)) calendar.push(shiftDate(calendar.at(-1)!, 1));
  const periods = new Map(calendar.map((date) => [periodStart(date, tariff.billing), date]));
  for (const component of tariff.components) {
    if (component.kind !== 'standingDay' && component.kind !== 'standingMonth') continue;
    const load = component.perKw ? BigInt(terms.sanctionedLoadW) : 1000n;
    const amount = (BigInt(component.amountMicros) * load) / 1000n;
    let total = 0n;
    if (component.kind === 'standingDay') total = amount * BigInt(dates.size);
    else if (!component.spread) total = amount * BigInt(periods.size);
    else
      for (const anyDate of periods.values()) {
        const all = periodDates(anyDate, tariff.billing);
        const days = BigInt(all.length);
        // What is due at the end of the last day seen, less what was due before the first.
        const first = all.findIndex((date) => calendar.includes(date));
        const last = all.findLastIndex((date) => calendar.includes(date));
        total += (amount * BigInt(last + 1)) / days - (amount * BigInt(first)) / days;
      }
    totals[component.id] = total;
  }
  return totals;
}

export function slowPricing(
  tariff: Tariff,
  terms: MeterTerms,
  curve: CurvePoint[],
  untilMs: number,
): SlowTotals {
  const readWall = wallOf(tariff.timeZone);
  const totals = standingTotals(tariff, terms, datesSeen(curve[0]!.atMs, untilMs, readWall));
  for (const [id, nanos] of Object.entries(energyNanos(tariff, terms, curve, readWall)))
    totals[id] = floorDivide(nanos, 1000n);
  for (const component of tariff.components) {
    if (component.kind !== 'rebate' && component.kind !== 'tax') continue;
    const base = component.of.map((id) => totals[id] ?? 0n).reduce((sum, amount) => sum + amount, 0n);
    const ppm = BigInt(component.kind === 'rebate' ? -component.ppm : component.ppm);
    totals[component.id] = floorDivide(base * ppm, 1_000_000n);
  }
  return totals;
}
