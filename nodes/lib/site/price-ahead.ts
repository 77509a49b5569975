import type { Posting } from '../ledger/posting';
import type { MeterPricing } from '../ledger/store';
import { ZERO_MICROS } from '../money/micros';
import { MeterNumbers, NO_NUMBER } from '../meter/meter-numbers';
import type { Segment } from '../meter/reading';
import type { Charge, ChargeLine } from '../tariff/charge';
import { pieceAt, type MeterPlan } from '../tariff/meter-plan';
import { newMeterState } from '../tariff/meter-state';
import { price, type PricedPart } from '../tariff/price-curve';
import { PricedCharge } from '../tariff/priced-charge';
import type { PlannedState } from '../tariff/packed-prices';
import { RecentMap } from '../meter/recent-map';

/**
 * So many are at hand at most, and half as many at least; the ledger remembers the others. A frame that brings each of its
 * meters twice has 2,500 of them. Whatever is let go on its way nevertheless is taken again, which helps once the ledger
 * has it.
 */
const MAX_AT_HAND = 5_120;

/** Where a meter's pricing stands ahead of the ledger. */
interface PriceState extends PlannedState {
  headMs: number;
  headWh: number;
}

/**
 * Where a meter's pricing stands by the ledger, which may give what it remembers of a meter that stands at `headMs`, or
 * anywhere if that is null.
 */
export type LoadPricing = (
  meterId: string,
  firstTariffId: string,
  headMs: number | null,
) => MeterPricing | undefined;

/**
 * Prices segments on their way to the ledger, from what pricing remembers of each meter, ahead of what is committed.
 * The ledger prices every segment once more; whatever it finds otherwise is forgotten here and priced again.
 */
export class PriceAhead {
  /** By the numbers of meters. */
  private readonly atHand: RecentMap<number, PriceState>;

  constructor(
    private readonly load: LoadPricing,
    private readonly numbers = new MeterNumbers(),
    private readonly maxAtHand = MAX_AT_HAND,
  ) {
    this.atHand = new RecentMap(maxAtHand);
    numbers.onForgotten((meter) => this.atHand.delete(meter));
  }

  /**
   * What a segment costs; undefined when it does not begin where the meter's last one ended, so that a new segment has
   * to be cut. Throws when the tariff has no price for it.
   */
  charge(meterId: string, segment: Segment, firstTariffId: string): Charge | undefined {
    const meter = this.numbers.find(meterId);
    if (segment.isLate === true) return this.chargeLate(meter, meterId, segment, firstTariffId);
    const known = this.atHand.get(meter);
    if (known?.headMs === segment.fromMs && known.headWh === segment.fromWh)
      return chargeFrom(known, segment);
    const loaded = this.load(meterId, firstTariffId, segment.fromMs);
    if (!loaded || !follows(loaded, segment)) return undefined;
    const number = this.numbers.take(meterId);
    const { headMs, headWh, state, plan } = loaded;
    if (state !== null && headMs !== null && headWh !== null) {
      const stored = { headMs, headWh, state, plan };
      const charge = chargeFrom(stored, segment);
      this.atHand.set(number, stored);
      return charge;
    }
    const { toMs, toWh, toExportWh } = segment;
    const first = newMeterState(plan, toMs, toWh, undefined, toExportWh);
    this.atHand.set(number, { headMs: toMs, headWh: toWh, state: first, plan });
    return nothingBy(plan, toMs);
  }

  forget(meterId: string): void {
    const meter = this.numbers.find(meterId);
    if (meter !== NO_NUMBER) this.atHand.delete(meter);
  }

  /**
   * To be called with what was committed. The ledger remembers that itself, and in a fleet larger than what is at hand here
   * others come before the same meter does: what stayed would only grow old in memory.
   */
  committed(postings: readonly Posting[]): void {
    if (this.numbers.size <= this.maxAtHand) return;
    for (const posting of postings) {
      if (posting.type !== 'charge') continue;
      const meter = this.numbers.find(posting.reading.meterId);
      // The meter's next reading may be on its way already.
      if (this.atHand.get(meter)?.headMs === posting.segment.toMs) this.atHand.delete(meter);
    }
    this.atHand.renew();
  }

  /** To be called when a tariff or what it has to know has changed. */
  forgetAll(): void {
    this.atHand.clear();
  }

  /** What a late reading corrects is found when the ledger prices the stretch around it again. */
  private chargeLate(
    meter: number,
    meterId: string,
    { toMs }: Segment,
    firstTariffId: string,
  ): Charge | undefined {
    const plan = this.atHand.get(meter)?.plan ?? this.load(meterId, firstTariffId, null)?.plan;
    return plan && nothingBy(plan, toMs);
  }
}

/** What a segment costs; the state goes on to its end. */
function chargeFrom(known: PriceState, segment: Segment): Charge {
  const { plan, state } = known;
  const { tariffId, version } = pieceAt(plan, segment.toMs).tariff.tariff;
  const priced = price(plan, state, segment);
  known.headMs = segment.toMs;
  known.headWh = segment.toWh;
  known.state = priced.state;
  const lines = linesOf(priced.parts, tariffId, version);
  return new PricedCharge(lines, tariffId, version, {
    plan,
    before: state,
    segment: { ...segment },
    priced,
  });
}

function nothingBy(plan: MeterPlan, atMs: number): Charge {
  const { tariffId, version } = pieceAt(plan, atMs).tariff.tariff;
  return { amountMicros: ZERO_MICROS, lines: [], tariffId, version };
}

function follows({ headMs, headWh }: MeterPricing, { fromMs, fromWh, toMs }: Segment): boolean {
  return headMs === null ? fromMs === toMs : headMs === fromMs && headWh === fromWh;
}

/**
 * Lines of an earlier version say so; the others have that of the charge. They are copies: what a flow does with them
 * does not change what the ledger writes down.
 */
function linesOf(parts: readonly PricedPart[], tariffId: string, version: number): ChargeLine[] {
  const lines: ChargeLine[] = [];
  for (const { tariff, lines: ofPart } of parts) {
    const own = tariff.tariff;
    const isOfCharge = own.tariffId === tariffId && own.version === version;
    for (const { component, energyWh, rateMicrosPerKwh, amountMicros } of ofPart) {
      const line: ChargeLine = { component, energyWh, rateMicrosPerKwh, amountMicros };
      if (!isOfCharge) Object.assign(line, { tariffId: own.tariffId, version: own.version });
      lines.push(line);
    }
  }
  return lines;
}
