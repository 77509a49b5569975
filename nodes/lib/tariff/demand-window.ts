import { addApparent, type ApparentEnergy } from './apparent-energy';
import { registerAt, type RegisterStretch } from './register-at';

/** A window of the clock in which demand is measured. */
export interface DemandMeasure {
  windowMinutes: 15 | 30;
  unit: 'W' | 'VA';
}

export interface DemandWindow extends DemandMeasure, ApparentEnergy {
  /** The window that the register has reached, counted from 1970; what it has used so far is beside it. */
  window: number;
  /** The highest average of the billing period, whole W or VA. */
  highest: number;
}

/** A part of a segment, and the register at its ends. */
export interface MeasuredPart extends RegisterStretch {
  segment: RegisterStretch;
}

const NOTHING: ApparentEnergy = { vah: 0, microVah: 0 };

/**
 * Moves the measuring on over a part of a segment. A window that is not over counts with what it has used so far, which
 * is never more than what it will come to. Windows between the first and the last have used the same but for one Wh,
 * so the highest of them is known without looking at each.
 */
export function measureOn(
  before: DemandWindow | undefined,
  { windowMinutes, unit }: DemandMeasure,
  { segment, fromMs, fromWh, toMs, toWh }: MeasuredPart,
  microVahPerWh: number,
): DemandWindow {
  const windowMs = windowMinutes * 60_000;
  const perWh = unit === 'VA' ? microVahPerWh : 1_000_000;
  const windowsPerHour = 60 / windowMinutes;
  const average = ({ vah, microVah }: ApparentEnergy) =>
    vah * windowsPerHour + Math.floor((microVah * windowsPerHour) / 1_000_000);

  let window = Math.floor(fromMs / windowMs);
  let used = before?.window === window ? before : NOTHING;
  let highest = before?.highest ?? 0;
  const endMs = (window + 1) * windowMs;
  if (toMs < endMs) {
    used = addApparent(used, toWh - fromWh, perWh);
  } else {
    const endWh = registerAt(segment, endMs);
    highest = Math.max(highest, average(addApparent(used, endWh - fromWh, perWh)));
    window = Math.floor(toMs / windowMs);
    const lastMs = window * windowMs;
    const lastWh = registerAt(segment, lastMs);
    if (lastMs > endMs) {
      const mostWh = Math.ceil((lastWh - endWh) / ((lastMs - endMs) / windowMs));
      highest = Math.max(highest, average(addApparent(NOTHING, mostWh, perWh)));
    }
    used = addApparent(NOTHING, toWh - lastWh, perWh);
  }
  highest = Math.max(highest, average(used));
  return { windowMinutes, unit, window, vah: used.vah, microVah: used.microVah, highest };
}
