import type { SupplyState } from '../ledger/account';

/** What a relay says of itself. */
export interface RelayReport {
  meterId: string;
  reported: SupplyState;
}

/** Reads a report of our own JSON dialect, `{"reported":"on"}`; null when it is none. */
export function parseRelayReport(meterId: string, payload: string): RelayReport | null {
  let value: unknown;
  try {
    value = JSON.parse(payload);
  } catch {
    return null;
  }
  if (typeof value !== 'object' || value === null || !('reported' in value)) return null;
  const { reported } = value;
  return reported === 'on' || reported === 'off' ? { meterId, reported } : null;
}
