import assert from 'node:assert/strict';
import { RelayWorld } from './relay-world';

describe('power behind a relay', () => {
  let world: RelayWorld;
  const start = (relay: object): void => {
    world = new RelayWorld();
    world.register(1, relay);
  };
  afterEach(() => world.dispose());

  const read = async (powerW: number, voltageV?: number): Promise<void> => {
    const volts = voltageV === undefined ? {} : { voltageV };
    await world.driver.readPower('M1', { atMs: world.nowMs, powerW, ...volts });
    await world.settle();
  };
  const answer = (reported: 'on' | 'off'): Promise<void> =>
    world.driver.report({ meterId: 'M1', reported, commandId: world.relay(1).commandId });
  const alarms = (): string[] => world.alarms.map(({ kind }) => kind);

  it('confirms a cut when nothing flows any more, once the reading is young enough', async () => {
    start({ dialect: 'tasmota', confirm: 'power' });
    await world.want(1, 'off');
    await world.pass(14_000);
    await read(0);
    assert.notEqual(world.relay(1).state, 'confirmed');
    await world.pass(2_000);
    await read(9);
    assert.deepEqual([world.relay(1).state, world.relay(1).reportedBy], ['retrying', '']);
    await world.pass(28_000);
    await read(9);
    assert.deepEqual([world.relay(1).state, world.relay(1).reportedBy], ['confirmed', 'power']);
  });

  it('calls a cut after which power still flows a welded contact or a bypass', async () => {
    start({ dialect: 'tasmota', confirm: 'power' });
    await world.want(1, 'off');
    for (let time = 0; time < 10; time += 1) {
      await world.pass(6_000);
      await world.driver.readPower('M1', { atMs: world.nowMs + 20_000, powerW: 800 });
    }
    assert.deepEqual(alarms(), ['still-drawing']);
    assert.equal(world.relay(1).state, 'failed');
  });

  it('does not believe a relay that says it is open while power flows', async () => {
    start({ dialect: 'json' });
    await world.want(1, 'off');
    await answer('off');
    await world.pass(10_000);
    await read(500);
    assert.deepEqual(alarms(), []);
    await world.pass(10_000);
    await read(500);
    await read(600);
    assert.deepEqual(alarms(), ['still-drawing']);
    await read(0);
    assert.deepEqual(alarms(), ['still-drawing', 'recovered']);
    await world.restart();
    await world.pass(20_000);
    await read(-700);
    assert.equal(world.alarms.at(-1)?.kind, 'still-drawing', 'a roof that feeds in past an open relay');
  });

  it('calls no voltage after a restore a fault', async () => {
    start({ dialect: 'json' });
    await world.want(1, 'off');
    await answer('off');
    await world.pass(1_000);
    await world.want(1, 'on');
    await answer('on');
    await world.pass(20_000);
    await read(0, 3);
    assert.deepEqual(alarms(), ['no-voltage']);
  });

  it('confirms a restore by power, and by voltage only where it is measured behind the relay', async () => {
    for (const [relay, powerW, state] of [
      [{ dialect: 'tasmota', confirm: 'power' }, 50, 'confirmed'],
      [{ dialect: 'tasmota', confirm: 'power' }, 0, 'retrying'],
      [{ dialect: 'tasmota', confirm: 'power', sensesBehind: true }, 0, 'confirmed'],
    ] as const) {
      start(relay);
      await world.want(1, 'off');
      await answer('off');
      await world.pass(1_000);
      await world.want(1, 'on');
      await world.pass(14_000);
      await world.driver.readPower('M1', { atMs: world.nowMs + 15_000, powerW, voltageV: 230 });
      assert.equal(world.relay(1).state, state, JSON.stringify(relay));
      world.dispose();
    }
    start({ dialect: 'json' });
  });

  it('shows a restore in a house where nothing runs as unconfirmed, not as failed', async () => {
    start({ dialect: 'tasmota', confirm: 'power' });
    await world.want(1, 'off');
    await answer('off');
    await world.pass(1_000);
    await world.want(1, 'on');
    await world.pass(31_000);
    await read(0);
    await world.pass(200_000);
    assert.deepEqual([world.relay(1).state, alarms()], ['unconfirmed', []]);
    await world.pass(20_000);
    await read(60);
    assert.equal(world.relay(1).state, 'confirmed');
  });

  it('calls a restore failed while nothing at all is heard, and tells the device when it is back', async () => {
    start({ dialect: 'tasmota', confirm: 'power' });
    await world.want(1, 'off');
    await answer('off');
    await world.pass(1_000);
    await world.want(1, 'on');
    await world.pass(200_000);
    assert.deepEqual([world.relay(1).state, alarms()], ['failed', ['failed']]);
    const before = world.sent.length;
    world.driver.deviceIsBack('M1');
    await world.settle();
    assert.equal(world.sent.length, before + 1);
    await world.pass(16_000);
    await read(0);
    assert.deepEqual([world.relay(1).state, alarms()], ['unconfirmed', ['failed', 'recovered']]);
  });

  it('makes a restore anew that nobody confirmed when its device is back, once', async () => {
    start({ dialect: 'tasmota', confirm: 'power' });
    await world.want(1, 'off');
    await answer('off');
    await world.pass(1_000);
    await world.want(1, 'on');
    await world.pass(31_000);
    await read(0);
    await world.pass(100_000);
    const { state, commandId } = world.relay(1);
    assert.equal(state, 'unconfirmed');
    const before = world.sent.length;
    world.driver.deviceIsBack('M1');
    world.driver.deviceIsBack('M1');
    await world.settle();
    assert.equal(world.sent.length, before + 1);
    assert.equal(world.sent.at(-1)?.payload, 'ON');
    assert.notEqual(world.relay(1).commandId, commandId);
  });

  it('sends a command to a relay that says nothing once, and shows it as unconfirmed', async () => {
    start({ dialect: 'tasmota', confirm: 'none' });
    await world.want(1, 'off');
    assert.equal(world.relay(1).state, 'unconfirmed');
    assert.equal(world.states.at(-1)?.confirmed, false);
    await world.pass(3_600_000);
    await world.restart();
    assert.equal(world.sent.length, 1);
  });
});
