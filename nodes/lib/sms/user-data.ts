import type { DataCoding } from './data-coding';
import { septetsToText, textToSeptets } from './gsm-alphabet';
import { octetsToHex } from './hex-octets';
import type { OctetReader } from './octet-reader';
import { fillBitsAfter, packSeptets, septetsOfHeader, unpackSeptets } from './septet-packing';
import { MAX_USER_DATA_OCTETS, MAX_USER_DATA_SEPTETS, type TextEncoding } from './text-parts';
import { textToUcs2, ucs2ToText } from './ucs2';
import { readUserDataHeader, type PartOf, type Waiting } from './user-data-header';

/** What a message says. Exactly one of text and data is there; data when it is no text or could not be read as one. */
export interface UserData {
  text: string | null;
  dataHex: string | null;
  part: PartOf | null;
  waiting: Waiting | null;
  /** What could not be read, in words; empty when all is well. */
  problems: string[];
}

/** The length octet and the user data of a text, behind a header or none. */
export function writeText(text: string, encoding: TextEncoding, header: readonly number[]): number[] {
  if (encoding === 'ucs2') return writeOctets(textToUcs2(text), header);
  const septets = textToSeptets(text);
  const fillBits = fillBitsAfter(header.length);
  return [septetsOfHeader(header.length) + septets.length, ...header, ...packSeptets(septets, fillBits)];
}

/** The length octet and the user data of plain octets. */
export function writeOctets(octets: Uint8Array, header: readonly number[]): number[] {
  return [header.length + octets.length, ...header, ...octets];
}

function announcedOctets(length: number, isSeptets: boolean): number {
  return isSeptets ? Math.ceil((length * 7) / 8) : length;
}

/** Reads the rest of a PDU. Whatever the network sent, something comes back, and what is wrong with it is said. */
export function readUserData(reader: OctetReader, coding: DataCoding, hasHeader: boolean): UserData {
  const length = reader.takeOne('length of the text');
  // Compressed text counts octets, whatever it will be when it is unfolded.
  const isSeptets = coding.alphabet === 'gsm7' && !coding.isCompressed;
  const wanted = announcedOctets(length, isSeptets);
  const problems: string[] = [];
  if (length > (isSeptets ? MAX_USER_DATA_SEPTETS : MAX_USER_DATA_OCTETS)) {
    problems.push(`${length} is more text than a message holds`);
  }
  if (wanted > reader.left) problems.push('the text ends too early');
  const all = reader.takeUpTo(wanted);
  const headerOctets = hasHeader ? 1 + (all[0] ?? 0) : 0;
  if (headerOctets > all.length) {
    problems.push('the header is longer than the text');
    return { text: null, dataHex: octetsToHex(all), part: null, waiting: coding.waiting, problems };
  }
  const header = readUserDataHeader(all.subarray(Math.min(1, headerOctets), headerOctets));
  problems.push(...header.problems);
  const { part } = header;
  const waiting = header.waiting ?? coding.waiting;
  const body = all.subarray(headerOctets);
  if (coding.isCompressed) {
    problems.push('the text is compressed, which nothing here can unfold');
    return { text: null, dataHex: octetsToHex(body), part, waiting, problems };
  }
  if (coding.alphabet === '8bit') return { text: null, dataHex: octetsToHex(body), part, waiting, problems };
  if (coding.alphabet === 'ucs2') {
    if (body.length % 2 !== 0) problems.push('the text ends in half a character');
    return { text: ucs2ToText(body), dataHex: null, part, waiting, problems };
  }
  const count = Math.max(0, length - septetsOfHeader(headerOctets));
  const septets = unpackSeptets(body, count, fillBitsAfter(headerOctets));
  return { text: septetsToText(septets), dataHex: null, part, waiting, problems };
}
