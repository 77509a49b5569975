import assert from 'node:assert/strict';
import { RelayCommands, type RelayState } from '../../../nodes/lib/relay/relay-commands';
import type { DeviceCommand } from '../../../nodes/lib/relay/dialects';

interface Timer {
  run: () => void;
  afterMs: number;
}

const NOW_MS = 1_700_000_000_000;

describe('relay commands', () => {
  let timers: Set<Timer>;
  let sent: DeviceCommand[];
  let states: RelayState[];
  let errors: string[];
  let commands: RelayCommands;

  beforeEach(() => {
    timers = new Set();
    sent = [];
    states = [];
    errors = [];
    commands = new RelayCommands({
      retryMs: 5_000,
      maxTries: 3,
      commandLifeMs: 300_000,
      nowMs: () => NOW_MS,
      schedule: (run, afterMs) => {
        const timer = { run, afterMs };
        timers.add(timer);
        return () => timers.delete(timer);
      },
      transmit: (command) => sent.push(command),
      onState: (state) => states.push(state),
      onError: (error) => errors.push(error.message),
    });
  });

  const start = (version: number, desired: 'on' | 'off'): boolean =>
    commands.start(
      { meterId: 'M1', desired, reason: 'x', commandId: `M1-${version}`, version },
      { dialect: 'json', reported: 'on' },
    );
  const pass = (): number[] => {
    const due = [...timers];
    timers.clear();
    for (const timer of due) timer.run();
    return due.map(({ afterMs }) => afterMs);
  };
  const lastState = (): string => `${states.at(-1)?.state ?? ''} ${states.at(-1)?.tries ?? ''}`;

  it("sends a command that expires and ends with the relay's own word", () => {
    start(1, 'off');
    assert.deepEqual(
      sent.map(({ topic, payload }) => [topic, JSON.parse(payload) as unknown]),
      [['wk/M1/command', { commandId: 'M1-1', desired: 'off', version: 1, expiresMs: NOW_MS + 300_000 }]],
    );
    assert.equal(commands.report('M1', 'on'), false);
    assert.equal(commands.report('M1', 'off'), true);
    assert.deepEqual(states.at(-1), {
      meterId: 'M1',
      desired: 'off',
      reported: 'off',
      confirmed: true,
      tries: 1,
      state: 'confirmed',
    });
    assert.equal(timers.size, 0);
  });

  it('tries again, each time later, and gives up visibly', () => {
    start(1, 'off');
    assert.deepEqual(pass(), [5_000]);
    assert.deepEqual(pass(), [10_000]);
    assert.equal(lastState(), 'sent 3');
    assert.deepEqual(pass(), [20_000]);
    assert.equal(lastState(), 'failed 3');
    assert.equal(sent.length, 3);
    assert.equal(commands.open, 0);
    assert.deepEqual(pass(), []);
  });

  it('drops a command for a newer one and never goes back', () => {
    start(1, 'off');
    assert.equal(start(2, 'on'), true);
    assert.equal(start(1, 'off'), false);
    assert.equal(start(2, 'on'), false);
    assert.equal(timers.size, 1);
    assert.equal(commands.report('M1', 'off'), false);
    assert.equal(commands.report('M1', 'on'), true);
  });

  it('stops sending what is no longer wanted', () => {
    start(1, 'off');
    commands.cancel('M1');
    assert.deepEqual(pass(), []);
    assert.equal(sent.length, 1);
    assert.equal(start(2, 'on'), true);
  });

  it('falls silent when closed', () => {
    start(1, 'off');
    commands.close();
    assert.equal(timers.size, 0);
    assert.equal(commands.report('M1', 'off'), false);
  });

  it('gives up a dialect it does not speak, by name, and works on', () => {
    const intent = { meterId: 'M2', desired: 'on' as const, reason: 'x', commandId: 'c', version: 1 };
    commands.start(intent, { dialect: 'morse', reported: null });
    assert.match(errors[0] ?? '', /unknown relay dialect "morse".*json/);
    assert.equal(lastState(), 'failed 0');
    assert.equal(timers.size, 0);
    start(1, 'off');
    assert.equal(sent.length, 1);
  });
});
