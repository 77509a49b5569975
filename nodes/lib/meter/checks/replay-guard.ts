/** Marks of what the meter said are kept for so long: yesterday is what somebody who replays has at hand. */
const COVERED_MS = 30 * 3_600_000;
const MARKS = 64;
const NEXT = MARKS;
/** The mark that the last one repeated, and how many in a row did. */
const MATCHED = MARKS + 1;
const RUN = MARKS + 2;
const LAST_DECIWATTS = MARKS + 3;
const CHANGE_MS = MARKS + 4;
const UNCHANGED_MS = MARKS + 5;
export const REPLAY_NUMBERS = MARKS + 6;

/** So many marks in the order of long ago are no chance: each is one of thousands of millions. */
const RAISE_AT = 4;
const MOST_RUN = 8;
/** Marks that were left out in between, since one in so many is kept and that may have changed. */
const MOST_SKIPPED = 8;
const LEARN = 1 / 16;
const MAX_LEVEL = 12;
const NOTHING = -1;

export function startReplay(state: Int32Array, at: number, powerW: number): void {
  state.fill(0, at, at + REPLAY_NUMBERS);
  state[at + MATCHED] = NOTHING;
  state[at + LAST_DECIWATTS] = deciwatts(powerW);
}

/**
 * Notices that a meter says again, in the same order, what it said before. Each change of power leaves a mark of voltage,
 * current and both powers; of many changes one in a power of two is kept, chosen by the mark itself, so that the same
 * ones are chosen again. Returns null where there was nothing to compare.
 */
export function isReplayed(
  state: Int32Array,
  at: number,
  voltageV: number,
  currentA: number,
  powerW: number,
  durationMs: number,
): boolean | null {
  const before = numberAt(state, at + LAST_DECIWATTS);
  const now = deciwatts(powerW);
  const unchangedMs = Math.min(COVERED_MS, numberAt(state, at + UNCHANGED_MS) + durationMs);
  state[at + UNCHANGED_MS] = unchangedMs;
  if (now === before) return null;
  state[at + UNCHANGED_MS] = 0;
  state[at + LAST_DECIWATTS] = now;
  const changeMs = numberAt(state, at + CHANGE_MS) || unchangedMs;
  state[at + CHANGE_MS] = Math.max(1, changeMs + LEARN * (unchangedMs - changeMs));
  // Off and on again is what everybody does.
  if (now === 0 || before === 0) return null;
  const mark = markOf(voltageV, currentA, now, before);
  if ((mark & (keptOneIn(changeMs) - 1)) !== 0) return null;
  return takeMark(state, at, mark);
}

function takeMark(state: Int32Array, at: number, mark: number): boolean {
  let found = NOTHING;
  let times = 0;
  for (let index = 0; index < MARKS; index += 1) {
    if (state[at + index] !== mark) continue;
    found = index;
    times += 1;
  }
  // Bounded here too, so that restored numbers cannot write into another meter's.
  const next = numberAt(state, at + NEXT) & (MARKS - 1);
  state[at + next] = mark;
  state[at + NEXT] = (next + 1) % MARKS;
  // A refrigerator between two powers, read coarsely, leaves the same marks for ever; they say nothing.
  if (times > 1) return numberAt(state, at + RUN) >= RAISE_AT;
  const run = numberAt(state, at + RUN);
  if (times === 0) {
    // A reading that is left out changes the mark of the next, so one without a match only doubts.
    state[at + RUN] = Math.max(0, run - 1);
    return run > RAISE_AT;
  }
  const matched = numberAt(state, at + MATCHED);
  const skipped = (found - matched - 1 + MARKS) % MARKS;
  const follows = matched !== NOTHING && skipped < MOST_SKIPPED;
  const longer = follows ? Math.min(MOST_RUN, run + 1) : 1;
  state[at + MATCHED] = found;
  state[at + RUN] = longer;
  return longer >= RAISE_AT;
}

/** As a power of two. */
function keptOneIn(changeMs: number): number {
  const changes = COVERED_MS / (changeMs * MARKS);
  return 2 ** Math.max(0, Math.min(MAX_LEVEL, Math.round(Math.log2(changes))));
}

/** Never zero, which is an empty place. */
function markOf(voltageV: number, currentA: number, now: number, before: number): number {
  let mark = Math.imul(Math.round(voltageV * 10), 0x9e3779b1) ^ Math.round(currentA * 1000);
  mark = Math.imul(mark ^ (mark >>> 15), 0x85ebca6b) ^ now;
  mark = Math.imul(mark ^ (mark >>> 13), 0xc2b2ae35) ^ before;
  mark = Math.imul(mark ^ (mark >>> 16), 0x7feb352d);
  mark = Math.imul(mark ^ (mark >>> 15), 0x846ca68b);
  mark ^= mark >>> 16;
  return mark === 0 ? 1 << 30 : mark;
}

const deciwatts = (powerW: number): number => Math.round(powerW * 10) | 0;

const numberAt = (state: Int32Array, index: number): number => state[index] ?? 0;
