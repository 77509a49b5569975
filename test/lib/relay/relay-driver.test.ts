import assert from 'node:assert/strict';
import { HOME_TARIFF, registration } from '../io/sqlite/ledger-fixture';
import { commandIn, RelayWorld } from './relay-world';

describe('relay driver', () => {
  let world: RelayWorld;
  const start = (...options: ConstructorParameters<typeof RelayWorld>): void => {
    world = new RelayWorld(...options);
    world.register(1);
  };
  afterEach(() => world.dispose());

  const report = (reported: 'on' | 'off', extra: object = {}): Promise<void> =>
    world.driver.report({ meterId: 'M1', reported, ...extra });
  const sentIds = (): string[] => world.sent.map((sent) => commandIn(sent).commandId);
  const lastState = (): string => world.states.at(-1)?.state ?? '';
  const alarmKinds = (): string[] => world.alarms.map(({ kind }) => kind);

  it("sends a command that expires within five minutes and ends with the relay's own word", async () => {
    start();
    const issuedMs = world.nowMs;
    await world.want(1, 'off');
    const [sent] = world.sent;
    assert.ok(sent);
    assert.equal(sent.topic, 'wk/M1/command');
    const { commandId, desired, version, expiresMs } = commandIn(sent);
    assert.deepEqual([commandId, desired, version], ['M1-1', 'off', 1]);
    assert.ok(expiresMs > issuedMs && expiresMs <= issuedMs + 301_000);
    assert.equal(world.relay(1).expiresMs, expiresMs);
    await report('on');
    assert.equal(lastState(), 'sent');
    await report('off', { commandId: 'M1-1' });
    assert.deepEqual([lastState(), world.relay(1).state, world.driver.open], ['confirmed', 'confirmed', 0]);
    await world.pass(600_000);
    assert.equal(world.sent.length, 1);
  });

  it('tries again, each time later, fails visibly, and keeps knocking until the cut is too old', async () => {
    start();
    await world.want(1, 'off');
    const startedMs = world.nowMs;
    await world.pass(299_000);
    assert.deepEqual(
      world.sent.slice(0, 3).map(({ atMs }) => atMs - startedMs),
      [0, 5_000, 15_000],
    );
    assert.equal(world.relay(1).tries, 3);
    assert.equal(world.relay(1).state, 'failed');
    assert.deepEqual(alarmKinds(), ['failed']);
    assert.deepEqual(
      world.alarms[0]?.tried.map(({ topic, commandId }) => [topic, commandId]),
      Array.from({ length: 3 }, () => ['wk/M1/command', 'M1-1']),
    );
    const gaps = world.sent.slice(1).map(({ atMs }, index) => atMs - (world.sent[index]?.atMs ?? 0));
    assert.ok(
      gaps.every((gap) => gap <= 60_000),
      `a device that comes back waits ${Math.max(...gaps)} ms`,
    );
    assert.deepEqual(new Set(sentIds()), new Set(['M1-1']));
    await world.pass(2_000);
    assert.ok(world.states.some(({ state, desired }) => state === 'expired' && desired === 'on'));
    assert.equal(world.relay(1).desired, 'on');
    assert.equal(world.ledger.store.summary('M1')?.supply, 'on');
    assert.deepEqual(alarmKinds(), ['failed', 'expired']);
    // It may have obeyed unheard, so it is not left alone before it has said that its light is on.
    await report('on', { commandId: world.relay(1).commandId });
    assert.equal(world.relay(1).state, 'confirmed');
    const sentSoFar = world.sent.length;
    await world.pass(3_600_000);
    assert.equal(world.sent.length, sentSoFar);
  });

  it('makes a restore anew that nobody obeyed, for ever, under a new id and version', async () => {
    start();
    await world.want(1, 'off');
    await report('off', { commandId: 'M1-1' });
    await world.want(1, 'on');
    await world.pass(1_000_000);
    const commands = world.sent.map((sent) => ({ ...commandIn(sent), atMs: sent.atMs }));
    assert.ok(commands.every(({ expiresMs, atMs }) => expiresMs > atMs && expiresMs <= atMs + 300_001));
    const versions = commands.map(({ version }) => version);
    assert.deepEqual(
      versions,
      [...versions].sort((a, b) => a - b),
    );
    assert.ok((versions.at(-1) ?? 0) >= 5, `only ${versions.at(-1)} versions`);
    assert.equal(world.alarms.length, 1, 'one alarm until it is over');
    await report('on', { commandId: commands.at(-1)?.commandId });
    assert.equal(world.relay(1).state, 'confirmed');
    assert.deepEqual(alarmKinds(), ['failed', 'recovered']);
  });

  it('takes a late confirmation in', async () => {
    start();
    await world.want(1, 'off');
    await world.pass(60_000);
    assert.equal(world.relay(1).state, 'failed');
    await report('off', { commandId: 'M1-1' });
    assert.equal(world.relay(1).state, 'confirmed');
    assert.equal(world.driver.failed, 0);
  });

  it('drives a relay on again that obeyed a cut after it was taken back', async () => {
    start();
    await world.want(1, 'off');
    await world.pass(301_000);
    await report('off', { commandId: 'M1-1' });
    await world.settle();
    const last = commandIn(world.sent.at(-1)!);
    assert.deepEqual([last.desired, last.version], ['on', 2]);
  });

  it('puts the light on again when a cut was obeyed and nobody heard so', async () => {
    start();
    await report('on');
    await world.want(1, 'off');
    world.driver.close();
    world.nowMs += 301_000;
    await world.restart();
    const last = commandIn(world.sent.at(-1)!);
    assert.deepEqual([last.desired, last.version], ['on', 2]);
    await report('on', { commandId: last.commandId });
    const sentSoFar = world.sent.length;
    await world.pass(3_600_000);
    assert.equal(world.sent.length, sentSoFar);
  });

  it('remembers how a relay stood whose meter was closed and is registered again', async () => {
    start();
    const entry = { ...registration(1), tariffId: HOME_TARIFF.tariffId };
    world.post({ type: 'register', registration: entry, by: 'staff' });
    await world.want(1, 'off');
    await report('off', { commandId: 'M1-1' });
    world.post({ type: 'closeMeter', meterId: 'M1', closing: null, by: 'fitter', guard: null });
    world.register(1);
    assert.deepEqual([world.relay(1).desired, world.relay(1).reported], ['on', 'off']);
    world.driver.reconcile();
    await world.settle();
    const last = commandIn(world.sent.at(-1)!);
    assert.deepEqual([last.desired, last.version], ['on', 2]);
  });

  it('lets no older command speak for a newer one', async () => {
    start();
    await world.want(1, 'off');
    await world.pass(1_000);
    await world.want(1, 'on');
    await report('on', { commandId: 'M1-1' });
    assert.equal(world.relay(1).state, 'sent');
    await report('on', { commandId: 'M1-2' });
    assert.equal(world.relay(1).state, 'confirmed');
  });

  it('ignores a report that was overtaken, but not a clock that was set back', async () => {
    start();
    await report('on', { atMs: 1_700_000_000_000 });
    await report('off', { atMs: 1_699_999_999_000 });
    assert.equal(world.relay(1).reported, 'on');
    await report('off', { atMs: 1_600_000_000_000 });
    assert.equal(world.relay(1).reported, 'off');
  });

  it('puts a relay right that turned by itself, under a new id', async () => {
    start();
    await report('off');
    await world.settle();
    assert.deepEqual(sentIds(), ['M1-1']);
    assert.equal(commandIn(world.sent[0]!).desired, 'on');
    await report('on', { commandId: 'M1-1' });
    await report('off');
    await world.settle();
    assert.deepEqual(sentIds(), ['M1-1', 'M1-2']);
  });

  it('puts a relay right that obeyed and turned back before it was heard, but not in a rush', async () => {
    start();
    await world.want(1, 'off');
    for (let time = 0; time < 3; time += 1) {
      await report('on', { commandId: world.relay(1).commandId });
      assert.equal(world.sent.length, time + 1, 'not before the next repetition is due');
      await world.pass(6_000);
    }
    assert.deepEqual(sentIds(), ['M1-1', 'M1-2', 'M1-3', 'M1-4']);
    assert.deepEqual(alarmKinds(), ['failed']);
    await report('off', { commandId: 'M1-4' });
    assert.equal(world.relay(1).state, 'confirmed');
  });

  it('leaves a relay alone that never said anything and was never told anything', async () => {
    start();
    world.driver.start();
    await world.pass(600_000);
    assert.deepEqual(world.sent, []);
  });

  it('waits while the way is closed, lets a cut expire visibly, and goes on with a restore', async () => {
    start();
    world.isWayOpen = false;
    await world.want(1, 'off');
    assert.deepEqual([world.states.at(-1)?.state, world.states.at(-1)?.waitsFor], ['waiting', 'way']);
    assert.equal(world.driver.waiting, 1);
    await world.pass(301_000);
    assert.equal(world.relay(1).state, 'expired');
    assert.deepEqual(alarmKinds(), ['expired']);
    await report('off');
    await world.pass(3_600_000);
    assert.deepEqual(world.sent, []);
    world.isWayOpen = true;
    world.driver.wayOpened();
    await world.settle();
    assert.equal(commandIn(world.sent[0]!).desired, 'on');
    assert.ok(commandIn(world.sent[0]!).expiresMs > world.nowMs);
  });

  it('tells a device at once that comes back, but not again and again', async () => {
    start();
    await world.want(1, 'off');
    await world.pass(100_000);
    const before = world.sent.length;
    for (let time = 0; time < 10; time += 1) world.driver.deviceIsBack('M1');
    await world.settle();
    assert.equal(world.sent.length, before + 1);
  });

  it('goes on after a restart where it was, without a pulse', async () => {
    start();
    await world.want(1, 'off');
    await world.restart();
    assert.deepEqual(sentIds(), ['M1-1', 'M1-1'], 'an open command is sent again under its own id');
    await report('off', { commandId: 'M1-1' });
    await world.restart();
    await world.pass(600_000);
    assert.equal(world.sent.length, 2, 'a relay that is right is left alone');
  });

  it('does not tell again after a restart what has failed, but tells when it is over', async () => {
    start();
    await world.want(1, 'off');
    await world.pass(60_000);
    assert.deepEqual(alarmKinds(), ['failed']);
    await world.restart();
    assert.equal(world.driver.failed, 1);
    await world.pass(60_000);
    assert.deepEqual(alarmKinds(), ['failed']);
    await report('off', { commandId: 'M1-1' });
    assert.deepEqual(alarmKinds(), ['failed', 'recovered']);
  });

  it('cuts nobody off who has become protected meanwhile', async () => {
    start();
    world.isWayOpen = false;
    await world.want(1, 'off');
    const entry = {
      accountId: 'A1',
      customerId: 'A1',
      name: 'House 1',
      meterId: 'M1',
      phone: '',
      language: 'en',
    };
    const terms = { tariffId: null, sanctionedLoadW: null, isLifeline: null, termsFromMs: null };
    const registration = { ...entry, ...terms, isProtected: true, relayDialect: 'json' };
    world.post({ type: 'register', registration, by: 'staff' });
    world.isWayOpen = true;
    world.driver.wayOpened();
    await world.settle();
    assert.deepEqual(world.sent, []);
    assert.equal(world.relay(1).desired, 'on');
  });

  it('gives a command up that its dialect has no words for, and says why', async () => {
    world = new RelayWorld();
    world.register(1);
    world.post({
      type: 'register',
      registration: {
        accountId: 'A1',
        customerId: 'A1',
        name: 'House 1',
        meterId: 'M1',
        phone: '',
        language: 'en',
        isProtected: false,
        relayDialect: 'dds238',
        tariffId: null,
        sanctionedLoadW: null,
        isLifeline: null,
        termsFromMs: null,
      },
      by: 'staff',
    });
    await world.want(1, 'off');
    assert.match(world.errors[0] ?? '', /M1: relay\.unit is missing/);
    assert.deepEqual(alarmKinds(), ['failed']);
    await world.pass(200_000);
    assert.equal(world.relay(1).state, 'failed');
  });

  it('falls silent when closed', async () => {
    start();
    await world.want(1, 'off');
    world.driver.close();
    await world.pass(600_000);
    assert.equal(world.sent.length, 1);
  });
});
