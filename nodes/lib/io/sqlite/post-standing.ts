import type { AccrualPosting, PostingResult, ReratePosting } from '../../ledger/posting';
import { refuse } from '../../ledger/refusals';
import { endOfStay } from '../../tariff/end-of-stay';
import { NoPrice } from '../../tariff/no-price';
import { accrue } from '../../tariff/price-curve';
import { TRANSFER_KIND } from './books';
import type { Batch } from './commit-batch';
import type { LiveAccounts, LiveMeter } from './live-accounts';
import type { MeterPrices } from './meter-prices';
import type { DecisionPoster } from './post-decision';
import type { HeldPoster } from './post-held';
import type { Rerating } from './rerating';

const RECORDED: PostingResult = { outcome: 'recorded' };
/** Where a tariff has no price for a day, it is asked again this much later: nobody else's charges wait for it. */
const NO_PRICE_WAIT_MS = 3_600_000;

/** Writes what meters cost without a reading: standing charges as their days begin, and prices corrected afterwards. */
export class StandingPoster {
  constructor(
    private readonly live: LiveAccounts,
    private readonly prices: MeterPrices,
    private readonly rerating: Rerating,
    private readonly held: HeldPoster,
    private readonly decisions: DecisionPoster,
  ) {}

  accrual(batch: Batch, { meterKey, guard }: AccrualPosting): PostingResult {
    const meter = this.live.meterByKey(meterKey);
    if (this.live.meter(meter.meterId)?.meterKey !== meterKey) {
      // Taken down since it came due: its end has settled its days, and what is held is of the stay that followed.
      this.prices.endAccrual(meter);
      return RECORDED;
    }
    if (meter.headMs === null) return RECORDED;
    if (meter.rerateMs !== null) this.rerating.settle(batch, meter, null);
    const hasTaken = this.held.takePriced(batch, meter);
    const missing = this.accrueIfPriced(batch, meterKey);
    if (missing instanceof NoPrice && !hasTaken)
      return refuse(`tariff.${missing.field}`, missing.value, `${meter.meterId}: ${missing.message}`);
    if (missing === false && !hasTaken) return RECORDED;
    return this.decisions.afterChange(batch, this.live.meterByKey(meterKey).account, guard);
  }

  /** Whether the days that have begun by now cost anything, or what keeps them from being charged. */
  private accrueIfPriced(batch: Batch, meterKey: number): boolean | NoPrice {
    // Looked up again, since a reading that was taken may have made the ledger read everything anew.
    const meter = this.live.meterByKey(meterKey);
    try {
      return this.accrueTo(batch, meter, batch.nowMs);
    } catch (error) {
      if (!(error instanceof NoPrice)) throw error;
      this.prices.postponeAccrual(meter, batch.nowMs + NO_PRICE_WAIT_MS);
      return error;
    }
  }

  rerate(batch: Batch, { meterKey, guard }: ReratePosting): PostingResult {
    const meter = this.live.meterByKey(meterKey);
    if (meter.rerateMs === null) return RECORDED;
    this.rerating.settle(batch, meter, null);
    return this.decisions.afterChange(batch, meter.account, guard);
  }

  /** Charges the days that have begun by `untilMs`. Returns whether that cost anything. */
  accrueTo(batch: Batch, meter: LiveMeter, untilMs: number): boolean {
    if (meter.headMs === null) return false;
    const fold = this.prices.foldOf(meter);
    if (fold === null) return false;
    const { state, parts, amountMicros } = accrue(this.prices.planOf(meter), fold, untilMs);
    this.live.changeFold(meter, state, meter.rerateMs);
    this.prices.pay(batch, meter, parts, TRANSFER_KIND.standing, null);
    this.prices.scheduleAccrual(meter, state);
    return amountMicros !== 0;
  }

  /**
   * The end of a meter's stay: the days that have begun before it are charged, later ones given back, and the billing
   * period is settled as far as it went.
   */
  end(batch: Batch, meter: LiveMeter, closedMs: number): void {
    this.rerating.takeDaysBack(batch, meter, closedMs);
    // Whoever comes next pays for the day that begins as this stay ends.
    this.accrueTo(batch, meter, closedMs - 1);
    const { headMs, headWh } = meter;
    const fold = headMs === null ? null : this.prices.foldOf(meter);
    if (fold === null || headMs === null || headWh === null) return;
    const { state, parts } = endOfStay(this.prices.planOf(meter), fold, { headMs, headWh }, closedMs);
    this.live.changeFold(meter, state, null);
    this.prices.pay(batch, meter, parts, TRANSFER_KIND.standing, null);
  }
}
