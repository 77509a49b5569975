/** Pieces to cut a modem's output into: together, byte by byte, and sizes that fall on every boundary in turn. */
const CHUNK_SIZES = [0, 1, 2, 3, 5] as const;

/** The same test for every way the bytes may be split. */
export function inEveryChunking(title: string, test: (chunkBytes: number) => Promise<void>): void {
  for (const chunkBytes of CHUNK_SIZES) {
    const how = chunkBytes === 0 ? 'together' : `in pieces of ${chunkBytes}`;
    it(`${title} (bytes ${how})`, () => test(chunkBytes));
  }
}

/** Every way to cut the bytes into two. */
export function everySplit(bytes: Buffer): [Buffer, Buffer][] {
  return Array.from({ length: bytes.length + 1 }, (_, at) => [bytes.subarray(0, at), bytes.subarray(at)]);
}
