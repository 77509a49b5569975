import { showValue } from '../text/show-value';
import { septetsToText, textToSeptets, firstForeignChar } from './gsm-alphabet';
import type { OctetReader } from './octet-reader';
import { packSeptets, unpackSeptets } from './septet-packing';

/** Who a message is from or for. A name cannot be answered. */
export interface PduAddress {
  kind: 'number' | 'name';
  /** A number with a leading + when it is international, otherwise as the network wrote it. */
  text: string;
}

/** Types of number with the ISDN plan, 3GPP TS 23.040 clause 9.1.2.5. */
const INTERNATIONAL = 0x91;
const UNKNOWN = 0x81;
const ALPHANUMERIC = 0xd0;
const TYPE_MASK = 0x70;
const NIBBLE = 0x0f;
const NIBBLE_BITS = 4;

/** Semi-octets in words; the fifteenth fills an odd number up. */
const SEMI_OCTETS = '0123456789*#abc';
/** Ten octets of an address are the limit of the clause. */
const MAX_SEMI_OCTETS = 20;
const NUMBER = /^\+?[0-9*#]{1,20}$/;
const MAX_NAME_SEPTETS = 11;

function digitsToOctets(digits: string): Uint8Array {
  const octets = new Uint8Array(Math.ceil(digits.length / 2));
  for (let index = 0; index < octets.length; index += 1) {
    const low = SEMI_OCTETS.indexOf(digits.charAt(2 * index));
    const second = digits.charAt(2 * index + 1);
    const high = second === '' ? NIBBLE : SEMI_OCTETS.indexOf(second);
    octets[index] = (high << NIBBLE_BITS) | low;
  }
  return octets;
}

function octetsToDigits(octets: Uint8Array, semiOctets: number): string {
  let digits = '';
  for (const octet of octets) {
    for (const nibble of [octet & NIBBLE, octet >> NIBBLE_BITS]) {
      if (nibble === NIBBLE) return digits;
      if (digits.length < semiOctets) digits += SEMI_OCTETS.charAt(nibble);
    }
  }
  return digits;
}

function numberParts(field: string, text: string): { type: number; digits: string } {
  if (!NUMBER.test(text)) {
    throw new RangeError(
      `${field} must be up to ${MAX_SEMI_OCTETS} digits, with + before an international number, got "${showValue(text)}"`,
    );
  }
  return text.startsWith('+')
    ? { type: INTERNATIONAL, digits: text.slice(1) }
    : { type: UNKNOWN, digits: text };
}

/** The address field of a sender or a recipient: its length counts semi-octets. */
export function writeAddress(field: string, address: PduAddress): number[] {
  if (address.kind === 'number') {
    const { type, digits } = numberParts(field, address.text);
    return [digits.length, type, ...digitsToOctets(digits)];
  }
  const foreign = firstForeignChar(address.text);
  const septets = foreign === undefined ? textToSeptets(address.text) : [];
  if (septets.length === 0 || septets.length > MAX_NAME_SEPTETS) {
    throw new RangeError(
      `${field} must be a name of 1 to ${MAX_NAME_SEPTETS} GSM characters, got "${showValue(address.text)}"`,
    );
  }
  return [Math.ceil((septets.length * 7) / NIBBLE_BITS), ALPHANUMERIC, ...packSeptets(septets)];
}

/** The service centre in front of a PDU: its length counts octets, its type included. Null: the one on the SIM. */
export function writeServiceCentre(number: string | null): number[] {
  if (number === null) return [0];
  const { type, digits } = numberParts('smsc', number);
  const octets = digitsToOctets(digits);
  return [octets.length + 1, type, ...octets];
}

function readAs(type: number, octets: Uint8Array, semiOctets: number): PduAddress {
  if ((type & TYPE_MASK) === (ALPHANUMERIC & TYPE_MASK)) {
    const count = Math.floor((semiOctets * NIBBLE_BITS) / 7);
    return { kind: 'name', text: septetsToText(unpackSeptets(octets, count)) };
  }
  const sign = (type & TYPE_MASK) === (INTERNATIONAL & TYPE_MASK) ? '+' : '';
  return { kind: 'number', text: sign + octetsToDigits(octets, semiOctets) };
}

export function readAddress(reader: OctetReader, field: string): PduAddress {
  const semiOctets = reader.takeOne(field);
  const type = reader.takeOne(field);
  return readAs(type, reader.take(Math.ceil(semiOctets / 2), field), semiOctets);
}

export function readServiceCentre(reader: OctetReader): string | null {
  const field = 'service centre';
  const length = reader.takeOne(field);
  if (length === 0) return null;
  const type = reader.takeOne(field);
  return readAs(type, reader.take(length - 1, field), 2 * (length - 1)).text;
}
