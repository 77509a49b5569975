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

/** A fleet of this size is at hand just as it was priced, which the ledger knows at a glance. */
const MAX_AT_HAND = 100_000;
/** Of a larger fleet only those are that may be on their way to the ledger, which remembers the rest: more than a frame has. */
const FEW_AT_HAND = 5_120;
/** Let go for each that comes to hand, so that a fleet that grows is let go little by little. */
const MOST_AT_ONCE = 4;

/** Where a meter's pricing stands ahead of the ledger. */
interface PriceState extends PlannedState {
  headMs: number;
  headWh: number;
}

/** Where a meter's pricing stands by the ledger. It may give what it remembers of a meter at `headMs`. */
export type LoadPricing = (
  meterId: string,
  firstTariffId: string,
  headMs: number,
) => MeterPricing | undefined;

/**
 * Prices segments on their way to the ledger, from what pricing remembers of each meter, ahead of what is committed.
 * The ledger prices every segment once more; whatever it finds otherwise is forgotten here and priced again.
 */
export class PriceAhead {
  /** By the numbers of meters. */
  private readonly atHand: (PriceState | undefined)[] = [];
  /** Their numbers in the order in which they came to hand, in a ring. */
  private readonly came: Int32Array;
  private firstCame = 0;
  private count = 0;
  private limit: number;

  constructor(
    private readonly load: LoadPricing,
    private readonly numbers = new MeterNumbers(),
    private readonly maxAtHand = MAX_AT_HAND,
  ) {
    this.came = new Int32Array(maxAtHand + 1);
    this.limit = maxAtHand;
    numbers.onForgotten((meter) => this.drop(meter));
  }

  /**
   * What a segment costs; undefined when it does not begin where the meter's last one ended, so that a new segment has
   * to be cut. Throws when the tariff has no price for it.
   */
  charge(meterId: string, segment: Segment, firstTariffId: string): Charge | undefined {
    const meter = this.numbers.find(meterId);
    if (segment.isLate === true) return this.chargeLate(meter, meterId, segment, firstTariffId);
    const known = this.atHand[meter];
    if (known?.headMs === segment.fromMs && known.headWh === segment.fromWh)
      return this.chargeFrom(meter, known, segment);
    const loaded = this.load(meterId, firstTariffId, segment.fromMs);
    if (!loaded || !follows(loaded, segment)) return undefined;
    const number = this.numbers.take(meterId);
    const { headMs, headWh, state, plan } = loaded;
    if (state !== null && headMs !== null && headWh !== null)
      return this.chargeFrom(number, { headMs, headWh, state, plan }, segment);
    const { toMs, toWh, toExportWh } = segment;
    const first = newMeterState(plan, toMs, toWh, undefined, toExportWh);
    this.keep(number, { headMs: toMs, headWh: toWh, state: first, plan });
    return nothingBy(plan, toMs);
  }

  forget(meterId: string): void {
    const meter = this.numbers.find(meterId);
    if (meter !== NO_NUMBER) this.drop(meter);
  }

  /** To be called when a tariff or what it has to know has changed. */
  forgetAll(): void {
    this.atHand.fill(undefined);
    this.count = 0;
    this.limit = this.maxAtHand;
  }

  private chargeFrom(meter: number, known: PriceState, segment: Segment): Charge {
    const { plan, state } = known;
    const { tariffId, version } = pieceAt(plan, segment.toMs).tariff.tariff;
    const priced = price(plan, state, segment);
    known.headMs = segment.toMs;
    known.headWh = segment.toWh;
    known.state = priced.state;
    this.keep(meter, known);
    const lines = linesOf(priced.parts, tariffId, version);
    return new PricedCharge(lines, tariffId, version, {
      plan,
      before: state,
      segment: { ...segment },
      priced,
    });
  }

  /** What a late reading corrects is found when the ledger prices the stretch around it again. */
  private chargeLate(
    meter: number,
    meterId: string,
    { toMs }: Segment,
    firstTariffId: string,
  ): Charge | undefined {
    const plan = this.atHand[meter]?.plan ?? this.load(meterId, firstTariffId, toMs)?.plan;
    return plan && nothingBy(plan, toMs);
  }

  private keep(meter: number, known: PriceState): void {
    if (this.atHand[meter] === known) return;
    while (this.atHand.length <= meter) this.atHand.push(undefined);
    this.atHand[meter] = known;
    this.came[(this.firstCame + this.count) % this.came.length] = meter;
    this.count += 1;
    if (this.count <= this.limit) return;
    this.limit = Math.min(this.maxAtHand, FEW_AT_HAND);
    const tooMany = Math.min(MOST_AT_ONCE, this.count - this.limit);
    for (let index = 0; index < tooMany; index += 1) this.letFirstGo();
  }

  private letFirstGo(): void {
    this.drop(this.came[this.firstCame] ?? NO_NUMBER);
    this.firstCame = (this.firstCame + 1) % this.came.length;
    this.count -= 1;
  }

  private drop(meter: number): void {
    if (meter >= 0 && meter < this.atHand.length) this.atHand[meter] = undefined;
  }
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
