import { showValue } from '../text/show-value';
import { countryNumbers, type CountryNumbers } from './country-numbers';

/** Whom a text is for. */
export interface PhoneNumber {
  kind: 'international' | 'short code';
  /** E.164 with +, or a short code as it is. */
  number: string;
}

export interface NumberRules {
  /** The site's country by its ISO 3166 code: numbers without a country are of there. Empty: there must be one. */
  country: string;
  allowShortCodes: boolean;
}

/** E.164: at most fifteen digits. The shortest numbers in use, of small islands, have seven. */
const MIN_E164_DIGITS = 7;
const MAX_E164_DIGITS = 15;
const MIN_SHORT_CODE_DIGITS = 3;
const MAX_SHORT_CODE_DIGITS = 6;
/** What people write everywhere for +, whatever has to be dialled where they are. */
const USUAL_EXIT_PREFIX = '00';

/** The zero of each row of digits that people type in: Arabic, Persian, the scripts of India, South-East Asia, full width. */
const ZEROS = [
  0x0660, 0x06f0, 0x0966, 0x09e6, 0x0a66, 0x0ae6, 0x0b66, 0x0be6, 0x0c66, 0x0ce6, 0x0d66, 0x0e50, 0x0ed0,
  0x1040, 0x17e0, 0xff10,
] as const;
const DIGITS_PER_ROW = 10;

/** Marks for the eye, and the invisible ones that come along when a number is copied. */
const SEPARATORS = /[\s\-./()\u00ad\u200b-\u200f\u2010-\u2015\u202a-\u202e\u2066-\u2069\ufeff]/gu;
/** Without a country there are no habits: a number says itself where it is from. */
const NO_COUNTRY: CountryNumbers = { callingCode: 'none', trunkPrefix: '', exitPrefixes: [], lengths: [] };
const OPTIONAL_TRUNK = /\(0\)/;
const DIGITS = /^\d+$/;

function latinDigits(text: string): string {
  return text.replace(/\p{Nd}/gu, (char) => {
    const code = char.codePointAt(0) ?? 0;
    const zero = ZEROS.find((first) => code >= first && code < first + DIGITS_PER_ROW);
    return zero === undefined ? char : String(code - zero);
  });
}

function international(digits: string): PhoneNumber | undefined {
  const isE164 =
    digits.length >= MIN_E164_DIGITS && digits.length <= MAX_E164_DIGITS && !digits.startsWith('0');
  return isE164 ? { kind: 'international', number: `+${digits}` } : undefined;
}

/** A number of the site's country has as many digits as its numbers have; of another country E.164 is all we know. */
function abroadOrHome(digits: string, home: CountryNumbers): PhoneNumber | undefined {
  if (!digits.startsWith(home.callingCode)) return international(digits);
  const rest = digits.slice(home.callingCode.length);
  // People put the trunk prefix behind the calling code although it does not belong there.
  const national = home.lengths.includes(rest.length) ? rest : withoutTrunk(rest, home);
  return home.lengths.includes(national.length) ? international(home.callingCode + national) : undefined;
}

function withoutTrunk(digits: string, { trunkPrefix }: CountryNumbers): string {
  return trunkPrefix !== '' && digits.startsWith(trunkPrefix) ? digits.slice(trunkPrefix.length) : digits;
}

function national(digits: string, home: CountryNumbers): PhoneNumber | undefined {
  const stripped = withoutTrunk(digits, home);
  // Where there is a trunk prefix no number begins with a nought behind it.
  const found = [stripped, digits].find(
    (candidate) =>
      home.lengths.includes(candidate.length) && (home.trunkPrefix === '' || !candidate.startsWith('0')),
  );
  if (found !== undefined) return international(home.callingCode + found);
  // Written with the calling code, and the + forgotten.
  return digits.startsWith(home.callingCode) ? abroadOrHome(digits, home) : undefined;
}

function isShortCode(digits: string, { lengths }: CountryNumbers): boolean {
  return (
    digits.length >= MIN_SHORT_CODE_DIGITS &&
    digits.length <= MAX_SHORT_CODE_DIGITS &&
    !digits.startsWith('0') &&
    !lengths.includes(digits.length)
  );
}

/** A number as a person wrote it, in the one form in which it is kept, compared and sent. Refuses what is none. */
export function phoneNumber(field: string, value: unknown, rules: NumberRules): PhoneNumber {
  const home = rules.country === '' ? NO_COUNTRY : countryNumbers(rules.country);
  if (!home) {
    throw new RangeError(
      `country must be a known ISO 3166 code such as NP, got "${showValue(rules.country)}"`,
    );
  }
  const wanted = (what: string): RangeError =>
    new RangeError(`${field} must be ${what}, got "${showValue(value)}"`);
  if (typeof value !== 'string') throw wanted('a phone number as text');
  const text = latinDigits(value.trim().replace(/^tel:/i, '')).replace(OPTIONAL_TRUNK, (_mark, at: number) =>
    at === 0 ? '0' : '',
  );
  const marks = text.replace(SEPARATORS, '');
  const hasPlus = marks.startsWith('+') || marks.startsWith('＋');
  const digits = hasPlus ? marks.slice(1) : marks;
  const exit = [...home.exitPrefixes, USUAL_EXIT_PREFIX].find((prefix) => digits.startsWith(prefix));
  if (!DIGITS.test(digits)) throw wanted('a phone number of digits');
  if (!hasPlus && isShortCode(digits, home)) {
    if (!rules.allowShortCodes) throw wanted('a full phone number, as short codes are not allowed');
    return { kind: 'short code', number: digits };
  }
  const abroad = hasPlus ? digits : exit !== undefined ? digits.slice(exit.length) : null;
  const found =
    (abroad === null ? undefined : abroadOrHome(abroad, home)) ??
    (hasPlus ? undefined : national(digits, home));
  if (!found) {
    const atHome = `${home.lengths.join(' or ')} digits in ${rules.country}, or `;
    throw wanted(`a phone number: ${home === NO_COUNTRY ? '' : atHome}+ and up to ${MAX_E164_DIGITS} digits`);
  }
  return found;
}
