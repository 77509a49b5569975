/** HMAC of bytes that are given in pieces. Given from outside, since this folder computes none. */
export type Hmac = (
  algorithm: 'sha256' | 'sha512',
  secret: string,
  pieces: readonly Uint8Array[],
) => Uint8Array;

/** Headers as Node.js has them: names in lower case. */
export type Headers = Readonly<Record<string, string | string[] | undefined>>;

/** What a sender says of its own message: when it was signed, and one or several signatures in hexadecimal. */
interface Claim {
  /** null where the scheme signs no time; then only the reference keeps a copy from counting twice. */
  atMs: number | null;
  signatures: readonly string[];
  /** What was signed in front of the body. */
  prefix: string;
}

/** How a provider signs. `read` gives null when the headers are not there or not in this form. */
export interface SignatureScheme {
  algorithm: 'sha256' | 'sha512';
  read: (headers: Headers) => Claim | null;
}

/** A signed message older or newer than this is refused: a copy of it may have been recorded. */
export const TOLERANCE_MS = 300_000;
/** A provider puts one signature per secret in use; more than this is nobody's honest header. */
const MAX_SIGNATURES = 5;
const MAX_HEADER_LENGTH = 2_000;
const UNIX_SECONDS = /^\d{1,12}$/;

/** The time in one header and the signature of "<time>.<body>" in another. */
export const TIMESTAMPED: SignatureScheme = {
  algorithm: 'sha256',
  read: (headers) => {
    const time = textOf(headers, 'x-timestamp');
    const signature = textOf(headers, 'x-signature').replace(/^sha256=/i, '');
    if (!UNIX_SECONDS.test(time) || signature === '') return null;
    return { atMs: Number(time) * 1000, signatures: [signature], prefix: `${time}.` };
  },
};

/** Time and signatures in one header: "t=1700000000,v1=5257a8…,v1=…". */
export const STRIPE: SignatureScheme = {
  algorithm: 'sha256',
  read: (headers) => {
    const items = textOf(headers, 'stripe-signature')
      .split(',')
      .map((item) => item.trim());
    const valuesOf = (name: string): string[] =>
      items.filter((item) => item.startsWith(`${name}=`)).map((item) => item.slice(name.length + 1));
    const [time = ''] = valuesOf('t');
    const signatures = valuesOf('v1').slice(0, MAX_SIGNATURES);
    if (!UNIX_SECONDS.test(time) || signatures.length === 0) return null;
    return { atMs: Number(time) * 1000, signatures, prefix: `${time}.` };
  },
};

/** The body alone is signed, with SHA-512. */
export const PAYSTACK: SignatureScheme = {
  algorithm: 'sha512',
  read: (headers) => {
    const signature = textOf(headers, 'x-paystack-signature');
    return signature === '' ? null : { atMs: null, signatures: [signature], prefix: '' };
  },
};

export type SignatureFault = 'no signature' | 'wrong time' | 'wrong signature';

export interface SignedMessage {
  headers: Headers;
  /** The bytes as they came, before anybody parsed them. */
  body: Uint8Array;
  /** The present secret, and while it is being changed the one before. */
  secrets: readonly string[];
  /** What time it is. While the clock is in doubt there are two answers, and either may be right. */
  timesMs: readonly number[];
}

/** Returns what is wrong with a message, or null when one of the secrets signed exactly these bytes, just now. */
export function signatureFault(
  scheme: SignatureScheme,
  { headers, body, secrets, timesMs }: SignedMessage,
  hmac: Hmac,
): SignatureFault | null {
  const claim = scheme.read(headers);
  if (!claim) return 'no signature';
  const prefix = new TextEncoder().encode(claim.prefix);
  let isSigned = false;
  // Every secret and every signature is looked at, so that the time taken does not tell which one was near.
  for (const secret of secrets) {
    if (secret === '') continue;
    const expected = hexOf(hmac(scheme.algorithm, secret, [prefix, body]));
    for (const signature of claim.signatures) {
      if (isSameText(expected, signature.toLowerCase())) isSigned = true;
    }
  }
  if (!isSigned) return 'wrong signature';
  const { atMs } = claim;
  if (atMs === null) return null;
  return timesMs.some((nowMs) => Math.abs(nowMs - atMs) <= TOLERANCE_MS) ? null : 'wrong time';
}

/** Compares in a time that depends on the length alone. */
function isSameText(expected: string, given: string): boolean {
  if (expected.length !== given.length) return false;
  let difference = 0;
  for (let at = 0; at < expected.length; at += 1)
    difference |= expected.charCodeAt(at) ^ given.charCodeAt(at);
  return difference === 0;
}

function hexOf(bytes: Uint8Array): string {
  return Array.from(bytes, (byte) => byte.toString(16).padStart(2, '0')).join('');
}

function textOf(headers: Headers, name: string): string {
  const value = headers[name];
  return typeof value === 'string' && value.length <= MAX_HEADER_LENGTH ? value.trim() : '';
}
