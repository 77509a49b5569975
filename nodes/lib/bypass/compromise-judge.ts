import type { Observation, ObservationKind } from './control';
import type { OddFrame } from './receiving-half';

/** Somebody who says something about a gateway. */
export interface Witness {
  /** A gateway, or the head-end itself. */
  by: string;
  kind: ObservationKind;
  count: number;
  atMs: number;
}

export interface CompromiseAlarm {
  gatewayId: string;
  kind: ObservationKind;
  evidence: Witness[];
}

/** Two who do not know of each other. One alone is either right or a liar, and nobody can tell which. */
const WITNESSES_NEEDED = 2;
/** Reports come every five minutes; three of them may be late. */
const FRESH_MS = 1_200_000;
const QUIET_AFTER_ALARM_MS = 3_600_000;
const HEAD_END = 'head-end';
const MOST_SUBJECTS = 10_000;

/**
 * What an authenticated frame proves by itself: nobody else has the gateway's key. `replayed` proves only that somebody
 * repeats frames, and a new storage is what happens when a card is changed.
 */
const PROOF: Partial<Record<OddFrame, ObservationKind>> = { clone: 'clone', sequence: 'sequence' };

/**
 * Weighs what gateways report of each other. A gateway is accused when two different witnesses say the same of it who saw
 * it on links with a key, or when its own key proves it. What was seen on other links anybody can have done in its name; a gateway says nothing about itself, and one that speaks to the head-end is not silent whatever
 * its neighbours say.
 */
export class CompromiseJudge {
  private readonly witnesses = new Map<string, Witness[]>();
  private readonly alarmedAtMs = new Map<string, number>();

  /** `isHeard` tells whether the head-end itself has heard from a gateway lately. */
  constructor(private readonly isHeard: (gatewayId: string) => boolean) {}

  report(by: string, observations: readonly Observation[], nowMs: number): CompromiseAlarm[] {
    return observations.flatMap(({ gatewayId, kind, count, isKeyed = false }) => {
      if (gatewayId === by || !isKeyed || kind === 'unheard') return [];
      this.note(gatewayId, { by, kind, count, atMs: nowMs }, nowMs);
      return this.judge(gatewayId, kind, nowMs);
    });
  }

  /** The head-end saw it in a frame that was sealed with the gateway's own key. */
  seen(gatewayId: string, odd: OddFrame, nowMs: number): CompromiseAlarm[] {
    const kind = PROOF[odd];
    if (kind === undefined) return [];
    const witness = { by: HEAD_END, kind, count: 1, atMs: nowMs };
    return this.raise({ gatewayId, kind, evidence: [witness] }, nowMs);
  }

  private note(gatewayId: string, witness: Witness, nowMs: number): void {
    if (!this.witnesses.has(gatewayId) && this.witnesses.size >= MOST_SUBJECTS) return;
    const others = (this.witnesses.get(gatewayId) ?? []).filter(
      ({ by, kind, atMs }) => nowMs - atMs < FRESH_MS && !(by === witness.by && kind === witness.kind),
    );
    this.witnesses.set(gatewayId, [...others, witness]);
  }

  private judge(gatewayId: string, kind: ObservationKind, nowMs: number): CompromiseAlarm[] {
    const evidence = (this.witnesses.get(gatewayId) ?? []).filter((witness) => witness.kind === kind);
    if (kind === 'silent') {
      if (this.isHeard(gatewayId)) return [];
      // The head-end's own ears are a witness: it has not heard the gateway either.
      evidence.push({ by: HEAD_END, kind, count: 1, atMs: nowMs });
    }
    if (new Set(evidence.map(({ by }) => by)).size < WITNESSES_NEEDED) return [];
    return this.raise({ gatewayId, kind, evidence }, nowMs);
  }

  private raise(alarm: CompromiseAlarm, nowMs: number): CompromiseAlarm[] {
    const name = `${alarm.gatewayId} ${alarm.kind}`;
    const lastMs = this.alarmedAtMs.get(name) ?? -Infinity;
    if (nowMs - lastMs < QUIET_AFTER_ALARM_MS) return [];
    this.alarmedAtMs.set(name, nowMs);
    return [alarm];
  }
}
