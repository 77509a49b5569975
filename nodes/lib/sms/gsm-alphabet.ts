/** The alphabet of a text message, 3GPP TS 23.038 clause 6.2.1. The place of a character is its septet. */
const DEFAULT_ALPHABET =
  '@£$¥èéùìòÇ\nØø\rÅå' +
  'Δ_ΦΓΛΩΠΨΣΘΞ\u001bÆæßÉ' +
  ' !"#¤%&\'()*+,-./' +
  '0123456789:;<=>?' +
  '¡ABCDEFGHIJKLMNO' +
  'PQRSTUVWXYZÄÖÑÜ§' +
  '¿abcdefghijklmno' +
  'pqrstuvwxyzäöñüà';

/** What stands behind an escape, clause 6.2.1.1. Each of these costs two septets. */
const EXTENSION: Readonly<Record<string, number>> = {
  '\f': 0x0a,
  '^': 0x14,
  '{': 0x28,
  '}': 0x29,
  '\\': 0x2f,
  '[': 0x3c,
  '~': 0x3d,
  ']': 0x3e,
  '|': 0x40,
  '€': 0x65,
};

const ESCAPE = 0x1b;
const SEPTET_MASK = 0x7f;

const SEPTETS = new Map<string, readonly number[]>([
  ...Array.from(DEFAULT_ALPHABET, (char, septet): [string, readonly number[]] => [char, [septet]]),
  ...Object.entries(EXTENSION).map(([char, septet]): [string, readonly number[]] => [char, [ESCAPE, septet]]),
]);
// The escape is a sign for the reader and no character anybody can write.
SEPTETS.delete('\u001b');

const EXTENDED_CHARS = new Map(Object.entries(EXTENSION).map(([char, septet]) => [septet, char]));

/** The one or two septets of a character, or undefined when the alphabet does not have it. */
export function septetsOfChar(char: string): readonly number[] | undefined {
  return SEPTETS.get(char);
}

/** The first character that the alphabet does not have, or undefined when a text can be written in it. */
export function firstForeignChar(text: string): string | undefined {
  for (const char of text) if (!SEPTETS.has(char)) return char;
  return undefined;
}

/** A text in septets. The caller has made sure that the alphabet has every character. */
export function textToSeptets(text: string): number[] {
  const septets: number[] = [];
  for (const char of text) {
    const found = SEPTETS.get(char);
    if (!found) throw new RangeError(`text must be in the GSM alphabet, got "${char}"`);
    septets.push(...found);
  }
  return septets;
}

/**
 * Septets in words. An escape before a septet without a meaning shows the character of the default table, and one
 * before another escape or before the end shows a space (clause 6.2.1.1, notes 1 and 3), so that nothing is refused.
 */
export function septetsToText(septets: readonly number[]): string {
  let text = '';
  let isEscaped = false;
  for (const raw of septets) {
    const septet = raw & SEPTET_MASK;
    if (isEscaped) {
      isEscaped = false;
      text += septet === ESCAPE ? ' ' : (EXTENDED_CHARS.get(septet) ?? DEFAULT_ALPHABET.charAt(septet));
    } else if (septet === ESCAPE) {
      isEscaped = true;
    } else {
      text += DEFAULT_ALPHABET.charAt(septet);
    }
  }
  return isEscaped ? `${text} ` : text;
}
