import { MeterRules, type MeterRow } from '../meter/meter-rules';
import { checkProfile } from '../meter/shapes/check-profile';
import { PayloadReader } from '../meter/shapes/payload-reader';
import type { Profile } from '../meter/shapes/profile';
import type { MeterReading } from '../meter/shapes/statement';
import type { Understood } from '../meter/shapes/understood';

/** A message that somebody pasted, to see what the node would read from it. */
export interface Sample {
  topic: string;
  payload: string;
}

/** One line of what was read: a field and its value, in our units. */
export interface TrialLine {
  field: string;
  value: string;
}

export interface Trial {
  /** What the message was found to be. */
  shape: string;
  /** Whether one of the operator's profiles reads it. */
  isProfile: boolean;
  meters: { meterId: string; isReading: boolean; lines: TrialLine[] }[];
  refused: string[];
  /** Other things that it said: relays, starts. */
  events: string[];
  /** Values that say where no register stands. */
  noted: number;
}

/** More meters than a person compares by eye. */
const SHOWN_METERS = 20;

/** Reads a sample as the running node would as its first message: rows and profiles that are wrong are left out. */
export function tryPayload(
  { topic, payload }: Sample,
  rows: readonly unknown[],
  drafts: readonly unknown[],
  nowMs: number,
): Trial {
  const profiles: Profile[] = [];
  for (const draft of drafts) {
    const checked = checkProfile(draft);
    if (checked.ok) profiles.push(checked.profile);
  }
  const rules = rulesOf(rows);
  const reader = new PayloadReader({
    settingsOf: (meterId) => rules.of(meterId).settings,
    storedWh: () => null,
    profiles,
  });
  return trialOf(reader.read(topic.trim(), asSent(payload), nowMs), profiles);
}

/** A form field makes every line end a line feed; the telegram of a P1 port has both, and a checksum over them. */
function asSent(payload: string): string {
  return payload.startsWith('/') ? payload.replace(/\r?\n/g, '\r\n') : payload;
}

function rulesOf(rows: readonly unknown[]): MeterRules {
  try {
    return new MeterRules(rows as MeterRow[], {});
  } catch {
    return new MeterRules([], {});
  }
}

function trialOf(understood: Understood, profiles: readonly Profile[]): Trial {
  const { shape, readings, live, refused, events, noted } = understood;
  const shown = [
    ...readings.map((reading) => ({ isReading: true, values: reading })),
    ...live.map((values) => ({ isReading: false, values })),
  ];
  return {
    shape,
    isProfile: profiles.some(({ name }) => name === shape),
    meters: shown.slice(0, SHOWN_METERS).map(({ isReading, values }) => ({
      meterId: values.meterId,
      isReading,
      lines: linesOf(values),
    })),
    refused: refused
      .slice(0, SHOWN_METERS)
      .map(({ refusal: { field, reason, value } }) => `${field} ${reason}, got ${value}`),
    events: events.map(({ kind, meterId, reported }) => [meterId, kind, reported].filter(Boolean).join(' ')),
    noted,
  };
}

function linesOf(values: Partial<MeterReading>): TrialLine[] {
  return Object.entries(values).flatMap(([field, value]) => {
    if (field === 'meterId') return [];
    if (field === 'atMs') return [{ field, value: new Date(Number(value)).toISOString() }];
    return [{ field, value: typeof value === 'object' ? JSON.stringify(value) : String(value) }];
  });
}
