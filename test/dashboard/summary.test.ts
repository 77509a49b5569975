import assert from 'node:assert/strict';
import { Tab } from './widget';

const AT_MS = Date.UTC(2026, 5, 1);

/** What the summary says of the clock, once the flow has said this of it. */
function said(clock?: object): string {
  const tab = new Tab();
  const widget = tab.open('summary.vue') as { clockTrouble?: string };
  const answer = {
    kind: 'neighbourhood',
    timeZone: 'UTC',
    currency: 'INR',
    meters: [],
    nowMs: AT_MS,
    clockRate: 1,
    clock,
  };
  tab.socket.tell('msg-input:w1', { payload: answer });
  return widget.clockTrouble ?? 'nothing at all';
}

describe('summary.vue', () => {
  it('says nothing of a clock that is sure, or of which nothing is known', () => {
    assert.equal(said({ state: 'sure' }), '');
    assert.equal(said(), '');
  });

  it('says what a clock in doubt shows, and what to do', () => {
    const text = said({ state: 'doubted', wallMs: Date.UTC(2031, 0, 9), sureMs: AT_MS, sinceMs: AT_MS });
    assert.match(text, /shows 9 January 2031.*Set the clock right.*clock: 'accept'/);
  });

  it('says by which hours the clock is off, where the day is the same', () => {
    const clock = { state: 'doubted', wallMs: AT_MS + 8 * 3_600_000, sureMs: AT_MS, sinceMs: AT_MS };
    assert.match(said(clock), /shows 1 June 2026 at 08:00, .* goes on at 1 June 2026 at 00:00\./);
  });

  it('says until when the time of a ledger stands still', () => {
    const text = said({ state: 'standing', untilMs: Date.UTC(2026, 6, 2) });
    assert.match(text, /stands still until 2 July 2026/);
  });
});
