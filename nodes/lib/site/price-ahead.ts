import type { MeterPricing } from '../ledger/store';
import { ZERO_MICROS } from '../money/micros';
import type { Segment } from '../meter/reading';
import type { Charge, ChargeLine } from '../tariff/charge';
import { pieceAt, type MeterPlan } from '../tariff/meter-plan';
import { newMeterState, type MeterState } from '../tariff/meter-state';
import { price, type PricedPart } from '../tariff/price-curve';
import { PricedCharge } from '../tariff/priced-charge';

interface Ahead {
  headMs: number | null;
  headWh: number | null;
  state: MeterState | null;
  plan: MeterPlan;
}

/** Beyond this many meters everything is forgotten and asked for again, so that memory stays bounded. */
const MAX_METERS = 250_000;

/**
 * Prices segments on their way to the ledger, from what pricing remembers of each meter, ahead of what is committed.
 * The ledger prices every segment once more; whatever it finds otherwise is forgotten here and priced again.
 */
export class PriceAhead {
  private readonly meters = new Map<string, Ahead>();

  constructor(private readonly load: (meterId: string, firstTariffId: string) => MeterPricing | undefined) {}

  /**
   * What a segment costs; undefined when it does not begin where the meter's last one ended, so that a new segment has
   * to be cut. Throws when the tariff has no price for it.
   */
  charge(meterId: string, segment: Segment, firstTariffId: string): Charge | undefined {
    const ahead = this.meterAt(meterId, segment, firstTariffId);
    if (!ahead) return undefined;
    const { plan, state } = ahead;
    const { tariffId, version } = pieceAt(plan, segment.toMs).tariff.tariff;
    // What a late reading corrects is found when the ledger prices the stretch around it again.
    if (segment.isLate === true) return { amountMicros: ZERO_MICROS, lines: [], tariffId, version };
    if (state === null) {
      const { toMs, toWh, toExportWh } = segment;
      moveOn(ahead, segment, newMeterState(plan, toMs, toWh, undefined, toExportWh));
      return { amountMicros: ZERO_MICROS, lines: [], tariffId, version };
    }
    const priced = price(plan, state, segment);
    moveOn(ahead, segment, priced.state);
    const lines = linesOf(priced.parts, tariffId, version);
    return new PricedCharge(lines, tariffId, version, {
      plan,
      before: state,
      segment: { ...segment },
      priced,
    });
  }

  forget(meterId: string): void {
    this.meters.delete(meterId);
  }

  /** To be called when a tariff or what it has to know has changed. */
  forgetAll(): void {
    this.meters.clear();
  }

  private meterAt(meterId: string, segment: Segment, firstTariffId: string): Ahead | undefined {
    const known = this.meters.get(meterId);
    if (known && (segment.isLate === true || follows(known, segment))) return known;
    if (this.meters.size >= MAX_METERS) this.meters.clear();
    const loaded = this.load(meterId, firstTariffId);
    if (!loaded || !(segment.isLate === true || follows(loaded, segment))) return undefined;
    const ahead = { ...loaded };
    this.meters.set(meterId, ahead);
    return ahead;
  }
}

function moveOn(ahead: Ahead, { toMs, toWh }: Segment, state: MeterState): void {
  ahead.headMs = toMs;
  ahead.headWh = toWh;
  ahead.state = state;
}

function follows({ headMs, headWh }: Ahead, { fromMs, fromWh, toMs }: Segment): boolean {
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
