import { showValue } from '../text/show-value';
import { readDataCoding, type Alphabet } from './data-coding';
import { firstForeignChar, septetsToText, textToSeptets } from './gsm-alphabet';
import { hexToOctets, octetsToHex } from './hex-octets';
import { packSeptets, septetsIn, unpackSeptets } from './septet-packing';
import { hasIdeographs, isPlausibleUcs2, isReadable } from './readable-text';
import { textToUcs2, ucs2ToText } from './ucs2';

/** What the network wants next, 3GPP TS 27.007 clause 7.15. */
export type UssdNext = 'done' | 'answer' | 'ended' | 'other client' | 'not supported' | 'network time-out';

/** How the text turned out to be written. */
export type UssdCoding = 'plain' | 'ucs2' | 'packed' | '8bit';

export interface UssdText {
  /** Null when it is data or could not be read. */
  text: string | null;
  dataHex: string | null;
  coding: UssdCoding;
  problems: string[];
}

export interface UssdReply extends Partial<UssdText> {
  next: UssdNext;
  problems: string[];
}

const NEXT: readonly UssdNext[] = [
  'done',
  'answer',
  'ended',
  'other client',
  'not supported',
  'network time-out',
];

/** The default alphabet, language unspecified. */
const GSM_CODING = 15;
const CARRIAGE_RETURN = 0x0d;
const SEPTETS_PER_ROUND = 8;
const ONLY_DIGITS = /^\d*$/;

interface CellCoding {
  alphabet: Alphabet;
  isCompressed: boolean;
  /** The text begins with a language and a carriage return, or with a language in two octets. */
  hasLanguage: boolean;
}

const GSM: CellCoding = { alphabet: 'gsm7', isCompressed: false, hasLanguage: false };
const LANGUAGE_THEN_GSM = 0x10;
const LANGUAGE_THEN_UCS2 = 0x11;

/** The data coding of cell broadcast, which USSD uses: 3GPP TS 23.038 clause 5. What is reserved is read as GSM. */
function readCellCoding(octet: number): CellCoding {
  if (octet === LANGUAGE_THEN_GSM) return { ...GSM, hasLanguage: true };
  if (octet === LANGUAGE_THEN_UCS2) return { ...GSM, alphabet: 'ucs2', hasLanguage: true };
  const group = octet >> 4;
  // Groups 4 to 7 and 9 are laid out like the general group of a text, and 15 like its class group.
  if (group >= 4 && group <= 7) return { ...GSM, ...pick(octet & 0x3f) };
  if (group === 9) return { ...GSM, ...pick(octet & 0x0f) };
  return group === 15 ? { ...GSM, ...pick(octet) } : GSM;
}

function pick(octet: number): Pick<CellCoding, 'alphabet' | 'isCompressed'> {
  const { alphabet, isCompressed } = readDataCoding(octet);
  return { alphabet, isCompressed };
}

/** A text in packed septets. Where seven bits stay empty a carriage return fills them, clause 6.1.2.3.1. */
function unpackText(octets: Uint8Array): string {
  const septets = unpackSeptets(octets, septetsIn(octets.length));
  const isFilled = septets.length % SEPTETS_PER_ROUND === 0 && septets.at(-1) === CARRIAGE_RETURN;
  return septetsToText(isFilled ? septets.slice(0, -1) : septets);
}

function packText(text: string): Uint8Array {
  const septets = textToSeptets(text);
  const rest = septets.length % SEPTETS_PER_ROUND;
  const endsInReturn = rest === 0 && septets.at(-1) === CARRIAGE_RETURN;
  // An empty place would be read as @, and a last return would be taken for filling.
  if (rest === SEPTETS_PER_ROUND - 1 || endsInReturn) septets.push(CARRIAGE_RETURN);
  return packSeptets(septets);
}

const LANGUAGE_IN_TEXT = /^[a-z]{2}[\r\n]/i;

function withoutLanguage(text: string, coding: CellCoding): string {
  return coding.hasLanguage ? text.replace(LANGUAGE_IN_TEXT, '') : text;
}

function isPackedText(octets: Uint8Array, raw: string): boolean {
  return octets.length > 1 && !ONLY_DIGITS.test(raw) && isReadable(unpackText(octets));
}

/** Digits alone are what they look like, unless all of them are Latin characters of sixteen bits. */
function isUcs2Text(octets: Uint8Array, raw: string): boolean {
  if (octets.length < 4 || octets.length % 2 !== 0) return false;
  if (ONLY_DIGITS.test(raw) && octets.some((octet, index) => index % 2 === 0 && octet !== 0)) return false;
  return isPlausibleUcs2(ucs2ToText(octets));
}

function codingOf(octets: Uint8Array, raw: string, { alphabet }: CellCoding): UssdCoding {
  if (octets.length === 0) return 'plain';
  if (alphabet === '8bit') return '8bit';
  const canBeUcs2 = isUcs2Text(octets, raw);
  if (alphabet === 'ucs2') return canBeUcs2 || !ONLY_DIGITS.test(raw) ? 'ucs2' : 'plain';
  // A modem whose character set is UCS2 writes every text so, whatever the network said. Ideographs fill so much of
  // the code table that packed septets often look like them, so those are the last guess.
  if (canBeUcs2 && !hasIdeographs(ucs2ToText(octets))) return 'ucs2';
  if (isPackedText(octets, raw)) return 'packed';
  return canBeUcs2 ? 'ucs2' : 'plain';
}

const SEPTET_MASK = 0x7f;
const LANGUAGE_LETTER = /^[a-z]{2}$/i;

/** A language as two packed septets in two octets, in front of sixteen-bit units. */
function isLanguage([first = 0, second = 0]: Uint8Array): boolean {
  const letters = [first & SEPTET_MASK, ((first >> 7) | (second << 1)) & SEPTET_MASK];
  return second >> 6 === 0 && LANGUAGE_LETTER.test(String.fromCharCode(...letters));
}

/** The words of a reply, whichever way the network and the modem wrote them. Never throws. */
export function readUssdText(raw: string, dataCoding = GSM_CODING): UssdText {
  const coding = readCellCoding(dataCoding & 0xff);
  // Long replies come broken into lines; within hexadecimal a line end means nothing.
  const hex = raw.replace(/\s/g, '');
  const octets = hexToOctets(hex) ?? new Uint8Array();
  const written = codingOf(octets, hex, coding);
  if (written === 'plain') {
    return { text: withoutLanguage(raw, coding), dataHex: null, coding: written, problems: [] };
  }
  if (written === '8bit' || coding.isCompressed) {
    const problems = coding.isCompressed ? ['the text is compressed, which nothing here can unfold'] : [];
    return { text: null, dataHex: octetsToHex(octets), coding: written, problems };
  }
  if (written === 'packed') {
    return {
      text: withoutLanguage(unpackText(octets), coding),
      dataHex: null,
      coding: written,
      problems: [],
    };
  }
  const isLanguageFirst = coding.hasLanguage && coding.alphabet === 'ucs2' && isLanguage(octets);
  const body = isLanguageFirst ? octets.subarray(2) : octets;
  const problems = body.length % 2 === 0 ? [] : ['the text ends in half a character'];
  return { text: ucs2ToText(body), dataHex: null, coding: written, problems };
}

/** `+CUSD: <next>[,"<text>"[,<coding>]]` */
const REPLY = /^\+CUSD:\s*(\d+)\s*(,|$)/;
const CODING = /^,\s*(\d{1,3})$/;

interface WrittenText {
  raw: string;
  coding: string | undefined;
}

/** The text may hold quotes, commas and line ends, so its end is the last quote, or the last comma where it has none. */
function splitText(written: string): WrittenText | undefined {
  const isQuoted = written.startsWith('"');
  const lastComma = written.lastIndexOf(',');
  const end = isQuoted ? written.lastIndexOf('"') : lastComma === -1 ? written.length : lastComma;
  const from = isQuoted ? 1 : 0;
  if (end < from) return undefined;
  const rest = written.slice(end + from).trim();
  const coding = CODING.exec(rest)?.[1];
  return rest === '' || coding !== undefined ? { raw: written.slice(from, end), coding } : undefined;
}

/** Far more than 182 characters of four hexadecimal digits each. */
const MAX_REPLY_LENGTH = 2_000;

/** What a whole `+CUSD` notice says, or a result without text that says what could not be read. */
export function readUssdReply(line: string): UssdReply {
  const notice = line.trim();
  const match = notice.length > MAX_REPLY_LENGTH ? null : REPLY.exec(notice);
  const next = match && NEXT[Number(match[1])];
  const written = match && splitText(notice.slice(match[0].length).trim());
  if (!next || !written) {
    return { next: 'ended', problems: [`the reply of the network is no +CUSD notice: ${showValue(line)}`] };
  }
  if (written.raw === '') return { next, problems: [] };
  return { next, ...readUssdText(written.raw, Number(written.coding ?? GSM_CODING)) };
}

/** The character set that the modem was told to use, which decides how a request is written. */
export type UssdWriting = 'plain' | 'ucs2' | 'packed';

const MAX_USSD_OCTETS = 160;
/** What ends a string or a line can stand in no command. */
const UNWRITABLE = /["\r\n\f]/;

const WRITERS: Record<UssdWriting, (text: string) => string> = {
  plain: (text) => text,
  ucs2: (text) => octetsToHex(textToUcs2(text)),
  packed: (text) => octetsToHex(packText(text)),
};

/** A code or a short answer in the character set of the modem, as it stands between the quotes of the command. */
export function writeUssdText(text: string, writing: UssdWriting = 'plain'): string {
  const isWritable =
    text !== '' &&
    firstForeignChar(text) === undefined &&
    !UNWRITABLE.test(text) &&
    packSeptets(textToSeptets(text)).length <= MAX_USSD_OCTETS;
  if (!isWritable) {
    throw new RangeError(
      `ussd must be a code such as *123# or a short answer in the GSM alphabet, got "${showValue(text)}"`,
    );
  }
  return WRITERS[writing](text);
}

/** The command that asks the network, such as `AT+CUSD=1,"*123#",15`, or answers its question. */
export function writeUssdRequest(text: string, writing: UssdWriting = 'plain'): string {
  return `AT+CUSD=1,"${writeUssdText(text, writing)}",${GSM_CODING}`;
}

/** Puts an end to a question of the network that nobody answers. */
export const CANCEL_USSD = 'AT+CUSD=2';
