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

/** The stretch of a meter's register between two accepted readings. The first reading of a meter has both ends equal. */
export interface Segment {
  fromMs: number;
  fromWh: number;
  toMs: number;
  toWh: number;
}

/** The end of the last segment of a meter: where the next one has to begin. */
export interface MeterHead {
  atMs: number;
  energyWh: number;
}

/** Why a reading was not taken. `field` and `value` say what to look at. */
export interface Refusal {
  kind: 'rejected' | 'held';
  field: string;
  value: string;
  reason: string;
  meterId?: string;
}
