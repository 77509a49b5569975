import { pieceAt, type MeterPlan, type PlanPiece } from '../../../nodes/lib/tariff/meter-plan';
import type {
  BankedExport,
  Component,
  Demand,
  EnergyComponent,
  ExportPrice,
  HourlyRates,
  Tariff,
} from '../../../nodes/lib/tariff/tariff';
import { ExactBooks, keyOf, type SlowTotals } from './slow-books';
import { hasCome, MINUTE_MS, periodDates, wallOf, type ReadWall } from './slow-calendar';
import { chargeDays } from './slow-days';

/**
 * A second pricing that shares nothing with the engine but the tariff's types and the question which piece of a plan
 * holds: it walks a register minute by minute and Wh by Wh, and adds up exact fractions. Slow and obvious. It needs
 * a zone whose clock changes and midnights fall on whole minutes, as all do today, and plans that change on them.
 */
export interface CurvePoint {
  atMs: number;
  energyWh: number;
  exportWh?: number;
  powerFactorThousandths?: number;
}

/** A stretch of one segment in which nothing changes with time. */
interface Stretch {
  fromMs: number;
  usedWh: number;
  exportedWh: number;
}

const walls = new Map<string, ReadWall>();

function readWallOf({ timeZone }: Tariff): ReadWall {
  const known = walls.get(timeZone) ?? wallOf(timeZone);
  walls.set(timeZone, known);
  return known;
}

class SlowRegister {
  private piece: PlanPiece;
  private dates: string[];
  /** The date since which the meter has the period; empty when it had the whole of it. */
  private sinceDate: string;
  private positionWh = 0;
  private offsetWh = 0;
  private exportedWh = 0;
  private bankWh = 0;
  private atPeriodStart = new Map<string, bigint>();
  /** Millionths of a Wh or VAh in each window, and the highest average, by the measure. */
  private readonly windows = new Map<string, bigint>();
  private readonly highest = new Map<string, bigint>();
  private knownWh = 0n;
  private knownMicroVah = 0n;
  private stretch: Stretch | undefined;
  private lastCut = '';

  constructor(
    private readonly plan: MeterPlan,
    private readonly books: ExactBooks,
    startMs: number,
  ) {
    this.piece = pieceAt(plan, startMs);
    this.sinceDate = readWallOf(this.tariff)(startMs).date;
    this.dates = periodDates(this.sinceDate, this.tariff.billing);
  }

  private get tariff(): Tariff {
    return this.piece.tariff.tariff;
  }

  minute(atMs: number, usedWh: number, exportedWh: number, powerFactor: number): void {
    this.enter(atMs);
    const cut = cutAt(this.piece, atMs);
    if (cut !== this.lastCut) this.endStretch();
    this.lastCut = cut;
    this.stretch ??= { fromMs: atMs, usedWh: 0, exportedWh: 0 };
    this.stretch.usedWh += usedWh;
    this.stretch.exportedWh += exportedWh;
    const perWh = powerFactor ? 1_000_000_000n / BigInt(Math.abs(powerFactor)) : 1_000_000n;
    if (powerFactor) {
      this.knownWh += BigInt(usedWh);
      this.knownMicroVah += BigInt(usedWh) * perWh;
    }
    this.measure(atMs, BigInt(usedWh), perWh);
  }

  /** Looks whether the billing period or the plan has changed since the minute before. */
  private enter(atMs: number): void {
    const next = pieceAt(this.plan, atMs);
    const tariff = next.tariff.tariff;
    const today = readWallOf(this.tariff)(atMs).date;
    const isOver = !this.dates.includes(today);
    if (isOver || next !== this.piece) this.endStretch();
    const isOther = next.tariff !== this.piece.tariff;
    const date = readWallOf(tariff)(atMs).date;
    const dates = isOver || isOther ? periodDates(date, tariff.billing) : this.dates;
    const isSame =
      dates === this.dates ||
      (tariff.timeZone === this.tariff.timeZone && this.daysOf(dates) === this.daysOf(this.dates));
    if (!isOver && isSame) {
      this.piece = next;
      return;
    }
    this.settle(this.dates.filter((day) => day >= this.sinceDate && (isOver || day < today)).length);
    this.piece = next;
    this.dates = dates;
    this.sinceDate = dates.includes(readWallOf(tariff)(atMs - 1).date) ? date : '';
    this.positionWh = this.offsetWh = this.exportedWh = 0;
    this.knownWh = this.knownMicroVah = 0n;
    this.windows.clear();
    this.highest.clear();
    this.atPeriodStart = this.books.energyTotals();
  }

  /** Periods are the same when they are the same days; a date that never came is none. */
  private daysOf(dates: readonly string[]): string {
    return dates.filter((date) => hasCome(date, readWallOf(this.tariff))).join();
  }

  /** Prices a stretch: what the bank offsets, then Wh by Wh what is left of it. */
  endStretch(): void {
    const { stretch, piece } = this;
    this.stretch = undefined;
    if (!stretch) return;
    const { fromMs, usedWh, exportedWh } = stretch;
    const bank = this.tariff.components.find(isBank);
    let offsetWh = 0;
    if (bank) {
      for (this.bankWh += exportedWh; this.bankWh > 0 && offsetWh < usedWh; offsetWh += 1) this.bankWh -= 1;
    }
    for (const component of this.tariff.components) {
      const { id } = component;
      if (isPricedByKwh(component)) {
        const isOffset = bank?.of.includes(id) ?? false;
        const startWh = this.positionWh - (isOffset ? this.offsetWh : 0);
        for (let wh = 0; wh < usedWh - (isOffset ? offsetWh : 0); wh += 1) {
          const isFree = isFreeUnit(id, piece, startWh + wh);
          const rate = isFree ? 0 : this.rateOf(component, fromMs, startWh + wh);
          this.books.addNanos(piece, id, BigInt(rate));
        }
      } else if (component.kind === 'exportCredit' && component.settle === 'paid') {
        for (let wh = 0; wh < exportedWh; wh += 1) {
          const rate = this.exportRate(component.price, fromMs, this.exportedWh + wh);
          this.books.addNanos(piece, id, BigInt(-rate));
        }
      }
    }
    this.positionWh += usedWh;
    this.offsetWh += offsetWh;
    this.exportedWh += exportedWh;
  }

  private rateOf(component: EnergyComponent, atMs: number, position: number): number {
    const { terms } = this.piece;
    const { date, hour } = readWallOf(this.tariff)(atMs);
    switch (component.kind) {
      case 'flat':
        return component.rateMicrosPerKwh;
      case 'lifeline':
        return terms.isLifeline && position < component.uptoWh
          ? component.rateMicrosPerKwh
          : component.fallbackMicrosPerKwh;
      case 'fuelSurcharge':
        return date >= component.fromDate ? component.rateMicrosPerKwh : 0;
      case 'slabs': {
        const had = component.prorate ? this.dates.filter((day) => day >= this.sinceDate) : this.dates;
        const slab = component.slabs.find(
          ({ uptoWh }) => uptoWh === null || position < Math.floor((uptoWh * had.length) / this.dates.length),
        );
        return slab!.rateMicrosPerKwh;
      }
      case 'priceFeed': {
        const latest = terms.feed.findLast(({ fromMs }) => fromMs <= atMs);
        const holds = latest && atMs - latest.fromMs < component.holdsMs;
        return (holds ? latest.microsPerKwh : null) ?? component.fallbackMicrosPerKwh;
      }
      case 'timeOfUse':
        return component.periods[hourPeriod(component, this.tariff, date, hour)]!.rateMicrosPerKwh;
    }
  }

  private exportRate(price: ExportPrice, atMs: number, position: number): number {
    if (price.kind === 'own') return price.rateMicrosPerKwh;
    if (price.kind === 'timeOfUse') return this.rateOf({ id: '', ...price }, atMs, position);
    const same = this.tariff.components.find(({ id }) => id === price.as);
    return this.rateOf(same as EnergyComponent, atMs, position);
  }

  /** A window counts with what it has used so far, and the rate in force pays for its rise. */
  private measure(atMs: number, usedWh: bigint, perWh: bigint): void {
    const demands = this.tariff.components.filter((component) => component.kind === 'demand');
    const due = ({ windowMinutes, unit, rateMicrosPerKw }: Demand) =>
      (BigInt(rateMicrosPerKw) * (this.highest.get(`${windowMinutes} ${unit}`) ?? 0n)) / 1_000n;
    const before = demands.map(due);
    const measures = new Map(demands.map((demand) => [`${demand.windowMinutes} ${demand.unit}`, demand]));
    for (const [measure, { windowMinutes, unit }] of measures) {
      const window = `${measure} ${Math.floor(atMs / (windowMinutes * MINUTE_MS))}`;
      const used = (this.windows.get(window) ?? 0n) + usedWh * (unit === 'VA' ? perWh : 1_000_000n);
      this.windows.set(window, used);
      const average = (used * BigInt(60 / windowMinutes)) / 1_000_000n;
      if (average > (this.highest.get(measure) ?? 0n)) this.highest.set(measure, average);
    }
    for (const [index, demand] of demands.entries())
      this.books.addWhole(this.piece, demand.id, 'register', due(demand) - before[index]!);
  }

  private settle(daysHad: number): void {
    const { piece, books } = this;
    const amountOf = (of: string[]) =>
      of
        .map(
          (id) => books.energyTotal(piece, id) - (this.atPeriodStart.get(keyOf(piece, id, 'register')) ?? 0n),
        )
        .reduce((sum, amount) => sum + amount, 0n);
    for (const component of this.tariff.components) {
      const { id } = component;
      if (component.kind === 'minimum') {
        const load = component.perKw ? BigInt(piece.terms.sanctionedLoadW) : 1_000n;
        const amount = (BigInt(component.amountMicros) * load) / 1_000n;
        const due = (amount * BigInt(daysHad)) / BigInt(this.dates.length);
        const lacking = due - amountOf(component.of);
        if (lacking > 0n) books.addWhole(piece, id, 'register', lacking);
      } else if (component.kind === 'powerFactor' && this.knownMicroVah > 0n) {
        const average = Number((this.knownWh * 1_000_000_000n) / this.knownMicroVah);
        const row = component.table.filter(({ fromThousandths }) => fromThousandths <= average).at(-1)!;
        books.addMillionths(piece, id, 'register', BigInt(row.ppm) * amountOf(component.of));
      } else if (isBank(component) && component.leftoverMicrosPerKwh !== null) {
        books.addNanos(piece, id, BigInt(-component.leftoverMicrosPerKwh) * BigInt(this.bankWh));
        this.bankWh = 0;
      }
    }
  }
}

/** Where a rate may change: with the hours of a day, at each price of a feed, where a surcharge begins. */
function cutAt({ tariff: { tariff }, terms }: PlanPiece, atMs: number): string {
  const { date, hour } = readWallOf(tariff)(atMs);
  const cuts = tariff.components.map((component) => {
    if (component.kind === 'timeOfUse') return `${date} ${hourPeriod(component, tariff, date, hour)}`;
    if (component.kind === 'fuelSurcharge') return String(date >= component.fromDate);
    if (component.kind === 'priceFeed') {
      const index = terms.feed.findLastIndex(({ fromMs }) => fromMs <= atMs);
      const price = terms.feed[index];
      const holds = price && price.microsPerKwh !== null && atMs - price.fromMs < component.holdsMs;
      return `${index} ${holds}`;
    }
    const price = component.kind === 'exportCredit' && component.settle === 'paid' && component.price;
    return price && price.kind === 'timeOfUse' ? `${date} ${hourPeriod(price, tariff, date, hour)}` : '';
  });
  return cuts.join('|');
}

function hourPeriod(
  { grids }: HourlyRates,
  { seasons, holidays }: Tariff,
  date: string,
  hour: number,
): number {
  const begun = seasons.filter(({ from }) => from <= date.slice(5)).length;
  const grid = grids[begun > 0 ? begun - 1 : grids.length - 1]!;
  const weekday = (new Date(`${date}T00:00:00Z`).getUTCDay() + 6) % 7;
  return (holidays.includes(date) ? grid.holiday : grid.week[weekday]!)[hour]!;
}

function isFreeUnit(id: string, { tariff, terms }: PlanPiece, position: number): boolean {
  return tariff.tariff.components.some(
    (component) =>
      component.kind === 'freeUnits' &&
      component.of.includes(id) &&
      position < component.freeWh &&
      (terms.isLifeline || !component.lifelineOnly),
  );
}

function isPricedByKwh(component: Component): component is EnergyComponent {
  return ['flat', 'slabs', 'timeOfUse', 'priceFeed', 'lifeline', 'fuelSurcharge'].includes(component.kind);
}

function isBank(component: Component): component is BankedExport {
  return component.kind === 'exportCredit' && component.settle === 'banked';
}

/** Calls back for every minute, or part of one, of a segment, with what flowed in it. */
function eachMinute(
  from: CurvePoint,
  to: CurvePoint,
  visit: (atMs: number, usedWh: number, exportedWh: number) => void,
): void {
  const evenly = (wh: number, atMs: number) =>
    Number((BigInt(wh) * BigInt(atMs - from.atMs)) / BigInt(to.atMs - from.atMs));
  const usedWh = to.energyWh - from.energyWh;
  const exportedWh = (to.exportWh ?? 0) - (from.exportWh ?? 0);
  for (let atMs = from.atMs; atMs < to.atMs;) {
    const nextMs = Math.min(to.atMs, (Math.floor(atMs / MINUTE_MS) + 1) * MINUTE_MS);
    visit(
      atMs,
      evenly(usedWh, nextMs) - evenly(usedWh, atMs),
      evenly(exportedWh, nextMs) - evenly(exportedWh, atMs),
    );
    atMs = nextMs;
  }
}

/** What each component comes to over the whole curve, and the standing charges until `untilMs`. */
export function slowPricing(plan: MeterPlan, curve: CurvePoint[], untilMs: number): SlowTotals {
  const books = new ExactBooks(plan);
  const startMs = curve[0]!.atMs;
  const register = new SlowRegister(plan, books, startMs);
  for (const [index, to] of curve.slice(1).entries()) {
    eachMinute(curve[index]!, to, (atMs, usedWh, exportedWh) => {
      register.minute(atMs, usedWh, exportedWh, to.powerFactorThousandths ?? 0);
    });
    register.endStretch();
  }
  chargeDays(plan, books, startMs, untilMs, readWallOf);
  books.addPercentages();
  return books.totals();
}
