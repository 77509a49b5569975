// A relay on a line of this computer, from the ledger to the arguments of gpioset.
import assert from 'node:assert/strict';
import { readFileSync } from 'node:fs';
import { micros } from '../../nodes/lib/money/micros';
import type { PrepaidMessage } from '../../nodes/lib/meter/prepaid-message';
import type { SupplyState } from '../../nodes/lib/ledger/account';
import { FakeGpiod } from '../lib/io/gpio/fake-gpiod';
import { RunningFlow, withDeadline } from './running-flow';
import { switchTo } from '../lib/policy/switch-to';

describe('relay-switch with lines of this computer', function () {
  this.timeout(60_000);
  let flow: RunningFlow;
  let fake: FakeGpiod;
  let folder: string;
  const path = process.env['PATH'];

  beforeEach(async () => {
    fake = new FakeGpiod(2);
    process.env['PATH'] = fake.env['PATH'];
    flow = await RunningFlow.open();
    process.env['WATTKEEPER_DATA'] = flow.folder;
    await flow.start(nodes());
    folder = flow.ledger.dataFolder;
  });
  afterEach(async () => {
    fake.endHolders(folder);
    await flow.close();
    process.env['PATH'] = path;
    delete process.env['WATTKEEPER_DATA'];
    fake.dispose();
  });

  const nodes = (extra: object = {}) => [
    flow.site(),
    { id: 'register', type: 'prepaid-register', site: 'site', wires: [['registered']] },
    {
      id: 'switch',
      type: 'relay-switch',
      site: 'site',
      broker: '',
      retrySeconds: '5',
      maxTries: '5',
      wires: [['device'], ['state'], ['alarm']],
      ...extra,
    },
    ...['registered', 'device', 'state', 'alarm'].map((id) => ({ id, type: 'helper' })),
  ];
  const register = (relay: object): Promise<unknown> =>
    flow.ask(
      'register',
      { payload: { accountId: 'A1', name: 'House 1', meterId: 'M1', relay } },
      'registered',
    );
  let payments = 0;
  const want = async (supply: SupplyState): Promise<void> => {
    payments += 1;
    const result = await flow.ledger.post({
      type: 'topUp',
      accountId: 'A1',
      amountMicros: micros(1),
      reference: `payment ${payments}`,
      channel: 'x',
      by: 'test',
      guard: switchTo(supply),
    });
    assert.ok(result.outcome === 'committed');
    for (const intent of result.relays) flow.send('switch', { payload: intent });
  };
  const until = (what: string, isSo: () => boolean): Promise<void> =>
    withDeadline(what, (resolve) => {
      const look = (): void => {
        if (isSo()) resolve();
        else setTimeout(look, 10);
      };
      look();
    });
  const called = (call: string): Promise<void> => until(call, () => fake.calls.includes(call));
  /** What lines were set to, one after the other. */
  const setCalls = (): string[] =>
    fake.calls.filter((call) => call.startsWith('gpioset ')).map((call) => call.split(' ').at(-1) ?? '');
  const isThere = (pid: number): boolean => {
    try {
      // Also one that has ended and that nobody has buried yet has no words left.
      return readFileSync(`/proc/${pid}/cmdline`, 'utf8') !== '';
    } catch {
      return false;
    }
  };
  const LOCK = { payload: { lock: { meterId: 'M1', name: 'asha', reason: 'new cable' } } };
  const UNLOCK = { payload: { unlock: { meterId: 'M1', name: 'asha' } } };
  /** A state that was told before is no answer. */
  const lock = async (message: typeof LOCK | typeof UNLOCK): Promise<void> => {
    const isWanted = 'lock' in message.payload;
    const told = withDeadline('the lock', (resolve: (value: void) => void) =>
      flow.node('state').on('input', (({ payload }: PrepaidMessage) => {
        if ('lock' in (payload as object) === isWanted) resolve();
      }) as never),
    );
    flow.send('switch', message);
    await told;
  };
  const state = (): string | undefined => flow.ledger.store.relay('M1')?.state;

  it('holds a line, shows it as unconfirmed, and moves nothing when Node-RED starts again', async () => {
    await register({ dialect: 'gpio', line: 'RELAY1' });
    await want('off');
    await called('gpioset --by-name --strict --consumer=wattkeeper RELAY1=0');
    await until('unconfirmed', () => state() === 'unconfirmed');
    await until('the holder to be remembered', () => fake.holders(folder).length === 1);
    const holders = fake.holders(folder);
    const before = fake.calls.length;
    await flow.stop();
    await flow.start(nodes());
    await want('on');
    await called('gpioset --by-name --strict --consumer=wattkeeper RELAY1=1');
    assert.equal(fake.calls.length, before + 1, 'nothing but the restore was set');
    await until('another holder', () => fake.holders(folder)[0] !== holders[0]);
  });

  it('pulses the coils of a latching relay and believes its contact', async () => {
    fake.setContact(1);
    await register({
      dialect: 'latching',
      onLine: 'COIL_ON',
      offLine: 'COIL_OFF',
      pulseMs: 80,
      readLine: 'CONTACT',
    });
    await want('off');
    await called('gpioset --by-name --strict --consumer=wattkeeper --toggle=80ms,0 COIL_OFF=1');
    await called('gpiomon --by-name --strict --consumer=wattkeeper --format=%e CONTACT');
    assert.notEqual(state(), 'confirmed');
    await new Promise((resolve) => setTimeout(resolve, 100));
    fake.event('2');
    await until('confirmed', () => state() === 'confirmed');
    assert.equal(flow.ledger.store.relay('M1')?.reportedBy, 'read-back');
  });

  it('raises an alarm when a line can not be driven', async () => {
    await register({ dialect: 'gpio', line: 'BUSY' });
    const alarm = flow.next('alarm');
    await want('off');
    const { payload } = await alarm;
    assert.equal((payload as { kind: string }).kind, 'driver');
  });

  it('lets a line go that is no longer the relay of anybody', async () => {
    await register({ dialect: 'gpio', line: 'RELAY1' });
    await want('off');
    await until('unconfirmed', () => state() === 'unconfirmed');
    await register({ dialect: 'gpio', line: 'RELAY2' });
    await flow.stop();
    await flow.start(nodes());
    await called('gpioset --by-name --strict --consumer=wattkeeper RELAY2=0');
    await until('one holder', () => fake.holders(folder).length === 1);
  });

  it('leaves lines where the site wants them when it stops', async () => {
    await flow.stop();
    await flow.start(nodes({ failState: 'on' }));
    await register({ dialect: 'gpio', line: 'RELAY1' });
    await want('off');
    await called('gpioset --by-name --strict --consumer=wattkeeper RELAY1=0');
    await flow.stop();
    assert.equal(fake.calls.at(-1), 'gpioset --by-name --strict --consumer=wattkeeper RELAY1=1');
  });

  it('leaves a line alone when it stops that somebody has locked', async () => {
    await flow.stop();
    await flow.start(nodes({ failState: 'on' }));
    await register({ dialect: 'gpio', line: 'RELAY1' });
    await want('off');
    await until('unconfirmed', () => state() === 'unconfirmed');
    await until('the holder to be remembered', () => fake.holders(folder).length === 1);
    await lock(LOCK);
    await flow.stop();
    assert.deepEqual(setCalls(), ['RELAY1=0']);
  });

  for (const isLocked of [false, true])
    it(`holds a ${isLocked ? 'locked ' : ''}line again that nobody holds any more`, async () => {
      await register({ dialect: 'gpio', line: 'RELAY1' });
      await want('off');
      await until('unconfirmed', () => state() === 'unconfirmed');
      await until('the holder to be remembered', () => fake.holders(folder).length === 1);
      if (isLocked) await lock(LOCK);
      await flow.stop();
      // Whoever took the holder over from an earlier run does not hear that it ends.
      await flow.start(nodes());
      const [pid = 0] = fake.holders(folder);
      process.kill(pid, 'SIGKILL');
      await until('the holder to end', () => !isThere(pid));
      await lock(isLocked ? UNLOCK : LOCK);
      await until('another holder', () => ![undefined, pid].includes(fake.holders(folder)[0]));
      // The holder is remembered before it has said what it was called with.
      await until('its call', () => setCalls().length >= 2);
      // On a busy computer two ways lead to it; neither moves the line, and one holder is left.
      assert.deepEqual([...new Set(setCalls())], ['RELAY1=0']);
      await until('one holder', () => fake.holders(folder).length === 1);
    });
});
