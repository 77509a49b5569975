import type { SupplyState } from '../ledger/account';
import { showValue } from '../text/show-value';
import type { RelayIntent } from '../policy/supply-decision';
import type { RelayReport } from './relay-report';

export type RelayInput = { kind: 'intent'; intent: RelayIntent } | { kind: 'report'; report: RelayReport };

/** Reads a message for relay-switch: an intent of balance-guard, or a relay's report from meter-ingest. */
export function parseRelayInput(payload: unknown): RelayInput {
  if (typeof payload !== 'object' || payload === null)
    throw new RangeError('payload must be a relay intent or report');
  const source = payload as Record<string, unknown>;
  const meterId = textOf(source, 'meterId');
  if ('reported' in source)
    return { kind: 'report', report: { meterId, reported: stateOf(source, 'reported') } };
  const version = source['version'];
  if (typeof version !== 'number' || !Number.isSafeInteger(version) || version < 1) {
    throw new RangeError(`payload.version must be a whole number from 1, got ${showValue(version)}`);
  }
  return {
    kind: 'intent',
    intent: {
      meterId,
      desired: stateOf(source, 'desired'),
      reason: textOf(source, 'reason'),
      commandId: textOf(source, 'commandId'),
      version,
    },
  };
}

function stateOf(source: Record<string, unknown>, field: string): SupplyState {
  const value = source[field];
  if (value === 'on' || value === 'off') return value;
  throw new RangeError(`payload.${field} must be "on" or "off", got "${showValue(value)}"`);
}

function textOf(source: Record<string, unknown>, field: string): string {
  const value = source[field];
  if (typeof value === 'string' && value !== '') return value;
  throw new RangeError(`payload.${field} must be text, got "${showValue(value)}"`);
}
