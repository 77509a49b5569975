import type { Evidence, EvidenceKind } from '../neighbour/evidence';
import type { Observation, ObservationKind } from './control';

/** A bad cable has some; what is less than this in one period is weather. */
const WORTH_REPORTING: Readonly<Record<ObservationKind, number>> = {
  silent: 1,
  crc: 20,
  replayed: 20,
  unauthenticated: 3,
  clone: 1,
  sequence: 3,
  unheard: 1,
};
const OBSERVED: Readonly<Record<EvidenceKind, ObservationKind>> = {
  silence: 'silent',
  badCrc: 'crc',
  replayed: 'replayed',
  clone: 'clone',
  impossibleSequence: 'sequence',
  malformed: 'unauthenticated',
  unauthenticated: 'unauthenticated',
  unheard: 'unheard',
};
const REPORT_EVERY_MS = 300_000;
/** A gateway has few neighbours; more names than this are somebody's invention. */
const MOST_SUBJECTS = 15;

interface Counted {
  gatewayId: string;
  isKeyed: boolean;
  kinds: Map<ObservationKind, number>;
}

/** Counts what a gateway sees of its neighbours, and says from time to time what is worth saying. */
export class NeighbourWatch {
  private counts = new Map<string, Counted>();
  private reportAtMs: number;

  constructor(nowMs: number) {
    this.reportAtMs = nowMs + REPORT_EVERY_MS;
  }

  /** What the links tell; of nobody in particular there is nothing to report. */
  see({ aboutGatewayId: gatewayId, kind, count, isKeyed }: Evidence): void {
    if (gatewayId === null) return;
    // Whoever is further along the way may have lost it, so it is never held against the neighbour alone.
    this.note({ gatewayId, kind: OBSERVED[kind], count, isKeyed: isKeyed && kind !== 'unheard' });
  }

  /** What is keyed is counted apart: names that nobody has proved must not lend it weight, nor take its room. */
  note({ gatewayId, kind, count, isKeyed = false }: Observation): void {
    const name = `${gatewayId} ${String(isKeyed)}`;
    let counted = this.counts.get(name);
    if (!counted) {
      const alike = [...this.counts.values()].filter((one) => one.isKeyed === isKeyed).length;
      if (alike >= MOST_SUBJECTS) return;
      counted = { gatewayId, isKeyed, kinds: new Map() };
      this.counts.set(name, counted);
    }
    const { kinds } = counted;
    kinds.set(kind, (kinds.get(kind) ?? 0) + count);
  }

  /** What to tell the head-end now, or nothing. */
  due(nowMs: number): Observation[] {
    if (nowMs < this.reportAtMs) return [];
    this.reportAtMs = nowMs + REPORT_EVERY_MS;
    const observations: Observation[] = [];
    for (const { gatewayId, isKeyed, kinds } of this.counts.values())
      for (const [kind, count] of kinds)
        if (count >= WORTH_REPORTING[kind]) observations.push({ gatewayId, kind, count, isKeyed });
    this.counts = new Map();
    return observations;
  }
}
