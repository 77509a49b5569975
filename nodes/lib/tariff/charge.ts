import type { Micros } from '../money/micros';

/** One line of a bill: what was counted, at which rate, and what it costs. The lines of a charge sum to its amount. */
export interface ChargeLine {
  component: string;
  energyWh: number;
  rateMicrosPerKwh: number;
  amountMicros: Micros;
  /** Of another tariff or version than the charge, when the segment began before that came into force. */
  tariffId?: string;
  version?: number;
}

/** The price of one segment. */
export interface Charge {
  amountMicros: Micros;
  lines: ChargeLine[];
  tariffId: string;
  version: number;
}
