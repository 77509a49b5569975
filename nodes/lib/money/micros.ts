/**
 * Money is an integer count of micros: millionths of the site's currency.
 * The brand keeps a plain number, and so a float, from passing as money by accident.
 */
export type Micros = number & { readonly __unit: 'micros' };

export const MICROS_PER_UNIT = 1_000_000;
export const ZERO_MICROS = 0 as Micros;

/** Accepts a safe integer and nothing else, so that no sum can lose a micro silently. */
export function micros(value: number): Micros {
  if (!Number.isSafeInteger(value))
    throw new RangeError(`money must be a whole number of micros, got ${value}`);
  // Adding zero turns -0 into 0, which compares equal but prints and hashes differently.
  return (value + 0) as Micros;
}

export function addMicros(a: Micros, b: Micros): Micros {
  return micros(a + b);
}

export function subtractMicros(a: Micros, b: Micros): Micros {
  return micros(a - b);
}

const AMOUNT = /^([+-]?)(\d{1,10})(?:\.(\d{1,6}))?$/;

/** Reads an amount as people write it ("12", "12.50"). Digits are taken as text; no float is involved. */
export function parseAmount(text: string): Micros {
  const match = AMOUNT.exec(text.trim());
  if (!match) {
    throw new RangeError(
      `amount must be a number with at most 6 decimals, such as 12.50, got "${text.slice(0, 40)}"`,
    );
  }
  const [, sign, whole, fraction = ''] = match;
  const magnitude = Number(whole) * MICROS_PER_UNIT + Number(fraction.padEnd(6, '0'));
  return micros(sign === '-' ? -magnitude : magnitude);
}

/**
 * Writes an amount with at least `decimals` places and never fewer than it needs,
 * so that what a person reads is exactly what is stored.
 */
export function formatAmount(amount: Micros, decimals = 2): string {
  const magnitude = Math.abs(amount);
  const whole = Math.floor(magnitude / MICROS_PER_UNIT);
  const digits = String(magnitude % MICROS_PER_UNIT).padStart(6, '0');
  let length = 6;
  while (length > decimals && digits.charCodeAt(length - 1) === 48) length -= 1;
  const text = length > 0 ? `${whole}.${digits.slice(0, length)}` : String(whole);
  return amount < 0 ? `-${text}` : text;
}

/**
 * What the last digits of an amount with so many decimals look like, ".00" to ".99" for two: every reading's balance is
 * written for display, and looking the digits up takes half the time of putting them together.
 */
const ENDINGS = [0, 1, 2, 3].map((decimals) => ({
  stepMicros: 10 ** (6 - decimals),
  texts: Array.from({ length: 10 ** decimals }, (_, digits) =>
    decimals === 0 ? '' : `.${String(digits).padStart(decimals, '0')}`,
  ),
}));

/** Writes an amount rounded down (towards less money) to `decimals`, for displays where micros would only confuse. */
export function displayAmount(amount: Micros, decimals = 2): string {
  const endings = ENDINGS[decimals];
  if (!endings) {
    const stepMicros = 10 ** (6 - decimals);
    return formatAmount(micros(Math.floor(amount / stepMicros) * stepMicros), decimals);
  }
  const { stepMicros, texts } = endings;
  const steps = Math.floor(amount / stepMicros);
  const magnitude = Math.abs(steps);
  const whole = Math.floor(magnitude / texts.length);
  const text = `${whole}${texts[magnitude - whole * texts.length] ?? ''}`;
  return steps < 0 ? `-${text}` : text;
}
