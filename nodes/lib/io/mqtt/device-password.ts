import { pbkdf2, randomBytes, randomInt, scrypt, timingSafeEqual, type ScryptOptions } from 'node:crypto';
import { promisify } from 'node:util';
import type { PasswordHash } from '../../devices/device-book';

/**
 * A hash is made costly so that passwords of people cannot be guessed. These are made by chance and have more than a
 * hundred bits, so that a small cost (1 MiB, about two milliseconds) is enough, and ten thousand devices can come back at once.
 */
const COST = { N: 1_024, r: 8, p: 1 };
const SALT_BYTES = 16;
const KEY_BYTES = 32;
/** Longer input is refused before it costs anything. */
const MAX_PASSWORD_BYTES = 256;

/** Neither 0 and o nor 1, l and i, so that it can be read from a screen and typed. */
const PASSWORD_LETTERS = 'abcdefghjkmnpqrstuvwxyz23456789';
const PASSWORD_GROUPS = 6;
const LETTERS_PER_GROUP = 4;

// As Mosquitto 2 writes them: `$7$<iterations>$<salt>$<key>`, PBKDF2 with SHA-512.
const MOSQUITTO_ITERATIONS = 1_000;
const MOSQUITTO_SALT_BYTES = 12;
const MOSQUITTO_KEY_BYTES = 64;

const deriveMosquitto = promisify(pbkdf2);

/** Six groups of four letters: 118 bits of chance. */
export function makeDevicePassword(): string {
  const letter = (): string => PASSWORD_LETTERS.charAt(randomInt(PASSWORD_LETTERS.length));
  const group = (): string => Array.from({ length: LETTERS_PER_GROUP }, letter).join('');
  return Array.from({ length: PASSWORD_GROUPS }, group).join('-');
}

export async function hashDevicePassword(password: string): Promise<PasswordHash> {
  const salt = randomBytes(SALT_BYTES);
  const key = await derive(Buffer.from(password), salt, COST);
  const { N, r, p } = COST;
  return {
    scrypt: ['scrypt', N, r, p, salt.toString('base64url'), key.toString('base64url')].join('$'),
    mosquitto: await hashForMosquitto(password),
  };
}

export async function hashForMosquitto(password: string): Promise<string> {
  const salt = randomBytes(MOSQUITTO_SALT_BYTES);
  const key = await deriveMosquitto(password, salt, MOSQUITTO_ITERATIONS, MOSQUITTO_KEY_BYTES, 'sha512');
  return `$7$${MOSQUITTO_ITERATIONS}$${salt.toString('base64')}$${key.toString('base64')}`;
}

export async function isDevicePassword(password: Buffer, hash: string): Promise<boolean> {
  if (password.length > MAX_PASSWORD_BYTES) return false;
  const [scheme, N, r, p, salt, key] = hash.split('$');
  if (scheme !== 'scrypt' || salt === undefined || key === undefined) return false;
  const expected = Buffer.from(key, 'base64url');
  const cost = { N: Number(N), r: Number(r), p: Number(p) };
  const given = await derive(password, Buffer.from(salt, 'base64url'), cost);
  return expected.length === given.length && timingSafeEqual(expected, given);
}

function derive(password: Buffer, salt: Buffer, cost: ScryptOptions): Promise<Buffer> {
  return new Promise((resolve, reject) => {
    scrypt(password, salt, KEY_BYTES, cost, (error, key) => {
      if (error) reject(error);
      else resolve(key);
    });
  });
}
