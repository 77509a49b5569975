/** The golden ratio's fraction: multiples of it fall evenly into a circle, however many there are. */
const SPREAD = 0.618_033_988_75;

/**
 * When a meter last had to report, at or before a moment. Meters report at equal intervals, each at a moment of its
 * own within them, so that they do not all speak at once.
 */
export function lastReportMs(nowMs: number, intervalMs: number, house: number): number {
  const phaseMs = Math.floor(((house * SPREAD) % 1) * intervalMs);
  return Math.floor((nowMs - phaseMs) / intervalMs) * intervalMs + phaseMs;
}
