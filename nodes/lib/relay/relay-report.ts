import type { SupplyState } from '../ledger/account';
import type { RelayReportPosting } from '../ledger/posting';
import { deviceTime } from '../meter/shapes/device-message';

/** What a relay says of itself. */
export interface RelayReport {
  meterId: string;
  reported: SupplyState;
  /** The command that it has obeyed last. */
  commandId?: string;
  /** The device's own time. */
  atMs?: number;
  /** It is open and ready to be closed by whoever stands before it. */
  isArmed?: boolean;
}

const MAX_COMMAND_ID_LENGTH = 128;

/** Reads a report of our own JSON dialect, `{"reported":"on"}`; null when it is none. */
export function parseRelayReport(meterId: string, payload: string): RelayReport | null {
  let value: unknown;
  try {
    value = JSON.parse(payload);
  } catch {
    return null;
  }
  return relayReportOf(meterId, value);
}

/** The same for a value. What is said beside the state is taken when it is of use, and no reason to refuse it. */
export function relayReportOf(meterId: string, value: unknown): RelayReport | null {
  if (typeof value !== 'object' || value === null || !('reported' in value)) return null;
  const { reported, commandId, atMs, armed, isArmed } = value as Record<string, unknown>;
  if (reported !== 'on' && reported !== 'off') return null;
  const report: RelayReport = { meterId, reported };
  if (typeof commandId === 'string' && commandId !== '' && commandId.length <= MAX_COMMAND_ID_LENGTH)
    report.commandId = commandId;
  const deviceMs = deviceTime(atMs);
  if (deviceMs !== null) report.atMs = deviceMs;
  if (armed === true || isArmed === true) report.isArmed = true;
  return report;
}

/** The report as the ledger keeps it. `source` says who speaks. */
export function reportPosting(report: RelayReport, source: string): RelayReportPosting {
  const { meterId, reported, commandId, atMs, isArmed = false } = report;
  return {
    type: 'relayReport',
    meterId,
    reported,
    source,
    // A device that has made itself ready has done what it was told, though it is still open.
    ...(commandId === undefined || isArmed ? {} : { commandId }),
    ...(atMs === undefined ? {} : { deviceMs: atMs }),
  };
}
