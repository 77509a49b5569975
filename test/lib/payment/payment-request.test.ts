import assert from 'node:assert/strict';
import { parsePaymentRequest } from '../../../nodes/lib/payment/payment-request';
import { topUpSettings, type TopUpForm } from '../../../nodes/lib/payment/top-up-settings';
import { DEFAULTS } from '../../../nodes/prepaid-topup/prepaid-topup.config';

describe('what is asked at the counter', () => {
  it('is cash with a clerk, who is the one that is logged in', () => {
    const payment = { accountId: 'A1', amount: 10.5, reference: 7, by: 'somebody' };
    const told = { reference: '7', accountId: 'A1', amountMicros: 10_500_000, payer: '', paidMs: null };
    assert.deepEqual(parsePaymentRequest({ payment }, 'ann'), {
      kind: 'payment',
      channel: 'counter',
      told,
      by: 'ann',
    });
    assert.deepEqual(parsePaymentRequest({ payment }, ''), {
      kind: 'payment',
      channel: 'counter',
      told,
      by: 'somebody',
    });
    const machine = { ...payment, channel: 'kiosk', by: undefined };
    assert.deepEqual(parsePaymentRequest({ payment: machine }, ''), {
      kind: 'payment',
      channel: 'kiosk',
      told,
      by: '',
    });
  });

  it('is a debt with its plan', () => {
    const debt = { accountId: 'A1', code: 'old', amount: '300' };
    const asked = { kind: 'debt', accountId: 'A1', code: 'old', amountMicros: 300_000_000, by: 'ann' };
    assert.deepEqual(parsePaymentRequest({ debt: { ...debt, percent: 12.5, weeklyCap: '20' } }, 'ann'), {
      ...asked,
      plan: { kind: 'share', sharePpm: 125_000, weeklyCapMicros: 20_000_000 },
    });
    assert.deepEqual(parsePaymentRequest({ debt: { ...debt, instalment: '5', everyDays: 7 } }, 'ann'), {
      ...asked,
      plan: { kind: 'instalments', instalmentMicros: 5_000_000, everyDays: 7, weeklyCapMicros: null },
    });
  });

  const back = { reference: 'r1', id: 'b1', reason: 'bounced' };
  it('is money back, all of it or a part', () => {
    const asked = {
      kind: 'moneyBack',
      reference: 'b1',
      channel: 'counter',
      paymentReference: 'r1',
      reason: 'bounced',
      by: 'ann',
    };
    assert.deepEqual(parsePaymentRequest({ reverse: back }, 'ann'), {
      ...asked,
      back: 'reversal',
      amountMicros: null,
    });
    assert.deepEqual(parsePaymentRequest({ refund: { ...back, amount: '1', channel: 'bank' } }, 'ann'), {
      ...asked,
      back: 'refund',
      channel: 'bank',
      amountMicros: 1_000_000,
    });
  });

  const payment = { accountId: 'A1', amount: '1', reference: 'r1' };
  const debt = { accountId: 'A1', code: 'old', amount: '300' };
  const wrong: [payload: unknown, by: string, says: RegExp][] = [
    [null, 'ann', /payload must be an object/],
    [[], 'ann', /payload must be an object/],
    [{}, 'ann', /payload must have one of payment, csv/],
    [{ payment, debt }, 'ann', /must have one of .*got "payment, debt"/],
    [{ payment: 5 }, 'ann', /payment must be an object, got "5"/],
    [{ payment: { ...payment, amount: '0' } }, 'ann', /payment.amount must be more than zero/],
    [{ payment: { ...payment, amount: '-0.01' } }, 'ann', /payment.amount must be more than zero/],
    [{ payment: { ...payment, amount: true } }, 'ann', /payment.amount must be an amount/],
    [{ payment }, '', /payment.by must be text/],
    [{ payment: { ...payment, channel: 'c'.repeat(65) } }, 'ann', /payment.channel must be text of 1 to 64/],
    [{ csv: 5 }, 'ann', /csv must be text/],
    [{ csv: 'reference,account,amount\nr,A1,1' }, '', /msg.by must be text/],
    [{ reverse: { ...back, reason: '' } }, 'ann', /reverse.reason must be text/],
    [{ refund: { ...back, id: undefined } }, 'ann', /refund.id must be text/],
    [{ approve: { id: 'b1' } }, '', /msg.by must be text/],
    [{ debt: { ...debt } }, 'ann', /either percent or instalment/],
    [{ debt: { ...debt, percent: 1, instalment: '1' } }, 'ann', /either percent or instalment/],
    [{ debt: { ...debt, percent: '10' } }, 'ann', /debt.percent must be a number/],
    [{ debt: { ...debt, percent: 101 } }, 'ann', /at most 100, got 101/],
    [{ debt: { ...debt, instalment: '1' } }, 'ann', /debt.everyDays/],
    [{ checkReceipt: { number: 0, code: 'x' } }, '', /checkReceipt.number must be a whole number/],
    [{ receipt: {} }, '', /receipt.reference must be text/],
  ];
  for (const [payload, by, says] of wrong) {
    it(`is refused: ${says.source}`, () => assert.throws(() => parsePaymentRequest(payload, by), says));
  }
});

describe('the settings of top-ups', () => {
  const settings = (changes: Partial<TopUpForm>): ReturnType<typeof topUpSettings> =>
    topUpSettings({ ...DEFAULTS, ...changes });

  it('have no limits, fee or tax unless somebody sets them', () => {
    const { rules, charges, channel, gateway } = settings({});
    assert.deepEqual(Object.values(rules), [null, null, null, null]);
    assert.deepEqual([charges.feeMicros, charges.taxPpm, channel, gateway], [0, 0, 'generic', null]);
  });

  it('read percentages and amounts exactly', () => {
    const { charges, rules } = settings({ taxPercent: '7.7', fee: '0.1', multiple: ' 10 ' });
    assert.deepEqual(
      [charges.taxPpm, charges.feeMicros, rules.multipleMicros],
      [77_000, 100_000, 10_000_000],
    );
  });

  it('describe a gateway of one’s own', () => {
    const own = { smsGateway: 'own', smsSenders: 'MyPay, 123', smsPattern: '{reference} {amount} {account}' };
    assert.deepEqual(settings(own).gateway?.gateway.senders, ['mypay', '123']);
    assert.equal(settings(own).gateway?.gateway.channel, 'sms');
  });

  const wrong: [changes: Partial<TopUpForm>, says: RegExp][] = [
    [{ provider: 'none' }, /provider must be one of generic, stripe, paystack, mpesa/],
    [{ channel: 'a b' }, /channel must be a short name/],
    [{ smsGateway: 'post' }, /smsGateway must be none, own, mpesa/],
    [{ smsGateway: 'own' }, /smsSenders must name/],
    [{ smsGateway: 'own', smsSenders: 'x' }, /pattern must have \{reference\}/],
    [{ minimum: '0' }, /minimum must be more than zero/],
    [{ minimum: '5', maximum: '4.99' }, /maximum must not be below/],
    [{ fee: '-1' }, /fee must not be below zero/],
    [{ taxPercent: '100.1' }, /taxPercent must be from 0 to 100/],
    [{ taxPercent: '1.00001' }, /at most 4 decimals/],
    [{ taxCode: '' }, /taxCode must be a short name/],
    [{ secondPersonAbove: '' }, /amount must be a number/],
  ];
  for (const [changes, says] of wrong) {
    it(`refuse ${JSON.stringify(changes)}`, () => assert.throws(() => settings(changes), says));
  }
});
