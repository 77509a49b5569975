import type { RegisterSource } from './statement';

/** What an operator says about one meter, where its messages do not. */
export interface MeterSettings {
  /** Pulses per kWh of a pulse meter. */
  impPerKwh?: number;
  /** The resistance between the two voltages of a text meter. */
  shuntOhm?: number;
  /** `integrated` for a meter that has power and no register, `reported` to never add up its power. */
  register?: RegisterSource;
  /** How raw samples become volts and amperes. */
  calibration?: Partial<SampleCalibration>;
}

/** The constants of an EmonLib-style front end. */
export interface SampleCalibration {
  /** Mains volts for one volt at the converter. */
  voltCal: number;
  /** Mains amperes for one volt at the converter. */
  ampCal: number;
  /** 1 takes voltage samples as they are; above 1 shifts them to make up for the delay of the voltage sensor. */
  phaseCal: number;
  /** Full scale of the converter. */
  supplyMv: number;
  /** Resolution of the converter. */
  bits: number;
}
