/** More of a wrong value than this tells a person nothing new. */
const MAX_SHOWN_LENGTH = 80;

/** A short text of any value for an error message; never throws, whatever a device or an operator sent. */
export function showValue(value: unknown): string {
  switch (typeof value) {
    case 'undefined':
      return 'missing';
    case 'string':
      return value.slice(0, MAX_SHOWN_LENGTH);
    case 'number':
    case 'boolean':
    case 'bigint':
      return String(value).slice(0, MAX_SHOWN_LENGTH);
    case 'object':
      if (value === null) return 'null';
      return Array.isArray(value) ? `a list of ${value.length}` : 'an object';
    case 'function':
    case 'symbol':
      return `a ${typeof value}`;
  }
}
