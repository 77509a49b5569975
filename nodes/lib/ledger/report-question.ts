import { showValue } from '../text/show-value';

/** What a report can be asked. */
export type ReportQuestion =
  | { ask: 'neighbourhood' }
  | { ask: 'meter'; meterId: string; hours: number }
  | { ask: 'notices'; limit: number }
  | { ask: 'held'; limit: number }
  | { ask: 'tariffs' }
  | { ask: 'statement'; accountId: string; fromMs: number; toMs: number };

const DEFAULT_HOURS = 24;
/** A year; more than that is a statement, not a chart. */
const MAX_HOURS = 24 * 366;
const DEFAULT_NOTICES = 20;
const MAX_NOTICES = 500;
const DEFAULT_HELD = 100;
const MAX_HELD = 1_000;

/** Reads a question. Throws an error that names the field and the value. */
export function parseQuestion(payload: unknown): ReportQuestion {
  const source = typeof payload === 'object' && payload !== null ? (payload as Record<string, unknown>) : {};
  const { ask } = source;
  if (ask === 'neighbourhood') return { ask };
  if (ask === 'tariffs') return { ask };
  if (ask === 'statement') return parseStatement(source);
  if (ask === 'held') return { ask, limit: numberOf(source, 'limit', DEFAULT_HELD, MAX_HELD) };
  if (ask === 'notices') return { ask, limit: numberOf(source, 'limit', DEFAULT_NOTICES, MAX_NOTICES) };
  if (ask === 'meter') {
    const { meterId } = source;
    if (typeof meterId !== 'string' || meterId === '')
      throw new RangeError(`meterId must be text, got "${showValue(meterId)}"`);
    return { ask, meterId, hours: numberOf(source, 'hours', DEFAULT_HOURS, MAX_HOURS) };
  }
  throw new RangeError(
    `payload.ask must be neighbourhood, meter, notices, held, statement or tariffs, got "${showValue(ask)}"`,
  );
}

function parseStatement(source: Record<string, unknown>): ReportQuestion {
  const { accountId } = source;
  if (typeof accountId !== 'string' || accountId === '')
    throw new RangeError(`accountId must be text, got "${showValue(accountId)}"`);
  const fromMs = timeOf(source, 'fromMs');
  const toMs = timeOf(source, 'toMs');
  if (toMs <= fromMs) throw new RangeError(`toMs must be after ${fromMs}, got ${toMs}`);
  return { ask: 'statement', accountId, fromMs, toMs };
}

function timeOf(source: Record<string, unknown>, field: string): number {
  const value = source[field];
  if (typeof value === 'number' && Number.isSafeInteger(value) && value >= 0) return value;
  throw new RangeError(`${field} must be a time in ms since 1970, got "${showValue(value)}"`);
}

function numberOf(source: Record<string, unknown>, field: string, fallback: number, max: number): number {
  const value = source[field] ?? fallback;
  if (typeof value === 'number' && Number.isInteger(value) && value >= 1 && value <= max) return value;
  throw new RangeError(`${field} must be a whole number from 1 to ${max}, got "${showValue(value)}"`);
}
