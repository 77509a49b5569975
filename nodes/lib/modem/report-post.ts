import type { TextReport } from '../sms/outgoing-text';

/** Somebody who hears what became of texts. */
export interface ReportClient {
  readonly id: string;
  onReport(report: TextReport): void;
}

/** A deployment takes a node away for a moment only; one that is gone for longer was deleted. */
const OWNER_ABSENCE_MS = 60_000;
/** What is kept for absent owners. */
const MAX_UNHEARD = 1_000;

/** Takes each report to the node that sent the text, or to another one when that node does not come back. */
export class ReportPost {
  private unheard: { report: TextReport; sinceMs: number }[] = [];

  constructor(
    private readonly clients: ReadonlySet<ReportClient>,
    private readonly nowMs: () => number,
  ) {}

  tell(report: TextReport): void {
    const owner = [...this.clients].find(({ id }) => id === report.owner);
    if (owner) owner.onReport(report);
    else this.unheard = [...this.unheard, { report, sinceMs: this.nowMs() }].slice(-MAX_UNHEARD);
  }

  /** A client has come, perhaps the one whose reports are kept. */
  onClient(client: ReportClient): void {
    const own = this.unheard.filter(({ report }) => report.owner === client.id);
    this.unheard = this.unheard.filter(({ report }) => report.owner !== client.id);
    for (const { report } of own) client.onReport(report);
  }

  /** To be called now and then: somebody is to hear of a text whose node is gone for good. */
  onTick(): void {
    const [heir] = this.clients;
    if (!heir) return;
    const dueMs = this.nowMs() - OWNER_ABSENCE_MS;
    const due = this.unheard.filter(({ sinceMs }) => sinceMs <= dueMs);
    this.unheard = this.unheard.filter(({ sinceMs }) => sinceMs > dueMs);
    for (const { report } of due) heir.onReport(report);
  }
}
