import assert from 'node:assert/strict';
import type { Decision } from '../../nodes/lib/policy/supply-decision';
import { micros } from '../../nodes/lib/money/micros';
import { RunningFlow } from './running-flow';

const SWITCH = {
  id: 'switch',
  type: 'relay-switch',
  site: 'site',
  broker: '',
  retrySeconds: '5',
  maxTries: '5',
  wires: [['device'], ['state']],
};

describe('relay-switch', () => {
  let flow: RunningFlow;
  const helpers = ['registered', 'device', 'state', 'error'].map((id) => ({ id, type: 'helper' }));
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
    const decide = (): Decision => ({
      supply: 'off',
      reason: 'no credit',
      heldBackBy: null,
      warnedAtMs: null,
      notices: [],
    });
    await flow.ledger.post({
      type: 'topUp',
      accountId: 'A1',
      amountMicros: micros(1),
      reference: 'r',
      channel: 'x',
      by: 'test',
      decide,
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
    assert.deepEqual(state.payload, {
      meterId: 'M1',
      desired: 'off',
      reported: 'off',
      confirmed: true,
      tries: 1,
      state: 'confirmed',
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
    const decide = (): Decision => ({
      supply: 'on',
      reason: 'credit',
      heldBackBy: null,
      warnedAtMs: null,
      notices: [],
    });
    await flow.ledger.post({
      type: 'topUp',
      accountId: 'A1',
      amountMicros: micros(1),
      reference: 'r2',
      channel: 'x',
      by: 'test',
      decide,
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
    ['off', /relay intent or report/],
  ] as const) {
    it(`refuses ${JSON.stringify(payload)}`, async () => {
      const error = await flow.ask('switch', { payload }, 'error');
      assert.match((error['error'] as { message: string }).message, says);
    });
  }
});
