import type { Observation, ObservationKind } from './control';

/** A bad cable has some; what is less than this in one period is weather. */
const WORTH_REPORTING: Readonly<Record<ObservationKind, number>> = {
  silent: 1,
  crc: 20,
  replayed: 20,
  unauthenticated: 3,
  clone: 1,
  sequence: 3,
};
const REPORT_EVERY_MS = 300_000;
/** A gateway has few neighbours; more names than this are somebody's invention. */
const MOST_SUBJECTS = 30;

/** Counts what a gateway sees of its neighbours, and says from time to time what is worth saying. */
export class NeighbourWatch {
  private counts = new Map<string, Map<ObservationKind, number>>();
  private reportAtMs: number;

  constructor(nowMs: number) {
    this.reportAtMs = nowMs + REPORT_EVERY_MS;
  }

  note(gatewayId: string, kind: ObservationKind, count = 1): void {
    let kinds = this.counts.get(gatewayId);
    if (!kinds) {
      if (this.counts.size >= MOST_SUBJECTS) return;
      kinds = new Map();
      this.counts.set(gatewayId, kinds);
    }
    kinds.set(kind, (kinds.get(kind) ?? 0) + count);
  }

  /** What to tell the head-end now, or nothing. */
  due(nowMs: number): Observation[] {
    if (nowMs < this.reportAtMs) return [];
    this.reportAtMs = nowMs + REPORT_EVERY_MS;
    const observations: Observation[] = [];
    for (const [gatewayId, kinds] of this.counts)
      for (const [kind, count] of kinds)
        if (count >= WORTH_REPORTING[kind]) observations.push({ gatewayId, kind, count });
    this.counts = new Map();
    return observations;
  }
}
