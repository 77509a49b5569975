/** What a dashboard shows of an alarm. */
export interface ShownAlarm {
  kind: string;
  facts: Readonly<Record<string, unknown>>;
  count: number;
  msAgo: number;
}

interface Booked {
  kind: string;
  facts: Readonly<Record<string, unknown>>;
  count: number;
  lastMs: number;
}

/** What fits on a page; everything has been told when it happened. */
const MOST_ALARMS = 50;

/** Keeps the latest alarms; the same of the same gateway is one, with its count. */
export class AlarmBook {
  private readonly booked = new Map<string, Booked>();

  note(kind: string, facts: Readonly<Record<string, unknown>>, nowMs: number): void {
    const key = JSON.stringify([
      kind,
      facts['gatewayId'],
      facts['what'],
      facts['fault'],
      facts['via'],
      facts['by'],
    ]);
    const count = typeof facts['count'] === 'number' ? facts['count'] : 1;
    const before = this.booked.get(key)?.count ?? 0;
    this.booked.delete(key);
    this.booked.set(key, { kind, facts, count: before + count, lastMs: nowMs });
    const [oldest] = this.booked.keys();
    if (this.booked.size > MOST_ALARMS && oldest !== undefined) this.booked.delete(oldest);
  }

  /** The latest first. */
  list(nowMs: number): ShownAlarm[] {
    const list = [...this.booked.values()].reverse();
    return list.map(({ kind, facts, count, lastMs }) => ({ kind, facts, count, msAgo: nowMs - lastMs }));
  }
}
