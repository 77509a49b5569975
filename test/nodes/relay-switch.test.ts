import assert from 'node:assert/strict';
import { createHmac } from 'node:crypto';
import { switchTo } from '../lib/policy/switch-to';
import { micros } from '../../nodes/lib/money/micros';
import { RunningFlow } from './running-flow';

const SWITCH = {
  id: 'switch',
  type: 'relay-switch',
  site: 'site',
  broker: '',
  retrySeconds: '5',
  maxTries: '5',
  wires: [['device'], ['state'], ['alarm']],
};

describe('relay-switch', () => {
  let flow: RunningFlow;
  const helpers = ['registered', 'device', 'state', 'alarm', 'error'].map((id) => ({ id, type: 'helper' }));
  const nodes = () => [
    flow.site(),
    { id: 'register', type: 'prepaid-register', site: 'site', wires: [['registered']] },
    SWITCH,
    ...helpers,
    { id: 'catch', type: 'catch', scope: null, uncaught: false, wires: [['error']] },
  ];
  beforeEach(async () => {
    flow = await RunningFlow.open();
    await flow.start(nodes());
    await flow.ask(
      'register',
      { payload: { accountId: 'A1', name: 'House 1', meterId: 'M1' } },
      'registered',
    );
  });
  afterEach(() => flow.close());

  /** Lets the ledger want the light off, as balance-guard would. */
  const wantOff = async (): Promise<void> => {
    await flow.ledger.post({
      type: 'topUp',
      accountId: 'A1',
      amountMicros: micros(1),
      reference: 'r',
      channel: 'x',
      by: 'test',
      guard: switchTo('off', 'no credit'),
    });
  };
  const intent = { meterId: 'M1', desired: 'off', reason: 'no credit', commandId: 'M1-1', version: 1 };

  it('sends a command and says when the relay has obeyed', async () => {
    await wantOff();
    const command = await flow.ask('switch', { payload: intent }, 'device');
    assert.equal(command.topic, 'wk/M1/command');
    const { desired, version, expiresMs } = JSON.parse(command.payload as string) as Record<string, number>;
    assert.deepEqual([desired, version], ['off', 1]);
    assert.ok((expiresMs ?? 0) > flow.ledger.nowMs());
    const state = await flow.ask(
      'switch',
      { payload: { kind: 'relay', meterId: 'M1', reported: 'off' } },
      'state',
    );
    const { expiresMs: until, ...told } = state.payload as Record<string, unknown>;
    assert.equal(until, expiresMs);
    assert.deepEqual(told, {
      meterId: 'M1',
      desired: 'off',
      reported: 'off',
      confirmed: true,
      tries: 1,
      state: 'confirmed',
      reason: 'no credit',
      commandId: 'M1-1',
      version: 1,
    });
    assert.equal(flow.ledger.store.relay('M1')?.state, 'confirmed');
  });

  it('takes an open command up again after a restart', async () => {
    await wantOff();
    await flow.stop();
    const [site, , relaySwitch, ...rest] = nodes();
    await flow.start([site, relaySwitch, ...rest] as never);
    const { payload } = await flow.next('device');
    assert.equal((JSON.parse(payload as string) as { commandId: string }).commandId, 'M1-1');
  });

  it('drives a relay back that says it is not where the ledger wants it', async () => {
    const command = await flow.ask('switch', { payload: { meterId: 'M1', reported: 'off' } }, 'device');
    assert.equal((JSON.parse(command.payload as string) as { desired: string }).desired, 'on');
  });

  it('lets no command act that the ledger has overtaken', async () => {
    await wantOff();
    await flow.ledger.post({
      type: 'topUp',
      accountId: 'A1',
      amountMicros: micros(1),
      reference: 'r2',
      channel: 'x',
      by: 'test',
      guard: switchTo('on', 'credit'),
    });
    const device = flow.next('device');
    flow.send('switch', { payload: intent });
    flow.send('switch', { payload: { ...intent, desired: 'on', commandId: 'M1-2', version: 2 } });
    assert.equal((JSON.parse((await device).payload as string) as { version: number }).version, 2);
  });

  /** Makes the ledger's standing command older than any command may act. */
  const age = (): void => {
    const { store } = flow.ledger;
    const relay = store.relay.bind(store);
    store.relay = (meterId) => {
      const found = relay(meterId);
      return found && { ...found, issuedMs: found.issuedMs - 300_001 };
    };
  };

  it('takes a cut back that did not reach the relay in time, and lets the next reading decide', async () => {
    await wantOff();
    age();
    const state = await flow.ask('switch', { payload: intent }, 'state');
    assert.deepEqual(state.payload, {
      meterId: 'M1',
      desired: 'on',
      reported: null,
      confirmed: false,
      tries: 0,
      state: 'expired',
      reason: 'no credit',
      commandId: 'M1-1',
      version: 1,
    });
    await flow.ledger.post({ type: 'noticesHanded', noticeIds: [] });
    assert.equal(flow.ledger.store.summary('M1')?.supply, 'on');
    assert.equal(flow.ledger.store.relay('M1')?.state, 'expired');
  });

  it('cuts nobody off who has become protected meanwhile', async () => {
    await wantOff();
    await flow.ask(
      'register',
      { payload: { accountId: 'A1', name: 'House 1', meterId: 'M1', protected: true } },
      'registered',
    );
    const state = await flow.ask('switch', { payload: intent }, 'state');
    assert.equal((state.payload as { state: string }).state, 'expired');
  });

  it('tells what it tried when a relay does not obey', async () => {
    await flow.stop();
    await flow.start(
      nodes().map((node) => (node.id === 'switch' ? { ...node, retrySeconds: '1', maxTries: '1' } : node)),
    );
    await wantOff();
    const { payload } = await flow.ask('switch', { payload: intent }, 'alarm');
    const { kind, text, tried } = payload as { kind: string; text: string; tried: { topic: string }[] };
    assert.equal(kind, 'failed');
    assert.notEqual(text, '');
    assert.deepEqual(
      tried.map(({ topic }) => topic),
      ['wk/M1/command'],
    );
  });

  it('sends nothing to a relay that is locked, and says who locked it', async () => {
    const lock = { meterId: 'M1', name: 'asha', reason: 'new cable' };
    const locked = await flow.ask('switch', { payload: { lock } }, 'state');
    assert.deepEqual((locked.payload as { lock: { name: string; reason: string } }).lock.reason, 'new cable');
    await wantOff();
    const waiting = await flow.ask('switch', { payload: intent }, 'state');
    assert.equal((waiting.payload as { waitsFor: string }).waitsFor, 'lock');
    const refused = await flow.ask(
      'switch',
      { payload: { unlock: { meterId: 'M1', name: 'bimal' } } },
      'error',
    );
    assert.match((refused['error'] as { message: string }).message, /must be asha/);
    const command = await flow.ask(
      'switch',
      { payload: { unlock: { meterId: 'M1', name: 'asha' } } },
      'device',
    );
    assert.equal((JSON.parse(command.payload as string) as { desired: string }).desired, 'off');
  });

  const registerWith = (relay: object): Promise<unknown> =>
    flow.ask(
      'register',
      { payload: { accountId: 'A1', name: 'House 1', meterId: 'M1', relay } },
      'registered',
    );

  it('switches a meter on a wire and believes what stands in its register', async () => {
    await registerWith({ dialect: 'dds238', unit: 3 });
    await wantOff();
    const command = await flow.ask('switch', { payload: intent }, 'device');
    assert.deepEqual(command.payload, { fc: 16, unitid: 3, address: 26, quantity: 1, value: [0] });
    assert.equal(command.topic, 'M1');
    const state = await flow.ask('switch', { topic: 'M1', payload: [0] }, 'state');
    assert.equal((state.payload as { state: string }).state, 'confirmed');
  });

  it('sends bytes as a Buffer', async () => {
    await registerWith({ dialect: 'dds238', unit: 3, form: 'frame' });
    await wantOff();
    const command = await flow.ask('switch', { payload: intent }, 'device');
    assert.ok(Buffer.isBuffer(command.payload));
  });

  it("hears a relay on its device's own topic", async () => {
    await registerWith({ dialect: 'tasmota', device: 'plug1', channel: 2 });
    await wantOff();
    const command = await flow.ask('switch', { payload: intent }, 'device');
    assert.deepEqual([command.topic, command.payload], ['cmnd/plug1/POWER2', 'OFF']);
    const state = await flow.ask(
      'switch',
      { topic: 'stat/plug1/RESULT', payload: '{"POWER2":"OFF"}' },
      'state',
    );
    assert.equal((state.payload as { state: string }).state, 'confirmed');
  });

  it('takes a report under the name of the device', async () => {
    await registerWith({ dialect: 'tasmota', device: 'plug1' });
    const payload = { kind: 'relay', meterId: 'plug1', reported: 'on' };
    const state = await flow.ask('switch', { payload }, 'state');
    assert.equal((state.payload as { meterId: string }).meterId, 'M1');
  });

  it('looks at readings when power shall tell how a relay stands', async () => {
    await registerWith({ dialect: 'tasmota', confirm: 'power' });
    await wantOff();
    await flow.ask('switch', { payload: intent }, 'device');
    const reading = { meterId: 'M1', atMs: flow.ledger.nowMs() + 60_000, energyWh: 5, powerW: 0 };
    const state = await flow.ask('switch', { payload: [reading] }, 'state');
    assert.equal((state.payload as { state: string }).state, 'confirmed');
  });

  it('waits for the button at the premises', async () => {
    await registerWith({ dialect: 'tasmota', closing: 'arm' });
    const waiting = await flow.ask('switch', { payload: { meterId: 'M1', reported: 'off' } }, 'state');
    assert.equal((waiting.payload as { desired: string }).desired, 'on');
    const command = await flow.ask('switch', { payload: { button: { meterId: 'M1' } } }, 'device');
    assert.equal(command.payload, 'ON');
  });

  it('signs with a key of its own for each meter', async () => {
    await flow.stop();
    await flow.start(
      nodes().map((node) => (node.id === 'switch' ? { ...node, signing: 'device' } : node)),
      { switch: { signingKey: 'a key nobody guesses' } },
    );
    await wantOff();
    const command = await flow.ask('switch', { payload: intent }, 'device');
    const { signature, ...fields } = JSON.parse(command.payload as string) as Record<string, string | number>;
    const key = createHmac('sha256', 'a key nobody guesses').update('M1').digest();
    const text = ['M1', fields['commandId'], 'off', 1, fields['expiresMs'], 'act'].join('\n');
    assert.equal(signature, createHmac('sha256', key).update(text).digest('hex'));
  });

  it('starts a new meter of a dark account with its light on', async () => {
    await wantOff();
    await flow.ask(
      'register',
      { payload: { accountId: 'A1', name: 'House 1', meterId: 'M2' } },
      'registered',
    );
    const state = await flow.ask('switch', { payload: { meterId: 'M2', reported: 'on' } }, 'state');
    assert.equal((state.payload as { confirmed: boolean }).confirmed, true);
  });

  for (const [payload, says] of [
    [{ meterId: 'M9', reported: 'on' }, /registered meter, got "M9"/],
    [{ meterId: 'M1', reported: 'dim' }, /"on" or "off", got "dim"/],
    [{ meterId: 'M1', desired: 'off', version: 0 }, /version must be a whole number from 1, got 0/],
    ['off', /must be a relay intent, a report, a reading, a lock or a button/],
    [{ lock: { meterId: 'M1', name: '', reason: 'works' } }, /lock\.name must be text of 1 to 64 characters/],
    [{ lock: { meterId: 'M9', name: 'asha', reason: 'works' } }, /registered meter, got "M9"/],
    [{ unlock: { meterId: 'M1', name: 'asha' } }, /meterId is not locked/],
    [{ unlock: { meterId: 'M1', name: 'asha', override: 1 } }, /unlock\.override must be true or false/],
    [{ button: 'M1' }, /button must be an object/],
  ] as const) {
    it(`refuses ${JSON.stringify(payload)}`, async () => {
      const error = await flow.ask('switch', { payload }, 'error');
      assert.match((error['error'] as { message: string }).message, says);
    });
  }
});
