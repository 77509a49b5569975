import { hexToOctets, octetsToHex } from '../sms/hex-octets';
import { textToUcs2, ucs2ToText } from '../sms/ucs2';
import type { ModemCharset } from './modem-state';
import type { PhoneBookEntry } from './phone-book';

/** An entry of the phone book as people read it. */
export interface Contact {
  readonly index: number;
  readonly number: string;
  readonly name: string;
}

/** Digits and signs of a number in sixteen-bit units, as some modems write numbers too when names are written so. */
const WIDE_NUMBER = /^(00[23][0-9A-Fa-f])+$/;
const MIN_WIDE_LENGTH = 8;

const textOfHex = (hex: string): string | null => {
  const octets = hexToOctets(hex);
  return octets && octets.length % 2 === 0 ? ucs2ToText(octets) : null;
};

/** A name as it stands between the quotes of a command. */
export function rawNameOf(name: string, charset: ModemCharset): string {
  return charset === 'UCS2' ? octetsToHex(textToUcs2(name)) : name;
}

export function readContact({ index, number, rawName }: PhoneBookEntry, charset: ModemCharset): Contact {
  const isWide = charset === 'UCS2' && number.length >= MIN_WIDE_LENGTH && WIDE_NUMBER.test(number);
  return {
    index,
    number: (isWide ? textOfHex(number) : null) ?? number,
    name: (charset === 'UCS2' ? textOfHex(rawName) : null) ?? rawName,
  };
}
