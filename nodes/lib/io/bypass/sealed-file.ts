import { closeSync, fsyncSync, openSync, readFileSync, renameSync, statSync, writeSync } from 'node:fs';
import { MAX_FRAME_BYTES } from '../../bypass/frame';

const MAGIC = Buffer.from('wattkeeper sealed 1\n');
const LENGTH_BYTES = 4;
/** What fits on any stick; a longer outage takes several trips. */
export const MAX_FRAMES_PER_FILE = 4_000;
const MAX_FILE_BYTES = MAGIC.length + MAX_FRAMES_PER_FILE * (LENGTH_BYTES + MAX_FRAME_BYTES);
const EVERYBODY_READS = 0o644;

/** Writes frames to be carried on foot. Whoever finds the stick learns who sent them and how much, no more. */
export function writeSealedFile(file: string, frames: readonly Uint8Array[]): void {
  const half = `${file}.half`;
  const descriptor = openSync(half, 'w', EVERYBODY_READS);
  try {
    writeSync(descriptor, MAGIC);
    for (const frame of frames) {
      const length = Buffer.alloc(LENGTH_BYTES);
      length.writeUInt32BE(frame.length);
      writeSync(descriptor, length);
      writeSync(descriptor, frame);
    }
    // A stick is pulled out at once.
    fsyncSync(descriptor);
  } finally {
    closeSync(descriptor);
  }
  renameSync(half, file);
}

/** Reads a sealed file. A file that ends in the middle of a frame gives those before it. */
export function readSealedFile(file: string): { frames: Uint8Array[]; isWhole: boolean } {
  const { size } = statSync(file);
  if (size > MAX_FILE_BYTES)
    throw new RangeError(`the file ${file} is too large to be a sealed file: ${size} bytes`);
  const bytes = readFileSync(file);
  if (!bytes.subarray(0, MAGIC.length).equals(MAGIC))
    throw new RangeError(`the file ${file} is no sealed file`);
  const frames: Uint8Array[] = [];
  let at = MAGIC.length;
  while (at + LENGTH_BYTES <= bytes.length && frames.length < MAX_FRAMES_PER_FILE) {
    const start = at + LENGTH_BYTES;
    const end = start + bytes.readUInt32BE(at);
    if (end > bytes.length) break;
    frames.push(bytes.subarray(start, end));
    at = end;
  }
  return { frames, isWhole: at === bytes.length };
}
