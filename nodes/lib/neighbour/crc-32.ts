const POLYNOMIAL = 0xedb8_8320;

/** Numbers with a sign, which the processor adds up without a detour. */
const TABLE = new Int32Array(256).map((_, byte) => {
  let rest = byte;
  for (let bit = 0; bit < 8; bit += 1) rest = rest & 1 ? (rest >>> 1) ^ POLYNOMIAL : rest >>> 1;
  return rest;
});

/** CRC-32 as in IEEE 802.3 and zlib; of "123456789" it is cbf43926. */
export function crc32(bytes: Uint8Array, end = bytes.length): number {
  let rest = 0xffff_ffff;
  for (let at = 0; at < end; at += 1) {
    const index = (rest ^ (bytes[at] ?? 0)) & 0xff;
    rest = (TABLE[index] ?? 0) ^ (rest >>> 8);
  }
  return (rest ^ 0xffff_ffff) >>> 0;
}
