import type { Schedule } from '../modem/byte-port';

export type EvidenceKind =
  | 'silence'
  | 'badCrc'
  | 'replayed'
  | 'unauthenticated'
  | 'clone'
  | 'impossibleSequence'
  | 'malformed'
  | 'unheard';

/** What was observed of a neighbour. It is no proof by itself: one observer can lie or have a bad wire. */
export interface Evidence {
  readonly kind: EvidenceKind;
  /** Null when nobody can say who it was, such as damage on a wire that many share. */
  readonly aboutGatewayId: string | null;
  /** When it was last seen, UTC. */
  readonly atMs: number;
  /** How often since it was told of before. */
  readonly count: number;
  readonly detail: string;
  /** Whoever did it knows the key of the links. Without one anybody can go by any name. */
  readonly isKeyed: boolean;
}

/** The same observation is told of at once and then at most this often, with its count. */
const REPEAT_MS = 60_000;
const MAX_OPEN = 64;

/** What a link or the mesh has just seen. */
interface Observed {
  readonly kind: EvidenceKind;
  readonly gatewayId: string | null;
  readonly detail: string;
  readonly isKeyed: boolean;
}

interface Open {
  count: number;
  latest: Evidence;
  cancel: () => void;
}

/** Gathers observations, so that a broken wire makes one report a minute and not a thousand. */
export class EvidenceBook {
  private readonly open = new Map<string, Open>();

  constructor(
    private readonly schedule: Schedule,
    private readonly epochMs: () => number,
    private readonly tell: (evidence: Evidence) => void,
  ) {}

  note({ kind, gatewayId: aboutGatewayId, detail, isKeyed }: Observed): void {
    const key = `${kind} ${aboutGatewayId ?? ''} ${String(isKeyed)} ${detail}`;
    const latest = { kind, aboutGatewayId, atMs: this.epochMs(), count: 1, detail, isKeyed };
    const open = this.open.get(key);
    if (open) {
      open.count += 1;
      open.latest = latest;
    } else if (this.open.size < MAX_OPEN) {
      this.open.set(key, { count: 0, latest, cancel: this.plan(key) });
      this.tell(latest);
    }
  }

  close(): void {
    for (const { cancel } of this.open.values()) cancel();
    this.open.clear();
  }

  private plan(key: string): () => void {
    return this.schedule.after(REPEAT_MS, () => this.flush(key));
  }

  private flush(key: string): void {
    const open = this.open.get(key);
    if (!open || open.count === 0) {
      this.open.delete(key);
      return;
    }
    const { count, latest } = open;
    open.count = 0;
    open.cancel = this.plan(key);
    this.tell({ ...latest, count });
  }
}
