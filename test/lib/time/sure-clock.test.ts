import assert from 'node:assert/strict';
import fc from 'fast-check';
import { DAY_MS } from '../../../nodes/lib/time/calendar-date';
import { HOUR_MS } from '../../../nodes/lib/time/local-days';
import { SureClock } from '../../../nodes/lib/time/sure-clock';
import { MAX_GAP_MS, MAX_STEP_MS, SETTLING_MS, type TimeNote } from '../../../nodes/lib/time/sure-time';
import { property } from '../property';
import { FakeMachine, NOON_MS } from './fake-machine';

const MINUTE_MS = 60_000;
/** A shorter sleep is counted with the next one. */
const SHORT_SLEEP_MS = 1_001;
const YEAR_MS = 365 * DAY_MS;

/** Where the sure time is, as far from the wall clock and from what has really passed. */
interface Outcome {
  isDoubted: boolean;
  behindWallMs: number;
  aheadOfTruthMs: number;
}

const SURE: Outcome = { isDoubted: false, behindWallMs: 0, aheadOfTruthMs: 0 };
const doubted = (behindWallMs: number, aheadOfTruthMs = 0): Outcome => ({
  isDoubted: true,
  behindWallMs,
  aheadOfTruthMs,
});

function outcomeOf(machine: FakeMachine, clock: SureClock): Outcome {
  const nowMs = clock.nowMs();
  return {
    isDoubted: clock.isDoubted,
    behindWallMs: machine.wall - nowMs,
    aheadOfTruthMs: nowMs - machine.trueMs,
  };
}

function noteOf(clock: SureClock): TimeNote {
  const { sureMs, wallMs, doubt, isUnset } = clock.look();
  return { sureMs, wallMs, ledgerMs: NOON_MS, doubt: doubt && { ...doubt, isUnset } };
}

describe('a clock while it runs', () => {
  type Step = (machine: FakeMachine, clock: SureClock) => void;
  const cases: [what: string, step: Step, then: Outcome][] = [
    ['goes on', (machine) => machine.pass(HOUR_MS), SURE],
    [
      'follows a small step ahead',
      (machine) => machine.step(MAX_STEP_MS),
      { ...SURE, aheadOfTruthMs: MAX_STEP_MS },
    ],
    [
      'follows a small step back',
      (machine) => machine.step(-MAX_STEP_MS),
      { ...SURE, aheadOfTruthMs: -MAX_STEP_MS },
    ],
    ['doubts a step that is larger', (machine) => machine.step(MAX_STEP_MS + 1), doubted(MAX_STEP_MS + 1)],
    ['doubts a wrong year', (machine) => machine.step(YEAR_MS), doubted(YEAR_MS)],
    ['doubts a step back', (machine) => machine.step(-HOUR_MS), doubted(-HOUR_MS)],
    ['follows a machine that wakes up', (machine) => machine.sleep(9 * HOUR_MS), SURE],
    [
      'takes no sleep from a count of the uptime that leaps, nor loses one after that',
      (machine, clock) => {
        machine.miscount(90 * DAY_MS);
        clock.look();
        machine.pass(HOUR_MS);
        machine.miscount(-90 * DAY_MS);
        clock.look();
        machine.sleep(9 * HOUR_MS);
      },
      SURE,
    ],
    [
      'takes none from it in doubt either',
      (machine, clock) => {
        machine.step(YEAR_MS);
        clock.look();
        machine.miscount(90 * DAY_MS);
        clock.look();
        machine.pass(HOUR_MS);
        machine.sleep(HOUR_MS);
      },
      doubted(YEAR_MS),
    ],
    [
      'remembers a sleep from which it woke with an old time',
      (machine, clock) => {
        machine.sleep(9 * HOUR_MS);
        machine.step(-YEAR_MS);
        clock.look();
        machine.pass(MINUTE_MS);
        machine.step(YEAR_MS);
      },
      SURE,
    ],
    [
      'goes on by the monotonic clock in doubt, asleep or awake',
      (machine, clock) => {
        machine.step(YEAR_MS);
        clock.look();
        machine.pass(DAY_MS);
        clock.look();
        machine.sleep(DAY_MS);
      },
      doubted(YEAR_MS),
    ],
    [
      'is sure again when the clock is put right, whatever the time in between',
      (machine, clock) => {
        machine.step(YEAR_MS);
        clock.look();
        machine.pass(DAY_MS);
        machine.step(-YEAR_MS);
      },
      SURE,
    ],
    [
      'follows when the time service confirms the step',
      (machine, clock) => {
        machine.step(3 * DAY_MS);
        clock.look();
        machine.pass(1_000);
        machine.confirm();
        clock.hearConfirmation(machine.agoMs);
      },
      { ...SURE, aheadOfTruthMs: 3 * DAY_MS },
    ],
    [
      'does not take a word from before the step for one on it',
      (machine, clock) => {
        machine.confirm();
        machine.pass(MINUTE_MS);
        clock.look();
        machine.step(20 * MINUTE_MS);
        machine.pass(MINUTE_MS);
        clock.look();
        clock.hearConfirmation(machine.agoMs);
      },
      doubted(20 * MINUTE_MS),
    ],
    [
      'leaves it to a person when the time service contradicts itself by a year',
      (machine, clock) => {
        machine.confirm();
        clock.hearConfirmation(machine.agoMs);
        machine.step(YEAR_MS);
        machine.confirm();
        clock.look();
        clock.hearConfirmation(machine.agoMs);
      },
      doubted(YEAR_MS),
    ],
    [
      'follows when a person accepts, in one step',
      (machine, clock) => {
        machine.step(YEAR_MS);
        clock.look();
        clock.accept();
      },
      { ...SURE, aheadOfTruthMs: YEAR_MS },
    ],
    [
      'goes back when a person accepts that',
      (machine, clock) => {
        machine.step(-DAY_MS);
        clock.look();
        clock.accept();
      },
      { ...SURE, aheadOfTruthMs: -DAY_MS },
    ],
  ];
  for (const [what, step, then] of cases) {
    it(what, () => {
      const machine = new FakeMachine();
      const clock = new SureClock(machine, NOON_MS - HOUR_MS, null);
      step(machine, clock);
      assert.deepEqual(outcomeOf(machine, clock), then);
    });
  }
});

describe('a clock at a start', () => {
  type Start = (machine: FakeMachine) => [ledgerMs: number, note: TimeNote | null];
  const goneOn =
    (offMs: number): Start =>
    (machine) => {
      const ledgerMs = machine.wall;
      machine.reboot(offMs);
      return [ledgerMs, null];
    };
  const cases: [what: string, start: Start, then: Outcome][] = [
    [
      'of a new ledger takes what there is',
      (machine) => (machine.step(-30 * YEAR_MS), [0, null]),
      { ...SURE, aheadOfTruthMs: -30 * YEAR_MS },
    ],
    ['after a weekend goes on', goneOn(2 * DAY_MS), SURE],
    ['after forty days goes on', goneOn(MAX_GAP_MS), SURE],
    ['after a longer time is in doubt', goneOn(MAX_GAP_MS + 1), doubted(MAX_GAP_MS + 1, -MAX_GAP_MS - 1)],
    [
      'knows from its note that the ledger was only quiet',
      (machine) => {
        const ledgerMs = machine.wall - 100 * DAY_MS;
        const note = { sureMs: machine.wall, wallMs: machine.wall, ledgerMs, doubt: null };
        machine.reboot(HOUR_MS);
        return [ledgerMs, note];
      },
      SURE,
    ],
    [
      'before the clock was set goes on from the ledger',
      (machine) => {
        const ledgerMs = machine.wall;
        machine.reboot(DAY_MS, ledgerMs - YEAR_MS);
        return [ledgerMs, null];
      },
      doubted(-YEAR_MS, -DAY_MS),
    ],
    [
      'after one that was accepted behind the ledger is sure',
      (machine) => {
        const ledgerMs = machine.wall + 20 * DAY_MS;
        const note = { sureMs: machine.wall, wallMs: machine.wall, ledgerMs, doubt: null };
        machine.reboot(HOUR_MS);
        return [ledgerMs, note];
      },
      SURE,
    ],
  ];
  for (const [what, start, then] of cases) {
    it(what, () => {
      const machine = new FakeMachine();
      const clock = new SureClock(machine, ...start(machine));
      assert.deepEqual(outcomeOf(machine, clock), then);
    });
  }

  it('without a battery follows its first setting within forty days, without any other word', () => {
    const machine = new FakeMachine();
    const ledgerMs = machine.wall;
    machine.reboot(2 * DAY_MS, Date.UTC(2024, 0, 1));
    const clock = new SureClock(machine, ledgerMs, null);
    machine.pass(6 * HOUR_MS);
    machine.step(machine.trueMs - machine.wall);
    assert.deepEqual(outcomeOf(machine, clock), SURE);
    assert.equal(clock.look().ended, 'set');
    machine.step(DAY_MS);
    assert.equal(outcomeOf(machine, clock).isDoubted, true);
  });

  it('without a battery, after longer, waits for the time service', () => {
    const machine = new FakeMachine();
    const ledgerMs = machine.wall;
    machine.reboot(90 * DAY_MS, ledgerMs - HOUR_MS);
    const clock = new SureClock(machine, ledgerMs, null);
    clock.hearConfirmation(machine.agoMs);
    machine.step(machine.trueMs - machine.wall);
    assert.deepEqual(outcomeOf(machine, clock), doubted(90 * DAY_MS, -90 * DAY_MS));
    machine.confirm();
    clock.hearConfirmation(machine.agoMs);
    assert.deepEqual(outcomeOf(machine, clock), SURE);
  });

  it('whose clock goes on where it stopped follows its setting in the first quarter of an hour, not later', () => {
    for (const [afterMs, isDoubted] of [
      [SETTLING_MS - MINUTE_MS, false],
      [SETTLING_MS, true],
    ] as const) {
      const machine = new FakeMachine();
      const ledgerMs = machine.wall;
      machine.reboot(DAY_MS, ledgerMs);
      const clock = new SureClock(machine, ledgerMs, null);
      machine.pass(afterMs);
      machine.step(DAY_MS);
      assert.equal(outcomeOf(machine, clock).isDoubted, isDoubted);
    }
  });

  it('does not make right what was in doubt before, and counts the time it was off', () => {
    const machine = new FakeMachine();
    const before = new SureClock(machine, machine.wall, null);
    machine.step(3 * DAY_MS);
    const note = noteOf(before);
    machine.reboot(5 * HOUR_MS);
    const clock = new SureClock(machine, NOON_MS, note);
    assert.deepEqual(outcomeOf(machine, clock), doubted(3 * DAY_MS));
    machine.pass(MINUTE_MS);
    machine.step(-3 * DAY_MS);
    assert.deepEqual(outcomeOf(machine, clock), SURE);
  });

  it('with a clock that was put right meanwhile is sure', () => {
    const machine = new FakeMachine();
    const before = new SureClock(machine, machine.wall, null);
    machine.step(YEAR_MS);
    const note = noteOf(before);
    machine.reboot(DAY_MS, machine.trueMs + DAY_MS);
    assert.deepEqual(outcomeOf(machine, new SureClock(machine, NOON_MS, note)), SURE);
  });

  it('remembers that only a person can say what is right', () => {
    const machine = new FakeMachine();
    const before = new SureClock(machine, machine.wall, null);
    machine.confirm();
    before.hearConfirmation(machine.agoMs);
    machine.step(YEAR_MS);
    const note = noteOf(before);
    machine.reboot(MINUTE_MS);
    const clock = new SureClock(machine, NOON_MS, note);
    machine.confirm();
    clock.hearConfirmation(machine.agoMs);
    assert.equal(clock.isDoubted, true);
  });
});

describe('a clock that nobody vouches for', () => {
  type Move =
    | { kind: 'pass' | 'sleep' | 'step'; ms: number }
    | { kind: 'restart' }
    /** The time service's last word is from before all of this. */
    | { kind: 'ask' };
  const moves: fc.Arbitrary<Move[]> = fc.array(
    fc.oneof(
      fc.record({ kind: fc.constantFrom('pass' as const, 'sleep' as const), ms: fc.nat(3 * DAY_MS) }),
      fc.record({
        kind: fc.constant('step' as const),
        ms: fc.integer({ min: -2 * YEAR_MS, max: 2 * YEAR_MS }),
      }),
      fc.record({ kind: fc.constant('step' as const), ms: fc.integer({ min: -HOUR_MS, max: HOUR_MS }) }),
      fc.constant({ kind: 'restart' as const }),
      fc.constant({ kind: 'ask' as const }),
    ),
    { maxLength: 30 },
  );

  it('never moves the sure time by more than a small step a look from the time that has passed', () => {
    property(moves, (all) => {
      const machine = new FakeMachine();
      let clock = new SureClock(machine, machine.wall, null);
      let offMs = 0;
      for (const move of all) {
        const { isDoubted } = clock;
        if (move.kind === 'restart') clock = new SureClock(machine, NOON_MS, noteOf(clock));
        else if (move.kind === 'ask') clock.hearConfirmation(null);
        else machine[move.kind](move.ms);
        const nowOffMs = clock.nowMs() - machine.trueMs;
        // A start is never before what the ledger has.
        const isSteady = isDoubted && clock.isDoubted && move.kind !== 'restart';
        const limitMs = isSteady ? SHORT_SLEEP_MS : MAX_STEP_MS;
        assert.ok(
          Math.abs(nowOffMs - offMs) <= limitMs,
          `${JSON.stringify(move)} moved ${nowOffMs - offMs} ms`,
        );
        offMs = nowOffMs;
      }
      clock.look();
      clock.accept();
      assert.deepEqual([clock.nowMs(), clock.isDoubted], [machine.wall, false]);
    });
  });
});
