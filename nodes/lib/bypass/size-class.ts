/** Below this, frames of all sizes look alike. */
const SMALLEST = 128;

/**
 * The size that a sealed body is filled up to, so that its length says little about what is in it: powers of two and the
 * steps halfway between them. Filling up costs a sixth on average.
 */
export function sizeClass(bytes: number): number {
  let size = SMALLEST;
  while (size < bytes) {
    const half = size + size / 2;
    if (half >= bytes) return half;
    size *= 2;
  }
  return size;
}
