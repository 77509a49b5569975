/** An exact decimal number: digits × 10^exponent. Registers are converted with it, since a float loses watt-hours. */
export interface Decimal {
  digits: bigint;
  exponent: number;
}

const DECIMAL = /^([+-]?)(\d{0,40})(?:\.(\d{0,40}))?(?:[eE]([+-]?\d{1,3}))?$/;
/** No measured value needs more; it also bounds the work that a text can cause. */
const MAX_EXPONENT = 60;

/** Reads a decimal number with a point; null for anything else, such as `NaN`, `1,5` or an empty text. */
export function parseDecimal(text: string): Decimal | null {
  const found = DECIMAL.exec(text);
  if (!found) return null;
  const [, sign = '', whole = '', fraction = '', power = '0'] = found;
  if (whole === '' && fraction === '') return null;
  const exponent = Number(power) - fraction.length;
  if (Math.abs(exponent) > MAX_EXPONENT) return null;
  const digits = BigInt(whole + fraction);
  return { digits: sign === '-' ? -digits : digits, exponent };
}

/** The shortest decimal that names this number, which is what the device wrote; null for NaN and the infinities. */
export function decimalOf(value: number): Decimal | null {
  return Number.isFinite(value) ? parseDecimal(String(value)) : null;
}

export function multiply(one: Decimal, other: Decimal): Decimal {
  return { digits: one.digits * other.digits, exponent: one.exponent + other.exponent };
}

/** The nearest number. Parsing the text rounds once, where multiplying by a power of ten would round twice. */
export function toNumber({ digits, exponent }: Decimal): number {
  return Number(`${digits}e${exponent}`);
}

/** The whole number at or below value × numerator ÷ denominator, exactly. */
export function floorTimes({ digits, exponent }: Decimal, numerator: bigint, denominator: bigint): bigint {
  const above = digits * numerator * (exponent > 0 ? 10n ** BigInt(exponent) : 1n);
  const below = denominator * (exponent < 0 ? 10n ** BigInt(-exponent) : 1n);
  const quotient = above / below;
  return above < 0n && quotient * below !== above ? quotient - 1n : quotient;
}
