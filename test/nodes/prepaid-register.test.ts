import assert from 'node:assert/strict';
import { RunningFlow } from './running-flow';

describe('prepaid-register', () => {
  let flow: RunningFlow;
  beforeEach(async () => {
    flow = await RunningFlow.open();
    await flow.start([
      flow.site(),
      { id: 'register', type: 'prepaid-register', site: 'site', wires: [['out']] },
      ...['out', 'error'].map((id) => ({ id, type: 'helper' })),
      { id: 'catch', type: 'catch', scope: null, uncaught: false, wires: [['error']] },
    ]);
  });
  afterEach(() => flow.close());

  const house = (number: number): object => ({
    accountId: `A${number}`,
    name: `House ${number}`,
    meterId: `M${number}`,
  });

  it('opens one account or many, and changes them when told again', async () => {
    await flow.ask('register', { payload: house(1) }, 'out');
    await flow.ask(
      'register',
      { payload: [house(2), { ...house(1), name: 'Mill Lane 1', phone: '+1 555 0100' }] },
      'out',
    );
    const names = flow.ledger.store.summaries().map(({ meterId, name }) => [meterId, name]);
    assert.deepEqual(names, [
      ['M1', 'Mill Lane 1'],
      ['M2', 'House 2'],
    ]);
  });

  it('makes a meter known that was held as unknown before', async () => {
    const { chain } = flow.ledger;
    const reading = { meterId: 'M1', atMs: flow.ledger.nowMs(), energyWh: 1 };
    assert.equal(chain.accept(reading, flow.ledger.nowMs()).kind, 'refused');
    await flow.ask('register', { payload: house(1) }, 'out');
    assert.equal(chain.accept(reading, flow.ledger.nowMs()).kind, 'segment');
  });

  const bad: [payload: unknown, says: RegExp][] = [
    [7, /payload must be a registration/],
    [{}, /meterId must be text.*"missing"/],
    [{ ...house(1), meterId: 'a/b' }, /must not contain.*"a\/b"/],
    [{ ...house(1), accountId: ' ' }, /accountId must be text/],
    [{ ...house(1), relay: { dialect: 'morse' } }, /relay.dialect must be one of json, got "morse"/],
    [{ ...house(1), protected: 'yes' }, /protected must be true or false, got "yes"/],
    [[house(1), { ...house(2), name: 5 }], /name must be text.*"5"/],
  ];
  for (const [payload, says] of bad) {
    it(`refuses ${JSON.stringify(payload)} whole`, async () => {
      const error = await flow.ask('register', { payload }, 'error');
      assert.match((error['error'] as { message: string }).message, says);
      assert.equal(flow.ledger.store.countMeters(), 0);
    });
  }

  it('does not take a meter away from another account', async () => {
    await flow.ask('register', { payload: house(1) }, 'out');
    const error = await flow.ask('register', { payload: { ...house(2), meterId: 'M1' } }, 'error');
    assert.match(
      (error['error'] as { message: string }).message,
      /meterId belongs to another account, got "M1"/,
    );
  });
});
