const OCTET_MASK = 0xff;
const OCTET_BITS = 8;

/** A text as sixteen-bit units, high octet first. Characters beyond the first plane are two units, a surrogate pair. */
export function textToUcs2(text: string): Uint8Array {
  const octets = new Uint8Array(2 * text.length);
  for (let index = 0; index < text.length; index += 1) {
    const unit = text.charCodeAt(index);
    octets[2 * index] = unit >> OCTET_BITS;
    octets[2 * index + 1] = unit & OCTET_MASK;
  }
  return octets;
}

/** Sixteen-bit units in words. A single octet at the end is half a character and left out. */
export function ucs2ToText(octets: Uint8Array): string {
  let text = '';
  for (let index = 0; index + 1 < octets.length; index += 2) {
    text += String.fromCharCode(((octets[index] ?? 0) << OCTET_BITS) | (octets[index + 1] ?? 0));
  }
  return text;
}
