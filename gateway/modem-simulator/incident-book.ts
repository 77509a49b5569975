import type { Schedule } from '../../nodes/lib/modem/byte-port';
import type { Incident, Mishap } from './scenario';

/** Knows what goes wrong when: plans what happens by the clock, counts what happens at commands. */
export class IncidentBook {
  private readonly counts = new Map<Incident, number>();
  private readonly cancels = new Set<() => void>();
  private isClosed = false;

  constructor(private readonly incidents: readonly Incident[]) {}

  plan(schedule: Schedule, happen: (mishap: Mishap) => void): void {
    for (const { when, what } of this.incidents) {
      if ('atMs' in when) this.after(schedule, when.atMs, () => happen(what));
      if ('everyMs' in when) this.repeat(schedule, when.everyMs, () => happen(what));
    }
  }

  /** What happens at this command. */
  at(commandLine: string): Mishap[] {
    return this.incidents.flatMap((incident) => {
      const { when, what } = incident;
      if (!('command' in when) || !commandLine.startsWith(when.command)) return [];
      const count = (this.counts.get(incident) ?? 0) + 1;
      this.counts.set(incident, count);
      return when.nth === undefined || when.nth === count ? [what] : [];
    });
  }

  close(): void {
    this.isClosed = true;
    for (const cancel of this.cancels) cancel();
    this.cancels.clear();
  }

  /** Once, after a while; what the modem does meanwhile does not change it. */
  after(schedule: Schedule, delayMs: number, run: () => void): void {
    const cancel = schedule.after(delayMs, () => {
      this.cancels.delete(cancel);
      run();
    });
    this.cancels.add(cancel);
  }

  private repeat(schedule: Schedule, everyMs: number, run: () => void): void {
    this.after(schedule, everyMs, () => {
      run();
      if (!this.isClosed) this.repeat(schedule, everyMs, run);
    });
  }
}
