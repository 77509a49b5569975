import assert from 'node:assert/strict';
import { join } from 'node:path';
import type { PrepaidMessage } from '../../nodes/lib/meter/prepaid-message';
import { SqliteStore } from '../../nodes/lib/io/sqlite/sqlite-store';
import { micros } from '../../nodes/lib/money/micros';
import { RunningFlow, withDeadline } from './running-flow';

const NOTICES = {
  id: 'notices',
  type: 'prepaid-notices',
  site: 'site',
  quietFrom: '00:00',
  quietTo: '00:00',
  country: 'NP',
  wires: [['sms'], ['mail'], ['mqtt'], ['event']],
};
const REST = [
  { id: 'register', type: 'prepaid-register', site: 'site', wires: [['registered']] },
  { id: 'guard', type: 'balance-guard', site: 'site', wires: [[], [], ['notices']] },
  ...['registered', 'sms', 'mail', 'mqtt', 'event', 'error'].map((id) => ({ id, type: 'helper' })),
  { id: 'catch', type: 'catch', scope: null, uncaught: false, wires: [['error']] },
];
const NUMBER = '+9779800000001';
const CUSTOMER = { accountId: 'A1', name: 'Asha', meterId: 'M1', phone: '9800000001', language: 'en' };

type Fields = Record<string, unknown>;
const payloadOf = (message: PrepaidMessage): Fields => message.payload as Fields;

describe('prepaid-notices', () => {
  let flow: RunningFlow;
  let heard: Fields[];
  beforeEach(async () => {
    flow = await RunningFlow.open();
  });
  afterEach(() => flow.close());

  const start = async (changes: object = {}, customer: object = {}, site: object = {}): Promise<void> => {
    await flow.start([flow.site(site), { ...NOTICES, ...changes }, ...REST]);
    heard = [];
    flow.node('event').on('input', (message) => void heard.push(payloadOf(message as PrepaidMessage)));
    await flow.ask('register', { payload: { ...CUSTOMER, ...customer } }, 'registered');
  };
  const pay = (reference: string): void =>
    flow.send('guard', {
      payload: { topUp: { accountId: 'A1', amount: '50.00', reference, channel: 'cash' } },
    });
  const stateOf = (noticeId: unknown): unknown =>
    flow.ledger.store.notices.delivery(noticeId as number)?.delivery.state;
  const eventOf = async (event: string): Promise<Fields> => {
    for (;;) {
      const known = heard.find((one) => one['event'] === event);
      if (known) return known;
      await flow.next('event');
    }
  };

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
      heard.map(({ event }) => event).filter((event) => event !== undefined),
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

  it('writes by e-mail to whoever chose that, and believes a complete node', async () => {
    await start();
    const contact = { accountId: 'A1', channel: 'email', email: 'asha@example.org' };
    flow.send('notices', { payload: { contact }, by: 'clerk' });
    await flow.next('event');
    const sent = flow.next('mail');
    pay('r1');
    const mail = await sent;
    assert.deepEqual([mail['to'], mail.topic], ['asha@example.org', 'Test site · A1']);
    assert.match(String(mail.payload), /^We received INR 50/);
    flow.send('notices', mail);
    assert.equal((await eventOf('sent'))['channel'], 'email');
  });

  it('sends a statement by e-mail as a page, with its text beside it', async () => {
    await start({ channel: 'email' }, { email: 'asha@example.org', name: 'Asha & <Sons>', language: 'fr' });
    const paid = flow.next('mail');
    pay('r1');
    await paid;
    const { ledger } = flow;
    const toMs = ledger.nowMs() + 1;
    const figures = { period: '2026-10', fromMs: toMs - 86_400_000, toMs, usedWh: 0, chargesMicros: 0 };
    const notice = { period: '2026-10', figures: { ...figures, paidMicros: 50_000_000 } };
    const sent = flow.next('mail');
    await ledger.post({
      type: 'calendarNotice',
      accountId: 'A1',
      kind: 'statement',
      dueMs: 0,
      nextMs: 1,
      notice,
    });
    const [stored] = ledger.store.recentNotices(1);
    flow.send('notices', { payload: stored });
    const mail = await sent;
    assert.equal(mail['to'], 'asha@example.org');
    assert.equal(mail['plaintext'], stored?.text);
    const page = String(mail.payload);
    assert.match(page, /^<!doctype html>\n<html lang="fr">/);
    assert.match(page, /Asha &amp; &lt;Sons&gt;/);
    assert.match(page, /Recharges<\/th><td class="number">\+50\.00</);
  });

  it('lets nothing that somebody wrote become a page of a mail', async () => {
    const ownTexts = [{ language: 'en', kind: 'top-up', text: '<b>{amount}</b> & {balance}' }];
    await start({ channel: 'email' }, { email: 'asha@example.org' }, { configVersion: 1, ownTexts });
    const sent = flow.next('mail');
    pay('r1');
    const mail = await sent;
    assert.equal(mail.payload, '<p>&lt;b&gt;INR 50.00&lt;/b&gt; &amp; INR 50.00</p>');
    assert.equal(mail['plaintext'], '<b>INR 50.00</b> & INR 50.00');
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

  describe('without a wire at an output', () => {
    /** Ten seconds of the ledger are a moment of the test. */
    const FAST = { clockRate: '300' };
    const rewire = (wires: string[][]): void =>
      (flow.node('notices') as unknown as { updateWires: (wires: string[][]) => void }).updateWires(wires);
    /** The next status of this colour; its text is in the catalogue, which is not loaded here. */
    const shown = (fill: string): Promise<unknown> =>
      withDeadline(`a ${fill} status`, (resolve) => {
        const node = flow.node('notices');
        const show = node.status.bind(node);
        node.status = (status) => {
          show(status);
          if (typeof status === 'object' && status.fill === fill) resolve(status);
        };
      });

    it('waits, says which one is missing, and goes on once it is there', async () => {
      await start({ wires: [[], [], [], ['event']] }, {}, FAST);
      const isMissing = shown('yellow');
      pay('r1');
      const { noticeId, reason } = await eventOf('waiting');
      assert.equal(reason, 'output 1 is not wired');
      assert.equal(stateOf(noticeId), 'waiting');
      await isMissing;
      // A wire to a node that is not there leads nowhere.
      rewire([['no such node'], [], [], ['event']]);
      const texts: unknown[] = [];
      flow.node('sms').on('input', (message) => texts.push(payloadOf(message as PrepaidMessage)['noticeId']));
      pay('r2');
      await flow.next('event');
      assert.deepEqual(texts, []);
      const isThere = shown('green');
      rewire([['sms'], [], [], ['event']]);
      while (texts.length < 2) await flow.next('sms');
      assert.equal(texts[0], noticeId, 'the first comes first');
      await isThere;
      assert.equal(heard.filter(({ event }) => event === 'failed').length, 0);
    });

    it('says so also while nobody is to be told anything', async () => {
      await flow.start([flow.site(), { ...NOTICES, wires: [[], ['mail'], ['mqtt'], ['event']] }, ...REST]);
      await shown('yellow');
    });
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

  it('says how much emergency credit there is, once it was granted', async () => {
    const emergency = {
      configVersion: 1,
      emergencyMode: 'activated',
      emergencyAmount: '10.00',
      emergencyBelow: '1.00',
    };
    const nodes = REST.map((node) => (node.id === 'guard' ? { ...node, ...emergency } : node));
    await flow.start([flow.site(), NOTICES, ...nodes]);
    await flow.ask('register', { payload: CUSTOMER }, 'registered');
    assert.equal(await reply('EMERGENCY'), 'Account A1: emergency credit of INR 10.00 is on.');
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
    [{ ask: 'why' }, /payload.ask must be waiting/],
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
