import { showValue } from '../text/show-value';
import { isMeterId } from '../meter/meter-id';
import { DIALECT_NAMES } from '../relay/dialects';
import type { Registration } from './account';

/** One request may register a whole village, not a country. */
const MAX_REGISTRATIONS = 10_000;
const MAX_ID_LENGTH = 64;
const MAX_NAME_LENGTH = 120;

/** Reads one or many registrations. Throws an error that names the field and the value before anything is written. */
export function parseRegistrations(payload: unknown): Registration[] {
  const items: unknown[] = Array.isArray(payload) ? payload : [payload];
  if (items.length === 0 || items.length > MAX_REGISTRATIONS) {
    throw new RangeError(`payload must hold 1 to ${MAX_REGISTRATIONS} registrations, got ${items.length}`);
  }
  return items.map(parseRegistration);
}

function parseRegistration(item: unknown): Registration {
  if (typeof item !== 'object' || item === null)
    throw new RangeError('payload must be a registration such as {accountId, name, meterId}');
  const source = item as Record<string, unknown>;
  const meterId = text(source, 'meterId', MAX_ID_LENGTH);
  if (!isMeterId(meterId)) {
    throw new RangeError(`meterId must not contain /, +, # or spaces, got "${meterId}"`);
  }
  const isProtected = source['protected'] ?? false;
  if (typeof isProtected !== 'boolean')
    throw new RangeError(`protected must be true or false, got "${showValue(isProtected)}"`);
  return {
    accountId: text(source, 'accountId', MAX_ID_LENGTH),
    name: text(source, 'name', MAX_NAME_LENGTH),
    meterId,
    phone: text(source, 'phone', MAX_ID_LENGTH, ''),
    language: text(source, 'language', MAX_ID_LENGTH, 'en'),
    isProtected,
    relayDialect: dialectOf(source['relay']),
  };
}

function dialectOf(relay: unknown): string {
  const dialect: unknown =
    typeof relay === 'object' && relay !== null && 'dialect' in relay ? relay.dialect : 'json';
  if (typeof dialect === 'string' && DIALECT_NAMES.includes(dialect)) return dialect;
  throw new RangeError(
    `relay.dialect must be one of ${DIALECT_NAMES.join(', ')}, got "${showValue(dialect)}"`,
  );
}

function text(source: Record<string, unknown>, field: string, maxLength: number, fallback?: string): string {
  const value = source[field] ?? fallback;
  if (typeof value === 'string' && value.length <= maxLength && (value.trim() !== '' || fallback === ''))
    return value;
  throw new RangeError(`${field} must be text of 1 to ${maxLength} characters, got "${showValue(value)}"`);
}
