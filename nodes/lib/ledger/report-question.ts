import { showValue } from '../text/show-value';

/** What a report can be asked. */
export type ReportQuestion =
  | { ask: 'neighbourhood' }
  | { ask: 'meter'; meterId: string; hours: number }
  | { ask: 'notices'; limit: number };

const DEFAULT_HOURS = 24;
/** A year; more than that is a statement, not a chart. */
const MAX_HOURS = 24 * 366;
const DEFAULT_NOTICES = 20;
const MAX_NOTICES = 500;

/** Reads a question. Throws an error that names the field and the value. */
export function parseQuestion(payload: unknown): ReportQuestion {
  const source = typeof payload === 'object' && payload !== null ? (payload as Record<string, unknown>) : {};
  const { ask } = source;
  if (ask === 'neighbourhood') return { ask };
  if (ask === 'notices') return { ask, limit: numberOf(source, 'limit', DEFAULT_NOTICES, MAX_NOTICES) };
  if (ask === 'meter') {
    const { meterId } = source;
    if (typeof meterId !== 'string' || meterId === '')
      throw new RangeError(`meterId must be text, got "${showValue(meterId)}"`);
    return { ask, meterId, hours: numberOf(source, 'hours', DEFAULT_HOURS, MAX_HOURS) };
  }
  throw new RangeError(`payload.ask must be neighbourhood, meter or notices, got "${showValue(ask)}"`);
}

function numberOf(source: Record<string, unknown>, field: string, fallback: number, max: number): number {
  const value = source[field] ?? fallback;
  if (typeof value === 'number' && Number.isInteger(value) && value >= 1 && value <= max) return value;
  throw new RangeError(`${field} must be a whole number from 1 to ${max}, got "${showValue(value)}"`);
}
