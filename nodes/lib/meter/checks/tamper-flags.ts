import { verdict, type CheckVerdict } from './verdict';

export interface FlagMeaning {
  /** Our name for it. */
  flag: string;
  check: 'tamper' | 'supply' | 'dead';
  /** What it says, for people. */
  sentence: string;
  /** How else meters spell it, in small letters with hyphens. */
  spellings: readonly string[];
}

/** What meters say of themselves, after the event lists of DLMS meters and the alarm bits of small ones. */
const MEANINGS: readonly FlagMeaning[] = [
  {
    flag: 'cover-open',
    check: 'tamper',
    sentence: 'the cover was opened',
    spellings: ['cover', 'lid-open', 'case-open', 'meter-cover-open', 'meter-cover-removed', 'tamper'],
  },
  {
    flag: 'terminal-cover-open',
    check: 'tamper',
    sentence: 'the cover of the terminals was opened',
    spellings: ['terminal-cover', 'terminal-cover-removed', 'terminal-open'],
  },
  {
    flag: 'magnet',
    check: 'tamper',
    sentence: 'there is a strong magnetic field',
    spellings: ['magnetic', 'magnetic-field', 'magnetic-influence', 'strong-dc-field', 'magnetic-tamper'],
  },
  {
    flag: 'reverse-current',
    check: 'tamper',
    sentence: 'the current flows backwards',
    spellings: ['reverse', 'reverse-energy', 'reverse-power', 'current-reversal', 'ct-reversed', 'reversal'],
  },
  {
    flag: 'earth-load',
    check: 'tamper',
    sentence: 'phase and neutral carry different currents, so something is fed past the meter',
    spellings: ['earth-tamper', 'earth-fault', 'current-imbalance', 'current-mismatch', 'partial-earth'],
  },
  {
    flag: 'bypass',
    check: 'tamper',
    sentence: 'the meter is bridged',
    spellings: ['meter-bypass', 'current-bypass', 'current-without-voltage', 'ct-short', 'ct-open'],
  },
  {
    flag: 'neutral-missing',
    check: 'tamper',
    sentence: 'the neutral is missing or disturbed',
    spellings: ['neutral-disturbance', 'neutral-disturbed', 'missing-neutral', 'single-wire', 'no-neutral'],
  },
  {
    flag: 'relay-tampered',
    check: 'tamper',
    sentence: 'the relay does not do what it was told',
    spellings: ['relay-failure', 'relay-welded', 'disconnector-failure', 'load-after-disconnect'],
  },
  {
    flag: 'clock-changed',
    check: 'tamper',
    sentence: 'the clock of the meter was set',
    spellings: ['clock-adjusted', 'clock-invalid', 'time-changed', 'rtc-fail', 'clock-failure'],
  },
  {
    flag: 'program-changed',
    check: 'tamper',
    sentence: 'the program or the settings of the meter were changed',
    spellings: ['firmware-changed', 'parameters-changed', 'configuration-changed', 'program-memory-error'],
  },
  {
    flag: 'access-refused',
    check: 'tamper',
    sentence: 'somebody tried passwords on the meter',
    spellings: ['password-failed', 'association-failure', 'wrong-password', 'authentication-failure'],
  },
  {
    flag: 'power-fail',
    check: 'supply',
    sentence: 'the supply failed',
    spellings: ['power-down', 'power-failure', 'power-outage', 'last-gasp', 'mains-fail', 'outage'],
  },
  {
    flag: 'phase-loss',
    check: 'supply',
    sentence: 'a phase is missing',
    spellings: ['phase-missing', 'missing-phase', 'phase-failure', 'missing-potential'],
  },
  {
    flag: 'over-voltage',
    check: 'supply',
    sentence: 'the voltage is too high',
    spellings: ['overvoltage', 'high-voltage', 'swell', 'voltage-swell'],
  },
  {
    flag: 'under-voltage',
    check: 'supply',
    sentence: 'the voltage is too low',
    spellings: ['undervoltage', 'low-voltage', 'sag', 'voltage-sag'],
  },
  {
    flag: 'overload',
    check: 'supply',
    sentence: 'more is drawn than is allowed',
    spellings: [
      'over-current',
      'overcurrent',
      'over-load',
      'overpower',
      'over-power',
      'alarm',
      'limit-exceeded',
    ],
  },
  {
    flag: 'battery-low',
    check: 'dead',
    sentence: 'the battery of the meter is low',
    spellings: ['low-battery', 'battery', 'battery-fail', 'replace-battery'],
  },
  {
    flag: 'meter-fault',
    check: 'dead',
    sentence: 'the meter has found a fault in itself',
    spellings: [
      'memory-error',
      'nvm-error',
      'ram-error',
      'hardware-error',
      'measurement-error',
      'eeprom-error',
    ],
  },
];

const BY_SPELLING = new Map(
  MEANINGS.flatMap((meaning) =>
    [meaning.flag, ...meaning.spellings].map((spelling): [string, FlagMeaning] => [spelling, meaning]),
  ),
);
const MAX_FLAG_LENGTH = 64;

/** What a flag of any spelling means. One that nobody knows stands for itself, so that nothing is swallowed. */
export function meaningOf(given: string): FlagMeaning {
  const spelling = given
    .slice(0, MAX_FLAG_LENGTH)
    .trim()
    .replace(/([a-z])([A-Z])/g, '$1-$2')
    .toLowerCase()
    .replace(/[\s_./]+/g, '-');
  return (
    BY_SPELLING.get(spelling) ?? {
      flag: spelling,
      check: 'tamper',
      sentence: 'the meter raised a flag of its own',
      spellings: [],
    }
  );
}

const NONE: readonly CheckVerdict[] = [];
/** No meter has more flags than this; the rest of a longer list is noise. */
const MAX_FLAGS = 16;

/** Turns the flags of readings into events: one when a flag comes up, one when it is gone. */
export class FlagWatch {
  /** Only meters with a flag up, which are few. */
  private readonly raised = new Map<string, readonly string[]>();

  /** `flags` is undefined where a reading says nothing of flags; then nothing has changed. */
  observe(meterId: string, flags: readonly string[] | undefined): readonly CheckVerdict[] {
    if (flags === undefined) return NONE;
    const before = this.raised.get(meterId);
    if (flags.length === 0 && before === undefined) return NONE;
    const meanings = new Map(
      flags.slice(0, MAX_FLAGS).map((flag) => [meaningOf(flag).flag, meaningOf(flag)]),
    );
    const found: CheckVerdict[] = [];
    for (const { flag, check, sentence } of meanings.values()) {
      if (!before?.includes(flag)) found.push(verdict('flag', check, 'flags', flag, sentence));
    }
    for (const flag of before ?? []) {
      if (meanings.has(flag)) continue;
      const { check, sentence } = meaningOf(flag);
      found.push(verdict('event', check, 'flags', flag, `over: ${sentence}`));
    }
    if (meanings.size === 0) this.raised.delete(meterId);
    else this.raised.set(meterId, [...meanings.keys()]);
    return found;
  }

  /** The flags that are up now. */
  flagsOf(meterId: string): readonly string[] {
    return this.raised.get(meterId) ?? [];
  }

  forget(meterId: string): void {
    this.raised.delete(meterId);
  }
}
