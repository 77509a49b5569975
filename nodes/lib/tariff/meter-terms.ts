/** A price from this moment on; null where the series has a hole. */
export interface FeedPrice {
  fromMs: number;
  microsPerKwh: number | null;
}

/** What a tariff may have to know of a meter besides its register. */
export interface MeterTerms {
  sanctionedLoadW: number;
  /** Whether the customer is entitled to a lifeline block. */
  isLifeline: boolean;
  /** In the order of time. */
  feed: readonly FeedPrice[];
}
