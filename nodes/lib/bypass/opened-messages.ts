import type { Origin } from '../meter/prepaid-message';
import type { Item } from './body';

/** A message for the flow behind the head-end, and what has to come back when it is durable. */
export interface OpenedMessage {
  /** Readings, the way meter-ingest likes them best: together. */
  payload: unknown[];
  origin: Origin;
}

/** Whether an item is a reading in our own shape, which needs no topic to be understood. */
export const isOwnReading = ([, payload, topic]: Item): boolean =>
  topic === undefined &&
  typeof payload === 'object' &&
  payload !== null &&
  'meterId' in payload &&
  'energyWh' in payload;

/** Puts the readings of a stretch into one message. The number of the last one tells it apart from others. */
export function openedMessages(items: readonly Item[], gatewayId: string, epoch: number): OpenedMessage[] {
  const last = items.at(-1);
  if (!last) return [];
  return [{ payload: items.map(([, payload]) => payload), origin: { gatewayId, epoch, seq: last[0] } }];
}
