const BITS_PER_SEPTET = 7;
const BITS_PER_OCTET = 8;
const SEPTET_MASK = 0x7f;
const OCTET_MASK = 0xff;

/** Bits between a header of so many octets and the septet on which the text begins, 3GPP TS 23.040 clause 9.2.3.24. */
export function fillBitsAfter(headerOctets: number): number {
  return (BITS_PER_SEPTET - ((headerOctets * BITS_PER_OCTET) % BITS_PER_SEPTET)) % BITS_PER_SEPTET;
}

/** How many septets a header takes from a text, fill bits included. */
export function septetsOfHeader(headerOctets: number): number {
  return Math.ceil((headerOctets * BITS_PER_OCTET) / BITS_PER_SEPTET);
}

/** Septets side by side in octets, lowest bits first (3GPP TS 23.038 clause 6.1.2.1), behind some empty bits. */
export function packSeptets(septets: readonly number[], fillBits = 0): Uint8Array {
  const octets = new Uint8Array(Math.ceil((fillBits + septets.length * BITS_PER_SEPTET) / BITS_PER_OCTET));
  let held = 0;
  let heldBits = fillBits;
  let place = 0;
  for (const septet of septets) {
    held |= (septet & SEPTET_MASK) << heldBits;
    heldBits += BITS_PER_SEPTET;
    if (heldBits >= BITS_PER_OCTET) {
      octets[place] = held & OCTET_MASK;
      place += 1;
      held >>= BITS_PER_OCTET;
      heldBits -= BITS_PER_OCTET;
    }
  }
  if (heldBits > 0 && place < octets.length) octets[place] = held & OCTET_MASK;
  return octets;
}

/** At most so many septets out of octets, behind some fill bits. Fewer when there are no more. */
export function unpackSeptets(octets: Uint8Array, count: number, fillBits = 0): number[] {
  const septets: number[] = [];
  let held = 0;
  let heldBits = -fillBits;
  for (const octet of octets) {
    held |= heldBits < 0 ? octet >> -heldBits : octet << heldBits;
    heldBits += BITS_PER_OCTET;
    while (heldBits >= BITS_PER_SEPTET && septets.length < count) {
      septets.push(held & SEPTET_MASK);
      held >>= BITS_PER_SEPTET;
      heldBits -= BITS_PER_SEPTET;
    }
    if (septets.length >= count) break;
  }
  return septets;
}

/** How many whole septets fit into so many octets. */
export function septetsIn(octetCount: number): number {
  return Math.floor((octetCount * BITS_PER_OCTET) / BITS_PER_SEPTET);
}
