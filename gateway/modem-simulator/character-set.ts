import { firstForeignChar, septetsToText, textToSeptets } from '../../nodes/lib/sms/gsm-alphabet';

const MAX_SEPTET = 0x7f;
const UNKNOWN = '?';

export function ucs2Hex(text: string): string {
  return Buffer.from(text, 'utf16le').swap16().toString('hex').toUpperCase();
}

/** Null when it is no such hex. */
export function fromUcs2Hex(hex: string): string | null {
  if (!/^([0-9A-Fa-f]{4})*$/.test(hex)) return null;
  return Buffer.from(hex, 'hex').swap16().toString('utf16le');
}

/** How a modem writes characters on the line in the set that AT+CSCS has chosen, 3GPP TS 27.007 clause 5.5. */
export function writeChars(text: string, charset: string): string {
  if (charset === 'UCS2') return ucs2Hex(text);
  if (charset === 'IRA') return text.replace(/[^\t\n\r -~]/gu, UNKNOWN);
  const known = text.replace(/./gsu, (char) => (firstForeignChar(char) === undefined ? char : UNKNOWN));
  const septets = Buffer.from(textToSeptets(known));
  return charset === 'HEX' ? septets.toString('hex').toUpperCase() : septets.toString('latin1');
}

/** What was typed in that set, or null when it cannot be. */
export function readChars(typed: string, charset: string): string | null {
  if (charset === 'UCS2') return fromUcs2Hex(typed);
  if (charset === 'IRA') return /^[\t\n\r -~]*$/.test(typed) ? typed.replace(/\r\n?/g, '\n') : null;
  if (charset === 'HEX' && !/^([0-7][0-9A-Fa-f])*$/.test(typed)) return null;
  const septets = [...Buffer.from(typed, charset === 'HEX' ? 'hex' : 'latin1')];
  return septets.every((septet) => septet <= MAX_SEPTET) ? septetsToText(septets) : null;
}
