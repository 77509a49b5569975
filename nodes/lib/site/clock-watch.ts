import type { ClockPosting, PostingResult } from '../ledger/posting';
import { toError } from '../text/to-error';
import type { MachineClocks, SureClock } from '../time/sure-clock';
import {
  acceptWallClock,
  MAX_STEP_MS,
  type Doubt,
  type DoubtEnd,
  type SureTime,
  type TimeNote,
} from '../time/sure-time';

/** What there is to say of the site's clock. */
export type ClockReport =
  | { state: 'sure' }
  /** The machine's clock was set, and nothing speaks for its time yet: the ledger goes on by the sure time. */
  | { state: 'doubted'; sureMs: number; wallMs: number; sinceMs: number; needsPerson: boolean }
  /** The ledger is ahead of the clock and its time stands still until then. */
  | { state: 'standing'; untilMs: number };

/** Hears of each change, and how a doubt ended if that is the change. */
type ClockListener = (report: ClockReport, ended: DoubtEnd | null) => void;

export interface ClockWatchOptions {
  clock: SureClock;
  machine: Pick<MachineClocks, 'monotonicMs' | 'confirmedAgoMs'>;
  /** The last run ended in doubt, so readings may be held that nobody has taken. */
  hasDoubtNoted: boolean;
  ledgerMs: () => number;
  post: (posting: ClockPosting) => Promise<PostingResult>;
  /** Time may have gone ahead: what was held because of the clock can be taken. */
  release: () => Promise<void>;
  onError: (error: Error) => void;
}

/** The time service is asked this often while there is a doubt, */
const ASK_IN_DOUBT_MS = 15_000;
/** and this often while there is none, so that a contradiction is known as one. */
const ASK_MS = 600_000;
/** After a crash the gap since the last known time seems longer by so much at most. */
const NOTE_EVERY_MS = 3_600_000;
/** What a ledger could not write, as on a full disk, it is given again so soon. */
const NOTE_AGAIN_MS = 60_000;
/** Held readings that are being written as a doubt ends are there by then. */
const ON_THEIR_WAY_MS = 10_000;
/** Who is named for what no person did. */
const BY_ITSELF = 'prepaid-site';
const SURE: ClockReport = { state: 'sure' };

/** Looks after the clock of a site: asks who could know, tells what is in doubt, and notes it for the next start. */
export class ClockWatch {
  private readonly listeners = new Set<ClockListener>();
  /** The doubt at the last look, the one that the time service was asked for, and the one that was told. */
  private doubt: Doubt | null = null;
  private askedFor: Doubt | null = null;
  private told: Doubt | null = null;
  private askedMs = -Infinity;
  private isAsking = false;
  private isAccepting = false;
  private isClosed = false;
  private notedMs: number;
  /** A change that could not be noted yet. */
  private missed: DoubtEnd | 'doubted' | null = null;
  /** Where the ledger stood when it was last compared with the clock. */
  private ledgerMs: number;
  private toldStanding = false;
  /** When readings that were held in doubt are looked for once more. */
  private releaseMs: number;
  /** What has been begun and is not done. */
  private work = Promise.resolve();

  constructor(private readonly options: ClockWatchOptions) {
    const nowMs = options.machine.monotonicMs();
    // The restart may have ended the doubt.
    this.notedMs = options.hasDoubtNoted ? -Infinity : nowMs;
    this.releaseMs = options.hasDoubtNoted ? nowMs : Infinity;
    this.ledgerMs = options.ledgerMs();
  }

  /** To be called every second or so. Never rejects. */
  async look(): Promise<void> {
    try {
      this.compare();
      await this.ask();
      await this.work;
    } catch (error) {
      this.options.onError(toError(error));
    }
  }

  get isDoubted(): boolean {
    return this.options.clock.isDoubted;
  }

  /** How far the machine's clock is ahead of the site's time while it is in doubt; else 0. */
  get wallAheadMs(): number {
    return this.options.clock.wallAheadMs;
  }

  report(): ClockReport {
    const { doubt, sureMs, wallMs } = this.options.clock.look();
    if (doubt !== null) {
      const { sinceMs, needsPerson } = doubt;
      return { state: 'doubted', sureMs: Math.floor(sureMs), wallMs, sinceMs, needsPerson };
    }
    return this.ledgerMs > sureMs + MAX_STEP_MS ? { state: 'standing', untilMs: this.ledgerMs } : SURE;
  }

  /** Returns the way to stop. */
  onChange(listener: ClockListener): () => void {
    this.listeners.add(listener);
    return () => this.listeners.delete(listener);
  }

  /** A person says that the machine's clock is right. It is followed once that is durable, and held readings are taken. */
  async accept(by: string): Promise<void> {
    const { clock } = this.options;
    const known = clock.look();
    if (known.doubt === null) throw new RangeError('clock is not in doubt: there is nothing to accept');
    if (this.isAccepting) throw new RangeError('clock is being accepted by somebody else');
    this.isAccepting = true;
    await this.note(acceptWallClock(known), 'accepted', by, known).finally(() => (this.isAccepting = false));
    const now = clock.look();
    // What it was set to meanwhile, nobody has accepted.
    if (now.doubt !== known.doubt) {
      this.noteByItself(now, null);
      this.compare();
      await this.work;
      if (now.doubt === null) return;
      throw new RangeError('clock was set once more meanwhile: look at it and accept it again');
    }
    clock.accept();
    this.doubt = null;
    this.tellEnd('accepted');
    await this.work;
  }

  /** The next start goes on from here. */
  close(): void {
    this.isClosed = true;
    this.listeners.clear();
    // A ledger that cannot write has said so already, and the next start does without.
    this.note(this.options.clock.look()).catch(() => undefined);
  }

  private async ask(): Promise<void> {
    const { clock, machine } = this.options;
    const { doubt } = this;
    const nowMs = machine.monotonicMs();
    const everyMs = doubt === null ? ASK_MS : ASK_IN_DOUBT_MS;
    if (this.isAsking || (doubt === this.askedFor && nowMs - this.askedMs < everyMs)) return;
    this.isAsking = true;
    const agoMs = await machine.confirmedAgoMs().finally(() => (this.isAsking = false));
    if (this.isClosed) return;
    this.askedMs = nowMs;
    this.askedFor = doubt;
    // What was set while the service was asked, it has not spoken of.
    if (clock.look().doubt === doubt) clock.hearConfirmation(agoMs);
    this.compare();
  }

  /** Tells what is other than at the last look. A doubt is told once nobody could resolve it at once. */
  private compare(): void {
    const known = this.options.clock.look();
    const before = this.doubt;
    this.doubt = known.doubt;
    if (known.doubt !== null) {
      if (known.doubt === this.askedFor && known.doubt !== this.told) {
        this.told = known.doubt;
        this.noteByItself(known, 'doubted');
        this.tell(null);
      }
    } else if (before !== null) {
      this.noteByItself(known, known.ended ?? 'returned');
      this.tellEnd(known.ended);
    } else if ((this.report().state === 'standing') !== this.toldStanding) this.tell(null);
    const nowMs = this.options.machine.monotonicMs();
    if (nowMs - this.notedMs >= NOTE_EVERY_MS) this.noteByItself(known, null);
    if (known.doubt === null && nowMs >= this.releaseMs) this.release(Infinity);
  }

  private tellEnd(ended: DoubtEnd | null): void {
    this.told = null;
    this.ledgerMs = this.options.ledgerMs();
    this.tell(ended);
    this.release(this.options.machine.monotonicMs() + ON_THEIR_WAY_MS);
  }

  private release(nextMs: number): void {
    this.releaseMs = nextMs;
    this.begin(this.options.release());
  }

  private begin(work: Promise<unknown>): void {
    const done = work.catch((error: unknown) => this.options.onError(toError(error)));
    this.work = Promise.all([this.work, done]).then(() => undefined);
  }

  private tell(ended: DoubtEnd | null): void {
    const report = this.report();
    this.toldStanding = report.state === 'standing';
    for (const listener of this.listeners) listener(report, ended);
  }

  private noteByItself(known: SureTime, became: DoubtEnd | 'doubted' | null): void {
    this.begin(this.noteAgain(known, became ?? this.missed));
  }

  /** Until it is written, the next start would not know of a doubt. */
  private async noteAgain(known: SureTime, became: DoubtEnd | 'doubted' | null): Promise<void> {
    this.missed = null;
    try {
      await this.note(known, became);
    } catch (error) {
      this.missed ??= became;
      this.notedMs = this.options.machine.monotonicMs() - NOTE_EVERY_MS + NOTE_AGAIN_MS;
      throw error;
    }
  }

  /** `before` is what held when it was decided, for the audit. */
  private async note(
    known: SureTime,
    became: DoubtEnd | 'doubted' | null = null,
    by = BY_ITSELF,
    before = known,
  ): Promise<void> {
    this.notedMs = this.options.machine.monotonicMs();
    const sureMs = Math.floor(before.sureMs);
    const change = became && { did: `clock ${became}`, by, sureMs, wallMs: before.wallMs };
    await this.options.post({ type: 'clock', note: noteOf(known, this.options.ledgerMs()), change });
  }
}

function noteOf({ sureMs, wallMs, doubt, isUnset }: SureTime, ledgerMs: number): TimeNote {
  const noted = doubt && { sinceMs: doubt.sinceMs, needsPerson: doubt.needsPerson, isUnset };
  return { sureMs: Math.floor(sureMs), wallMs, ledgerMs, doubt: noted };
}
