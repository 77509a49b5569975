/** So many meters report, however few connections their readings come over. */
export const METERS = 1_000;

/** A reading per minute at 1.2 kW, which no ledger has a reason to hold. */
const STEP_MS = 60_000;
export const STEP_WH = 20;
export const FIRST_WH = 100_000_000;

/** Half a million readings of each meter lie between then and now: more than the longest run sends. */
const A_YEAR_MS = 365 * 86_400_000;

/** Where the register of each meter stands. */
export class MeterRegisters {
  private readonly steps: Uint32Array;

  constructor(
    readonly count: number,
    private readonly firstMs = Date.now() - A_YEAR_MS,
  ) {
    this.steps = new Uint32Array(count);
  }

  next(meter: number): number {
    const step = this.steps[meter]!;
    this.steps[meter] = step + 1;
    return step;
  }

  /**
   * All go on from the reading of the one that is furthest on, as meters that are read at the same moments are. Else those
   * of one message lie as far apart in the ledger as an earlier load has left them.
   */
  evenOut(): void {
    this.steps.fill(this.steps.reduce((most, step) => Math.max(most, step), 0));
  }

  atMs(step: number): number {
    return this.firstMs + step * STEP_MS;
  }

  energyWh(step: number): number {
    return FIRST_WH + step * STEP_WH;
  }
}

/** All ids are equally long, so that all packets are. */
export const METER_DIGITS = 7;
export const meterId = (meter: number): string => `meter-${String(meter).padStart(METER_DIGITS, '0')}`;

/** Which meter an id means. */
export const meterNumbers = (count: number): ReadonlyMap<string, number> =>
  new Map(Array.from({ length: count }, (_, meter) => [meterId(meter), meter]));
