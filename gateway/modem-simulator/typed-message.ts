import { encodeSubmit } from '../../nodes/lib/sms/submit-pdu';
import { readChars } from './character-set';
import { tpduLength } from './message-lines';
import type { TextSettings } from './text-settings';

/** The bit of the first octet that asks for a report, 3GPP TS 23.040 clause 9.2.3.5. */
const REPORT_WANTED = 0x20;
const UCS2_CODING = 8;
const NUMBER = /^\+?\d{1,20}$/;

/** Whom a message in text mode goes to, or null when that is no number. */
export function typedNumber(given: string, { charset }: TextSettings): string | null {
  if (charset !== 'UCS2') return NUMBER.test(given) ? given : null;
  // In hex like all else: "002B0039...".
  const number = readChars(given, charset) ?? '';
  return NUMBER.test(number) ? number : null;
}

/** What was typed after the prompt as a PDU, or null when it is none or too long for one message. */
export function typedPdu(typed: Buffer, argument: string, texts: TextSettings): string | null {
  const body = typed.toString('latin1');
  if (!texts.isTextMode) {
    const pdu = body.trim().toUpperCase();
    return /^([0-9A-F]{2})+$/.test(pdu) && tpduLength(pdu) === Number(argument) ? pdu : null;
  }
  const [firstOctet = 0, , , coding = 0] = texts.parameters;
  const isUcs2 = coding === UCS2_CODING;
  const text = readChars(isUcs2 ? body.trim() : body, isUcs2 ? 'UCS2' : texts.charset);
  const to = typedNumber(argument, texts);
  if (text === null || to === null) return null;
  try {
    const encoding = isUcs2 ? 'ucs2' : 'gsm7';
    const wantsReport = (firstOctet & REPORT_WANTED) !== 0;
    return encodeSubmit({ to, text, encoding, wantsReport, maxParts: 1 })[0]?.pduHex ?? null;
  } catch {
    return null;
  }
}
