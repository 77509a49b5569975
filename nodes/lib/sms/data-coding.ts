import { WAITING_KINDS, type Waiting } from './user-data-header';

export type Alphabet = 'gsm7' | 'ucs2' | '8bit';

/** How the user data of a message is to be read, 3GPP TS 23.038 clause 4. */
export interface DataCoding {
  alphabet: Alphabet;
  isCompressed: boolean;
  /** 0 is shown at once and not kept, 1 is for the device, 2 for the SIM, 3 for what is behind the device. */
  messageClass: number | null;
  waiting: Waiting | null;
}

const GROUP_SHIFT = 4;
const COMPRESSED = 0x20;
const HAS_CLASS = 0x10;
const CLASS_MASK = 0x03;
const ALPHABET_SHIFT = 2;
const ALPHABET_MASK = 0x03;
const ACTIVE = 0x08;
const CLASS_GROUP_8BIT = 0x04;

/** The fourth is reserved, and what is reserved is to be read as the default alphabet. */
const ALPHABETS: readonly Alphabet[] = ['gsm7', '8bit', 'ucs2', 'gsm7'];

const PLAIN: DataCoding = { alphabet: 'gsm7', isCompressed: false, messageClass: null, waiting: null };

function general(octet: number): DataCoding {
  return {
    alphabet: ALPHABETS[(octet >> ALPHABET_SHIFT) & ALPHABET_MASK] ?? 'gsm7',
    isCompressed: (octet & COMPRESSED) !== 0,
    messageClass: (octet & HAS_CLASS) === 0 ? null : octet & CLASS_MASK,
    waiting: null,
  };
}

function waiting(alphabet: Alphabet, isStored: boolean): (octet: number) => DataCoding {
  return (octet) => ({
    ...PLAIN,
    alphabet,
    waiting: {
      kind: WAITING_KINDS[octet & CLASS_MASK] ?? 'other',
      isActive: (octet & ACTIVE) !== 0,
      isStored,
      count: null,
    },
  });
}

const reserved = (): DataCoding => PLAIN;

/** By the upper four bits: four general groups, four of automatic deletion read alike, four reserved, then the special ones. */
const GROUPS: readonly ((octet: number) => DataCoding)[] = [
  ...Array.from({ length: 8 }, () => general),
  ...Array.from({ length: 4 }, () => reserved),
  waiting('gsm7', false),
  waiting('gsm7', true),
  waiting('ucs2', true),
  (octet) => ({
    ...PLAIN,
    alphabet: (octet & CLASS_GROUP_8BIT) === 0 ? 'gsm7' : '8bit',
    messageClass: octet & CLASS_MASK,
  }),
];

export function readDataCoding(octet: number): DataCoding {
  return (GROUPS[octet >> GROUP_SHIFT] ?? reserved)(octet);
}

/** The octet of the general group. */
export function writeDataCoding(alphabet: Alphabet, messageClass: number | null): number {
  const classBits = messageClass === null ? 0 : HAS_CLASS | (messageClass & CLASS_MASK);
  return (ALPHABETS.indexOf(alphabet) << ALPHABET_SHIFT) | classBits;
}
