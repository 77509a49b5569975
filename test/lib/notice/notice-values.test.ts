import assert from 'node:assert/strict';
import { composeNotice } from '../../../nodes/lib/notice/compose-notice';
import { NOTICE_VARIABLES, type NoticeKind } from '../../../nodes/lib/notice/notice-kinds';
import type { Figures } from '../../../nodes/lib/policy/account-situation';
import { BRAKE_RULES, FLEET_BRAKE } from '../../../nodes/lib/policy/brake-rules';
import { CUT_RULES } from '../../../nodes/lib/policy/cut-rules';
import { timeWriter } from '../../../nodes/lib/time/time-text';

const compose = composeNotice({
  siteName: 'Hill Valley',
  own: { en: { restored: '{name}: light is back, {balance}.' } },
  money: (amount) => `INR ${Math.floor(amount / 10_000) / 100}`,
  time: timeWriter('Asia/Kolkata'),
});
const ENDS_MS = Date.UTC(2026, 10, 21, 13);
const EVERYBODY: Figures = { accountId: 'A1', balanceMicros: 12_340_000 };

/** What the policy says beside the account and its balance, and what becomes of it. */
const CASES: [kind: NoticeKind, figures: Figures, english: string][] = [
  ['low-credit', { lineMicros: 30_000_000 }, 'Your electricity credit is low: INR 12.34 left.'],
  ['cut-off', { cutAtMicros: 0, debtMicros: 0 }, 'Your credit is used up (INR 12.34)'],
  ['restored', {}, 'Hill Valley: light is back, INR 12.34.'],
  ['top-up', { amountMicros: 50_000_000 }, 'We received INR 50. Your credit is now INR 12.34.'],
  ['money-back', { amountMicros: 50_000_000 }, 'INR 50 of a payment went back.'],
  ['emergency-credit', { amountMicros: 5_000_000, lastsMs: null }, 'Emergency credit of INR 5 is on.'],
  ['emergency-credit', { amountMicros: null, lastsMs: 172_800_000 }, 'Emergency credit is on for 48 hours.'],
  ['emergency-offer', { amountMicros: null }, 'Your credit is low: INR 12.34. Answer EMERGENCY'],
  [
    'limit-near',
    { spentMicros: 8_000_000, limitMicros: 10_000_000 },
    'You have used INR 8 of your own limit of INR 10',
  ],
  ['limit-near', { usedWh: 36_090, limitWh: 40_000 }, 'You have used 36.0 kWh of your own limit of 40.0 kWh'],
  ['limit-reached', { usedWh: 40_000, limitWh: 40_000 }, 'You have reached your own limit of 40.0 kWh,'],
  ['limit-reached', { spentMicros: 10_000_000, limitMicros: 10_000_000 }, 'your own limit of INR 10,'],
  ['high-use', { usedWh: 9_990, usualWh: 4_000 }, 'Today you have used 9.9 kWh; usually it is 4.0 kWh'],
  [
    'next-slab',
    { usedWh: 100_000, fromWh: 100_000, rateMicros: 7_500_000 },
    'From here a kWh costs INR 7.5.',
  ],
  [
    'overload',
    { powerW: 3_600, limitW: 3_000, cutForMs: 900_000 },
    'You use 3.6 kW, only 3.0 kW are allowed.',
  ],
  [
    'overload',
    { powerW: 3_600, limitW: 3_000, cutForMs: 900_000, cuts: 0, retries: 3 },
    'off for 15 minutes.',
  ],
  [
    'overload',
    { powerW: 3_600, limitW: 3_000, cutForMs: 900_000, cuts: 3, retries: 3 },
    'until you call the office',
  ],
  [
    'cut-announced',
    { by: 'asha', reason: 'repair', atMs: ENDS_MS },
    'going to switch your supply off: repair.',
  ],
  [
    'cut-ordered',
    { rule: 'staff', by: 'asha', reason: 'repair', orderedAtMs: ENDS_MS },
    'has switched your supply off: repair.',
  ],
  [
    'cut-announced',
    { orderId: 'o1', limitW: 500, fromAtMs: ENDS_MS - 3_600_000, endAtMs: ENDS_MS },
    'Power is short from 2026-11-21 17:30 until 2026-11-21 18:30: please use no more than 0.5 kW',
  ],
  [
    'cut-ordered',
    { orderId: 'o1', limitW: 0, endAtMs: ENDS_MS, powerW: null },
    'off until 2026-11-21 18:30.',
  ],
  [
    'statement',
    { period: '2026-10', usedWh: 90_000, chargesMicros: 45_000_000, paidMicros: 40_000_000 },
    '2026-10: 90.0 kWh used, INR 45 charged, INR 40 paid. Your credit is INR 12.34.',
  ],
  ['tip', { usedWh: 9_000, beforeWh: 8_000 }, 'You used 9.0 kWh this week, 8.0 the week before.'],
  [
    'tip',
    { usedWh: 9_000, beforeWh: 8_000, similarWh: 8_500, hour: '19-20', savingMicros: 3_200_000 },
    'the week before. Similar homes: 8.5. 19-20 h costs you most: each kWh moved away saves INR 3.2.',
  ],
  [
    'summary',
    { period: '2026-10', statements: 3, usedWh: 90_000, chargesMicros: 45_000_000, paidMicros: 40_000_000 },
    '2026-10: 3 statements, 90.0 kWh used, INR 45 charged, INR 40 paid.',
  ],
  [
    'office',
    { rule: 'overload', limitW: 3_000, cutForMs: 900_000, retries: 3, cuts: 3 },
    'Account A1: Demand above',
  ],
];

describe('the words of a notice', () => {
  for (const [kind, figures, english] of CASES) {
    it(`${kind} with ${Object.keys(figures).join(', ') || 'the balance'}`, () => {
      const text = compose(kind, 'en', { ...EVERYBODY, ...figures });
      assert.ok(text.includes(english), text);
      // What is not known leaves a gap, and a gap shows.
      assert.doesNotMatch(text, /[{}]| {2}|undefined|null|not known|\( *\)|: ?[.,]| of [.,]/);
      for (const language of ['hi', 'ne', 'sw', 'fr', 'pt'])
        assert.doesNotMatch(compose(kind, language, { ...EVERYBODY, ...figures }), /[{}]|undefined|null/);
    });
  }

  it('has a case here for every kind', () => {
    const kinds = new Set(CASES.map(([kind]) => kind));
    assert.deepEqual([...kinds].sort(), Object.keys(NOTICE_VARIABLES).sort());
  });

  it('tells the office in the words of the rule, whichever it is', () => {
    for (const { name } of [...CUT_RULES, ...BRAKE_RULES, FLEET_BRAKE]) {
      const text = compose('office', 'en', { ...EVERYBODY, rule: name });
      assert.ok(text.startsWith('Account A1: ') && text.length > 'Account A1: '.length + name.length, text);
    }
  });
});
