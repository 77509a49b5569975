import { TokenBucket } from './token-bucket';

const MINUTE_S = 60;

/**
 * One bucket for each device, however often it connects: otherwise a device over its rate would only have to come
 * back. Buckets that have filled up again say nothing and are forgotten.
 */
export class MessageRates {
  private readonly buckets = new Map<string, TokenBucket>();

  /** 0 messages per minute stands for as many as come. */
  constructor(private readonly messagesPerMinute: number) {}

  /** A minute's messages may come at once, as they do from a device that was cut off for a while. */
  bucketOf(device: string, nowMs: number): TokenBucket | null {
    if (this.messagesPerMinute === 0) return null;
    let bucket = this.buckets.get(device);
    if (bucket === undefined) {
      const { messagesPerMinute: burst } = this;
      bucket = new TokenBucket({ perSecond: burst / MINUTE_S, burst }, nowMs);
      this.buckets.set(device, bucket);
    }
    return bucket;
  }

  forgetFull(isOnline: (device: string) => boolean, nowMs: number): void {
    for (const [device, bucket] of this.buckets) {
      if (!isOnline(device) && bucket.isFull(nowMs)) this.buckets.delete(device);
    }
  }
}
