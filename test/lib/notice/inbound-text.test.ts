import assert from 'node:assert/strict';
import fc from 'fast-check';
import type { AccountCard } from '../../../nodes/lib/ledger/account';
import { micros } from '../../../nodes/lib/money/micros';
import {
  answerInbound,
  grantedText,
  type InboundContext,
  type InboundIntent,
} from '../../../nodes/lib/notice/inbound-desk';
import { InboundRate } from '../../../nodes/lib/notice/inbound-rate';
import { parseInbound } from '../../../nodes/lib/notice/inbound-text';
import { property } from '../property';

describe('a customer’s text', () => {
  const limit = (amount: number): object => ({ amountMicros: amount * 1_000_000 });
  const cases: [text: string, request: object][] = [
    ['BAL', { ask: 'balance', accountId: null }],
    ['  bal. ', { ask: 'balance', accountId: null }],
    ['Balance a-7', { ask: 'balance', accountId: 'a-7' }],
    ['SALIO', { ask: 'balance', accountId: null }],
    ['शेष', { ask: 'balance', accountId: null }],
    ['use', { ask: 'use', accountId: null }],
    ['खपत A1', { ask: 'use', accountId: 'A1' }],
    ['LIMIT 500', { ask: 'limit', accountId: null, limit: limit(500) }],
    ['limit 12.50 A1', { ask: 'limit', accountId: 'A1', limit: limit(12.5) }],
    ['सीमा ५००', { ask: 'limit', accountId: null, limit: limit(500) }],
    ['LIMIT 40 kWh', { ask: 'limit', accountId: null, limit: { energyWh: 40_000 } }],
    ['limit 40kwh A1', { ask: 'limit', accountId: 'A1', limit: { energyWh: 40_000 } }],
    ['LIMIT OFF', { ask: 'limit', accountId: null, limit: null }],
    ['LIMIT 0', { ask: 'limit', accountId: null, limit: null }],
    ['EMERGENCY', { ask: 'emergency', accountId: null }],
    ['Emergência', { ask: 'emergency', accountId: null }],
    ['आपात', { ask: 'emergency', accountId: null }],
    ['LANG hi', { ask: 'language', language: 'hi' }],
    ['Stop!', { ask: 'stop' }],
    ['STOP sending me this', { ask: 'stop' }],
    ['arrêt', { ask: 'stop' }],
    ['start', { ask: 'start' }],
    ['help', { ask: 'help' }],
  ];
  for (const [text, request] of cases) {
    it(`is understood: ${text}`, () => assert.deepEqual(parseInbound(text), request));
  }

  const unclear = [
    '',
    '?',
    'hello',
    'LIMIT',
    'LIMIT many',
    'LIMIT -5',
    'LIMIT 5 A1 A2',
    'LIMIT 1.2345 kWh',
    'LIMIT 9999999 kWh',
    'LIMIT 99999999999',
    'LANG',
    'LANG hi en',
    'BAL A1 A2',
    'STOP it now or I will complain',
    'BALLOON',
    'constructor',
  ];
  for (const text of unclear) {
    it(`is a call for help: "${text}"`, () => assert.deepEqual(parseInbound(text), { ask: 'help' }));
  }

  it('never breaks anything', () => {
    property(fc.string({ unit: 'binary', maxLength: 300 }), (text) => {
      assert.ok(parseInbound(text).ask);
    });
  });
});

describe('the answer to a text', () => {
  const card = (accountId: string, language = 'en'): AccountCard => ({
    accountId,
    name: 'Jane',
    phone: '+254700000001',
    language,
    balanceMicros: micros(12_340_000),
    email: '',
    channel: null,
    isOptedOut: false,
    supply: 'on',
    meterIds: ['M1'],
  });
  const contextOf = (...accounts: AccountCard[]): InboundContext => ({
    accounts,
    useOf: () => ({ todayWh: 1_299, yesterdayWh: null, periodWh: 45_600 }),
    writeMoney: (amount) => `KES ${(amount / 1_000_000).toFixed(2)}`,
  });
  const answer = (
    text: string,
    ...accounts: AccountCard[]
  ): [string | undefined, InboundIntent | null | undefined] => {
    const found = answerInbound('+254700000001', text, contextOf(...accounts));
    return [found?.text, found?.intent];
  };

  it('is none for a number that nobody is registered with', () => {
    assert.equal(answerInbound('+1', 'BAL', contextOf()), null);
  });

  it('tells the balance and the use', () => {
    assert.deepEqual(answer('BAL', card('A1')), ['Account A1: your credit is KES 12.34.', null]);
    assert.deepEqual(answer('USE', card('A1')), [
      'Account A1: 1.2 kWh today, ? kWh yesterday, 45.6 kWh in this period.',
      null,
    ]);
  });

  it('is in the customer’s language', () => {
    assert.equal(answer('BAL', card('A1', 'sw'))[0], 'Akaunti A1: salio lako ni KES 12.34.');
  });

  it('asks which account when there are several, and knows no other', () => {
    const which = 'Which account? Put it behind the word: A1, A2.';
    assert.equal(answer('BAL', card('A1'), card('A2'))[0], which);
    assert.equal(answer('BAL a2', card('A1'), card('A2'))[0], 'Account A2: your credit is KES 12.34.');
    assert.equal(answer('BAL A3', card('A1'), card('A2'))[0], which);
    assert.deepEqual(answer('LIMIT 5 A3', card('A1'), card('A2')), [which, null]);
  });

  it('hands on what the guard has to do, and what to say if it cannot', () => {
    assert.deepEqual(answer('LIMIT 500', card('A1')), [
      'Account A1: your limit is now KES 500.00.',
      { kind: 'limit', accountId: 'A1', limit: { amountMicros: 500_000_000 } },
    ]);
    assert.deepEqual(answer('LIMIT 40 kWh', card('A1')), [
      'Account A1: your limit is now 40.0 kWh.',
      { kind: 'limit', accountId: 'A1', limit: { energyWh: 40_000 } },
    ]);
    assert.deepEqual(answer('LIMIT OFF', card('A1')), [
      'Account A1: you have no limit of your own any more.',
      { kind: 'limit', accountId: 'A1', limit: null },
    ]);
    const emergency = answerInbound('+254700000001', 'EMERGENCY', contextOf(card('A1')));
    assert.deepEqual(emergency?.intent, { kind: 'emergency', accountId: 'A1' });
    assert.equal(emergency.text, 'Account A1: emergency credit is on.');
    assert.equal(emergency.refusal, 'Account A1: this is not possible now. Please ask at the office.');
  });

  it('says how much emergency credit was granted, where it has an amount', () => {
    const context = contextOf(card('A1'));
    assert.equal(
      grantedText('A1', micros(100_000_000), 'en', context),
      'Account A1: emergency credit of KES 100.00 is on.',
    );
  });

  it('changes the language for all accounts, and answers in it', () => {
    assert.deepEqual(answer('LANG hi', card('A1'), card('A2')), [
      'अब से हम आपको हिन्दी में लिखेंगे।',
      { kind: 'language', accountIds: ['A1', 'A2'], language: 'hi' },
    ]);
    assert.match(answer('LANG xx', card('A1'))[0] ?? '', /^You can send: BAL/);
  });

  it('leaves people alone, and takes it back', () => {
    assert.deepEqual(answer('STOP', card('A1'))[1], { kind: 'optOut', accountIds: ['A1'] });
    assert.deepEqual(answer('START', card('A1'))[1], { kind: 'optIn', accountIds: ['A1'] });
  });
});

describe('the rate of texts', () => {
  const MINUTE_MS = 60_000;

  it('is six in ten minutes for each number', () => {
    const rate = new InboundRate();
    const six = Array.from({ length: 6 }, (_, at) => rate.allows('a', at));
    assert.deepEqual(new Set(six), new Set([true]));
    assert.equal(rate.allows('a', 7), false);
    assert.equal(rate.allows('b', 7), true);
    assert.equal(rate.allows('a', 10 * MINUTE_MS - 1), false);
    assert.equal(rate.allows('a', 10 * MINUTE_MS), true);
  });

  it('forgets the oldest number when there are too many', () => {
    const rate = new InboundRate();
    for (let texts = 0; texts < 7; texts += 1) rate.allows('first', 0);
    for (let number = 1; number < 20_000; number += 1) rate.allows(`n${number}`, 1);
    assert.equal(rate.allows('first', 2), false, 'remembered at the bound');
    rate.allows('one more', 2);
    assert.equal(rate.allows('first', 3), true, 'forgotten beyond it');
  });
});
