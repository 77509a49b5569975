import assert from 'node:assert/strict';
import { Tab } from './widget';

const AT_MS = Date.UTC(2026, 5, 1, 9, 30);

/** What staff read below a notice that has come so far. */
function doubtOf(delivery: object | null | undefined): unknown {
  const tab = new Tab();
  const widget = tab.open('notices.vue') as { rows: { doubt?: string }[] };
  const notice = {
    noticeId: 1,
    kind: 'top-up',
    accountId: 'A1',
    name: 'Asha',
    text: 'x',
    atMs: AT_MS,
    delivery,
  };
  tab.socket.tell('msg-input:w1', {
    payload: { kind: 'notices', timeZone: 'UTC', nowMs: AT_MS, notices: [notice] },
  });
  return widget.rows[0]?.doubt;
}

describe('notices.vue', () => {
  it('says which notices may not have arrived, and why', () => {
    assert.equal(
      doubtOf({ state: 'unconfirmed', channel: 'email', reason: 'a restart came before' }),
      'Nobody knows whether it arrived: a restart came before.',
    );
    assert.equal(doubtOf({ state: 'failed', channel: 'sms', reason: '' }), 'Not sent.');
  });

  it('says nothing of those that are on their way or told, or where nobody delivers notices', () => {
    for (const state of ['waiting', 'handed', 'taken', 'sent', 'delivered', 'dropped'])
      assert.equal(doubtOf({ state, channel: 'sms', reason: 'x' }), undefined, state);
    for (const none of [null, undefined]) assert.equal(doubtOf(none), undefined);
  });
});
