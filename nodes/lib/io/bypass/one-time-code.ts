import { createHash, createHmac, timingSafeEqual } from 'node:crypto';
import { readFileSync, writeFileSync } from 'node:fs';
import { isGatewayId, KEY_BYTES } from '../../bypass/frame';

/** What a code tells a gateway: who it is, whom it talks to, and a secret that shows it was invited. */
export interface OneTimeCode {
  gatewayId: string;
  headEndKey: Buffer;
  secret: Buffer;
}

export const SECRET_BYTES = 16;
const CHECK_BYTES = 4;
const MARK_DIGITS = 16;

/** One line that can be read out or pasted: `gateway:…`. A typing error in it is found at once. */
export function writeCode({ gatewayId, headEndKey, secret }: OneTimeCode): string {
  const bytes = Buffer.concat([headEndKey, secret]);
  return `${gatewayId}:${Buffer.concat([bytes, check(gatewayId, bytes)]).toString('base64url')}`;
}

export function readCode(text: string): OneTimeCode {
  const [gatewayId = '', rest = ''] = text.trim().split(':');
  const bytes = Buffer.from(rest, 'base64url');
  const end = KEY_BYTES + SECRET_BYTES;
  const isWhole = isGatewayId(gatewayId) && bytes.length === end + CHECK_BYTES;
  if (!isWhole || !check(gatewayId, bytes.subarray(0, end)).equals(bytes.subarray(end)))
    throw new RangeError('the one-time code is not complete or has a typing error');
  return { gatewayId, headEndKey: bytes.subarray(0, KEY_BYTES), secret: bytes.subarray(KEY_BYTES, end) };
}

/** What a file may hold besides: more is no code. */
const MAX_FILE_LETTERS = 1_000;
const OWNER_ONLY = 0o600;

/** For an installer who prepares the memory card of a gateway and types nothing there. */
export function writeCodeFile(file: string, code: string): void {
  writeFileSync(file, `${code}\n`, { mode: OWNER_ONLY });
}

/** The code in a file; empty when there is no such file. */
export function readCodeFile(file: string): string {
  try {
    return readFileSync(file, 'utf8').slice(0, MAX_FILE_LETTERS).trim();
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code === 'ENOENT') return '';
    throw error;
  }
}

/** Shows the knowledge of a code without giving it away, for these two keys and no others. */
export function proofOf({ gatewayId, headEndKey, secret }: OneTimeCode, gatewayKey: Uint8Array): string {
  return createHmac('sha256', secret)
    .update(`wattkeeper enrol ${gatewayId} `)
    .update(gatewayKey)
    .update(headEndKey)
    .digest('hex');
}

/** Tells one code from another without giving it away. */
export function codeMark({ secret }: OneTimeCode): string {
  return createHash('sha256').update('wattkeeper code ').update(secret).digest('hex').slice(0, MARK_DIGITS);
}

export function isSameProof(one: string, other: string): boolean {
  const [a, b] = [Buffer.from(one), Buffer.from(other)];
  return a.length === b.length && timingSafeEqual(a, b);
}

function check(gatewayId: string, bytes: Buffer): Buffer {
  return createHash('sha256').update(gatewayId).update(bytes).digest().subarray(0, CHECK_BYTES);
}
