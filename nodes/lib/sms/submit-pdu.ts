import { showValue } from '../text/show-value';
import { readDataCoding, writeDataCoding, type Alphabet } from './data-coding';
import { octetsToHex } from './hex-octets';
import type { OctetReader } from './octet-reader';
import { readAddress, writeAddress, writeServiceCentre, type PduAddress } from './pdu-address';
import { MAX_PARTS, splitText, type EncodingChoice, type ReferenceBits } from './text-parts';
import { readUserData, writeText, type UserData } from './user-data';
import { writePartHeader } from './user-data-header';
import { readValidity, RELATIVE_VALIDITY, writeValidity, type Validity } from './validity-period';

export interface SubmitRequest {
  /** International with +, or a short code. */
  to: string;
  text: string;
  encoding?: EncodingChoice;
  /** Ties the parts of a long message together; a short one does not need it. */
  reference?: { value: number; bits: ReferenceBits };
  /** Absent: the one that the SIM knows. */
  smsc?: string;
  validityMs?: number;
  /** Shown at once and not kept: class 0. */
  isFlash?: boolean;
  wantsReport?: boolean;
  maxParts?: number;
}

/** One message for the modem. */
export interface PduPart {
  pduHex: string;
  /** What AT+CMGS wants to know: octets without the service centre. */
  tpduOctets: number;
  text: string;
}

export interface SubmitMessage extends UserData {
  kind: 'submit';
  smsc: string | null;
  /** The sender's own count; the modem puts its own in place of it. */
  messageReference: number;
  to: PduAddress;
  alphabet: Alphabet;
  messageClass: number | null;
  wantsReport: boolean;
  validity: Validity;
}

/** The first octet of an SMS-SUBMIT, 3GPP TS 23.040 clause 9.2.2.2. */
const SUBMIT = 0x01;
const WANTS_REPORT = 0x20;
const HAS_HEADER = 0x40;
const FLASH_CLASS = 0;

function checkReference({ value, bits }: { value: number; bits: ReferenceBits }): void {
  const isFine = Number.isInteger(value) && value >= 0 && value < 2 ** bits;
  if (!isFine)
    throw new RangeError(`reference must be a whole number of ${bits} bits, got ${showValue(value)}`);
}

/** The parts of a long text behind their headers, or a short text without one. */
export function partHeaders(
  count: number,
  reference: { value: number; bits: ReferenceBits } | undefined,
  maxParts: number,
): number[][] {
  if (count > Math.min(maxParts, MAX_PARTS)) {
    throw new RangeError(
      `text must fit in ${Math.min(maxParts, MAX_PARTS)} messages, got one that needs ${count}`,
    );
  }
  if (count === 1) return [[]];
  if (!reference) throw new RangeError('reference must be given for a text of several messages, got missing');
  checkReference(reference);
  return Array.from({ length: count }, (_, index) =>
    writePartHeader({ reference: reference.value, bits: reference.bits, total: count, sequence: index + 1 }),
  );
}

/** What goes to the modem for a text, part after part. */
export function encodeSubmit(request: SubmitRequest): PduPart[] {
  const { text, reference, maxParts = MAX_PARTS } = request;
  const { encoding, parts } = splitText(text, request.encoding, reference?.bits);
  const headers = partHeaders(parts.length, reference, maxParts);
  const serviceCentre = writeServiceCentre(request.smsc ?? null);
  const validity = request.validityMs === undefined ? [] : [writeValidity(request.validityMs)];
  const address = writeAddress('to', { kind: 'number', text: request.to });
  const coding = writeDataCoding(encoding, request.isFlash ? FLASH_CLASS : null);
  return parts.map((part, index) => {
    const header = headers[index] ?? [];
    const first =
      SUBMIT |
      (validity.length > 0 ? RELATIVE_VALIDITY : 0) |
      (request.wantsReport ? WANTS_REPORT : 0) |
      (header.length > 0 ? HAS_HEADER : 0);
    const tpdu = [first, 0, ...address, 0, coding, ...validity, ...writeText(part, encoding, header)];
    const pduHex = octetsToHex(Uint8Array.from([...serviceCentre, ...tpdu]));
    return { pduHex, tpduOctets: tpdu.length, text: part };
  });
}

/** An outgoing message as a modem keeps it or a simulator is given it, behind its first octet. */
export function readSubmit(reader: OctetReader, smsc: string | null, firstOctet: number): SubmitMessage {
  const messageReference = reader.takeOne('message reference');
  const to = readAddress(reader, 'recipient');
  reader.takeOne('protocol identifier');
  const coding = readDataCoding(reader.takeOne('data coding'));
  const validity = readValidity(reader, firstOctet);
  return {
    kind: 'submit',
    smsc,
    messageReference,
    to,
    alphabet: coding.alphabet,
    messageClass: coding.messageClass,
    wantsReport: (firstOctet & WANTS_REPORT) !== 0,
    validity,
    ...readUserData(reader, coding, (firstOctet & HAS_HEADER) !== 0),
  };
}
