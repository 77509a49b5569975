import type { SupplyState } from '../ledger/account';
import type { RelayRules } from './relay-rules';

/** What a reading says about the relay before it. */
export interface PowerReading {
  atMs: number;
  powerW?: number;
  voltageV?: number;
}

/** A supply below this is no supply, whatever the nominal voltage. */
const LIVE_ABOVE_V = 50;

/** What follows from a reading that was taken long enough after a command. */
export interface Evidence {
  /** How the relay stands; null when the reading does not say. */
  stands: SupplyState | null;
  alarm: 'still-drawing' | 'no-voltage' | null;
}

const SILENT: Evidence = { stands: null, alarm: null };

/**
 * Power behind a relay that was opened flows through a welded contact or past the meter. No voltage behind one that was
 * closed is a fault. A house in which nothing runs draws nothing either way, so no power proves an open relay and never a
 * closed one; voltage proves a closed one only when it is measured behind it.
 */
export function evidenceOf(
  reading: PowerReading,
  wanted: SupplyState,
  sinceMs: number,
  sensesBehind: boolean,
  { drawAboveW, settleMs }: Pick<RelayRules, 'drawAboveW' | 'settleMs'>,
): Evidence {
  if (reading.atMs < sinceMs + settleMs) return SILENT;
  const { powerW, voltageV } = reading;
  // A solar roof that feeds in is a flow as well.
  const draws = powerW === undefined ? null : Math.abs(powerW) > drawAboveW;
  if (wanted === 'off') {
    if (draws === null) return SILENT;
    return draws ? { stands: 'on', alarm: 'still-drawing' } : { stands: 'off', alarm: null };
  }
  if (voltageV !== undefined && voltageV < LIVE_ABOVE_V)
    return { stands: sensesBehind ? 'off' : null, alarm: 'no-voltage' };
  const isProven = draws === true || (sensesBehind && voltageV !== undefined);
  return { stands: isProven ? 'on' : null, alarm: null };
}
