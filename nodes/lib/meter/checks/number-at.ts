/** A number of a filter's state. Every place exists; zero is what a place holds before anything was said. */
export const numberAt = (numbers: Float32Array, index: number): number => numbers[index] ?? 0;
