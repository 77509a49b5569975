import type { Micros } from '../money/micros';
import type { RefusalCause } from '../meter/reading';
import type { SupplyState } from './account';

/** One meter and its account as a dashboard shows them. */
export interface MeterSummary {
  meterId: string;
  accountId: string;
  name: string;
  balanceMicros: Micros;
  /** What the ledger wants. */
  supply: SupplyState;
  /** What the relay last reported; null when it never has. */
  reported: SupplyState | null;
  relayState: string;
  isProtected: boolean;
  isWarned: boolean;
  /** The last committed reading; null before the first. */
  lastReadingMs: number | null;
  energyWh: number | null;
  powerW: number | null;
}

/** A point of a meter's register, thinned for a chart. */
export interface MeterHistoryPoint {
  atMs: number;
  energyWh: number;
}

/** A reading that could not be billed safely and waits for a person. */
export interface HeldReading {
  refusalId: number;
  meterId: string;
  cause: RefusalCause;
  field: string;
  value: string;
  reason: string;
  /** When it was held last, and how often. */
  atMs: number;
  times: number;
  content: string;
}
