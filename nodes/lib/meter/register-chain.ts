import { explainFall } from './checks/register-fall';
import { checkJump, type JumpLimits } from './checks/register-jump';
import type { MeterHead, Reading, Refusal, RefusalCause, Segment } from './reading';
import { powerFactorThousandthsOf } from './register-curve';

/** What is added to a device's registers, so that they count on over rollovers and resets. */
export interface RegisterOffset {
  energyWh: number;
  exportWh: number;
}

/** What the ledger knows of a meter when its first reading since the start arrives. */
export interface KnownMeter {
  accountId: string;
  /** Since when the meter is where it is; before that it was somewhere else. */
  openedMs: number;
  head: MeterHead | null;
  offset: RegisterOffset;
  /** The load that is agreed, 0 where none is. */
  loadW: number;
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
  openedMs: number;
  atMs: number;
  energyWh: number;
  exportWh: number | null;
  offset: RegisterOffset;
  loadW: number;
  isOpened: boolean;
  /** Where the chain was last put back to; null since it was read from the ledger. */
  rewoundToMs: number | null;
}

/**
 * Turns readings into segments. It keeps where each meter's register last stood, in a few numbers per meter,
 * ahead of what is committed; a refused commit rewinds it to what is stored.
 */
export class RegisterChain {
  private readonly meters = new Map<string, ChainEntry>();
  private readonly widestJump: JumpLimits;

  constructor(
    private readonly limits: ChainLimits,
    private readonly load: (meterId: string) => KnownMeter | undefined,
  ) {
    this.widestJump = { sanctionedLoadW: limits.maxPowerW, overload: 1, clockErrorMs: 0, stepWh: 100 };
  }

  accept(reading: Reading, nowMs: number, jump: JumpLimits = this.widestJump): ChainVerdict {
    const entry = this.meters.get(reading.meterId) ?? this.enter(reading.meterId);
    if (!entry) return held(reading, 'unknown-meter', 'meterId', reading.meterId, 'unknown meter');
    const { atMs } = reading;
    if (atMs > nowMs + this.limits.maxFutureMs)
      return held(reading, 'clock', 'atMs', atMs, 'the clock is ahead');
    if (atMs < entry.openedMs) return { kind: 'stale' };
    if (!entry.isOpened) return this.open(entry, reading);
    if (atMs <= entry.atMs) return { kind: 'stale' };
    const fault = findFault(entry, reading, jump);
    if (!fault) return this.advance(entry, reading);
    if (!this.isOutdated(entry, reading.meterId)) return fault;
    this.forget(reading.meterId);
    return this.accept(reading, nowMs, jump);
  }

  /**
   * Staff may have settled meanwhile, here or in another process, from where a device's registers count on, or have
   * accepted a reading that was held.
   */
  private isOutdated({ offset, accountId, atMs, loadW }: ChainEntry, meterId: string): boolean {
    const known = this.load(meterId);
    if (!known) return true;
    return (
      (known.head?.atMs ?? 0) > atMs ||
      known.accountId !== accountId ||
      known.loadW !== loadW ||
      known.offset.energyWh !== offset.energyWh ||
      known.offset.exportWh !== offset.exportWh
    );
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
    entry.exportWh = head?.exportWh ?? null;
    entry.rewoundToMs = headMs;
  }

  /** The account that a known meter serves; empty for any other. */
  accountOf(meterId: string): string {
    return (this.meters.get(meterId) ?? this.enter(meterId))?.accountId ?? '';
  }

  /** Drops what is remembered of a meter, so that the next reading asks the ledger again. */
  forget(meterId: string): void {
    this.meters.delete(meterId);
  }

  forgetAll(): void {
    this.meters.clear();
  }

  private enter(meterId: string): ChainEntry | undefined {
    const known = this.load(meterId);
    if (!known) return undefined;
    const { accountId, openedMs, head, offset, loadW } = known;
    const entry: ChainEntry = {
      accountId,
      openedMs,
      atMs: head?.atMs ?? 0,
      energyWh: head?.energyWh ?? 0,
      exportWh: head?.exportWh ?? null,
      offset,
      loadW,
      isOpened: head !== null,
      rewoundToMs: null,
    };
    this.meters.set(meterId, entry);
    return entry;
  }

  private open(entry: ChainEntry, reading: Reading): ChainVerdict {
    entry.isOpened = true;
    entry.atMs = reading.atMs;
    entry.energyWh = reading.energyWh + entry.offset.energyWh;
    entry.exportWh = null;
    return this.advance(entry, reading);
  }

  private advance(entry: ChainEntry, reading: Reading): ChainVerdict {
    const { atMs, exportWh } = reading;
    const toWh = reading.energyWh + entry.offset.energyWh;
    const segment: Segment = { fromMs: entry.atMs, fromWh: entry.energyWh, toMs: atMs, toWh };
    entry.atMs = atMs;
    entry.energyWh = toWh;
    if (exportWh !== undefined) {
      segment.toExportWh = exportWh + entry.offset.exportWh;
      // What a meter fed back before it began to say so is nobody's to guess.
      segment.fromExportWh = entry.exportWh ?? segment.toExportWh;
      entry.exportWh = segment.toExportWh;
    }
    const thousandths = powerFactorThousandthsOf(reading);
    if (thousandths !== undefined) segment.powerFactorThousandths = thousandths;
    return { kind: 'segment', segment, accountId: entry.accountId };
  }
}

function findFault(entry: ChainEntry, reading: Reading, widest: JumpLimits): ChainVerdict | null {
  const { exportWh } = reading;
  const jump = entry.loadW > widest.sanctionedLoadW ? { ...widest, sanctionedLoadW: entry.loadW } : widest;
  const ofImport = registerFault(entry, reading, 'energyWh', reading.energyWh, entry.energyWh, jump);
  if (ofImport !== null || exportWh === undefined || entry.exportWh === null) return ofImport;
  return registerFault(entry, reading, 'exportWh', exportWh, entry.exportWh, jump);
}

/** `shownWh` is what the device shows, `headWh` where its register was counted on to. */
function registerFault(
  { atMs: headMs, offset }: ChainEntry,
  reading: Reading,
  field: keyof RegisterOffset,
  shownWh: number,
  headWh: number,
  jump: JumpLimits,
): ChainVerdict | null {
  const durationMs = reading.atMs - headMs;
  const usedWh = shownWh + offset[field] - headWh;
  if (usedWh < 0) {
    const before = { atMs: headMs, energyWh: headWh - offset[field] };
    const fall = explainFall(before, { atMs: reading.atMs, energyWh: shownWh }, jump);
    return held(reading, 'fell', field, shownWh, fall?.verdict.reason ?? 'the register fell');
  }
  const found = checkJump(field, shownWh, usedWh, durationMs, jump);
  return found && held(reading, 'jump', field, shownWh, found.reason);
}

function held(
  { meterId }: Reading,
  cause: RefusalCause,
  field: string,
  value: string | number,
  reason: string,
): ChainVerdict {
  return { kind: 'refused', refusal: { kind: 'held', cause, field, value: String(value), reason, meterId } };
}
