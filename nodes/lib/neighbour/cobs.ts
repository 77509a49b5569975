/** A block of 254 bytes without a zero needs no stand-in for one. */
const LONGEST_BLOCK = 254;

/** The most bytes that `size` bytes become. */
export const cobsBytes = (size: number): number => size + Math.floor(size / LONGEST_BLOCK) + 1;

/**
 * Consistent overhead byte stuffing (Cheshire and Baker, 1999): writes the bytes so that no zero is among them and
 * returns where it stopped.
 */
export function writeCobs(source: Uint8Array, target: Uint8Array, start: number): number {
  let codeAt = start;
  let at = start + 1;
  for (const [index, byte] of source.entries()) {
    if (byte !== 0) target[at++] = byte;
    const isFull = at - codeAt === LONGEST_BLOCK + 1;
    if (byte !== 0 && !isFull) continue;
    target[codeAt] = at - codeAt;
    // Nothing follows a full last block: the reader adds no zero after one.
    if (isFull && byte !== 0 && index === source.length - 1) return at;
    codeAt = at++;
  }
  target[codeAt] = at - codeAt;
  return at;
}

/** The bytes as they were before, or null when no encoder made these. */
export function readCobs(bytes: Uint8Array): Uint8Array | null {
  const target = new Uint8Array(bytes.length);
  let length = 0;
  for (let at = 0; at < bytes.length;) {
    const code = bytes[at] ?? 0;
    const end = at + code;
    if (code === 0 || end > bytes.length) return null;
    for (at += 1; at < end; at += 1) {
      const byte = bytes[at] ?? 0;
      if (byte === 0) return null;
      target[length++] = byte;
    }
    if (code <= LONGEST_BLOCK && at < bytes.length) target[length++] = 0;
  }
  return target.subarray(0, length);
}
