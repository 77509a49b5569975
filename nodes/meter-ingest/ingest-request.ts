import { isMeterId } from '../lib/meter/meter-id';
import { showValue } from '../lib/text/show-value';

/** What a flow may ask of the node, beside handing it readings. */
export type IngestRequest =
  | { kind: 'counters' }
  /** The meter shall report now. */
  | { kind: 'read'; meterId: string }
  /** The meter shall report this often by itself. */
  | { kind: 'interval'; meterId: string; reportEveryMs: number };

const MAX_INTERVAL_MS = 86_400_000;

/** Null for a payload that asks nothing, and so is a reading or means to be one. */
export function readIngestRequest(payload: unknown): IngestRequest | null {
  if (typeof payload !== 'object' || payload === null || !('ask' in payload)) return null;
  const { ask, meterId, reportEveryMs } = payload as Record<string, unknown>;
  if (ask === 'counters') return { kind: 'counters' };
  if (ask !== 'reading' && ask !== 'interval') {
    throw new RangeError(`ask must be "counters", "reading" or "interval", got ${showValue(ask)}`);
  }
  if (typeof meterId !== 'string' || !isMeterId(meterId)) {
    throw new RangeError(`meterId must be the number of a meter, got ${showValue(meterId)}`);
  }
  if (ask === 'reading') return { kind: 'read', meterId };
  if (
    typeof reportEveryMs !== 'number' ||
    !Number.isSafeInteger(reportEveryMs) ||
    reportEveryMs < 1_000 ||
    reportEveryMs > MAX_INTERVAL_MS
  ) {
    throw new RangeError(
      `reportEveryMs must be whole milliseconds from 1000 to ${MAX_INTERVAL_MS}, got ${showValue(reportEveryMs)}`,
    );
  }
  return { kind: 'interval', meterId, reportEveryMs };
}
