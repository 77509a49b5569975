import assert from 'node:assert/strict';
import { restBefore } from '../../../nodes/lib/relay/switching-rest';
import { commandIn, RelayWorld } from './relay-world';

const HOUR_MS = 3_600_000;

describe('rest between switchings', () => {
  const rules = { minOnMs: 60_000, minOffMs: 30_000, switchesPerHour: 4 };
  const relay = { desired: 'off', reported: 'on', reportedMs: 0 } as const;
  const at = (...times: number[]) =>
    times.map((atMs, index) => ({ atMs, desired: index % 2 === 0 ? 'on' : 'off' }) as const);
  const rest = (past: ReturnType<typeof at>, nowMs: number, changes: Partial<typeof relay> = {}) =>
    restBefore({ ...relay, ...changes }, past, rules, nowMs, HOUR_MS);

  it('is none for a relay that was never switched, or that is only told again', () => {
    assert.equal(rest([], 0), null);
    assert.equal(restBefore({ ...relay, desired: 'on' }, at(1_000), rules, 1_001, HOUR_MS), null);
  });

  it('lasts until the relay was long enough on, to the millisecond', () => {
    assert.deepEqual(rest(at(1_000), 60_999), { why: 'min-on', untilMs: 61_000 });
    assert.equal(rest(at(1_000), 61_000), null);
  });

  it('lasts until a switching of the last hour is past when the budget is used up', () => {
    const past = at(400_000, 300_000, 200_000, 100_000);
    assert.deepEqual(rest(past, 500_000), { why: 'budget', untilMs: 100_000 + HOUR_MS });
    assert.equal(rest(past, 100_000 + HOUR_MS), null);
    assert.equal(rest(past.slice(0, 3), 500_000), null);
  });

  it('counts relays that turn by themselves and are driven back', () => {
    const past = [0, 1, 2, 3].map((n) => ({ atMs: 400_000 - n * 1_000, desired: 'off' }) as const);
    assert.equal(rest(past, 500_000)?.why, undefined);
    assert.equal(restBefore({ ...relay, reportedMs: 450_000 }, past, rules, 500_000, HOUR_MS)?.why, 'budget');
  });
});

describe('protection of relays', () => {
  let world: RelayWorld;
  const start = (rules: ConstructorParameters<typeof RelayWorld>[0], relay?: object): void => {
    world = new RelayWorld(rules);
    world.register(1, relay);
  };
  afterEach(() => world.dispose());

  const answer = (reported: 'on' | 'off'): Promise<void> =>
    world.driver.report({ meterId: 'M1', reported, commandId: world.relay(1).commandId });
  const waitsFor = (): string | undefined => world.states.at(-1)?.waitsFor;

  it('keeps a relay off for a while after a cut, and then restores', async () => {
    start({ minOffMs: 60_000 });
    await world.want(1, 'off');
    await answer('off');
    await world.pass(1_000);
    await world.want(1, 'on');
    assert.equal(waitsFor(), 'min-off');
    await world.pass(58_000);
    assert.equal(world.sent.length, 1);
    await world.pass(2_000);
    assert.equal(commandIn(world.sent[1]!).desired, 'on');
  });

  it('bounds how often a relay is switched in an hour', async () => {
    start({ switchesPerHour: 2 });
    for (const supply of ['off', 'on', 'off'] as const) {
      await world.want(1, supply);
      if (world.relay(1).state === 'sent') await answer(supply);
      await world.pass(1_000);
    }
    assert.equal(waitsFor(), 'budget');
    await world.pass(10_000);
    assert.equal(world.sent.length, 2);
    // The cut became too old while it waited, so it was taken back.
    await world.pass(HOUR_MS);
    assert.equal(world.relay(1).desired, 'on');
    assert.equal(world.ledger.store.relaySwitchings('M1', 0).length, 2);
  });

  it('does not count a command again that was made anew because nobody obeyed it', async () => {
    start({ switchesPerHour: 3 });
    await world.want(1, 'off');
    await answer('off');
    await world.pass(1_000);
    await world.want(1, 'on');
    await world.pass(HOUR_MS);
    assert.ok(world.relay(1).version > 5);
    assert.equal(world.ledger.store.relaySwitchings('M1', 0).length, 2);
  });

  it('spreads 1,000 restores over the window evenly, and loses none', async function () {
    this.timeout(60_000);
    world = new RelayWorld({ spreadMs: 600_000, massAbove: 20 });
    const houses = Array.from({ length: 1_000 }, (_, index) => index + 1);
    for (const house of houses) {
      world.register(house);
      world.decide(house, 'off');
      world.post({
        type: 'relayProgress',
        meterId: `M${house}`,
        commandId: `M${house}-1`,
        state: 'sent',
        tries: 1,
      });
      world.post({ type: 'relayReport', meterId: `M${house}`, reported: 'off' });
    }
    world.onSent = ({ meterId, payload, topic }) => {
      const { commandId } = commandIn({ topic, payload });
      void world.driver.report({ meterId, reported: 'on', commandId });
    };
    await world.pass(3_600_000);
    const startedMs = world.nowMs;
    for (const house of houses) {
      world.decide(house, 'on');
      world.driver.consider(`M${house}`);
    }
    await world.pass(700_000);
    assert.ok(houses.every((house) => world.relay(house).state === 'confirmed'));
    const afterMs = world.sent.map(({ atMs }) => atMs - startedMs).sort((a, b) => a - b);
    assert.equal(afterMs.length, 1_000);
    assert.ok(afterMs.at(-1)! <= 600_000 + 2_000);
    const late = afterMs.slice(20);
    // Kolmogorov and Smirnov: for 980 evenly spread moments the largest distance exceeds this once in a thousand.
    const worst = late.reduce(
      (most, ms, index) => Math.max(most, Math.abs(ms / 600_000 - (index + 0.5) / late.length)),
      0,
    );
    assert.ok(worst < 1.95 / Math.sqrt(late.length), `the spread is off by ${worst}`);
    assert.ok(afterMs.filter((ms) => ms < 1_000).length >= 20, 'a few come back at once');
  });

  it('spreads restores again when it starts in the middle of them', async () => {
    world = new RelayWorld({ spreadMs: 600_000, massAbove: 5 });
    for (let house = 1; house <= 60; house += 1) {
      world.register(house);
      world.decide(house, 'on');
    }
    const told = (): number => new Set(world.sent.map(({ meterId }) => meterId)).size;
    await world.restart();
    assert.equal(told(), 5);
    await world.pass(300_000);
    assert.ok(told() > 15 && told() < 50, `${told()} of 60 after half the time`);
    await world.pass(302_000);
    assert.equal(told(), 60);
  });

  it('spreads restores again that waited for the way, when it opens', async () => {
    world = new RelayWorld({ spreadMs: 600_000, massAbove: 5 });
    world.isWayOpen = false;
    for (let house = 1; house <= 60; house += 1) {
      world.register(house);
      world.decide(house, 'on');
      world.driver.consider(`M${house}`);
    }
    await world.pass(2 * HOUR_MS);
    world.isWayOpen = true;
    world.driver.wayOpened();
    await world.settle();
    const told = (): number => new Set(world.sent.map(({ meterId }) => meterId)).size;
    assert.equal(told(), 5);
    await world.pass(602_000);
    assert.equal(told(), 60);
  });

  it('restores a single customer at once', async () => {
    start({});
    await world.want(1, 'off');
    await answer('off');
    await world.pass(1_000);
    await world.want(1, 'on');
    assert.equal(commandIn(world.sent.at(-1)!).desired, 'on');
  });

  describe('lock-out', () => {
    const lock = (name: string, by = name) =>
      world.post({ type: 'relayLock', meterId: 'M1', lock: { name, reason: 'works' }, override: false, by });
    const unlock = (by: string, override = false) =>
      world.post({ type: 'relayLock', meterId: 'M1', lock: null, override, by });

    it('lets nothing leave for a relay somebody works behind, whatever the ledger wants', async () => {
      start({});
      await world.want(1, 'off');
      await answer('off');
      assert.equal(lock('asha').outcome, 'recorded');
      await world.want(1, 'on');
      assert.equal(waitsFor(), 'lock');
      assert.deepEqual(world.states.at(-1)?.lock?.name, 'asha');
      await world.pass(HOUR_MS);
      assert.equal(world.sent.length, 1);
      await world.restart();
      assert.equal(world.sent.length, 1);
      unlock('asha');
      world.driver.consider('M1');
      await world.settle();
      assert.equal(commandIn(world.sent[1]!).desired, 'on');
    });

    it('stops a command that is under way', async () => {
      start({});
      await world.want(1, 'off');
      lock('asha');
      await world.pass(200_000);
      assert.equal(world.sent.length, 1);
    });

    it('is taken off by whoever put it on, or by somebody who says so, and leaves a trace', () => {
      start({});
      lock('asha');
      const other = lock('bimal');
      assert.ok(other.outcome === 'refused' && other.reason.includes('asha'));
      assert.equal(unlock('bimal').outcome, 'refused');
      assert.ok(world.relay(1).lock);
      assert.equal(unlock('bimal', true).outcome, 'recorded');
      assert.equal(world.relay(1).lock, null);
      assert.equal(unlock('asha').outcome, 'refused');
    });
  });

  describe('arm, then close', () => {
    it('waits for the button where the device can not', async () => {
      start({ closing: 'arm' }, { dialect: 'tasmota' });
      await world.want(1, 'off');
      await answer('off');
      await world.pass(1_000);
      await world.want(1, 'on');
      assert.equal(waitsFor(), 'button');
      await world.pass(HOUR_MS);
      assert.equal(world.sent.length, 1);
      world.driver.press('M1');
      await world.settle();
      assert.deepEqual(world.sent[1]?.payload, 'ON');
    });

    it('takes a press for the restore it was made for, and for no later one', async () => {
      start({ closing: 'arm' }, { dialect: 'tasmota' });
      await world.want(1, 'off');
      await answer('off');
      await world.pass(1_000);
      await world.want(1, 'on');
      world.driver.press('M1');
      await world.settle();
      assert.equal(world.sent.at(-1)?.payload, 'ON');
      await world.pass(6_000);
      await world.want(1, 'off');
      assert.equal(world.sent.at(-1)?.payload, 'OFF');
      await world.want(1, 'on');
      assert.equal(waitsFor(), 'button');
      assert.equal(world.sent.at(-1)?.payload, 'OFF');
    });

    it('tells a device that can to make itself ready, and leaves the rest to whoever stands there', async () => {
      start({ closing: 'arm' });
      await world.want(1, 'off');
      assert.equal(commandIn(world.sent[0]!).arm, undefined);
      await answer('off');
      await world.pass(1_000);
      await world.want(1, 'on');
      assert.equal(commandIn(world.sent[1]!).arm, true);
      const { commandId } = world.relay(1);
      await world.driver.report({ meterId: 'M1', reported: 'off', commandId, isArmed: true });
      assert.equal(world.relay(1).state, 'armed');
      await world.pass(HOUR_MS);
      assert.equal(world.sent.length, 2);
      await world.driver.report({ meterId: 'M1', reported: 'on', commandId });
      assert.equal(world.relay(1).state, 'confirmed');
    });

    it('never holds a cut back', async () => {
      start({ closing: 'arm' }, { dialect: 'tasmota' });
      await world.want(1, 'off');
      assert.equal(world.sent[0]?.payload, 'OFF');
    });
  });
});
