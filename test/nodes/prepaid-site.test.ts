import assert from 'node:assert/strict';
import { join } from 'node:path';
import { RunningFlow } from './running-flow';

describe('prepaid-site', () => {
  let flow: RunningFlow;
  beforeEach(async () => {
    flow = await RunningFlow.open();
  });
  afterEach(() => flow.close());

  const fault = (): string => (flow.node('site') as unknown as { fault: string }).fault;
  const REST = [
    { id: 'report', type: 'prepaid-report', site: 'site', wires: [['out']] },
    { id: 'out', type: 'helper' },
    { id: 'error', type: 'helper' },
    { id: 'catch', type: 'catch', scope: null, uncaught: false, wires: [['error']] },
  ];

  const bad: [what: string, extra: object, says: RegExp][] = [
    ['a time zone that does not exist', { timeZone: 'Mars/Olympus' }, /unknown time zone "Mars\/Olympus"/],
    ['a currency that is none', { currency: 'money' }, /currency.*"money"/],
    ['a clock that stands still', { clockRate: '0' }, /from 1 to 3600, got 0/],
    [
      'a database below a file',
      { database: join(__filename, 'ledger.sqlite') },
      /cannot open the ledger .*ledger.sqlite/,
    ],
  ];
  for (const [what, extra, says] of bad) {
    it(`starts the flow and explains ${what}`, async () => {
      await flow.start([flow.site(extra), ...REST]);
      assert.match(fault(), says);
      const error = await flow.ask('report', { payload: { ask: 'neighbourhood' } }, 'error');
      assert.match((error['error'] as { message: string }).message, /the site has no ledger/);
    });
  }

  it('opens with the shipped texts when one of its own is wrong, and says so', async () => {
    const ownTexts = [{ language: 'en', kind: 'restored', text: 'light' }];
    await flow.start([flow.site({ configVersion: 1, ownTexts }), ...REST]);
    assert.equal(fault(), '');
    assert.deepEqual(flow.ledger.ownTexts, {});
  });

  it('that was saved before there were offices goes on without one', async () => {
    await flow.start([flow.site(), ...REST]);
    assert.deepEqual(flow.ledger.office, { phone: '', email: '', language: 'en' });
    assert.equal(flow.ledger.siteName, 'Test site');
  });

  it('says when no site was chosen', async () => {
    await flow.start([{ ...REST[0], site: '' } as never, ...REST.slice(1)]);
    const error = await flow.ask('report', { payload: { ask: 'neighbourhood' } }, 'error');
    assert.match((error['error'] as { message: string }).message, /choose a site/);
  });

  it('keeps currency and kind of clock for the life of a ledger', async () => {
    await flow.start([flow.site()]);
    await flow.stop();
    await flow.start([flow.site({ currency: 'KES' })]);
    assert.match(fault(), /currency is INR and cannot become KES/);
    await flow.stop();
    await flow.start([flow.site({ clockRate: '300' })]);
    assert.match(fault(), /clock is real and cannot become simulated/);
  });

  it('goes on with simulated time where the ledger stopped', async () => {
    const site = flow.site({ clockRate: '300' });
    await flow.start([
      site,
      { id: 'register', type: 'prepaid-register', site: 'site', wires: [['out']] },
      ...REST,
    ]);
    await flow.ask('register', { payload: { accountId: 'A1', name: 'x', meterId: 'M1' } }, 'out');
    const { ledger } = flow;
    const before = ledger.nowMs();
    await ledger.post({
      type: 'topUp',
      accountId: 'A1',
      amountMicros: 1 as never,
      reference: 'r',
      channel: 'x',
      by: 'x',
      guard: null,
    });
    const last = ledger.store.lastMs();
    assert.ok(last >= before);
    await flow.stop();
    await flow.start([site]);
    assert.ok(flow.ledger.nowMs() > last);
  });
});
