import { dayNumberOf } from '../time/calendar-date';
import { showValue } from '../text/show-value';

/** An object of outside data, of which nothing is known yet. */
export type Fields = Partial<Record<string, unknown>>;

/** Longer names do not fit on a bill. */
const MAX_TEXT_LENGTH = 60;

/** Collects what is wrong with outside data. Every message names the field and the value. */
export class FieldProblems {
  readonly messages: string[] = [];

  add(field: string, mustBe: string, value: unknown): void {
    const shown = typeof value === 'string' ? `"${showValue(value)}"` : showValue(value);
    this.messages.push(`${field} must be ${mustBe}, got ${shown}`);
  }

  fields(field: string, value: unknown): Fields | undefined {
    if (typeof value === 'object' && value !== null && !Array.isArray(value)) return value;
    this.add(field, 'an object', value);
    return undefined;
  }

  list(field: string, value: unknown, min: number, max: number): unknown[] | undefined {
    if (Array.isArray(value) && value.length >= min && value.length <= max) return value as unknown[];
    this.add(field, min === max ? `a list of ${min}` : `a list of ${min} to ${max}`, value);
    return undefined;
  }

  whole(field: string, value: unknown, min: number, max: number): value is number {
    if (Number.isSafeInteger(value) && (value as number) >= min && (value as number) <= max) return true;
    this.add(field, `a whole number from ${min} to ${max}`, value);
    return false;
  }

  text(field: string, value: unknown): value is string {
    if (typeof value === 'string' && value.trim() !== '' && value.length <= MAX_TEXT_LENGTH) return true;
    this.add(field, `a text of 1 to ${MAX_TEXT_LENGTH} characters`, value);
    return false;
  }

  flag(field: string, value: unknown): void {
    if (typeof value !== 'boolean') this.add(field, 'true or false', value);
  }

  /** The day number of a date, or undefined when it is none. */
  date(field: string, value: unknown): number | undefined {
    const dayNumber = typeof value === 'string' ? dayNumberOf(value) : undefined;
    if (dayNumber !== undefined && dayNumber >= 0) return dayNumber;
    this.add(field, 'a date YYYY-MM-DD from 1970 on', value);
    return undefined;
  }
}
