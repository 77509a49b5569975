import type { TextReport } from '../sms/outgoing-text';

/** Somebody who hears what became of texts. */
export interface ReportClient {
  readonly id: string;
  onReport(report: TextReport): void;
}

/** A deployment takes a node away for a moment only; one that is gone for longer was deleted. */
const OWNER_ABSENCE_MS = 60_000;
/** Nodes that are remembered as absent; past that the one that is gone longest counts as gone just now. */
const MAX_ABSENT = 1_000;

/**
 * Takes each report to the node that sent the text, or to another one when that node does not come back. Keeps none of
 * them: what nobody could be told stays with the text, on the disk, and is brought here again.
 */
export class ReportPost {
  private readonly absentSinceMs = new Map<string, number>();

  constructor(
    private readonly clients: ReadonlySet<ReportClient>,
    private readonly nowMs: () => number,
  ) {}

  /** False when there is nobody to tell just now. */
  tell(report: TextReport): boolean {
    const hearer = this.hearerOf(report.owner);
    hearer?.onReport(report);
    return hearer !== undefined;
  }

  onCome({ id }: ReportClient): void {
    this.absentSinceMs.delete(id);
  }

  onLeave({ id }: ReportClient): void {
    this.noteAbsence(id);
  }

  private hearerOf(owner: string): ReportClient | undefined {
    const [heir] = this.clients;
    for (const client of this.clients) if (client.id === owner) return client;
    const absentForMs = this.nowMs() - this.noteAbsence(owner);
    return absentForMs >= OWNER_ABSENCE_MS ? heir : undefined;
  }

  /** Since when a node is known to be away. */
  private noteAbsence(id: string): number {
    const sinceMs = this.absentSinceMs.get(id) ?? this.nowMs();
    this.absentSinceMs.set(id, sinceMs);
    const [longest] = this.absentSinceMs.keys();
    if (this.absentSinceMs.size > MAX_ABSENT && longest !== undefined) this.absentSinceMs.delete(longest);
    return sinceMs;
  }
}
