import { fieldsOf, wholeNumber } from './at-fields';

export interface SignalFact {
  rssi: number | null;
  dbm: number | null;
  /** 0 to 5, as on a telephone. */
  bars: number | null;
  /** Bit error rate class of GSM 05.08, 0 to 7. */
  errorClass: number | null;
}

const UNKNOWN = 99;
/** Lower ends of one to five bars, as RSSI of 3GPP TS 27.007 clause 8.5. */
const BAR_RSSI = [2, 7, 12, 17, 22];

/** 3GPP TS 27.007 clause 8.5: 0 is -113 dBm or less, 31 is -51 dBm or more, 99 is unknown. */
export function readSignal(line: string): SignalFact {
  const [rssiField, errorField] = fieldsOf(line);
  const given = wholeNumber(rssiField);
  const rssi = given === null || given < 0 || given > 31 ? null : given;
  const error = wholeNumber(errorField);
  return {
    rssi,
    dbm: rssi === null ? null : -113 + 2 * rssi,
    bars: rssi === null ? null : BAR_RSSI.filter((lowest) => rssi >= lowest).length,
    errorClass: error === null || error === UNKNOWN ? null : error,
  };
}

export type Registration = 'off' | 'home' | 'searching' | 'denied' | 'unknown' | 'roaming';

const REGISTRATIONS: readonly Registration[] = ['off', 'home', 'searching', 'denied', 'unknown', 'roaming'];

/** 3GPP TS 27.007 clause 7.2. */
export function registrationOf(status: number): Registration {
  return REGISTRATIONS[status] ?? 'unknown';
}

/** The answer to `AT+CREG?`: the second number; the first is the kind of notices ordered. */
export function readRegistration(line: string): Registration {
  return registrationOf(wholeNumber(fieldsOf(line)[1]) ?? -1);
}

export function isRegistered(registration: Registration): boolean {
  return registration === 'home' || registration === 'roaming';
}

/** `+COPS: 0,0,"NTC"`; a modem without a network leaves the name out. */
export function readOperator(line: string): string | null {
  return fieldsOf(line)[2] ?? null;
}

export interface BatteryFact {
  source: 'battery' | 'charging' | 'full' | 'unknown';
  percent: number | null;
  milliVolts: number | null;
}

/** `+CBC: 0,85,4012`. */
export function readBattery(line: string): BatteryFact {
  const [charging, percent, milliVolts] = fieldsOf(line);
  const sources = ['battery', 'charging', 'full'] as const;
  return {
    source: sources[wholeNumber(charging) ?? -1] ?? 'unknown',
    percent: wholeNumber(percent),
    milliVolts: wholeNumber(milliVolts),
  };
}

/** A modem that was never told the time begins in 2000 or 2004. */
const FIRST_CREDIBLE_YEAR = 2020;

/** `+CCLK: "26/11/21,17:24:00+23"`, the zone in quarters of an hour; null when the clock was never set. */
export function readClock(line: string): number | null {
  const found = /"(\d\d)\/(\d\d)\/(\d\d),(\d\d):(\d\d):(\d\d)([+-]\d\d)?"/.exec(line);
  if (!found) return null;
  const [year = 0, month = 0, day = 0, hour = 0, minute = 0, second = 0] = found.slice(1, 7).map(Number);
  if (2000 + year < FIRST_CREDIBLE_YEAR) return null;
  const zoneMinutes = Number(found[7] ?? 0) * 15;
  return Date.UTC(2000 + year, month - 1, day, hour, minute - zoneMinutes, second);
}
