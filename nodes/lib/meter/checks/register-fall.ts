import { possibleWh, type JumpLimits } from './register-jump';
import { figure, verdict, type CheckVerdict } from './verdict';

export interface Register {
  atMs: number;
  energyWh: number;
}

/** How a meter's display counts, where it is known. */
export interface RegisterFace {
  digits: number;
  whPerDigit: number;
}

export type FallCause =
  /** The register has all its digits behind it and began again at zero. */
  | { likely: 'rollover'; face: RegisterFace; usedWh: number }
  /** It was set to zero. */
  | { likely: 'reset'; usedWh: number }
  /** The device sends another unit than before. */
  | { likely: 'unit'; factor: number }
  /** Less than a step of the register: rounding, or two ways that differ. */
  | { likely: 'rounding' }
  /** Neither near zero nor explained by its digits: another device, or another customer's. */
  | { likely: 'swap' };

export interface RegisterFall {
  cause: FallCause;
  /** Always `held`: what happened to a meter is a person's word, this only says what to look for first. */
  verdict: CheckVerdict;
}

/** Displays in use: whole kWh with 5 to 8 digits, tenths and hundredths of them, and counters of Wh. */
const FACES: readonly RegisterFace[] = [1000, 100, 10, 1].flatMap((whPerDigit) =>
  [4, 5, 6, 7, 8, 9].map((digits) => ({ digits, whPerDigit })),
);
/** How full a display of unknown size has to be before a fall is called its rollover. */
const NEARLY_FULL = 0.99;
/** Mistakes of unit in use: W·min, tenths, hundredths, Wh and kWh. */
const UNIT_FACTORS = [10, 60, 100, 1000] as const;
const UNIT_TOLERANCE = 1e-3;
/** A register this small fits every factor by chance. */
const MIN_UNIT_WH = 100;

/**
 * Says what probably happened to a register that fell; null when it did not fall. `face` is what is known of the display,
 * null when nothing is.
 */
export function explainFall(
  before: Register,
  after: Register,
  limits: JumpLimits,
  face: RegisterFace | null = null,
): RegisterFall | null {
  if (!(after.energyWh < before.energyWh)) return null;
  const cause = causeOf(before, after, limits, face);
  const words = `the register fell from ${before.energyWh} Wh: ${sentence(cause)}`;
  return { cause, verdict: verdict('held', 'register', 'energyWh', after.energyWh, words) };
}

function causeOf(
  before: Register,
  after: Register,
  limits: JumpLimits,
  face: RegisterFace | null,
): FallCause {
  const fallenWh = before.energyWh - after.energyWh;
  const mostWh = possibleWh(after.atMs - before.atMs, limits);
  const rollover = findRollover(before, after, mostWh, face);
  if (rollover) return rollover;
  if (fallenWh <= limits.stepWh) return { likely: 'rounding' };
  const factor = findFactor(before.energyWh, after.energyWh, mostWh);
  if (factor !== null) return { likely: 'unit', factor };
  if (after.energyWh <= mostWh) return { likely: 'reset', usedWh: after.energyWh };
  return { likely: 'swap' };
}

function findRollover(
  before: Register,
  after: Register,
  mostWh: number,
  known: RegisterFace | null,
): FallCause | null {
  let best: { face: RegisterFace; usedWh: number } | null = null;
  for (const face of known ? [known] : FACES) {
    const fullWh = 10 ** face.digits * face.whPerDigit;
    const usedWh = fullWh - before.energyWh + after.energyWh;
    const isPlausible =
      before.energyWh < fullWh &&
      usedWh <= mostWh &&
      (known !== null || before.energyWh >= NEARLY_FULL * fullWh);
    if (isPlausible && (!best || usedWh < best.usedWh)) best = { face, usedWh };
  }
  return best ? { likely: 'rollover', ...best } : null;
}

function findFactor(beforeWh: number, afterWh: number, mostWh: number): number | null {
  if (afterWh < MIN_UNIT_WH) return null;
  for (const factor of UNIT_FACTORS) {
    const inOldUnitWh = afterWh * factor;
    const toleranceWh = Math.max(factor, UNIT_TOLERANCE * beforeWh);
    if (inOldUnitWh >= beforeWh - toleranceWh && inOldUnitWh <= beforeWh + toleranceWh + mostWh)
      return factor;
  }
  return null;
}

function sentence(cause: FallCause): string {
  switch (cause.likely) {
    case 'rollover': {
      const { digits, whPerDigit } = cause.face;
      const used = figure(cause.usedWh);
      return `a rollover is likely, ${digits} digits of ${whPerDigit} Wh began again and ${used} Wh were used`;
    }
    case 'reset':
      return 'a reset is likely, it begins again near zero';
    case 'unit':
      return `a change of unit is likely, it is ${cause.factor} times smaller`;
    case 'rounding':
      return 'by less than its own step, so rounding or a second way of reading it is likely';
    case 'swap':
      return 'another device is likely, since neither its digits nor a reset explain it';
  }
}
