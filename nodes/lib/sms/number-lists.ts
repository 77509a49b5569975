import { showValue } from '../text/show-value';

/** Which numbers may be written to, by how they begin. */
export interface NumberLists {
  /** Empty: all that are not denied. */
  allow: readonly string[];
  deny: readonly string[];
}

export type Permission = { isAllowed: true } | { isAllowed: false; reason: string };

const PREFIX = /^\+?\d{1,15}$/;
const MAX_PREFIXES = 1_000;

/** Beginnings of numbers as people list them: international ones with +, short codes without. */
export function numberPrefixes(field: string, list: readonly string[]): string[] {
  if (list.length > MAX_PREFIXES) {
    throw new RangeError(`${field} must have at most ${MAX_PREFIXES} entries, got ${list.length}`);
  }
  return list.map((entry, index) => {
    const prefix = entry.replace(/[\s\-.()]/g, '');
    if (!PREFIX.test(prefix)) {
      throw new RangeError(`${field}[${index}] must be the beginning of a number, got "${showValue(entry)}"`);
    }
    return prefix;
  });
}

function longestMatch(number: string, prefixes: readonly string[]): string {
  return prefixes.reduce(
    (best, prefix) => (number.startsWith(prefix) && prefix.length > best.length ? prefix : best),
    '',
  );
}

/** The longest entry that fits decides, and a denial where two are the same; so an exception can be made of a rule. */
export function mayWriteTo(number: string, lists: NumberLists): Permission {
  const denied = longestMatch(number, lists.deny);
  const allowed = longestMatch(number, lists.allow);
  if (denied !== '' && denied.length >= allowed.length) {
    return { isAllowed: false, reason: `${number} is on the list of denied numbers (${denied})` };
  }
  if (allowed === '' && lists.allow.length > 0) {
    return { isAllowed: false, reason: `${number} is not on the list of allowed numbers` };
  }
  return { isAllowed: true };
}
