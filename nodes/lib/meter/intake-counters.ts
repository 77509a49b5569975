import type { Intake } from './intake';

/** Where every reading went: received = taken + duplicates + held + rejected + noted. */
export interface IntakeCounters {
  received: number;
  taken: number;
  duplicates: number;
  held: number;
  rejected: number;
  /** What said something, but not where a register stands. */
  noted: number;
}

export function newIntakeCounters(): IntakeCounters {
  return { received: 0, taken: 0, duplicates: 0, held: 0, rejected: 0, noted: 0 };
}

export function countIntake(counters: IntakeCounters, intake: Intake): void {
  counters.received += intake.total;
  counters.taken += intake.taken.length;
  counters.duplicates += intake.duplicates;
  counters.noted += intake.noted;
  for (const { refusal } of intake.refused) counters[refusal.kind] += 1;
}
