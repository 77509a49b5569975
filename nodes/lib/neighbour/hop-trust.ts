/** By then the head-end has said that it heard a frame, even over several slow wires. */
const UNHEARD_AFTER_MS = 90_000;
/** One lost frame makes no bad hop, and one that was heard no good one. */
const UNHEARD_TO_LEAVE = 3;
const HEARD_TO_MEND = 3;
const RESULTS_KEPT = 16;
const FIRST_LEAVE_MS = 300_000;
const LONGEST_LEAVE_MS = 14_400_000;
/** A hop that has worked for so long begins anew. */
const FORGIVEN_AFTER_MS = 3_600_000;
const MOST_FRAMES = 512;
const MOST_HOPS = 64;

interface Hop {
  /** The latest frames: whether the head-end heard them. */
  results: boolean[];
  leftAtMs: number;
  leftUntilMs: number;
  times: number;
  /** Left, and not told yet that the head-end was heard through another one meanwhile. */
  isSuspect: boolean;
}

/**
 * Whether what is given to a neighbour gets to the head-end. A receipt says nothing of it, since anybody can write one; only
 * what the head-end itself has sealed does. A hop whose frames stay unheard is left for a while, each time for longer.
 */
export class HopTrust {
  /** By frame, the first to leave first. */
  private readonly underWay = new Map<string, { hop: string; atMs: number }>();
  private readonly hops = new Map<string, Hop>();

  /** A frame of our own has gone to this neighbour. */
  left(hop: string, frame: string, nowMs: number): void {
    this.underWay.delete(frame);
    this.underWay.set(frame, { hop, atMs: nowMs });
    const [oldest] = this.underWay.keys();
    if (this.underWay.size > MOST_FRAMES && oldest !== undefined) this.underWay.delete(oldest);
  }

  /** The head-end has heard these frames. Returns the hops that this leaves without an excuse. */
  heard(frames: readonly string[], nowMs: number): string[] {
    const working = new Set<string>();
    for (const frame of frames) {
      const found = this.underWay.get(frame);
      if (!found) continue;
      this.underWay.delete(frame);
      working.add(found.hop);
      this.note(found.hop, true, nowMs);
    }
    if (working.size === 0) return [];
    const suspects = [...this.hops].filter(([hop, { isSuspect }]) => isSuspect && !working.has(hop));
    for (const [, hop] of suspects) hop.isSuspect = false;
    return suspects.map(([hop]) => hop);
  }

  /** The hops that are to be left now. */
  judge(nowMs: number): string[] {
    const bad: string[] = [];
    for (const [frame, { hop, atMs }] of this.underWay) {
      if (nowMs - atMs < UNHEARD_AFTER_MS) break;
      this.underWay.delete(frame);
      if (this.note(hop, false, nowMs)) bad.push(hop);
    }
    return bad;
  }

  /** When it was left; null while nothing is held against it. */
  leftAtMs(hop: string, nowMs: number): number | null {
    const known = this.hops.get(hop);
    return known && nowMs < known.leftUntilMs ? known.leftAtMs : null;
  }

  /** Returns whether the hop has to be left, and was not before. */
  private note(name: string, isHeard: boolean, nowMs: number): boolean {
    const hop = this.hopOf(name);
    hop.results = [...hop.results, isHeard].slice(-RESULTS_KEPT);
    const isLeft = nowMs < hop.leftUntilMs;
    if (isHeard) {
      const isMended =
        hop.results.length >= HEARD_TO_MEND && hop.results.slice(-HEARD_TO_MEND).every(Boolean);
      if (isLeft && isMended) hop.leftUntilMs = nowMs;
      if (nowMs - hop.leftUntilMs > FORGIVEN_AFTER_MS) hop.times = 0;
      return false;
    }
    const unheard = hop.results.filter((result) => !result).length;
    if (unheard < UNHEARD_TO_LEAVE || 2 * unheard <= hop.results.length) return false;
    hop.results = [];
    hop.leftAtMs = nowMs;
    if (isLeft) return false;
    hop.leftUntilMs = nowMs + Math.min(LONGEST_LEAVE_MS, FIRST_LEAVE_MS * 2 ** hop.times);
    hop.times += 1;
    hop.isSuspect = true;
    return true;
  }

  private hopOf(name: string): Hop {
    const hop = this.hops.get(name) ?? {
      results: [],
      leftAtMs: -Infinity,
      leftUntilMs: -Infinity,
      times: 0,
      isSuspect: false,
    };
    this.hops.delete(name);
    this.hops.set(name, hop);
    const [oldest] = this.hops.keys();
    if (this.hops.size > MOST_HOPS && oldest !== undefined) this.hops.delete(oldest);
    return hop;
  }
}
