import type { PrepaidMessage } from '../lib/meter/prepaid-message';
import type { FeedPrice } from '../lib/tariff/meter-terms';
import { showValue } from '../lib/text/show-value';

/** A trial of this node's tariff over the past of some meters. */
export interface TrialRequest {
  kind: 'trial';
  /** All meters when null. */
  meterIds: string[] | null;
  fromMs: number;
  toMs: number;
}

/** What a message wants of a tariff-calc. */
export type TariffRequest =
  { kind: 'readings' } | { kind: 'bill' } | { kind: 'prices'; prices: FeedPrice[] } | TrialRequest;

const MAX_METERS = 100_000;

/** What a bill cannot be made without. */
const BILL_FIELDS = ['fromMs', 'toMs', 'fromWh', 'toWh'] as const;

/** Readings carry the segments that meter-ingest cut for them; everything else is said by the payload. */
export function parseRequest({ payload, prepaid }: PrepaidMessage): TariffRequest {
  if (prepaid?.segment !== undefined) return { kind: 'readings' };
  if (typeof payload === 'object' && payload !== null) {
    if ('simulate' in payload) return parseTrial(payload.simulate);
    // A bill may bring the prices that it is made with.
    if (BILL_FIELDS.some((field) => field in payload)) return { kind: 'bill' };
    if ('prices' in payload) return { kind: 'prices', prices: parsePrices(payload.prices) };
  }
  throw new RangeError(
    'the message has no segment: wire it from meter-ingest, or give payload.fromMs, toMs, fromWh and toWh',
  );
}

function parseTrial(value: unknown): TrialRequest {
  const source = fieldsOf(value, 'simulate');
  const fromMs = timeOf(source, 'fromMs');
  const toMs = timeOf(source, 'toMs');
  if (toMs <= fromMs) throw new RangeError(`simulate.toMs must be after ${fromMs}, got ${toMs}`);
  const { meterIds = null } = source;
  if (meterIds === null) return { kind: 'trial', meterIds, fromMs, toMs };
  if (!Array.isArray(meterIds) || meterIds.length === 0 || meterIds.length > MAX_METERS)
    throw new RangeError(`simulate.meterIds must hold 1 to ${MAX_METERS} meters, got ${showValue(meterIds)}`);
  const wrong = meterIds.findIndex((id) => typeof id !== 'string');
  if (wrong !== -1)
    throw new RangeError(`simulate.meterIds[${wrong}] must be text, got ${showValue(meterIds[wrong])}`);
  return { kind: 'trial', meterIds: meterIds as string[], fromMs, toMs };
}

/** Only the shape; whether they rise and are in bounds is checked by whoever takes them. */
export function parsePrices(value: unknown): FeedPrice[] {
  if (!Array.isArray(value)) throw new RangeError(`prices must be a list, got ${showValue(value)}`);
  return value.map((item: unknown, index) => {
    const { fromMs, microsPerKwh = null } = fieldsOf(item, `prices[${index}]`);
    if (typeof fromMs !== 'number')
      throw new RangeError(`prices[${index}].fromMs must be a time in ms, got ${showValue(fromMs)}`);
    if (microsPerKwh !== null && typeof microsPerKwh !== 'number')
      throw new RangeError(
        `prices[${index}].microsPerKwh must be whole micros, got ${showValue(microsPerKwh)}`,
      );
    return { fromMs, microsPerKwh };
  });
}

function fieldsOf(value: unknown, field: string): Record<string, unknown> {
  if (typeof value === 'object' && value !== null) return value as Record<string, unknown>;
  throw new RangeError(`${field} must be an object, got ${showValue(value)}`);
}

function timeOf(source: Record<string, unknown>, field: string): number {
  const value = source[field];
  if (typeof value === 'number' && Number.isSafeInteger(value) && value >= 0) return value;
  throw new RangeError(`simulate.${field} must be a time in ms since 1970, got ${showValue(value)}`);
}
