const HEX_PAIRS = /^(?:[0-9a-f]{2})*$/i;
const HEX = 16;

export function octetsToHex(octets: Uint8Array): string {
  let hex = '';
  for (const octet of octets) hex += octet.toString(HEX).padStart(2, '0');
  return hex.toUpperCase();
}

/** The octets of a text of hexadecimal pairs, or undefined when it is something else. */
export function hexToOctets(hex: string): Uint8Array | undefined {
  if (!HEX_PAIRS.test(hex)) return undefined;
  const octets = new Uint8Array(hex.length / 2);
  for (let index = 0; index < octets.length; index += 1) {
    octets[index] = parseInt(hex.slice(2 * index, 2 * index + 2), HEX);
  }
  return octets;
}
