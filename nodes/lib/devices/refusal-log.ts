/** What a broker refuses; each kind is counted and told by itself. */
export const REFUSAL_KINDS = [
  'login',
  'name',
  'busy',
  'topic',
  'subscription',
  'will',
  'size',
  'rate',
  'connections',
  'protocol',
  'silent',
  'slow',
  /** Its password was taken back or has come to its end. */
  'revoked',
  /** The list of devices cannot be read, so nobody is let in. */
  'devices',
  'tls',
] as const;
export type RefusalKind = (typeof REFUSAL_KINDS)[number];

export interface RefusalReport {
  kind: RefusalKind;
  /** How many since the last report of this kind. */
  count: number;
  /** Who or what it was the last time. */
  detail: string;
}

/** An attack may be refused ten thousand times a second; nobody reads more than a line a minute about it. */
const REPORT_EVERY_MS = 60_000;
/** Details come from strangers, who could write whole books into the log. */
const MAX_DETAIL_LENGTH = 120;

interface Tally {
  total: number;
  untold: number;
  detail: string;
  toldAtMs: number;
}

/** Counts refusals, and says of each kind when it is time to tell of it: at once, then at most once a minute. */
export class RefusalLog {
  private readonly tallies = new Map<RefusalKind, Tally>();

  /** The report that is due now, or null when this one waits for the next. */
  note(kind: RefusalKind, detail: string, nowMs: number): RefusalReport | null {
    const tally = this.tallies.get(kind) ?? { total: 0, untold: 0, detail: '', toldAtMs: -Infinity };
    this.tallies.set(kind, tally);
    tally.total += 1;
    tally.untold += 1;
    tally.detail = printable(detail);
    return this.due(kind, tally, nowMs);
  }

  /** What is still untold and may be told now. */
  flush(nowMs: number): RefusalReport[] {
    return [...this.tallies].flatMap(([kind, tally]) => this.due(kind, tally, nowMs) ?? []);
  }

  get counts(): Partial<Record<RefusalKind, number>> {
    return Object.fromEntries([...this.tallies].map(([kind, { total }]) => [kind, total]));
  }

  private due(kind: RefusalKind, tally: Tally, nowMs: number): RefusalReport | null {
    if (tally.untold === 0 || nowMs - tally.toldAtMs < REPORT_EVERY_MS) return null;
    const report = { kind, count: tally.untold, detail: tally.detail };
    tally.untold = 0;
    tally.toldAtMs = nowMs;
    return report;
  }
}

/** A line of the log stays one line, whatever a stranger calls itself. */
function printable(text: string): string {
  const short = text.length > MAX_DETAIL_LENGTH ? `${text.slice(0, MAX_DETAIL_LENGTH)}…` : text;
  return short.replaceAll(/[\p{Cc}\p{Cf}\p{Zl}\p{Zp}]/gu, '?');
}
