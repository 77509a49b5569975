/** What waits is sent in this order, and thrown away in the opposite one. */
export const LANES = ['urgent', 'reading', 'telemetry'] as const;
type LaneName = (typeof LANES)[number];
/** A lane by its place in the order. */
export type Lane = 0 | 1 | 2;
export const ALL_LANES: readonly Lane[] = [0, 1, 2];
export const URGENT: Lane = 0;
export const READING: Lane = 1;
export const TELEMETRY: Lane = 2;

function laneNamed(name: unknown): Lane | null {
  const place = LANES.indexOf(name as LaneName);
  return place === -1 ? null : (place as Lane);
}

/** Names under which meters of many makes report their register. */
const REGISTER_FIELDS = ['energyWh', 'energy_kwh', 'kwh', 'ENERGY', 'energy', 'aenergy'];

/**
 * Money and tamper first, then what can be billed, then what is only looked at. Text may be a reading in a shape that
 * the head-end knows, so it counts as one.
 */
export function laneOf(payload: unknown, wish: unknown): Lane {
  const wished = laneNamed(wish);
  if (wished !== null) return wished;
  if (typeof payload === 'string') return READING;
  if (typeof payload !== 'object' || payload === null) return TELEMETRY;
  if ('flags' in payload && Array.isArray(payload.flags) && payload.flags.length > 0) return URGENT;
  if ('amountMicros' in payload || 'commandId' in payload || 'tamper' in payload) return URGENT;
  return REGISTER_FIELDS.some((field) => field in payload) ? READING : TELEMETRY;
}
