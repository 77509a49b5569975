import { isDeviceDialect, type DeviceDialect } from './device-dialect';
import { isDeviceName } from './device-name';

/** What is kept of a password: never the password itself. */
export interface PasswordHash {
  /** `scrypt$N$r$p$salt$key`, so that a later version can raise the cost and still read old ones. */
  scrypt: string;
  /** The same password as Mosquitto keeps it, for a broker of that kind. */
  mosquitto: string;
}

export interface Credential extends PasswordHash {
  madeMs: number;
  /** From then on it opens nothing; null for as long as it is the newest. */
  endsMs: number | null;
}

export interface DeviceRecord {
  name: string;
  dialect: DeviceDialect;
  /** The newest first. None: its password was taken back. */
  credentials: readonly Credential[];
  revokedMs: number | null;
}

/** The devices of a broker, as they stand in its file. Never changed: every step makes a new book. */
export interface DeviceBook {
  format: typeof FORMAT;
  devices: ReadonlyMap<string, DeviceRecord>;
}

/** What may be shown of a device. */
export interface DeviceSummary {
  name: string;
  dialect: DeviceDialect;
  state: 'active' | 'changing' | 'revoked';
  /** When its newest password was made, or taken back. */
  sinceMs: number;
  /** Until when its former password is good as well. */
  overlapEndsMs: number | null;
}

const FORMAT = 'wattkeeper-devices-1';
/** As many as one broker serves. */
const MAX_DEVICES = 20_000;
/** A former password beside the newest; more would never come to an end. */
const MAX_CREDENTIALS = 2;
export const MAX_OVERLAP_MS = 30 * 24 * 3_600_000;

export const EMPTY_BOOK: DeviceBook = { format: FORMAT, devices: new Map() };

/** A first password for a device, or a new one for a device whose password was taken back. */
export function withDevice(
  book: DeviceBook,
  { name, dialect }: Pick<DeviceRecord, 'name' | 'dialect'>,
  hash: PasswordHash,
  nowMs: number,
): DeviceBook {
  const known = book.devices.get(name);
  if (known?.revokedMs === null)
    throw new Error(`${name} has a password already: change it, or take it back first`);
  if (known === undefined && book.devices.size >= MAX_DEVICES)
    throw new RangeError(`there are ${MAX_DEVICES} devices already, which is as many as one broker keeps`);
  const credentials = [{ ...hash, madeMs: nowMs, endsMs: null }];
  return withRecord(book, { name, dialect, credentials, revokedMs: null });
}

/** A new password; the one before stays good for a while, so that the device can be told. */
export function withNewPassword(
  book: DeviceBook,
  name: string,
  hash: PasswordHash,
  nowMs: number,
  overlapMs: number,
): DeviceBook {
  const known = activeRecord(book, name);
  const endsMs = nowMs + overlapMs;
  const former = known.credentials
    .filter((credential) => isLive(credential, nowMs))
    .map((credential) => ({ ...credential, endsMs: Math.min(credential.endsMs ?? Infinity, endsMs) }))
    .filter((credential) => isLive(credential, nowMs));
  const credentials = [{ ...hash, madeMs: nowMs, endsMs: null }, ...former].slice(0, MAX_CREDENTIALS);
  return withRecord(book, { ...known, credentials });
}

/** Takes every password of a device back. Its name stays in the book, so that nobody wonders who it was. */
export function withoutPasswords(book: DeviceBook, name: string, nowMs: number): DeviceBook {
  return withRecord(book, { ...activeRecord(book, name), credentials: [], revokedMs: nowMs });
}

/** The credentials that open the broker to a device now. */
export function liveCredentials(book: DeviceBook, name: string, nowMs: number): readonly Credential[] {
  return book.devices.get(name)?.credentials.filter((credential) => isLive(credential, nowMs)) ?? [];
}

export function summaries(book: DeviceBook, nowMs: number): DeviceSummary[] {
  return [...book.devices.values()]
    .map(({ name, dialect, credentials, revokedMs }) => {
      const [newest] = credentials;
      const overlapEndsMs = credentials.slice(1).find((one) => isLive(one, nowMs))?.endsMs ?? null;
      const state = newest === undefined ? 'revoked' : overlapEndsMs === null ? 'active' : 'changing';
      return { name, dialect, state, sinceMs: newest?.madeMs ?? revokedMs ?? 0, overlapEndsMs } as const;
    })
    .sort((one, other) => (one.name < other.name ? -1 : 1));
}

/** The book as JSON values. */
export function bookToJson({ format, devices }: DeviceBook): unknown {
  return { format, devices: [...devices.values()] };
}

/**
 * The book from JSON values. A damaged book is refused as a whole: read in part, it could forget that a password was
 * taken back.
 */
export function bookFromJson(value: unknown): DeviceBook {
  if (!isObject(value) || value['format'] !== FORMAT || !Array.isArray(value['devices']))
    throw new Error(`this is not a list of devices of the format ${FORMAT}`);
  const devices = new Map<string, DeviceRecord>();
  for (const [index, record] of (value['devices'] as unknown[]).entries()) {
    if (!isRecord(record)) throw new Error(`device number ${index + 1} is damaged`);
    if (devices.has(record.name)) throw new Error(`${record.name} stands twice in the list of devices`);
    devices.set(record.name, record);
  }
  if (devices.size > MAX_DEVICES) throw new RangeError(`there are more than ${MAX_DEVICES} devices`);
  return { format: FORMAT, devices };
}

function isLive({ endsMs }: Credential, nowMs: number): boolean {
  return endsMs === null || endsMs > nowMs;
}

function activeRecord(book: DeviceBook, name: string): DeviceRecord {
  const known = book.devices.get(name);
  if (known === undefined) throw new Error(`there is no device ${name}`);
  if (known.revokedMs !== null) throw new Error(`the password of ${name} was taken back already`);
  return known;
}

function withRecord(book: DeviceBook, record: DeviceRecord): DeviceBook {
  return { ...book, devices: new Map(book.devices).set(record.name, record) };
}

function isObject(value: unknown): value is Record<string, unknown> {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}

const isTime = (value: unknown): value is number => Number.isSafeInteger(value);

function isRecord(value: unknown): value is DeviceRecord {
  if (!isObject(value)) return false;
  const { name, dialect, credentials, revokedMs } = value;
  if (typeof name !== 'string' || !isDeviceName(name) || !isDeviceDialect(dialect)) return false;
  if (!Array.isArray(credentials)) return false;
  const isRevoked = revokedMs !== null;
  if (isRevoked && !isTime(revokedMs)) return false;
  const isCountRight = isRevoked ? credentials.length === 0 : credentials.length > 0;
  return isCountRight && credentials.length <= MAX_CREDENTIALS && credentials.every(isCredential);
}

function isCredential(value: unknown): value is Credential {
  if (!isObject(value)) return false;
  const { scrypt, mosquitto, madeMs, endsMs } = value;
  const hasHashes = typeof scrypt === 'string' && typeof mosquitto === 'string';
  return hasHashes && isTime(madeMs) && (endsMs === null || isTime(endsMs));
}
