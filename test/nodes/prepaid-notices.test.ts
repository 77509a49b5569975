import assert from 'node:assert/strict';
import { join } from 'node:path';
import type { PrepaidMessage } from '../../nodes/lib/meter/prepaid-message';
import { SqliteStore } from '../../nodes/lib/io/sqlite/sqlite-store';
import { micros } from '../../nodes/lib/money/micros';
import { CUSTOMER, NoticeFlow, NOTICES, NUMBER, payloadOf, REST, type Fields } from './notice-flow';
import type { RunningFlow } from './running-flow';

describe('prepaid-notices', () => {
  let notices: NoticeFlow;
  let flow: RunningFlow;
  beforeEach(async () => {
    notices = await NoticeFlow.open();
    flow = notices.running;
  });
  afterEach(() => flow.close());

  const start: NoticeFlow['start'] = (...parts) => notices.start(...parts);
  const pay = (reference: string): void => notices.pay(reference);
  const stateOf = (noticeId: unknown): unknown => notices.stateOf(noticeId);
  const eventOf = (event: string): Promise<Fields> => notices.eventOf(event);

  /** What a customer is answered. */
  const reply = (text: string): Promise<unknown> => {
    const said = new Promise((resolve) => {
      // What the limit leads to is told beside the answer.
      flow.node('sms').on('input', (message) => {
        const { topic = '', payload } = message as PrepaidMessage;
        if (topic.startsWith('reply-')) resolve((payload as Fields)['text']);
      });
    });
    flow.send('notices', { payload: { from: NUMBER, text } });
    return said;
  };

  it('hands a receipt to the modem, and hears what became of it', async () => {
    await start();
    const sent = flow.next('sms');
    pay('r1');
    const text = payloadOf(await sent);
    assert.equal(text['to'], '9800000001');
    assert.equal(text['text'], 'We received INR 50.00. Your credit is now INR 50.00. Thank you.');
    assert.equal(text['priority'], 'urgent');
    const { noticeId, kind, accountId, messageId } = text;
    const result = (state: string): PrepaidMessage => ({
      payload: { messageId, state, reason: '', subject: { noticeId, kind, accountId } },
    });
    for (const [state, event] of [
      ['queued', 'taken'],
      ['submitted', 'sent'],
      ['delivered', 'delivered'],
    ] as const) {
      flow.send('notices', result(state));
      assert.equal((await eventOf(event))['noticeId'], noticeId);
      assert.equal(stateOf(noticeId), event);
    }
    flow.send('notices', result('submitted'));
    await flow.ask('notices', { payload: { ask: 'waiting' } }, 'event');
    assert.equal(stateOf(noticeId), 'delivered', 'nothing goes back');
  });

  it('hands nothing over twice, however often a notice comes', async () => {
    await start();
    const texts: Fields[] = [];
    flow.node('sms').on('input', (message) => void texts.push(payloadOf(message as PrepaidMessage)));
    pay('r1');
    const { noticeId } = await eventOf('handed');
    const [notice] = flow.ledger.store.recentNotices(1);
    for (let time = 0; time < 3; time += 1) flow.send('notices', { payload: notice });
    const answer = await flow.ask('notices', { payload: { ask: 'waiting' } }, 'event');
    assert.deepEqual(payloadOf(answer), { ask: 'waiting', waiting: 1 });
    assert.deepEqual(
      texts.map((text) => text['noticeId']),
      [noticeId],
    );
  });

  it('goes on after a restart with what was on its way', async () => {
    await start();
    pay('r1');
    const { noticeId } = await eventOf('handed');
    await flow.stop();
    await flow.start([flow.site(), NOTICES, ...REST]);
    assert.equal(stateOf(noticeId), 'handed');
    const [first] = flow.ledger.store.notices.dueDeliveries(Number.MAX_SAFE_INTEGER, 10);
    assert.deepEqual([first?.notice.noticeId, first?.delivery.tries], [noticeId, 1]);
  });

  it('hears every word, also when the next comes before the last is on the disk', async () => {
    await start();
    const sent = flow.next('sms');
    pay('r1');
    const { noticeId, messageId } = payloadOf(await sent);
    for (const state of ['queued', 'submitted', 'delivered'])
      flow.send('notices', { payload: { messageId, state, reason: '', subject: { noticeId } } });
    await eventOf('delivered');
    assert.deepEqual(
      notices.heard.map(({ event }) => event).filter((event) => event !== undefined),
      ['handed', 'taken', 'sent', 'delivered'],
    );
  });

  it('loses no notice that was only on a wire when the process ended', async () => {
    const lost = REST.map((node) => (node.id === 'guard' ? { ...node, wires: [[], [], ['sms']] } : node));
    await flow.start([flow.site(), NOTICES, ...lost]);
    await flow.ask('register', { payload: CUSTOMER }, 'registered');
    const onTheWire = flow.next('sms');
    pay('r1');
    const { noticeId } = payloadOf(await onTheWire);
    // A commit later the guard has stored what it stores after sending.
    await flow.ledger.post({ type: 'noticesHanded', noticeIds: [] });
    await flow.stop();
    await flow.start([flow.site(), NOTICES, ...REST]);
    assert.equal(payloadOf(await flow.next('sms'))['noticeId'], noticeId);
  });

  it('writes another message when one failed', async () => {
    await start();
    const sent = flow.next('sms');
    pay('r1');
    const first = payloadOf(await sent);
    flow.send('notices', {
      payload: first,
      prepaid: { notice: { noticeId: first['noticeId'] as number, attempt: 1, channel: 'sms' } },
      error: { message: 'to must be a phone number' },
    });
    const waiting = await eventOf('waiting');
    assert.equal(waiting['reason'], 'to must be a phone number');
    const known = flow.ledger.store.notices.delivery(first['noticeId'] as number);
    assert.deepEqual([known?.delivery.attempt, known?.delivery.tries], [2, 1]);
  });

  it('publishes under a topic of the account’s own', async () => {
    await start({ channel: 'mqtt' }, { accountId: 'A1', phone: '' });
    const sent = flow.next('mqtt');
    pay('r1');
    const message = await sent;
    assert.equal(message.topic, 'prepaid/notices/accounts/A1');
    assert.equal(payloadOf(message)['kind'], 'top-up');
  });

  it('gives up where nobody can be reached, and says so', async () => {
    await start({}, { phone: '' });
    pay('r1');
    const failed = await eventOf('failed');
    assert.equal(failed['reason'], 'no way to reach the reader');
  });

  it('answers a customer’s text, in the customer’s language', async () => {
    await start({ confirms: true }, { language: 'sw' });
    const answers: Fields[] = [];
    flow.node('sms').on('input', (message) => void answers.push(payloadOf(message as PrepaidMessage)));
    const event = await flow.ask(
      'notices',
      { payload: { incomingId: 'i1', from: NUMBER, text: 'BAL' } },
      'event',
    );
    assert.equal(payloadOf(event)['event'], 'answered');
    const [answer, took] = answers;
    assert.deepEqual(answer, {
      to: NUMBER,
      text: 'Akaunti A1: salio lako ni INR 0.00.',
      priority: 'urgent',
      messageId: 'answer/i1',
    });
    assert.deepEqual(took, { took: 'i1' });
  });

  it('changes the language and leaves people alone', async () => {
    await start();
    const ask = async (text: string): Promise<Fields> =>
      payloadOf(await flow.ask('notices', { payload: { from: NUMBER, text } }, 'sms'));
    assert.equal((await ask('LANG hi'))['text'], 'अब से हम आपको हिन्दी में लिखेंगे।');
    assert.equal(flow.ledger.store.accountCard('A1')?.language, 'hi');
    await ask('STOP');
    assert.equal(flow.ledger.store.accountCard('A1')?.isOptedOut, true);
    await ask('START');
    assert.equal(flow.ledger.store.accountCard('A1')?.isOptedOut, false);
  });

  it('asks the guard for limits and emergency credit, and says what it said', async () => {
    await start();
    assert.equal(await reply('LIMIT 500'), 'Account A1: your limit is now INR 500.00.');
    assert.equal(await reply('LIMIT OFF'), 'Account A1: you have no limit of your own any more.');
    assert.equal(await reply('EMERGENCY'), 'Account A1: this is not possible now. Please ask at the office.');
  });

  describe('with emergency credit', () => {
    const emergency = {
      configVersion: 1,
      emergencyMode: 'activated',
      emergencyAmount: '10.00',
      emergencyBelow: '1.00',
    };
    /** All that leaves for the customer who asks by a text, as the output and what it says. */
    const told = async (customer: object, wires = NOTICES.wires): Promise<[at: string, says: unknown][]> => {
      const nodes = REST.map((node) => (node.id === 'guard' ? { ...node, ...emergency } : node));
      await notices.start({ wires }, customer, {}, nodes);
      const said: [string, unknown][] = [];
      for (const id of ['sms', 'mail'])
        flow.node(id).on('input', (message) => {
          const { payload } = message as PrepaidMessage;
          said.push([id, id === 'sms' ? (payload as Fields)['text'] : payload]);
        });
      flow.send('notices', { payload: { from: NUMBER, text: 'EMERGENCY' } });
      await eventOf('answered');
      await eventOf('handed');
      // By now the guard's notice has come by the wire too, and was taken over if it was not before.
      for (let turn = 0; turn < 3; turn += 1)
        await flow.ask('notices', { payload: { ask: 'waiting' } }, 'event');
      return said;
    };
    const NOTICE =
      'Emergency credit of INR 10.00 is on. Your balance is INR 0.00. It is paid back from your next payment.';
    const ANSWER = 'Account A1: emergency credit of INR 10.00 is on.';

    it('answers with the one text that tells of it', async () => {
      assert.deepEqual(await told({}), [['sms', NOTICE]]);
    });

    it('answers the text also where the notice goes by mail', async () => {
      const said = await told({ channel: 'email', email: 'asha@example.org' });
      assert.deepEqual(said.sort(), [
        ['mail', NOTICE],
        ['sms', ANSWER],
      ]);
    });
  });

  it('takes over what no guard has handed to a flow', async () => {
    await start();
    await flow.stop();
    const store = new SqliteStore(join(flow.folder, 'ledger.sqlite'), (kind) => kind);
    const topUp = { accountId: 'A1', amountMicros: micros(1_000_000), reference: 'r9', channel: 'x', by: '' };
    store.commit([{ type: 'topUp', ...topUp, guard: null }], Date.now() - 60_000);
    const [{ noticeId } = {}] = store.recentNotices(1);
    store.close();
    const withoutGuard = REST.filter(({ id }) => id !== 'guard');
    await flow.start([flow.site(), NOTICES, ...withoutGuard]);
    assert.equal(payloadOf(await flow.next('sms'))['noticeId'], noticeId);
  });

  it('is one for a site: what one delivers, no other takes from it', async () => {
    await start();
    const second = { ...NOTICES, id: 'second', wires: [[], [], [], []] };
    await flow.stop();
    await flow.start([flow.site(), NOTICES, second, ...REST]);
    const error = await flow.ask('second', { payload: { ask: 'waiting' } }, 'error');
    assert.match((error['error'] as { message: string }).message, /another node delivers the notices/);
    const answer = await flow.ask('notices', { payload: { ask: 'waiting' } }, 'event');
    assert.deepEqual(payloadOf(answer), { ask: 'waiting', waiting: 0 });
  });

  it('answers no flood, but leaves whoever asks for it in it alone', async () => {
    await start();
    const ask = async (text: string): Promise<unknown> =>
      payloadOf(await flow.ask('notices', { payload: { from: NUMBER, text } }, 'event'))['event'];
    const events: unknown[] = [];
    for (let time = 0; time < 7; time += 1) events.push(await ask('BAL'));
    assert.deepEqual(events, [...Array<string>(6).fill('answered'), 'too many']);
    assert.equal(await ask('STOP'), 'too many');
    assert.equal(flow.ledger.store.accountCard('A1')?.isOptedOut, true);
  });

  it('tells strangers nothing', async () => {
    await start();
    const event = await flow.ask('notices', { payload: { from: '+9779811111111', text: 'BAL A1' } }, 'event');
    assert.equal(payloadOf(event)['event'], 'stranger');
  });

  it('words notices as the utility does', async () => {
    const ownTexts = [{ language: 'en', kind: 'top-up', text: '{name}: {amount} in, {balance} now.' }];
    await start({}, {}, { configVersion: 1, ownTexts });
    const sent = flow.next('sms');
    pay('r1');
    assert.equal(payloadOf(await sent)['text'], 'Test site: INR 50.00 in, INR 50.00 now.');
  });

  const wrong: [payload: unknown, says: RegExp][] = [
    ['hello', /payload must be a notice, a result, a text, \{contact\} or \{ask\}/],
    [{ noticeId: 77, kind: 'top-up', text: 'x' }, /payload.noticeId must be a notice of this site, got 77/],
    [{ contact: { accountId: 'A9', channel: 'sms' } }, /accountId must be an account, got "A9"/],
    [{ contact: { accountId: 'A1', channel: 'fax' } }, /contact.channel must be sms, email, mqtt/],
    [{ contact: { accountId: 'A1', email: 'nobody' } }, /contact.email must be an e-mail address/],
    [{ contact: { accountId: 'A1', language: 'xx' } }, /contact.language must be a language/],
    [{ contact: { accountId: 'A1' } }, /contact must be one with language/],
    [{ ask: 'why' }, /payload.ask must be waiting or unconfirmed, got "why"/],
    [{ from: '+1', text: 5 }, /payload.text must be text/],
  ];
  for (const [payload, says] of wrong) {
    it(`explains ${JSON.stringify(payload)}`, async () => {
      await start();
      const error = await flow.ask('notices', { payload }, 'error');
      assert.match((error['error'] as { message: string }).message, says);
    });
  }
});
