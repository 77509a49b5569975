import Database from 'better-sqlite3';
import assert from 'node:assert/strict';
import { join } from 'node:path';
import type { PrepaidMessage } from '../../nodes/lib/meter/prepaid-message';
import { NoticeFlow, NOTICES, payloadOf, REST, type Fields } from './notice-flow';
import { withDeadline, type RunningFlow } from './running-flow';

describe('the ways that notices take', () => {
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

  it('tells staff of what may not have arrived', async () => {
    await start({ channel: 'email' }, { email: 'asha@example.org' });
    const sent = flow.next('mail');
    pay('r1');
    await sent;
    const { noticeId } = await eventOf('handed');
    const ask = async (): Promise<unknown> =>
      payloadOf(await flow.ask('notices', { payload: { ask: 'unconfirmed' } }, 'event'))['notices'];
    assert.deepEqual(await ask(), []);
    const known = flow.ledger.store.notices.delivery(noticeId as number)!;
    const after = { ...known.delivery, state: 'unconfirmed' as const, reason: 'nobody knows' };
    await flow.ledger.post({
      type: 'noticeStep',
      noticeId: known.notice.noticeId,
      before: known.delivery,
      after,
    });
    const { kind, accountId, name, text, atMs } = known.notice;
    assert.deepEqual(await ask(), [
      { noticeId, kind, accountId, name, text, atMs, channel: 'email', reason: 'nobody knows' },
    ]);
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
      assert.equal(notices.heard.filter(({ event }) => event === 'failed').length, 0);
    });

    it('says so also while nobody is to be told anything', async () => {
      await flow.start([flow.site(), { ...NOTICES, wires: [[], ['mail'], ['mqtt'], ['event']] }, ...REST]);
      await shown('yellow');
    });
  });

  it('tells the guard of the hours in which warnings wait', async () => {
    // Whatever the time is now, it is quiet.
    const clock = (hoursFromNow: number): string => {
      const text = new Date(Date.now() + hoursFromNow * 3_600_000).toISOString();
      return text.slice(11, 16);
    };
    await start({ quietFrom: clock(-2), quietTo: clock(3) });
    pay('r1');
    await eventOf('handed');
    const fromMs = flow.ledger.nowMs();
    await flow.ledger.askGuard({ ownLimits: { accountId: 'A1', warnBelowMicros: 90_000_000 } });
    const db = new Database(join(flow.folder, 'ledger.sqlite'), { readonly: true });
    const memory = db.prepare('SELECT memory FROM account_policy').pluck().get() as string;
    db.close();
    const { told } = JSON.parse(memory) as { told: Record<string, { heldUntilMs: number }> };
    const [first] = Object.values(told);
    const heldUntilMs = first?.heldUntilMs ?? 0;
    assert.ok(heldUntilMs > fromMs + 2 * 3_600_000 && heldUntilMs < fromMs + 4 * 3_600_000);
  });
});
