import { AlarmBook, type ShownAlarm } from '../lib/bypass/alarm-book';
import { CompromiseJudge, type CompromiseAlarm } from '../lib/bypass/compromise-judge';
import type { Observation } from '../lib/bypass/control';
import type { HeadEndEvent } from '../lib/bypass/head-end-side';

export interface WatchSurroundings {
  tell: (kind: string, facts: Record<string, unknown>) => void;
  isHeard: (gatewayId: string) => boolean;
  isDistrusted: (gatewayId: string) => boolean;
  meterIdsOf: (gatewayId: string) => string[];
}

export interface RefusedFrame {
  fault: Extract<HeadEndEvent, { kind: 'refused' }>['fault'] | 'code';
  /** In whose name it came. */
  gatewayId: string | null;
  via: string;
}

/** Forged frames are told of no oftener; anybody can send them. */
const FORGED_EVERY_MS = 60_000;
/** Of one gateway; it reports every five minutes, unless it wants to be heard. */
const UNPROVED_EVERY_MS = 240_000;
const MS_PER_MINUTE = 60_000;

/** What the head-end finds suspicious: told when it happens, and kept for a dashboard. */
export class HeadEndWatch {
  private readonly judge: CompromiseJudge;
  private readonly book = new AlarmBook();
  private forgedToldMs = -Infinity;
  private forgedSince = 0;
  /** Only gateways that are enrolled can report. */
  private readonly unprovedToldMs = new Map<string, number>();

  constructor(private readonly around: WatchSurroundings) {
    this.judge = new CompromiseJudge(around.isHeard);
  }

  get alarms(): ShownAlarm[] {
    return this.book.list(performance.now());
  }

  /** What a gateway saw of its neighbours. One that is not trusted is no witness. */
  report(by: string, observations: readonly Observation[]): void {
    if (this.around.isDistrusted(by)) return;
    const nowMs = performance.now();
    this.accuse(this.judge.report(by, observations, nowMs));
    const unproved = observations.filter(({ isKeyed = false }) => !isKeyed);
    if (unproved.length > 0) this.tellUnproved(by, unproved, nowMs);
  }

  /** Anybody on such a link can use any name, so it is told and nobody is accused. */
  private tellUnproved(by: string, observations: readonly Observation[], nowMs: number): void {
    if (nowMs - (this.unprovedToldMs.get(by) ?? -Infinity) < UNPROVED_EVERY_MS) return;
    this.unprovedToldMs.set(by, nowMs);
    const seen = observations.map(({ gatewayId, kind, count }) => ({ inTheNameOf: gatewayId, kind, count }));
    this.raise('unproved', { by, seen });
  }

  odd({ gatewayId, odd, via }: Extract<HeadEndEvent, { kind: 'odd' }>): void {
    this.accuse(this.judge.seen(gatewayId, odd, performance.now()));
    this.raise(odd, { gatewayId, via });
  }

  /** Whoever is named in such a frame need not have sent it, so nobody is accused. */
  refused({ fault, gatewayId, via }: RefusedFrame): void {
    this.forgedSince += 1;
    const nowMs = performance.now();
    if (nowMs - this.forgedToldMs < FORGED_EVERY_MS) return;
    this.forgedToldMs = nowMs;
    this.raise('refused', { fault, inTheNameOf: gatewayId, via, count: this.forgedSince });
    this.forgedSince = 0;
  }

  raise(kind: string, facts: Record<string, unknown>): void {
    this.book.note(kind, facts, performance.now());
    this.around.tell(kind, facts);
  }

  private accuse(alarms: readonly CompromiseAlarm[]): void {
    const nowMs = performance.now();
    for (const { gatewayId, kind, evidence } of alarms) {
      const shown = evidence.map(({ by, kind: what, count, atMs }) => ({
        by,
        kind: what,
        count,
        minutesAgo: Math.round((nowMs - atMs) / MS_PER_MINUTE),
      }));
      const meterIds = this.around.meterIdsOf(gatewayId);
      this.raise('compromise', { gatewayId, what: kind, evidence: shown, meterIds });
    }
  }
}
