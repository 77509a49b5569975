import type { MeterHead, Reading, Refusal, Segment } from './reading';

/** What the ledger knows of a meter when its first reading since the start arrives. */
export interface KnownMeter {
  accountId: string;
  head: MeterHead | null;
}

export interface ChainLimits {
  /** A reading dated further ahead than this is held: its clock is wrong. */
  maxFutureMs: number;
  /** More power than this, averaged over a segment, is no household; such a jump is held. */
  maxPowerW: number;
}

export type ChainVerdict =
  | { kind: 'segment'; segment: Segment; accountId: string }
  /** Not newer than the chain: the ledger has to say whether it knows it. */
  | { kind: 'stale' }
  | { kind: 'refused'; refusal: Refusal };

interface ChainEntry {
  accountId: string;
  atMs: number;
  energyWh: number;
  isOpened: boolean;
  /** Where the chain was last put back to; null since it was read from the ledger. */
  rewoundToMs: number | null;
}

const MS_PER_HOUR = 3_600_000;
/** Register steps and rounding at very short distances; below this no jump is worth holding. */
const JUMP_TOLERANCE_WH = 100;

/**
 * Turns readings into segments. It keeps where each meter's register last stood, in a few numbers per meter,
 * ahead of what is committed; a refused commit rewinds it to what is stored.
 */
export class RegisterChain {
  private readonly meters = new Map<string, ChainEntry>();

  constructor(
    private readonly limits: ChainLimits,
    private readonly load: (meterId: string) => KnownMeter | undefined,
  ) {}

  accept(reading: Reading, nowMs: number): ChainVerdict {
    const entry = this.meters.get(reading.meterId) ?? this.enter(reading.meterId);
    if (!entry) return held(reading, 'meterId', reading.meterId, 'unknown meter');
    const { atMs, energyWh } = reading;
    if (atMs > nowMs + this.limits.maxFutureMs) return held(reading, 'atMs', atMs, 'the clock is ahead');
    if (!entry.isOpened)
      return this.advance(entry, reading, { fromMs: atMs, fromWh: energyWh, toMs: atMs, toWh: energyWh });
    if (atMs <= entry.atMs) return { kind: 'stale' };
    const refusal = this.findFault(entry, reading);
    if (refusal) return refusal;
    return this.advance(entry, reading, {
      fromMs: entry.atMs,
      fromWh: entry.energyWh,
      toMs: atMs,
      toWh: energyWh,
    });
  }

  /**
   * Puts a meter back to what the ledger has stored. When many readings of a meter were refused together, only the
   * first puts it back; the others are taken again behind it, each from where the one before ends.
   */
  rewind(meterId: string, head: MeterHead | null): void {
    const entry = this.meters.get(meterId);
    const headMs = head?.atMs ?? 0;
    if (!entry || entry.rewoundToMs === headMs) return;
    entry.isOpened = head !== null;
    entry.atMs = headMs;
    entry.energyWh = head?.energyWh ?? 0;
    entry.rewoundToMs = headMs;
  }

  /** Drops what is remembered of a meter, so that the next reading asks the ledger again. */
  forget(meterId: string): void {
    this.meters.delete(meterId);
  }

  private enter(meterId: string): ChainEntry | undefined {
    const known = this.load(meterId);
    if (!known) return undefined;
    const { accountId, head } = known;
    const entry = {
      accountId,
      atMs: head?.atMs ?? 0,
      energyWh: head?.energyWh ?? 0,
      isOpened: head !== null,
      rewoundToMs: null,
    };
    this.meters.set(meterId, entry);
    return entry;
  }

  private advance(entry: ChainEntry, reading: Reading, segment: Segment): ChainVerdict {
    entry.isOpened = true;
    entry.atMs = reading.atMs;
    entry.energyWh = reading.energyWh;
    return { kind: 'segment', segment, accountId: entry.accountId };
  }

  private findFault(entry: ChainEntry, reading: Reading): ChainVerdict | null {
    const { atMs, energyWh } = reading;
    const usedWh = energyWh - entry.energyWh;
    if (usedWh < 0) return held(reading, 'energyWh', energyWh, 'the register fell');
    const possibleWh = (this.limits.maxPowerW * (atMs - entry.atMs)) / MS_PER_HOUR + JUMP_TOLERANCE_WH;
    if (usedWh > possibleWh) return held(reading, 'energyWh', energyWh, 'the jump is too large');
    return null;
  }
}

function held(reading: Reading, field: string, value: string | number, reason: string): ChainVerdict {
  return {
    kind: 'refused',
    refusal: { kind: 'held', field, value: String(value), reason, meterId: reading.meterId },
  };
}
