import type { PrepaidMessage } from '../meter/prepaid-message';
import { showValue } from '../text/show-value';
import type { Segment } from '../meter/reading';
import { priceSegment, type FlatTariff } from './flat-tariff';

/**
 * Adds the price to a message: of the segments that meter-ingest put there, or, in a message without any,
 * of the segment that its payload describes, so that the node is a bill calculator too.
 */
export function priceMessage(tariff: FlatTariff, message: PrepaidMessage): PrepaidMessage {
  const given = message.prepaid?.segment;
  const prepaid = (message.prepaid ??= {});
  if (Array.isArray(given)) prepaid.charge = given.map((segment) => priceSegment(tariff, segment));
  else prepaid.charge = priceSegment(tariff, given ?? segmentOfPayload(message.payload));
  return message;
}

function segmentOfPayload(payload: unknown): Segment {
  if (typeof payload !== 'object' || payload === null || !('fromWh' in payload) || !('toWh' in payload)) {
    throw new RangeError(
      'the message has no segment: wire it from meter-ingest, or give payload.fromWh and payload.toWh',
    );
  }
  const source: Partial<Record<keyof Segment, unknown>> = payload;
  return {
    fromMs: numberOf(source, 'fromMs'),
    fromWh: numberOf(source, 'fromWh'),
    toMs: numberOf(source, 'toMs'),
    toWh: numberOf(source, 'toWh'),
  };
}

function numberOf(source: Partial<Record<keyof Segment, unknown>>, field: keyof Segment): number {
  const value = source[field] ?? 0;
  if (typeof value !== 'number')
    throw new RangeError(`payload.${field} must be a number, got "${showValue(value)}"`);
  return value;
}
