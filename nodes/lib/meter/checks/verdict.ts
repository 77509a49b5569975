import { showValue } from '../../text/show-value';

/**
 * What a check found. `rejected`: no meter can have said that; the next good reading closes the gap. `held`: it cannot be
 * billed safely before somebody has looked. `flag`: the register is billed and somebody should look. `event`: something
 * happened that is no fault of a reading.
 */
export interface CheckVerdict {
  kind: 'rejected' | 'held' | 'flag' | 'event';
  /** Which check says so: a word for programs. */
  check: CheckName;
  field: string;
  value: string;
  /** A sentence for people, with the figures that led to it. */
  reason: string;
}

export type CheckName =
  | 'range'
  | 'clock'
  | 'age'
  | 'direction'
  | 'phase'
  | 'jump'
  | 'register'
  | 'contact'
  | 'supply'
  | 'tamper'
  | 'stuck'
  | 'dead'
  | 'drift'
  | 'disturbance'
  | 'mismatch'
  | 'slope'
  | 'replay';

export function verdict(
  kind: CheckVerdict['kind'],
  check: CheckName,
  field: string,
  value: unknown,
  reason: string,
): CheckVerdict {
  return { kind, check, field, value: showValue(value), reason };
}

/** A number with no more digits than a person takes in. */
export function figure(value: number): string {
  return String(Number(value.toPrecision(4)));
}
