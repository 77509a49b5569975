import { numberAt } from './number-at';

/** The reading before: its power, and in the array of large numbers its time and register. */
const LAST_W = 0;
/** What the register and the power say about the block that is being filled. */
const COUNTED_WH = 1;
const POWERED_WH = 2;
const BLOCK_S = 3;
const BLOCK_PARTS = 4;
/** The register's own step: all its increments so far are multiples of it. */
const STEP_WH = 5;
/** How far the two usually are apart, as the variance of a share: all that happens between two readings. */
const VARIANCE = 6;
/** Sums of what is too much and too little, for what is small and lasts. */
const TOO_MUCH = 7;
const TOO_LITTLE = 8;
/** Blocks beyond the gate, less those that fitted. */
const EVIDENCE = 9;
/** What the last block counted too much, as a share of its energy. */
const SHARE = 10;
/** What blocks usually count too much: readings on the hour may always miss what runs in between. */
const USUAL_SHARE = 11;
/** How many blocks have taught. */
const BLOCKS = 12;
/** What the steps of the power that were seen leave open, as a variance of energy. */
const OPEN_SQUARE_WH = 13;
export const SLOPE_NUMBERS = 14;

const LAST_MS = 0;
const LAST_WH = 1;
export const SLOPE_LARGE_NUMBERS = 2;

/** Over a longer gap nobody knows what the power was. */
const MAX_GAP_S = 2 * 3_600;
/** A block is compared when it is long enough for appliances to come and go, and its energy is many register steps. */
const MIN_BLOCK_S = 600;
const MIN_PARTS = 4;
const MIN_STEPS = 20;
/**
 * What can run between two readings unseen: kettles and pumps of 1,500 W run for 3 minutes at least and 13 at most, and in
 * two parts of five there is one.
 */
const HIDDEN_W = 400;
const SEEN_AFTER_S = 180;
const MOST_HIDDEN_S = 600;
/** A block has to hold so many times as much as may hide in it. */
const MIN_HIDDEN = 4;
/** An idle house never fills a block; after a day what little there was is let go. */
const MAX_BLOCK_S = 86_400;
/** A register that has not moved yet may be a coarse one. */
const UNKNOWN_STEP_WH = 100;
const MAX_STEP_WH = 10_000;
/** Two good measurements of the same energy: the class of each and the rounding of times, one standard deviation. */
const LEAST_DEVIATION = 0.04;
const MOST_DEVIATION = 1;
/** More is never taken for usual, however far readings are apart. */
const MOST_USUAL_SHARE = 0.3;
/** What is expected before anything was learned: sampled power misses more, the further apart the samples are. */
const FIRST_DEVIATION_PER_ROOT_S = 0.012;
const LEARN = 1 / 32;
/** An outlier teaches no more than two standard deviations, so that an attack does not teach its own size. */
const MOST_LEARNED = 2;
/** What is expected at first counts as much as this many blocks. */
const FIRST_BLOCKS = 6;
/** Page's sums: half the smallest lasting error worth a word, and how much of it is enough. In standard deviations. */
const SUM_SLACK = 0.5;
const SUM_LIMIT = 9;
const MOST_PER_BLOCK = 3.3;
const RAISE_AT = 3;
const MOST_EVIDENCE = 6;
const FITTED = 0.5;

export function startSlope(
  state: Float32Array,
  at: number,
  large: Float64Array,
  largeAt: number,
  atMs: number,
  energyWh: number,
  powerW: number,
): void {
  state[at + LAST_W] = powerW;
  large[largeAt + LAST_MS] = atMs;
  large[largeAt + LAST_WH] = energyWh;
}

/**
 * Compares what the register counted with what the power adds up to, block by block. Returns null until a block is full,
 * then whether the two have contradicted each other for so long that sampling and appliances are ruled out.
 */
export function matchSlope(
  state: Float32Array,
  at: number,
  large: Float64Array,
  largeAt: number,
  atMs: number,
  energyWh: number,
  powerW: number,
  gate: number,
): boolean | null {
  const partS = (atMs - (large[largeAt + LAST_MS] ?? 0)) / 1000;
  const countedWh = energyWh - (large[largeAt + LAST_WH] ?? 0);
  const lastW = numberAt(state, at + LAST_W);
  const poweredWh = ((Math.max(0, lastW) + Math.max(0, powerW)) / 2) * (partS / 3_600);
  // A step came at some moment between the two readings, and any is as likely: a uniform distribution.
  const stepWh = (powerW - lastW) * (partS / 3_600);
  startSlope(state, at, large, largeAt, atMs, energyWh, powerW);
  if (!(partS <= MAX_GAP_S) || !(countedWh >= 0)) {
    emptyBlock(state, at);
    return null;
  }
  if (countedWh > 0) state[at + STEP_WH] = commonStep(numberAt(state, at + STEP_WH), countedWh);
  const sumCountedWh = numberAt(state, at + COUNTED_WH) + countedWh;
  const sumPoweredWh = numberAt(state, at + POWERED_WH) + poweredWh;
  const blockS = numberAt(state, at + BLOCK_S) + partS;
  const parts = numberAt(state, at + BLOCK_PARTS) + 1;
  state[at + COUNTED_WH] = sumCountedWh;
  state[at + POWERED_WH] = sumPoweredWh;
  state[at + BLOCK_S] = blockS;
  const openSquareWh = numberAt(state, at + OPEN_SQUARE_WH) + (stepWh * stepWh) / 12;
  state[at + OPEN_SQUARE_WH] = openSquareWh;
  state[at + BLOCK_PARTS] = parts;
  const energyOfBlockWh = Math.max(sumCountedWh, sumPoweredWh);
  const digitWh = numberAt(state, at + STEP_WH) || UNKNOWN_STEP_WH;
  const hiddenWh = (HIDDEN_W * Math.min(MOST_HIDDEN_S, Math.max(0, blockS / parts - SEEN_AFTER_S))) / 3_600;
  const hiddenSquareWh = parts * hiddenWh * hiddenWh;
  const isFull =
    blockS >= MIN_BLOCK_S &&
    parts >= MIN_PARTS &&
    energyOfBlockWh >= MIN_STEPS * digitWh &&
    energyOfBlockWh * energyOfBlockWh >= MIN_HIDDEN * MIN_HIDDEN * hiddenSquareWh;
  if (!isFull) {
    if (blockS >= MAX_BLOCK_S) emptyBlock(state, at);
    return null;
  }
  emptyBlock(state, at);
  const share = (sumCountedWh - sumPoweredWh) / energyOfBlockWh;
  const openShare = (openSquareWh + hiddenSquareWh + digitWh * digitWh) / (energyOfBlockWh * energyOfBlockWh);
  state[at + SHARE] = share;
  return judgeBlock(state, at, share, openShare, blockS / parts, gate);
}

function judgeBlock(
  state: Float32Array,
  at: number,
  share: number,
  openSquare: number,
  partS: number,
  gate: number,
): boolean {
  const first = Math.min(MOST_DEVIATION, FIRST_DEVIATION_PER_ROOT_S * Math.sqrt(partS));
  const learned = numberAt(state, at + VARIANCE) || first * first;
  const variance = Math.max(learned, LEAST_DEVIATION * LEAST_DEVIATION) + openSquare;
  const deviation = Math.sqrt(variance);
  const usual = numberAt(state, at + USUAL_SHARE);
  const unusual = share - usual;
  const square = (unusual * unusual) / variance;
  const taught = Math.max(-MOST_LEARNED * deviation, Math.min(MOST_LEARNED * deviation, unusual));
  const blocks = numberAt(state, at + BLOCKS);
  const rate = Math.max(LEARN, 1 / (blocks + FIRST_BLOCKS));
  const mostUsual = Math.min(MOST_USUAL_SHARE, first / 2);
  state[at + BLOCKS] = Math.min(1e6, blocks + 1);
  state[at + USUAL_SHARE] = Math.max(-mostUsual, Math.min(mostUsual, usual + rate * taught));
  state[at + VARIANCE] = learned + rate * (Math.max(0, taught * taught - openSquare) - learned);
  const deviations = Math.max(-MOST_PER_BLOCK, Math.min(MOST_PER_BLOCK, unusual / deviation));
  const cap = 2 * SUM_LIMIT;
  const tooMuch = Math.min(cap, Math.max(0, numberAt(state, at + TOO_MUCH) + deviations - SUM_SLACK));
  const tooLittle = Math.min(cap, Math.max(0, numberAt(state, at + TOO_LITTLE) - deviations - SUM_SLACK));
  const before = numberAt(state, at + EVIDENCE);
  const evidence = square > gate ? Math.min(MOST_EVIDENCE, before + 1) : Math.max(0, before - FITTED);
  state[at + TOO_MUCH] = tooMuch;
  state[at + TOO_LITTLE] = tooLittle;
  state[at + EVIDENCE] = evidence;
  return evidence >= RAISE_AT || tooMuch > SUM_LIMIT || tooLittle > SUM_LIMIT;
}

export const slopeShare = (state: Float32Array, at: number): number => numberAt(state, at + SHARE);

function emptyBlock(state: Float32Array, at: number): void {
  state[at + COUNTED_WH] = 0;
  state[at + POWERED_WH] = 0;
  state[at + BLOCK_S] = 0;
  state[at + BLOCK_PARTS] = 0;
  state[at + OPEN_SQUARE_WH] = 0;
}

/** The greatest common divisor of whole increments; 10 after two readings of a display with hundredths of a kWh. */
function commonStep(known: number, countedWh: number): number {
  if (known === 1) return 1;
  let larger = known;
  let smaller = Math.max(1, Math.round(Math.min(countedWh, Number.MAX_SAFE_INTEGER)));
  while (larger > 0) [larger, smaller] = [smaller % larger, larger];
  return Math.min(MAX_STEP_WH, smaller);
}
