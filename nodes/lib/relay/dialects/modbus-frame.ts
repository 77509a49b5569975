/** CRC-16/MODBUS over a frame without its CRC (MODBUS over Serial Line V1.02, §2.5.1.2). */
function modbusCrc(bytes: Uint8Array): number {
  let crc = 0xffff;
  for (const byte of bytes) {
    crc ^= byte;
    for (let bit = 0; bit < 8; bit += 1) crc = crc & 1 ? (crc >>> 1) ^ 0xa001 : crc >>> 1;
  }
  return crc;
}

/** A frame with its CRC, low byte first. */
export function modbusFrame(body: readonly number[]): Uint8Array {
  const crc = modbusCrc(Uint8Array.from(body));
  return Uint8Array.from([...body, crc & 0xff, crc >>> 8]);
}

/** The frame without its CRC, or null when the CRC is wrong. */
export function modbusBody(frame: Uint8Array): Uint8Array | null {
  if (frame.length < 4) return null;
  const body = frame.subarray(0, -2);
  const crc = (frame[frame.length - 2] ?? 0) | ((frame[frame.length - 1] ?? 0) << 8);
  return modbusCrc(body) === crc ? body : null;
}
