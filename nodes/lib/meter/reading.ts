/** What a meter said, in the one shape the rest of the system knows. Absent fields were not reported. */
export interface Reading {
  meterId: string;
  atMs: number;
  /** The cumulative import register. It is the truth about use; everything else is for display and checks. */
  energyWh: number;
  exportWh?: number;
  powerW?: number;
  voltageV?: number;
  currentA?: number;
  powerFactor?: number;
  frequencyHz?: number;
  reactiveVar?: number;
  flags?: string[];
}

/**
 * The stretch of a meter's register between two accepted readings. The first reading of a meter has both ends equal.
 * Registers are counted on over rollovers and resets, so they may differ from what the device shows.
 */
export interface Segment {
  fromMs: number;
  fromWh: number;
  toMs: number;
  toWh: number;
  /** Of meters that count what flows back. */
  fromExportWh?: number;
  toExportWh?: number;
  /** The reading that ends the segment knew it. */
  powerFactorThousandths?: number;
  /** The reading is older than the meter's last one. Both ends are its own; it corrects what was charged before. */
  isLate?: true;
}

/** The end of the last segment of a meter: where the next one has to begin. */
export interface MeterHead {
  atMs: number;
  energyWh: number;
  exportWh: number | null;
}

/** What is in the way of a reading, as a word for programs. */
export const REFUSAL_CAUSES = [
  'unknown-meter',
  /** The register shows less than before. */
  'fell',
  /** It rose by more than the connection can carry. */
  'jump',
  /** The device's clock is ahead. */
  'clock',
  'age',
  /** Older than the first reading of its meter. */
  'early',
  /** Another register is stored for its moment. */
  'differs',
  /** Late, and not between its neighbours. */
  'misfit',
  /** Its tariff has no price for it yet. It is taken by itself when there is one. */
  'no-price',
  'other',
] as const;
export type RefusalCause = (typeof REFUSAL_CAUSES)[number];

/** Why a reading was not taken. `field` and `value` say what to look at; without a cause it is `other`. */
export interface Refusal {
  kind: 'rejected' | 'held';
  cause?: RefusalCause;
  field: string;
  value: string;
  reason: string;
  meterId?: string;
}
