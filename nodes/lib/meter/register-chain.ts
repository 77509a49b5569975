import { explainFall } from './checks/register-fall';
import { checkJump, type JumpLimits } from './checks/register-jump';
import { longerBytes, longerFloats, MeterNumbers, NO_NUMBER, roomFor } from './meter-numbers';
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

/** What is known of a meter: nothing, that it exists, or where its register stands. */
const UNKNOWN = 0;
const UNOPENED = 1;
const OPENED = 2;

const NO_OFFSET: RegisterOffset = { energyWh: 0, exportWh: 0 };

/** A meter's register as the chain has it. One object serves all meters in turn. */
interface Standing {
  headMs: number;
  energyWh: number;
  /** Not a number where the meter has not said what flows back. */
  exportWh: number;
  offset: RegisterOffset;
}

/**
 * Turns readings into segments. It keeps where each meter's register last stood, in a few numbers per meter,
 * ahead of what is committed; a refused commit rewinds it to what is stored.
 */
export class RegisterChain {
  private readonly widestJump: JumpLimits;
  private state: Uint8Array = new Uint8Array();
  private atMs: Float64Array = new Float64Array();
  private energyWh: Float64Array = new Float64Array();
  private exportWh: Float64Array = new Float64Array();
  private openedMs: Float64Array = new Float64Array();
  private loadW: Float64Array = new Float64Array();
  private readonly accountIds: string[] = [];
  /** Few devices ever roll over or are set back. */
  private readonly offsets = new Map<number, RegisterOffset>();
  /** Where a meter was last put back to, since it was read from the ledger. */
  private readonly rewoundToMs = new Map<number, number>();
  private readonly standing: Standing = { headMs: 0, energyWh: 0, exportWh: 0, offset: NO_OFFSET };

  constructor(
    private readonly limits: ChainLimits,
    private readonly load: (meterId: string) => KnownMeter | undefined,
    /** The numbers of the meters, for whoever keeps something of them too. */
    readonly numbers = new MeterNumbers(),
  ) {
    this.widestJump = { sanctionedLoadW: limits.maxPowerW, overload: 1, clockErrorMs: 0, stepWh: 100 };
    numbers.onForgotten((number) => this.drop(number));
  }

  accept(reading: Reading, nowMs: number, jump: JumpLimits = this.widestJump): ChainVerdict {
    const meter = this.numberOf(reading.meterId);
    if (meter === NO_NUMBER)
      return held(reading, 'unknown-meter', 'meterId', reading.meterId, 'unknown meter');
    const { atMs } = reading;
    if (atMs > nowMs + this.limits.maxFutureMs)
      return held(reading, 'clock', 'atMs', atMs, 'the clock is ahead');
    if (atMs < (this.openedMs[meter] ?? 0)) return { kind: 'stale' };
    if (this.state[meter] === UNOPENED) return this.open(meter, reading);
    if (atMs <= (this.atMs[meter] ?? 0)) return { kind: 'stale' };
    const fault = findFault(this.stand(meter), reading, jump, this.loadW[meter] ?? 0);
    if (!fault) return this.advance(meter, reading);
    if (!this.isOutdated(meter, reading.meterId)) return fault;
    this.forget(reading.meterId);
    return this.accept(reading, nowMs, jump);
  }

  /**
   * Staff may have settled meanwhile, here or in another process, from where a device's registers count on, or have
   * accepted a reading that was held.
   */
  private isOutdated(meter: number, meterId: string): boolean {
    const known = this.load(meterId);
    if (!known) return true;
    const offset = this.offsetOf(meter);
    return (
      (known.head?.atMs ?? 0) > (this.atMs[meter] ?? 0) ||
      known.accountId !== this.accountIds[meter] ||
      known.loadW !== this.loadW[meter] ||
      known.offset.energyWh !== offset.energyWh ||
      known.offset.exportWh !== offset.exportWh
    );
  }

  /**
   * Puts a meter back to what the ledger has stored. When many readings of a meter were refused together, only the
   * first puts it back; the others are taken again behind it, each from where the one before ends.
   */
  rewind(meterId: string, head: MeterHead | null): void {
    const meter = this.numbers.find(meterId);
    const headMs = head?.atMs ?? 0;
    if (meter === NO_NUMBER || !this.state[meter] || this.rewoundToMs.get(meter) === headMs) return;
    this.putAt(meter, head);
    this.rewoundToMs.set(meter, headMs);
  }

  /** The account that a known meter serves; empty for any other. */
  accountOf(meterId: string): string {
    const meter = this.numberOf(meterId);
    return meter === NO_NUMBER ? '' : (this.accountIds[meter] ?? '');
  }

  /** Drops what is remembered of a meter, so that the next reading asks the ledger again. */
  forget(meterId: string): void {
    const meter = this.numbers.find(meterId);
    if (meter !== NO_NUMBER) this.drop(meter);
  }

  forgetAll(): void {
    this.state.fill(UNKNOWN);
    this.offsets.clear();
    this.rewoundToMs.clear();
  }

  private numberOf(meterId: string): number {
    const known = this.numbers.find(meterId);
    return known !== NO_NUMBER && this.state[known] ? known : this.enter(meterId);
  }

  private enter(meterId: string): number {
    const known = this.load(meterId);
    if (!known) return NO_NUMBER;
    const meter = this.numbers.take(meterId);
    if (meter >= this.state.length) this.grow(roomFor(meter, this.state.length));
    const { accountId, openedMs, head, offset, loadW } = known;
    this.accountIds[meter] = accountId;
    this.openedMs[meter] = openedMs;
    this.loadW[meter] = loadW;
    if (offset.energyWh !== 0 || offset.exportWh !== 0) this.offsets.set(meter, offset);
    else this.offsets.delete(meter);
    this.putAt(meter, head);
    this.rewoundToMs.delete(meter);
    return meter;
  }

  private drop(meter: number): void {
    if (meter >= this.state.length) return;
    this.state[meter] = UNKNOWN;
    this.accountIds[meter] = '';
    this.offsets.delete(meter);
    this.rewoundToMs.delete(meter);
  }

  private grow(room: number): void {
    this.state = longerBytes(this.state, room);
    this.atMs = longerFloats(this.atMs, room);
    this.energyWh = longerFloats(this.energyWh, room);
    this.exportWh = longerFloats(this.exportWh, room, NaN);
    this.openedMs = longerFloats(this.openedMs, room);
    this.loadW = longerFloats(this.loadW, room);
  }

  private putAt(meter: number, head: MeterHead | null): void {
    this.state[meter] = head === null ? UNOPENED : OPENED;
    this.atMs[meter] = head?.atMs ?? 0;
    this.energyWh[meter] = head?.energyWh ?? 0;
    this.exportWh[meter] = head?.exportWh ?? NaN;
  }

  private offsetOf(meter: number): RegisterOffset {
    return this.offsets.size === 0 ? NO_OFFSET : (this.offsets.get(meter) ?? NO_OFFSET);
  }

  private stand(meter: number): Standing {
    const { standing } = this;
    standing.headMs = this.atMs[meter] ?? 0;
    standing.energyWh = this.energyWh[meter] ?? 0;
    standing.exportWh = this.exportWh[meter] ?? NaN;
    standing.offset = this.offsetOf(meter);
    return standing;
  }

  private open(meter: number, reading: Reading): ChainVerdict {
    this.state[meter] = OPENED;
    this.atMs[meter] = reading.atMs;
    this.energyWh[meter] = reading.energyWh + this.offsetOf(meter).energyWh;
    this.exportWh[meter] = NaN;
    return this.advance(meter, reading);
  }

  private advance(meter: number, reading: Reading): ChainVerdict {
    const { atMs, exportWh } = reading;
    const offset = this.offsetOf(meter);
    const toWh = reading.energyWh + offset.energyWh;
    const segment: Segment = {
      fromMs: this.atMs[meter] ?? 0,
      fromWh: this.energyWh[meter] ?? 0,
      toMs: atMs,
      toWh,
    };
    this.atMs[meter] = atMs;
    this.energyWh[meter] = toWh;
    if (exportWh !== undefined) {
      const fromExportWh = this.exportWh[meter] ?? NaN;
      segment.toExportWh = exportWh + offset.exportWh;
      // What a meter fed back before it began to say so is nobody's to guess.
      segment.fromExportWh = Number.isNaN(fromExportWh) ? segment.toExportWh : fromExportWh;
      this.exportWh[meter] = segment.toExportWh;
    }
    const thousandths = powerFactorThousandthsOf(reading);
    if (thousandths !== undefined) segment.powerFactorThousandths = thousandths;
    return { kind: 'segment', segment, accountId: this.accountIds[meter] ?? '' };
  }
}

function findFault(
  standing: Standing,
  reading: Reading,
  widest: JumpLimits,
  loadW: number,
): ChainVerdict | null {
  const { exportWh } = reading;
  const jump = loadW > widest.sanctionedLoadW ? { ...widest, sanctionedLoadW: loadW } : widest;
  const ofImport = registerFault(standing, reading, 'energyWh', reading.energyWh, standing.energyWh, jump);
  if (ofImport !== null || exportWh === undefined || Number.isNaN(standing.exportWh)) return ofImport;
  return registerFault(standing, reading, 'exportWh', exportWh, standing.exportWh, jump);
}

/** `shownWh` is what the device shows, `headWh` where its register was counted on to. */
function registerFault(
  { headMs, offset }: Standing,
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
