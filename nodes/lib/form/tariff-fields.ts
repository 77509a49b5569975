import { formatAmount, micros, parseAmount } from '../money/micros';
import { accepts } from './field-check';

/**
 * Tariffs store whole numbers of small units; people type decimals of large ones. A text that cannot be read is stored
 * as it was typed: nothing is lost, and `checkTariff` refuses it by the same message here and in the running node.
 */
export type StoredNumber = number | string;

/** Of a kind of number: how many decimals it may be typed with, and what the last of them is in the stored unit. */
interface Scale {
  decimals: number;
  step: number;
}

const SCALES = {
  /** Wh as kWh, W as kW, thousandths as a factor. */
  thousandth: { decimals: 3, step: 1 },
  /** Parts per million as per cent. */
  percent: { decimals: 4, step: 1 },
  /** Milliseconds as hours. */
  hours: { decimals: 3, step: 3_600 },
  whole: { decimals: 0, step: 1 },
} as const satisfies Record<string, Scale>;

/** `amount` is money in micros, or a rate of it. */
export type NumberKind = 'amount' | keyof typeof SCALES;

const DECIMAL = /^([+-]?)(\d{1,13})(?:\.(\d+))?$/;

export function readNumber(kind: NumberKind, text: string): StoredNumber {
  if (kind === 'amount') return accepts(() => parseAmount(text)) ? parseAmount(text) : text;
  const { decimals, step } = SCALES[kind];
  const [, sign, whole, fraction = ''] = DECIMAL.exec(text.trim()) ?? [];
  if (whole === undefined || fraction.length > decimals) return text;
  const steps = Number(whole) * 10 ** decimals + Number(fraction.padEnd(decimals, '0') || '0');
  const value = steps * step * (sign === '-' ? -1 : 1);
  return Number.isSafeInteger(value) ? value + 0 : text;
}

/** What a field shows for a stored value, whatever an imported tariff put there. */
export function showNumber(kind: NumberKind, value: unknown): string {
  if (typeof value !== 'number') return typeof value === 'string' ? value : '';
  if (!Number.isSafeInteger(value)) return String(value);
  if (kind === 'amount') return formatAmount(micros(value));
  const { decimals, step } = SCALES[kind];
  // Hours that are no whole thousandth were not typed here; they are shown, and stay as they are unless retyped.
  if (value % step !== 0) return String(value / step / 10 ** decimals);
  return decimalText(value / step, decimals);
}

function decimalText(steps: number, decimals: number): string {
  const digits = String(Math.abs(steps)).padStart(decimals + 1, '0');
  const whole = digits.slice(0, digits.length - decimals);
  const fraction = digits.slice(digits.length - decimals).replace(/0+$/, '');
  return (steps < 0 ? '-' : '') + whole + (fraction === '' ? '' : `.${fraction}`);
}

/** Dates one by one, as people paste them: separated by lines, spaces or commas. */
export function readList(text: string): string[] {
  return text.split(/[\s,;]+/).filter((item) => item !== '');
}
