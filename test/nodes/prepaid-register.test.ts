import Database from 'better-sqlite3';
import assert from 'node:assert/strict';
import { join } from 'node:path';
import { RunningFlow } from './running-flow';

describe('prepaid-register', () => {
  let flow: RunningFlow;
  beforeEach(async () => {
    flow = await RunningFlow.open();
    await flow.start([
      flow.site(),
      { id: 'register', type: 'prepaid-register', site: 'site', wires: [['out']] },
      {
        id: 'ingest',
        type: 'meter-ingest',
        site: 'site',
        maxAgeDays: 0,
        wires: [['tariff'], ['refused'], []],
      },
      { id: 'tariff', type: 'tariff-calc', site: 'site', tariffId: 'home', wires: [['guard'], []] },
      { id: 'guard', type: 'balance-guard', site: 'site', wires: [['state'], [], []] },
      ...['out', 'refused', 'state', 'error'].map((id) => ({ id, type: 'helper' })),
      { id: 'catch', type: 'catch', scope: null, uncaught: false, wires: [['error']] },
    ]);
  });
  afterEach(() => flow.close());

  const auditsOf = (subject: string): unknown => {
    const db = new Database(join(flow.folder, 'ledger.sqlite'), { readonly: true });
    const count = db.prepare('SELECT count(*) FROM audit WHERE subject = ?').pluck().get(subject);
    db.close();
    return count;
  };

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

  it('changes nobody who has the account already, when asked not to, also where they have no meter', async () => {
    await flow.ask('register', { payload: house(1) }, 'out');
    await flow.ask('register', { payload: { takeDown: { meterId: 'M1' } } }, 'out');
    const other = { ...house(2), accountId: 'A1', name: 'Somebody else', refuseExisting: true };
    const { error } = (await flow.ask('register', { payload: other }, 'error')) as {
      error: { message: string };
    };
    assert.match(error.message, /accountId is that of another customer: choose another, got "A1"/);
    const own = { ...house(3), refuseExisting: true };
    await flow.ask('register', { payload: own }, 'out');
    await flow.ask('register', { payload: own }, 'out');
    assert.equal(flow.ledger.store.knownMeter('M2'), undefined);
  });

  const contactOf = (accountId: string): unknown[] => {
    const card = flow.ledger.store.accountCard(accountId);
    return [card?.language, card?.channel, card?.email];
  };

  it('takes how a customer wants to be told, and leaves what is not said as it is', async () => {
    const entry = { ...house(1), language: 'ne' };
    await flow.ask('register', { payload: entry }, 'out');
    assert.deepEqual(contactOf('A1'), ['ne', null, '']);
    const told = { ...entry, channel: 'email', email: 'asha@example.org' };
    await flow.ask('register', { payload: told }, 'out');
    assert.deepEqual(contactOf('A1'), ['ne', 'email', 'asha@example.org']);
    // A second meter of the same customer, and the first one again with another name.
    await flow.ask('register', { payload: { ...entry, meterId: 'M2' } }, 'out');
    await flow.ask('register', { payload: { ...entry, name: 'Mill Lane 1' } }, 'out');
    assert.deepEqual(contactOf('A1'), ['ne', 'email', 'asha@example.org']);
    await flow.ask('register', { payload: { ...entry, channel: null } }, 'out');
    assert.deepEqual(contactOf('A1'), ['ne', null, 'asha@example.org']);
    await flow.ask('register', { payload: { ...entry, email: '' } }, 'out');
    assert.deepEqual(contactOf('A1'), ['ne', null, '']);
  });

  it('writes the same entry into the audit once, also with an address', async () => {
    const told = { ...house(1), channel: 'mqtt', email: 'asha@example.org' };
    for (let time = 0; time < 3; time += 1) await flow.ask('register', { payload: told }, 'out');
    await flow.ask('register', { payload: house(1) }, 'out');
    assert.equal(auditsOf('A1'), 1);
    await flow.ask('register', { payload: { ...told, channel: 'sms' } }, 'out');
    assert.equal(auditsOf('A1'), 2);
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
    [{ ...house(1), relay: { dialect: 'morse' } }, /relay.dialect must be one of json, .*, got "morse"/],
    [{ ...house(1), protected: 'yes' }, /protected must be true or false, got "yes"/],
    [[house(1), { ...house(2), name: 5 }], /name must be text.*"5"/],
    [{ ...house(1), channel: 'fax' }, /channel must be sms, email, mqtt, got "fax"/],
    [{ ...house(1), email: 'nobody' }, /email must be an e-mail address, or empty, got "nobody"/],
    [{ ...house(1), email: 7 }, /email must be an e-mail address, or empty, got "7"/],
    [{ ...house(1), email: 'a@b.org,c@d.org' }, /email must be an e-mail address, .*got "a@b.org,c@d.org"/],
    [{ ...house(1), channel: 'email', email: '' }, /email must be an address where channel is email, got ""/],
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
      /meterId belongs to another account: take it down there first, got "M1"/,
    );
  });

  const HOUR_MS = 3_600_000;
  const startMs = Date.UTC(2026, 9, 10);
  const read = (hour: number, energyWh: number, at = 'state'): ReturnType<RunningFlow['ask']> =>
    flow.ask('ingest', { payload: { meterId: 'M1', atMs: startMs + hour * HOUR_MS, energyWh } }, at);
  const balance = (accountId: string): number | undefined => flow.ledger.store.balanceOf(accountId);

  it('moves a meter from one account to the next, each paying for its own time', async () => {
    await flow.ask('register', { payload: house(1) }, 'out');
    await read(0, 1_000);
    await read(1, 2_000);
    const closing = { meterId: 'M1', atMs: startMs + 2 * HOUR_MS, energyWh: 2_500 };
    await flow.ask('register', { payload: { takeDown: closing }, by: 'fitter' }, 'out');
    assert.equal(balance('A1'), -12_000_000);
    await flow.ask('register', { payload: { ...house(2), meterId: 'M1' } }, 'out');
    await read(3, 2_500);
    await read(4, 2_750);
    assert.equal(balance('A1'), -12_000_000);
    assert.equal(balance('A2'), -2_000_000);
    // A reading from the time before is the first account's.
    await read(1.5, 2_200);
    assert.equal(balance('A1'), -12_000_000);
    assert.equal(balance('A2'), -2_000_000);
  });

  for (const [takeDown, says] of [
    [{ atMs: startMs + 2 * HOUR_MS }, /takeDown.energyWh must be given with atMs/],
    [{ exportWh: 7 }, /takeDown.energyWh must be given with exportWh/],
  ] as const) {
    it(`does not take a meter down now with ${Object.keys(takeDown).join()} alone`, async () => {
      await flow.ask('register', { payload: house(1) }, 'out');
      await read(0, 1_000);
      const payload = { takeDown: { meterId: 'M1', ...takeDown } };
      const error = await flow.ask('register', { payload }, 'error');
      assert.match((error['error'] as { message: string }).message, says);
      assert.equal(flow.ledger.store.countMeters(), 1);
    });
  }

  it('settles a held reading, and takes what was held behind it', async () => {
    await flow.ask('register', { payload: house(1) }, 'out');
    await read(0, 999_970_000);
    await read(1, 999_999_000);
    await read(2, 500, 'refused');
    await read(3, 900, 'refused');
    await flow.ledger.post({ type: 'noticesHanded', noticeIds: [] });
    const [held, behind, none] = flow.ledger.store.heldReadings(10);
    assert.ok(held && behind && !none);
    const wrong = { settle: { refusalId: held.refusalId, as: 'rollover', digits: 3 } };
    const error = await flow.ask('register', { payload: wrong }, 'error');
    assert.match((error['error'] as { message: string }).message, /digits are too few/);
    const settle = { refusalId: held.refusalId, as: 'rollover', digits: 6 };
    await flow.ask('register', { payload: { settle }, by: 'clerk' }, 'out');
    assert.deepEqual(flow.ledger.store.heldReadings(10), []);
    assert.equal(balance('A1'), -8_000 * (29_000 + 1_900));
    await read(4, 1_000);
    assert.equal(balance('A1'), -8_000 * (29_000 + 2_000));
  });

  it('takes both registers of a two-way device that was swapped, and names the one that is not said', async () => {
    await flow.ask('register', { payload: house(1) }, 'out');
    const atMs = flow.ledger.nowMs() - 86_400_000;
    const show = (second: number, energyWh: number, exportWh: number, at: string): Promise<unknown> => {
      const payload = { meterId: 'M1', atMs: atMs + second * 1_000, energyWh, exportWh };
      return flow.ask('ingest', { payload }, at);
    };
    await show(0, 9_000, 700, 'state');
    await show(60, 20, 5, 'refused');
    await flow.ledger.post({ type: 'noticesHanded', noticeIds: [] });
    const [held] = flow.ledger.store.heldReadings(1);
    const settle = { refusalId: held!.refusalId, as: 'swap', openingWh: 10 };
    const refused = await flow.ask('register', { payload: { settle } }, 'error');
    assert.match((refused['error'] as { message: string }).message, /otherOpeningWh must be given/);
    const both = { ...settle, otherOpeningWh: 'x', otherClosingWh: 702 };
    const wrong = await flow.ask('register', { payload: { settle: both } }, 'error');
    assert.match((wrong['error'] as { message: string }).message, /settle.otherOpeningWh/);
    await flow.ask('register', { payload: { settle: { ...both, otherOpeningWh: 4 } } }, 'out');
    assert.deepEqual(flow.ledger.store.knownMeter('M1')?.head, {
      atMs: atMs + 60_000,
      energyWh: 9_010,
      exportWh: 703,
    });
  });

  it('names what is wrong with a settlement', async () => {
    const settle = { refusalId: 1, as: 'guess' };
    const error = await flow.ask('register', { payload: { settle } }, 'error');
    assert.match((error['error'] as { message: string }).message, /settle.as must be one of .*got "guess"/);
    const none = await flow.ask('register', { payload: { settle: { refusalId: 7, as: 'reject' } } }, 'error');
    assert.match((none['error'] as { message: string }).message, /is no held reading.*"7"/);
  });
});
