import { WayHealth, type Way, type WayLimits } from './way-health';

/** `automatic` takes the first way of the list that works; the name of a way takes that one whatever happens. */
export type WayMode = 'automatic' | Way;

interface OneWay {
  way: Way;
  health: WayHealth;
  freeAtMs: number;
}

/** Sends no more than a way carries, and not in step with everybody else after a power cut. */
const PACE_JITTER = 0.2;
/** A frame is given up as unheard after this many later ones. */
const MOST_FRAMES_WATCHED = 512;

export interface WayChange {
  way: Way;
  isUp: boolean;
}

/** The ways up of one gateway, in the order in which they are wanted. */
export class WayChoice {
  private readonly ways: OneWay[];
  /** Frames that the head-end has not said to have heard, by sequence number, of the present epoch. */
  private readonly watched = new Map<number, Way>();

  constructor(
    wanted: readonly Way[],
    public mode: WayMode,
    private readonly random: () => number,
    private readonly limits: Readonly<Record<Way, WayLimits>>,
  ) {
    this.ways = wanted.map((way) => ({
      way,
      health: new WayHealth(limits[way].timeoutMs, random),
      freeAtMs: 0,
    }));
  }

  /** The way that the next frame takes, or null when none works. */
  get current(): Way | null {
    if (this.mode !== 'automatic') return this.find(this.mode)?.way ?? null;
    return this.ways.find(({ health }) => health.state === 'up')?.way ?? null;
  }

  /** Whether the way that is wanted most works. */
  get isOwnBroken(): boolean {
    const own = this.ways.filter(({ way }) => way !== 'neighbour');
    return own.length === 0 || own.every(({ health }) => health.state === 'broken');
  }

  stateOf(way: Way): 'up' | 'broken' | 'none' {
    return this.find(way)?.health.state ?? 'none';
  }

  /** Whether the pace of the way allows another frame now. */
  isFree(way: Way, nowMs: number): boolean {
    return (this.find(way)?.freeAtMs ?? Infinity) <= nowMs;
  }

  sent(way: Way, seq: number, bytes: number, nowMs: number): void {
    const one = this.find(way);
    if (!one) return;
    const spread = 1 + (this.random() * 2 - 1) * PACE_JITTER;
    one.freeAtMs = Math.max(nowMs, one.freeAtMs) + (bytes * 1_000 * spread) / this.limits[way].bytesPerSecond;
    one.health.sent(nowMs);
    this.watched.set(seq, way);
    const [oldest] = this.watched.keys();
    if (this.watched.size > MOST_FRAMES_WATCHED && oldest !== undefined) this.watched.delete(oldest);
  }

  /** The head-end has heard these frames. Returns the ways that are mended by it. */
  heard(seqs: readonly number[], nowMs: number): WayChange[] {
    const changes: WayChange[] = [];
    for (const seq of seqs) {
      const way = this.watched.get(seq);
      if (way === undefined) continue;
      this.watched.delete(seq);
      if (this.find(way)?.health.heard(nowMs) === true) changes.push({ way, isUp: true });
    }
    return changes;
  }

  /** Sequence numbers begin again with an epoch. */
  forgetFrames(): void {
    this.watched.clear();
  }

  judge(nowMs: number): WayChange[] {
    return this.ways.filter(({ health }) => health.judge(nowMs)).map(({ way }) => ({ way, isUp: false }));
  }

  /** Broken ways whose turn it is to be asked whether they work again. */
  toProbe(nowMs: number): Way[] {
    return this.ways.filter(({ health }) => health.takeProbe(nowMs)).map(({ way }) => way);
  }

  private find(way: Way): OneWay | undefined {
    return this.ways.find((one) => one.way === way);
  }
}
