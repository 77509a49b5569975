import { firstForeignChar, septetsOfChar } from './gsm-alphabet';
import { septetsOfHeader } from './septet-packing';

export type TextEncoding = 'gsm7' | 'ucs2';
/** What is wanted of the encoding; `auto` takes the one that holds more, which is `gsm7` wherever it can be. */
export type EncodingChoice = 'auto' | TextEncoding;
/** The width of the reference that ties the parts of a long message together. The wide one costs a character per part. */
export type ReferenceBits = 8 | 16;

export interface TextParts {
  encoding: TextEncoding;
  /** The text of each message that is needed, in order; one empty text for an empty one. */
  parts: string[];
}

/** What people want to know while they write. */
export interface TextLength {
  encoding: TextEncoding;
  /** Septets or sixteen-bit units of the text, headers not counted. */
  units: number;
  parts: number;
  /** Units left in the last part. */
  left: number;
}

/** The user data of one message, 3GPP TS 23.040 clause 9.2.3.24. */
export const MAX_USER_DATA_OCTETS = 140;
export const MAX_USER_DATA_SEPTETS = 160;
/** The count of parts is one octet. */
export const MAX_PARTS = 255;

const OCTETS_PER_UCS2_UNIT = 2;

/** The length octet, the element's name and length, then the reference, the count and the place. */
const HEADER_OCTETS: Record<ReferenceBits, number> = { 8: 6, 16: 7 };

/** How many units one message holds: alone, or as a part that carries a reference. */
export function unitsPerMessage(encoding: TextEncoding, referenceBits: ReferenceBits | null): number {
  const headerOctets = referenceBits === null ? 0 : HEADER_OCTETS[referenceBits];
  return encoding === 'gsm7'
    ? MAX_USER_DATA_SEPTETS - septetsOfHeader(headerOctets)
    : Math.floor((MAX_USER_DATA_OCTETS - headerOctets) / OCTETS_PER_UCS2_UNIT);
}

function chooseEncoding(text: string, choice: EncodingChoice): TextEncoding {
  if (choice === 'ucs2') return 'ucs2';
  const foreign = firstForeignChar(text);
  if (foreign === undefined) return 'gsm7';
  if (choice === 'auto') return 'ucs2';
  throw new RangeError(`text must be in the GSM alphabet when encoding is gsm7, got "${foreign}"`);
}

function unitsOfChar(char: string, encoding: TextEncoding): number {
  return encoding === 'gsm7' ? (septetsOfChar(char)?.length ?? 1) : char.length;
}

function unitsOfText(text: string, encoding: TextEncoding): number {
  let units = 0;
  for (const char of text) units += unitsOfChar(char, encoding);
  return units;
}

/** Cuts a text into messages. A character of two units, an escape pair or a surrogate pair, stays whole. */
export function splitText(
  text: string,
  choice: EncodingChoice = 'auto',
  referenceBits: ReferenceBits = 8,
): TextParts {
  const encoding = chooseEncoding(text, choice);
  if (unitsOfText(text, encoding) <= unitsPerMessage(encoding, null)) return { encoding, parts: [text] };
  const room = unitsPerMessage(encoding, referenceBits);
  const parts: string[] = [];
  let part = '';
  let used = 0;
  for (const char of text) {
    const units = unitsOfChar(char, encoding);
    if (used + units > room) {
      parts.push(part);
      part = '';
      used = 0;
    }
    part += char;
    used += units;
  }
  parts.push(part);
  return { encoding, parts };
}

export function measureText(
  text: string,
  choice: EncodingChoice = 'auto',
  referenceBits: ReferenceBits = 8,
): TextLength {
  const { encoding, parts } = splitText(text, choice, referenceBits);
  const room = unitsPerMessage(encoding, parts.length === 1 ? null : referenceBits);
  const last = parts[parts.length - 1] ?? '';
  return {
    encoding,
    units: unitsOfText(text, encoding),
    parts: parts.length,
    left: room - unitsOfText(last, encoding),
  };
}
