import type { Schedule } from '../modem/byte-port';
import { AnswerTimers } from './answer-timers';
import { BusTurn } from './bus-turn';
import { airMs, type LinkMedium } from './link';
import type { Neighbour } from './neighbour';
import type { Burst, CellSource, Transmitter } from './transmitter';

const MS_PER_SECOND = 1000;
/** What an answer may carry besides the acknowledgement, as part of a burst. */
const EXTRA_PART = 1 / 4;
/** How long all turns together should take, and the least that is worth a turn. */
const ROUND_MS = 12_000;
const SHORTEST_TURN_MS = 500;
/** With more neighbours than this a turn begins with a short request: two that begin at once then lose little. */
const FEW_NEIGHBOURS = 2;

/**
 * One at a time may speak: a burst of fragments, then silence until the neighbour has acknowledged it. While it has
 * the wire, the neighbour also says what it has for us, so that the two need not fight for the next turn.
 */
export class BusTransmitter implements Transmitter {
  private readonly turn: BusTurn;
  private readonly timers: AnswerTimers;
  private speaksUntilMs = 0;
  /** Whose answer is awaited; nothing else is said meanwhile. */
  private awaited: Neighbour | null = null;
  private isRequest = false;
  /** To whom the last turn of our own was, as long as nothing else was said. */
  private addressed: Neighbour | null = null;
  private cancelWake: (() => void) | null = null;
  private cancelReply: (() => void) | null = null;

  constructor(
    private readonly medium: LinkMedium,
    private readonly schedule: Schedule,
    private readonly source: CellSource,
    random: () => number,
  ) {
    this.turn = new BusTurn(medium, random);
    this.timers = new AnswerTimers(schedule, medium, (neighbour) => this.passDeadline(neighbour));
  }

  /** The more there are, the shorter each one's turn, so that everybody is heard of in time. */
  private get burstBytes(): number {
    const { burstMs, bytesPerSecond } = this.medium;
    const turnMs = Math.min(burstMs, Math.max(SHORTEST_TURN_MS, ROUND_MS / (this.source.neighbours + 1)));
    return Math.floor((turnMs * bytesPerSecond) / MS_PER_SECOND);
  }

  wake(): void {
    if (this.cancelWake || this.cancelReply || this.awaited || !this.source.hasWork) return;
    const nowMs = this.schedule.nowMs();
    const ownMs = this.speaksUntilMs - nowMs;
    const waitMs = Math.max(ownMs, this.turn.waitMs(nowMs, this.source.neighbours));
    if (waitMs <= 0) this.speak(nowMs);
    else this.wakeAfter(waitMs);
  }

  heard(): void {
    this.turn.heard(this.schedule.nowMs());
  }

  /** The one who asked keeps the wire free for us: no turn is waited for. */
  answerSoon(neighbour: Neighbour, isRequest: boolean): void {
    this.replyWith(() => this.answer(neighbour, isRequest));
  }

  answered(neighbour: Neighbour): void {
    if (neighbour !== this.awaited) return;
    this.turn.answered();
    this.timers.stop(neighbour);
    this.awaited = null;
    if (this.isRequest) this.replyWith(() => this.sayBurst(neighbour));
    else this.wake();
  }

  forget(neighbour: Neighbour): void {
    this.timers.stop(neighbour);
    if (this.awaited === neighbour) this.awaited = null;
    this.wake();
  }

  close(): void {
    this.cancelWake?.();
    this.cancelReply?.();
    this.timers.close();
  }

  private speak(nowMs: number): void {
    this.turn.taken();
    const { source } = this;
    const isCrowded = source.neighbours > FEW_NEIGHBOURS || !this.turn.isLucky;
    const request = isCrowded ? source.takeRequest() : null;
    this.isRequest = request !== null;
    const burst = request ?? source.takeBurst(this.burstBytes);
    // A hello waits until the wire is ours, unless nobody answers: the others may have forgotten us.
    const mayGreet = !request || !this.turn.isLucky;
    this.sayAll([source.takeAnswer(), mayGreet ? source.takeHello() : null], burst);
    this.addressed = burst?.neighbour ?? null;
    if (!burst && this.source.hasWork) this.wakeAfter(Math.max(1, this.speaksUntilMs - nowMs));
  }

  /** The wire is ours: the neighbour has said so, and everybody else has heard it. */
  private sayBurst(neighbour: Neighbour): void {
    this.isRequest = false;
    this.sayAll([this.source.takeHello()], this.source.takeBurst(this.burstBytes, neighbour));
    this.addressed = neighbour;
    this.wake();
  }

  /** What came with an answer to us is only acknowledged, or the two would speak by turns for ever. */
  private answer(neighbour: Neighbour, isBrief: boolean): void {
    const answer = this.source.takeAnswer();
    if (!answer) {
      this.wake();
      return;
    }
    const isEnough = isBrief || this.addressed === neighbour || this.awaited !== null;
    const hello = isEnough ? null : this.source.takeHello();
    const extra = isEnough ? null : this.source.takeBurst(this.burstBytes * EXTRA_PART, neighbour);
    if (extra) this.isRequest = false;
    this.sayAll([answer, hello], extra);
    this.addressed = null;
    this.wake();
  }

  private sayAll(told: (Uint8Array | null)[], burst: Burst | null): void {
    const cells = [...told, burst?.bytes].filter((cell) => cell instanceof Uint8Array);
    if (cells.length > 0) this.say(Buffer.concat(cells));
    if (!burst) return;
    this.awaited = burst.neighbour;
    this.timers.start(burst.neighbour, this.speaksUntilMs);
  }

  private say(bytes: Uint8Array): void {
    const nowMs = this.schedule.nowMs();
    this.speaksUntilMs = nowMs + airMs(this.medium, bytes.length);
    this.turn.spoke(nowMs, this.speaksUntilMs);
    this.source.write(bytes);
  }

  private passDeadline(neighbour: Neighbour): void {
    this.awaited = null;
    this.turn.unanswered();
    // A request that nobody heard says nothing about fragments, which have not been sent.
    if (!this.isRequest) this.source.onSilence(neighbour);
    this.isRequest = false;
    this.wake();
  }

  /** Speaks one turnaround from now, unless we are speaking then. */
  private replyWith(speak: () => void): void {
    this.cancelReply?.();
    this.cancelReply = this.schedule.after(this.medium.turnaroundMs, () => {
      this.cancelReply = null;
      if (this.schedule.nowMs() >= this.speaksUntilMs) speak();
      else this.wake();
    });
  }

  private wakeAfter(waitMs: number): void {
    this.cancelWake = this.schedule.after(waitMs, () => {
      this.cancelWake = null;
      this.wake();
    });
  }
}
