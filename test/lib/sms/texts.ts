import fc, { type Arbitrary } from 'fast-check';

const GSM_CHARS = Array.from(
  '@£$¥èéùìòÇ\nØø\rÅåΔ_ΦΓΛΩΠΨΣΘΞÆæßÉ !"#¤%&\'()*+,-./0123456789:;<=>?¡' +
    'ABCDEFGHIJKLMNOPQRSTUVWXYZÄÖÑÜ§¿abcdefghijklmnopqrstuvwxyzäöñüà^{}\\[~]|€\f',
);

export function gsmText(maxLength = 400): Arbitrary<string> {
  return fc.array(fc.constantFrom(...GSM_CHARS), { maxLength }).map((chars) => chars.join(''));
}

/** Text of any script, surrogate pairs included, whole characters only. */
export function anyText(maxLength = 200): Arbitrary<string> {
  return fc.oneof(
    gsmText(maxLength),
    fc.string({ unit: 'grapheme', maxLength }),
    fc.string({ unit: fc.constantFrom('न', '😀', 'a', '€', '𝒳', 'ç'), maxLength }),
  );
}

export function internationalNumber(): Arbitrary<string> {
  return fc
    .tuple(
      fc.integer({ min: 1, max: 9 }),
      fc.string({ unit: fc.constantFrom(...Array.from('0123456789')), minLength: 6, maxLength: 14 }),
    )
    .map(([first, rest]) => `+${first}${rest}`);
}
