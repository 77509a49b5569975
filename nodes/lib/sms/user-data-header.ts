import type { ReferenceBits } from './text-parts';

/** Which part of which long message this is. */
export interface PartOf {
  reference: number;
  bits: ReferenceBits;
  total: number;
  /** From 1 on. */
  sequence: number;
}

/** The network's word that something waits in a mailbox. */
export interface Waiting {
  kind: 'voice' | 'fax' | 'email' | 'other';
  isActive: boolean;
  /** Whether the text itself is worth keeping. */
  isStored: boolean;
  /** Null where only the data coding spoke. */
  count: number | null;
}

export interface UserDataHeader {
  part: PartOf | null;
  waiting: Waiting | null;
  /** Elements that were there and could not be taken in, in words. */
  problems: string[];
}

const NOTHING: UserDataHeader = { part: null, waiting: null, problems: [] };

/** Information elements, 3GPP TS 23.040 clause 9.2.3.24. Those not named here, ports among them, change no text. */
const CONCATENATION_8 = 0x00;
const SPECIAL_INDICATION = 0x01;
const CONCATENATION_16 = 0x08;
const NATIONAL_SINGLE_SHIFT = 0x24;
const NATIONAL_LOCKING_SHIFT = 0x25;

export const WAITING_KINDS = ['voice', 'fax', 'email', 'other'] as const;
const KIND_MASK = 0x03;
const STORE_FLAG = 0x80;

type Element = (data: Uint8Array, header: UserDataHeader) => UserDataHeader;

function withProblem(header: UserDataHeader, problem: string): UserDataHeader {
  return { ...header, problems: [...header.problems, problem] };
}

function concatenation(bits: ReferenceBits): Element {
  const referenceOctets = bits / 8;
  return (data, header) => {
    const [high = 0, low = 0] = data;
    const reference = bits === 8 ? high : (high << 8) | low;
    const total = data[referenceOctets] ?? 0;
    const sequence = data[referenceOctets + 1] ?? 0;
    const isSound = data.length === referenceOctets + 2 && total > 0 && sequence > 0 && sequence <= total;
    // A count of nothing or a place beyond it means that the element is to be ignored (clause 9.2.3.24.1).
    if (!isSound) return withProblem(header, `part ${sequence} of ${total} makes no sense`);
    return { ...header, part: { reference, bits, total, sequence } };
  };
}

function specialIndication(data: Uint8Array, header: UserDataHeader): UserDataHeader {
  const [type, count] = data;
  if (type === undefined || count === undefined)
    return withProblem(header, 'the mailbox notice is cut short');
  const kind = WAITING_KINDS[type & KIND_MASK] ?? 'other';
  return {
    ...header,
    waiting: { kind, isActive: count > 0, isStored: (type & STORE_FLAG) !== 0, count },
  };
}

function nationalTable(data: Uint8Array, header: UserDataHeader): UserDataHeader {
  return withProblem(header, `the text uses the letters of national table ${data[0] ?? 0}`);
}

const ELEMENTS = new Map<number, Element>([
  [CONCATENATION_8, concatenation(8)],
  [CONCATENATION_16, concatenation(16)],
  [SPECIAL_INDICATION, specialIndication],
  [NATIONAL_SINGLE_SHIFT, nationalTable],
  [NATIONAL_LOCKING_SHIFT, nationalTable],
]);

/** Reads the elements behind the length octet. Of an element that comes twice the later one holds (clause 9.2.3.24). */
export function readUserDataHeader(octets: Uint8Array): UserDataHeader {
  let header = NOTHING;
  let place = 0;
  while (place < octets.length) {
    const name = octets[place] ?? 0;
    const length = octets[place + 1];
    const from = place + 2;
    if (length === undefined || from + length > octets.length) {
      return withProblem(header, 'the header of the text is cut short');
    }
    const element = ELEMENTS.get(name);
    if (element) header = element(octets.subarray(from, from + length), header);
    place = from + length;
  }
  return header;
}

/** A header with its length octet that says which part of a long message this is. */
export function writePartHeader({ reference, bits, total, sequence }: PartOf): number[] {
  const element =
    bits === 8
      ? [CONCATENATION_8, 3, reference & 0xff, total, sequence]
      : [CONCATENATION_16, 4, (reference >> 8) & 0xff, reference & 0xff, total, sequence];
  return [element.length, ...element];
}
