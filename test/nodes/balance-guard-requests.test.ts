import assert from 'node:assert/strict';
import type { PrepaidMessage } from '../../nodes/lib/meter/prepaid-message';
import { guardPolicy } from '../../nodes/lib/form/guard-settings';
import {
  DEFAULTS,
  MIGRATIONS,
  type BalanceGuardConfig,
} from '../../nodes/balance-guard/balance-guard.config';
import { migrateConfig } from '../../nodes/lib/red/config-migration';
import { RunningFlow } from './running-flow';

/** As a node of the first version is stored. */
const FIRST_VERSION = {
  id: 'guard',
  type: 'balance-guard',
  site: 'site',
  cutAt: '0',
  warnBelow: '30',
  warnLeadMinutes: '0',
  freshMinutes: '120',
  maxCutsPerHour: '5',
  cutFrom: '00:00',
  cutTo: '24:00',
  workdaysOnly: false,
};
const GUARD = {
  ...FIRST_VERSION,
  configVersion: 1,
  warnPercents: '',
  warnDaysLeft: '',
  emergencyMode: 'activated',
  emergencyAmount: '5',
  emergencyBelow: '1',
  wires: [['state'], ['intent'], ['notice'], ['answer']],
};

describe('requests to balance-guard', () => {
  let flow: RunningFlow;
  beforeEach(async () => {
    flow = await RunningFlow.open();
    await flow.start([
      flow.site(),
      { id: 'register', type: 'prepaid-register', site: 'site', wires: [['registered']] },
      GUARD,
      ...['registered', 'state', 'intent', 'notice', 'answer', 'error'].map((id) => ({ id, type: 'helper' })),
      { id: 'catch', type: 'catch', scope: null, uncaught: false, wires: [['error']] },
    ]);
    const payload = { accountId: 'A1', name: 'House 1', meterId: 'M1' };
    await flow.ask('register', { payload }, 'registered');
  });
  afterEach(() => flow.close());

  const ask = async (payload: object): Promise<Record<string, unknown>> =>
    (await flow.ask('guard', { payload }, 'answer')).payload as Record<string, unknown>;

  it('says why, in words for staff and for the customer, and leaves other properties alone', async () => {
    const message: PrepaidMessage = { payload: { ask: 'why', accountId: 'A1' }, colour: 'red' };
    const { payload, colour } = await flow.ask('guard', message, 'answer');
    assert.equal(colour, 'red');
    const { accountId, why } = payload as { accountId: string; why: Record<string, unknown> };
    assert.equal(accountId, 'A1');
    assert.equal(why['supply'], 'on');
    assert.deepEqual((why['staff'] as string[]).slice(0, 2), [
      'The supply is on. Balance INR 0.00, cut-off at INR 0.00, days left: not known.',
      'Balance INR 0.00 is at or below the cut-off at INR 0.00; debt besides: INR 0.00.',
    ]);
    assert.ok(
      (why['customer'] as string[]).includes(
        'Your meter has not reported lately, so the light stays as it is.',
      ),
    );
  });

  it('takes an order of the office, tells of it, and shows the account', async () => {
    const notice = flow.next('notice');
    const state = flow.next('state');
    const answer = await ask({ cut: { accountId: 'A1', reason: 'moved out', by: 'Asha' } });
    assert.deepEqual(answer, { accountId: 'A1', done: 'cut', reason: 'moved out' });
    assert.ok((await notice).payload);
    assert.ok(Array.isArray((await state).payload));
  });

  it('serves whoever asks within the process, and nobody when it has stopped', async () => {
    const { ledger } = flow;
    assert.deepEqual(await ledger.askGuard({ ownLimits: { accountId: 'A1', spendMicros: 5 } }), {
      accountId: 'A1',
      done: 'ownLimits',
      ownLimits: { spendMicros: 5 },
    });
    const granted = await ledger.askGuard({ emergency: { accountId: 'A1' } });
    const [notice] = ledger.store.recentNotices(1);
    assert.equal(notice?.kind, 'emergency-credit');
    assert.deepEqual(granted, {
      accountId: 'A1',
      emergency: 'granted',
      amountMicros: 5_000_000,
      noticeId: notice.noticeId,
    });
    assert.deepEqual(await ledger.askGuard({ emergency: { accountId: 'A1' } }), {
      accountId: 'A1',
      emergency: 'refused',
      amountMicros: 5_000_000,
      noticeId: null,
    });
    await assert.rejects(
      ledger.askGuard({ emergency: { accountId: 'A2' } }),
      /accountId "A2": there is no such account/,
    );
    await assert.rejects(ledger.askGuard({ colour: 'red' }), /must be a request to a balance-guard/);
    await flow.stop();
    await flow.start([flow.site()]);
    await assert.rejects(
      flow.ledger.askGuard({ ask: 'quarantine' }),
      /no balance-guard of this site is running/,
    );
  });

  it('answers with errors that name the field', async () => {
    const cases: [object, RegExp][] = [
      [{ cut: { accountId: 'A1', by: 'Asha' } }, /cut\.reason must be text/],
      [{ withdrawCut: { accountId: 'A1', by: 'Asha' } }, /withdrawCut\.accountId "A1": is under no order/],
      [{ giveRelease: { accountId: 'A1', by: 'Asha' } }, /release\.accountId "A1": waits for no release/],
      [{ order: { orderId: 'D1', groups: [] } }, /order "D1": order\.groups must be a list of 1 to 100/],
      [
        { override: { accountId: 'A1', policy: { cut: { at: 5 } }, by: 'Asha' } },
        /override "A1": cut\.at must be absent/,
      ],
    ];
    for (const [payload, says] of cases) {
      const error = await flow.ask('guard', { payload }, 'error');
      assert.match((error['error'] as { message: string }).message, says);
    }
    assert.deepEqual(await ask({ ask: 'quarantine' }), { timeZone: 'UTC', quarantine: [] });
  });
});

describe('two guards of one site', () => {
  it('decide by one policy, or the second says that it cannot', async () => {
    const flow = await RunningFlow.open();
    await flow.start([
      flow.site(),
      GUARD,
      { ...GUARD, id: 'same' },
      { ...GUARD, id: 'other', cutAt: '-50' },
      ...['state', 'intent', 'notice', 'answer', 'error'].map((id) => ({ id, type: 'helper' })),
      { id: 'catch', type: 'catch', scope: null, uncaught: false, wires: [['error']] },
    ]);
    const payload = { ask: 'quarantine' };
    assert.ok((await flow.ask('same', { payload }, 'answer')).payload);
    const { error } = await flow.ask('other', { payload }, 'error');
    assert.match((error as { message: string }).message, /other settings/);
    await flow.close();
  });
});

describe('the settings of balance-guard', () => {
  const migrate = (stored: object): BalanceGuardConfig =>
    migrateConfig<BalanceGuardConfig>(stored, MIGRATIONS, DEFAULTS);

  it('of the first version warn at the one line that they had, and at nothing new', () => {
    const { warnings, highUse, overload, emergency, noCut, fleet } = guardPolicy(migrate(FIRST_VERSION));
    assert.deepEqual(warnings.amountsMicros, [30_000_000]);
    assert.equal(warnings.hysteresisMicros, 3_000_000);
    assert.deepEqual([warnings.percentagesPpm, warnings.daysLeft, warnings.nextSlab], [[], [], false]);
    assert.deepEqual([highUse.abovePpm, overload.limitW, emergency.mode], [null, null, 'off']);
    assert.ok(noCut.sets.every(({ week }) => week.every((windows) => windows.length === 0)));
    assert.deepEqual([fleet.leastCuts, fleet.partPpm], [5, 10_000]);
  });

  it('let a preset say what it knows, and the written policy everything', () => {
    const settings = { ...DEFAULTS, preset: 'uttar-pradesh', policy: '{"cut": {"conversionGraceMs": 5}}' };
    const policy = guardPolicy(settings);
    assert.deepEqual(policy.warnings.percentagesPpm, [300_000, 100_000, 0]);
    assert.equal(policy.emergency.mode, 'automatic');
    assert.equal(policy.noCut.sets[0]?.monthDays.length, 1);
    assert.equal(policy.cut.conversionGraceMs, 5);
    const bounded = guardPolicy({
      ...settings,
      policy: '{"fleet": {"partPpm": 0}, "emergency": {"mode": "off"}}',
    });
    assert.deepEqual([bounded.fleet.partPpm, bounded.emergency.mode], [0, 'off']);
  });
});
