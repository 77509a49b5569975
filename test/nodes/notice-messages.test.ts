import assert from 'node:assert/strict';
import type { Notice } from '../../nodes/lib/notice/notice';
import { messageFor } from '../../nodes/prepaid-notices/notice-messages';

const MINUTE_MS = 60_000;
const AT_MS = Date.parse('2026-11-21T12:00:00Z');
const NOTICE: Notice = {
  noticeId: 7,
  kind: 'high-use',
  accountId: 'A1',
  name: 'Asha',
  to: '',
  language: 'en',
  text: 'Today you have used 12 kWh.',
  atMs: AT_MS,
  data: {},
};
const STYLE = { siteName: '', mqttPrefix: 'p', pageOf: () => null };

describe('the text of a notice for a modem', () => {
  const cases: [minutesLeft: number, validityHours: number][] = [
    [180, 3],
    [90, 1.5],
    [10, 1 / 6],
    [0.4, 1 / 60],
  ];
  for (const [minutesLeft, validityHours] of cases)
    it(`is worth sending for ${validityHours.toFixed(2)} hours with ${minutesLeft} minutes left`, () => {
      // High use is worth three hours.
      const nowMs = AT_MS + (180 - minutesLeft) * MINUTE_MS;
      const handing = { notice: NOTICE, to: '+1', attempt: 1, nowMs };
      const { payload } = messageFor('sms', handing, STYLE);
      assert.equal((payload as { validityHours: number }).validityHours, validityHours);
    });
});
