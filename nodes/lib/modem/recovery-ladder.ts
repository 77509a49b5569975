/** What is done about a modem that does not do what it should, the gentlest first. */
export const RUNGS = ['retry', 'shut', 'radio', 'restart', 'reopen', 'powerKey'] as const;
export type Rung = (typeof RUNGS)[number];

/** So many failures in a row are the modem's fault sooner or later: texts not taken, connections without an answer. */
const SUSPICIOUS_FAILURES = 3;

/**
 * Whether it is time for a cure after this many failures in a row. Each further cure waits twice as long, because a
 * server that is down or a SIM without credit is not cured by starting the modem anew.
 */
export function isCureDue(failuresInRow: number): boolean {
  return (
    failuresInRow >= SUSPICIOUS_FAILURES && Number.isInteger(Math.log2(failuresInRow / SUSPICIOUS_FAILURES))
  );
}

/** A modem that was well for this long has earned to be treated gently again. */
const STEADY_MS = 600_000;
const FIRST_REST_MS = 2_000;
const LONGEST_REST_MS = 300_000;

/** A power key toggles: what was on is off after the first press, and on again after the second. */
const KEY_PRESSES = 2;

/**
 * Chooses the next cure: the one asked for, or one harder than the last if the modem has not been well for long since.
 * Past the hardest it begins again, since a gentle cure can help where a hard one cannot.
 */
export class RecoveryLadder {
  readonly counts: Record<Rung, number> = {
    retry: 0,
    shut: 0,
    radio: 0,
    restart: 0,
    reopen: 0,
    powerKey: 0,
  };
  private level = -1;
  private wellSinceMs: number | null = null;
  private failuresInRow = 0;
  private pressesInRow = 0;

  constructor(private readonly hasPowerKey: boolean) {}

  climb(gentlest: Rung, nowMs: number): Rung {
    if (this.wellSinceMs !== null && nowMs - this.wellSinceMs > STEADY_MS) this.level = -1;
    const top = this.hasPowerKey ? RUNGS.length - 1 : RUNGS.indexOf('reopen');
    const floor = RUNGS.indexOf(gentlest);
    const isPressedAgain = this.pressesInRow > 0 && this.pressesInRow < KEY_PRESSES;
    if (this.level < top || isPressedAgain) this.level = Math.min(Math.max(this.level + 1, floor), top);
    else this.level = Math.min(floor, top);
    this.wellSinceMs = null;
    this.failuresInRow += 1;
    const rung = RUNGS[this.level] ?? 'reopen';
    this.pressesInRow = rung === 'powerKey' ? this.pressesInRow + 1 : 0;
    this.counts[rung] += 1;
    return rung;
  }

  /** The modem is in its network. The next trouble does not wait; how hard it is met depends on how long this lasts. */
  onWell(nowMs: number): void {
    this.wellSinceMs ??= nowMs;
    this.failuresInRow = 0;
    this.pressesInRow = 0;
  }

  /** The pause before a cure, longer with every one that did not help, so that a dead modem is not hammered. */
  restMs(): number {
    return Math.min(FIRST_REST_MS * 2 ** Math.max(0, this.failuresInRow - 1), LONGEST_REST_MS);
  }
}
