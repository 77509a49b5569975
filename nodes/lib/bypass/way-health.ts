/** How a frame can leave: our own connection, our own modem, or a neighbour who carries it. */
export const WAYS = ['direct', 'modem', 'neighbour'] as const;
export type Way = (typeof WAYS)[number];

export interface WayLimits {
  /** A way is broken when frames go unheard for so long. */
  timeoutMs: number;
  /** A stretch is sent again when it is not acknowledged within this time. */
  retryMs: number;
  /** The most bytes of one frame. */
  frameBytes: number;
  bytesPerSecond: number;
}

/** A slow wire gets small frames, so that urgent news never waits long behind others, and more patience. */
export const WAY_LIMITS: Readonly<Record<Way, WayLimits>> = {
  direct: { timeoutMs: 20_000, retryMs: 5_000, frameBytes: 60_000, bytesPerSecond: 500_000 },
  modem: { timeoutMs: 90_000, retryMs: 30_000, frameBytes: 6_000, bytesPerSecond: 2_000 },
  neighbour: { timeoutMs: 90_000, retryMs: 30_000, frameBytes: 6_000, bytesPerSecond: 700 },
};

/** Of what a wire to a neighbour carries, what is left for our own frames beside greetings, repetitions and others' frames. */
const OWN_SHARE = 0.75;
/** A wire that takes a large frame within a few seconds gets large ones. */
const LARGE_FRAMES_FROM_BYTES_PER_SECOND = 20_000;

/** The limits of a gateway whose links to neighbours carry so much. */
export function wayLimitsFor(linkBytesPerSecond: number): Readonly<Record<Way, WayLimits>> {
  const isFast = linkBytesPerSecond >= LARGE_FRAMES_FROM_BYTES_PER_SECOND;
  const { frameBytes } = isFast ? WAY_LIMITS.direct : WAY_LIMITS.neighbour;
  const bytesPerSecond = Math.floor(linkBytesPerSecond * OWN_SHARE);
  return { ...WAY_LIMITS, neighbour: { ...WAY_LIMITS.neighbour, frameBytes, bytesPerSecond } };
}

/** One lost frame is no broken way, and one that came through is no mended one. */
const UNHEARD_TO_BREAK = 3;
const HEARD_TO_MEND = 3;
const FIRST_BACKOFF_MS = 5_000;
const LONGEST_BACKOFF_MS = 300_000;
/** While a way mends, it is asked this often. */
const MENDING_EVERY_MS = 2_000;

export type WayState = 'up' | 'broken';

/**
 * Whether a way works, judged by what the head-end says it has heard and by nothing else: a socket may stay open into
 * nowhere. A broken way is asked again after longer and longer waits, and trusted after several answers.
 */
export class WayHealth {
  state: WayState = 'up';
  private unheard = 0;
  private unheardSinceMs = 0;
  private heardInARow = 0;
  private backoffMs = FIRST_BACKOFF_MS;
  private probeAtMs = 0;

  constructor(
    private readonly timeoutMs: number,
    /** From 0 up to 1: keeps a street of gateways from asking in step. */
    private readonly random: () => number,
  ) {}

  sent(nowMs: number): void {
    if (this.unheard === 0) this.unheardSinceMs = nowMs;
    this.unheard += 1;
  }

  /** Returns true when this mends the way. */
  heard(nowMs: number): boolean {
    this.unheard = 0;
    if (this.state === 'up') return false;
    this.heardInARow += 1;
    if (this.heardInARow < HEARD_TO_MEND) {
      this.probeAtMs = nowMs + MENDING_EVERY_MS;
      return false;
    }
    this.state = 'up';
    this.backoffMs = FIRST_BACKOFF_MS;
    return true;
  }

  /** Returns true when the way has just been found broken. */
  judge(nowMs: number): boolean {
    if (this.unheard === 0 || nowMs - this.unheardSinceMs < this.timeoutMs) return false;
    this.heardInARow = 0;
    if (this.state === 'broken' || this.unheard < UNHEARD_TO_BREAK) return false;
    this.state = 'broken';
    this.probeAtMs = nowMs + this.jittered(this.backoffMs);
    return true;
  }

  /** Whether it is time to ask a broken way again; asking takes the turn. */
  takeProbe(nowMs: number): boolean {
    if (this.state === 'up' || nowMs < this.probeAtMs) return false;
    this.probeAtMs = nowMs + this.jittered(this.heardInARow > 0 ? MENDING_EVERY_MS : this.backoffMs);
    if (this.heardInARow === 0) this.backoffMs = Math.min(LONGEST_BACKOFF_MS, this.backoffMs * 2);
    return true;
  }

  private jittered(ms: number): number {
    return ms * (0.75 + this.random() / 2);
  }
}
