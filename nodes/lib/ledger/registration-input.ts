import { showValue } from '../text/show-value';
import { isMeterId } from '../meter/meter-id';
import { emailAddress, noticeChannel } from '../notice/notice-settings';
import { parseRelayEntry } from '../relay/dialects';
import { MAX_SANCTIONED_LOAD_W } from '../tariff/tariff-limits';
import type { Registration } from './account';

/** One request may register a whole village, not a country. */
const MAX_REGISTRATIONS = 10_000;
const MAX_ID_LENGTH = 64;
const MAX_NAME_LENGTH = 120;

type Source = Record<string, unknown>;

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
  const source = item as Source;
  const meterId = text(source, 'meterId', MAX_ID_LENGTH);
  if (!isMeterId(meterId)) {
    throw new RangeError(`meterId must not contain /, +, # or spaces, got "${meterId}"`);
  }
  const accountId = text(source, 'accountId', MAX_ID_LENGTH);
  const relay = parseRelayEntry(meterId, source['relay']);
  return {
    accountId,
    customerId: text(source, 'customerId', MAX_ID_LENGTH, accountId),
    name: text(source, 'name', MAX_NAME_LENGTH),
    meterId,
    phone: text(source, 'phone', MAX_ID_LENGTH, ''),
    language: text(source, 'language', MAX_ID_LENGTH, 'en'),
    ...contactOf(source),
    isProtected: flag(source, 'protected') ?? false,
    relayDialect: relay.dialect,
    relaySettings: relay.settings,
    relayDevice: relay.device,
    tariffId: source['tariffId'] === undefined ? null : text(source, 'tariffId', MAX_ID_LENGTH),
    sanctionedLoadW: whole(source, 'sanctionedLoadW', MAX_SANCTIONED_LOAD_W),
    isLifeline: flag(source, 'lifeline'),
    termsFromMs: whole(source, 'termsFromMs', Number.MAX_SAFE_INTEGER),
  };
}

/** How the customer wants to be told, and the address that may take. */
function contactOf({ channel, email }: Source): Pick<Registration, 'channel' | 'email'> {
  const contact: Pick<Registration, 'channel' | 'email'> = {};
  if (channel !== undefined) contact.channel = channel === null ? null : noticeChannel('channel', channel);
  if (email !== undefined && email !== null) contact.email = emailAddress('email', email);
  if (contact.channel === 'email' && contact.email === '')
    throw new RangeError('email must be an address where channel is email, got ""');
  return contact;
}

function flag(source: Source, field: string): boolean | null {
  const value = source[field] ?? null;
  if (value === null || typeof value === 'boolean') return value;
  throw new RangeError(`${field} must be true or false, got "${showValue(value)}"`);
}

function whole(source: Source, field: string, max: number): number | null {
  const value = source[field] ?? null;
  if (value === null) return null;
  if (typeof value === 'number' && Number.isSafeInteger(value) && value >= 0 && value <= max) return value;
  throw new RangeError(`${field} must be a whole number from 0 to ${max}, got "${showValue(value)}"`);
}

function text(source: Source, field: string, maxLength: number, fallback?: string): string {
  const value = source[field] ?? fallback;
  if (typeof value === 'string' && value.length <= maxLength && (value.trim() !== '' || fallback === ''))
    return value;
  throw new RangeError(`${field} must be text of 1 to ${maxLength} characters, got "${showValue(value)}"`);
}
