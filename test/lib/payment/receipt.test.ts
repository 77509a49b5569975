import assert from 'node:assert/strict';
import { createHash } from 'node:crypto';
import fc from 'fast-check';
import { micros } from '../../../nodes/lib/money/micros';
import type { PaymentRecord } from '../../../nodes/lib/payment/payment';
import { receiptFor, type Receipt } from '../../../nodes/lib/payment/receipt';
import { receiptHtml, receiptPage } from '../../../nodes/lib/payment/receipt-page';
import { codeOfSeal, isCodeOf, sealOf } from '../../../nodes/lib/payment/receipt-seal';
import { receiptSms } from '../../../nodes/lib/payment/receipt-text';
import { measureText } from '../../../nodes/lib/sms/text-parts';
import { property } from '../property';

const sha256 = (text: string): string => createHash('sha256').update(text).digest('hex');

const PAYMENT: PaymentRecord = {
  channel: 'counter',
  reference: 'r1',
  statedAccount: 'A1',
  accountId: 'A1',
  amountMicros: micros(100_000_000),
  source: 'counter',
  payer: 'Jane',
  by: 'ann',
  paidMs: null,
  receivedMs: 1,
  verifiedMs: 1,
  creditedMs: Date.UTC(2026, 10, 3, 13, 5),
  acknowledgedMs: null,
  problem: null,
  receiptNumber: 12,
  uses: [
    { component: 'debt:arrears', amountMicros: micros(10_000_000) },
    { component: 'fee', amountMicros: micros(2_000_000) },
    { component: 'tax:vat', amountMicros: micros(16_400_000) },
    { component: 'energy', amountMicros: micros(71_600_000) },
  ],
  balanceMicros: micros(63_600_000),
  ledgerHash: 'ab'.repeat(32),
  receipt: null,
};

function receiptOf(changes: Partial<PaymentRecord> = {}, extra: Partial<Receipt> = {}): Receipt {
  const receipt = receiptFor(
    { ...PAYMENT, ...changes },
    {
      siteName: 'Hill & Valley',
      customerName: 'Jane <Doe>',
      money: { currency: 'NPR', decimals: 2 },
      timeZone: 'Asia/Kathmandu',
      periodLabel: 'Falgun, 2076',
      energyFor: (amount) => amount / 8_000,
      sha256,
    },
  );
  return { ...receipt, ...extra };
}

describe('a receipt', () => {
  it('has the breakdown, what was used before, the energy and the period', () => {
    const { number, energyMicros, shortfallMicros, estimatedWh, periodLabel, balanceMicros } = receiptOf();
    assert.deepEqual(
      { number, energyMicros, shortfallMicros, estimatedWh, periodLabel, balanceMicros },
      {
        number: 12,
        energyMicros: 71_600_000,
        shortfallMicros: 8_000_000,
        estimatedWh: 8_950,
        periodLabel: 'Falgun, 2076',
        balanceMicros: 63_600_000,
      },
    );
    assert.equal(receiptOf({ balanceMicros: micros(80_000_000) }).shortfallMicros, 0);
    assert.equal(receiptOf({ balanceMicros: micros(-5_000_000) }).shortfallMicros, 71_600_000);
  });

  it('is none before the payment is credited', () => {
    assert.throws(() => receiptOf({ receiptNumber: null }), /not credited yet/);
  });

  it('changes its code with anything that it says, and with the ledger', () => {
    const { code } = receiptOf();
    assert.match(code, /^[0-9a-f]{5}-[0-9a-f]{5}-[0-9a-f]{5}$/);
    assert.equal(receiptOf().code, code);
    const changes: Partial<PaymentRecord>[] = [
      { amountMicros: micros(100_000_001) },
      { accountId: 'A2' },
      { reference: 'r2' },
      { channel: 'bank' },
      { receiptNumber: 13 },
      { creditedMs: 1 },
      { balanceMicros: micros(0) },
      { uses: [] },
      { ledgerHash: 'cd'.repeat(32) },
    ];
    const codes = changes.map((change) => receiptOf(change).code);
    assert.equal(new Set([code, ...codes]).size, changes.length + 1);
  });

  it('has a code that people can copy in their own way, whole', () => {
    const facts = { ...PAYMENT, number: 12, creditedMs: 1, balanceMicros: 2, ledgerHash: 'x' };
    const seal = sealOf(facts, sha256);
    const code = codeOfSeal(seal);
    assert.ok(isCodeOf(seal, ` ${code.toUpperCase().replaceAll('-', ' ')} `));
    assert.ok(!isCodeOf(seal, code.slice(0, -1)));
    assert.ok(!isCodeOf(seal, ''));
    assert.ok(!isCodeOf(seal, `${code}0`));
  });
});

describe('a receipt as a text message', () => {
  it('says everything in one of 160 characters', () => {
    const text = receiptSms(receiptOf());
    const { code } = receiptOf();
    assert.equal(
      text,
      `Receipt 12 A1: NPR 100.00. debt 10.00 fee 2.00 tax 16.40 energy 71.60 ~8.9 kWh Balance 63.60. Falgun, 2076 ${code}`,
    );
    assert.ok(measureText(text).units <= 160);
  });

  it('leaves out the least when there is no room, and never the number, the amounts or the code', () => {
    const long = receiptOf({
      accountId: 'x'.repeat(64),
      uses: [...PAYMENT.uses, ...PAYMENT.uses, ...PAYMENT.uses],
    });
    const text = receiptSms({ ...long, periodLabel: 'a long name of a billing period, and a year' });
    assert.match(text, /^Receipt 12 x{24}: NPR 100\.00\. .*Balance 63\.60\. [0-9a-f-]{17}$/);
    assert.ok(measureText(text).units <= 160);
  });

  it('is one message in the GSM alphabet, whatever names and numbers are in it', () => {
    const anyText = fc.string({ unit: 'binary', maxLength: 70 });
    const amount = fc.integer({ min: -9e15, max: 9e15 }).map(micros);
    property(
      fc.record({
        accountId: anyText,
        periodLabel: anyText,
        amountMicros: amount,
        balanceMicros: amount,
        number: fc.nat(),
      }),
      (extra) => {
        const receipt = receiptOf({}, extra);
        const text = receiptSms(receipt);
        const { encoding, units, parts } = measureText(text);
        assert.deepEqual([encoding, parts], ['gsm7', 1]);
        assert.ok(units <= 160);
        assert.ok(text.endsWith(receipt.code));
      },
    );
  });
});

describe('a receipt on paper', () => {
  it('escapes what comes from people, and adds up', () => {
    const html = receiptHtml(receiptOf(), 'en');
    assert.match(html, /Hill &amp; Valley/);
    assert.match(html, /Jane &lt;Doe&gt;/);
    assert.doesNotMatch(html, /<Doe>/);
    for (const amount of ['10.00', '2.00', '16.40', '71.60', '100.00', '8.00', '63.60'])
      assert.match(html, new RegExp(`NPR ${amount}`));
    assert.match(html, /Falgun, 2076/);
    assert.match(html, /8\.9 kWh/);
  });

  it('shows every digit of an amount', () => {
    assert.match(receiptHtml(receiptOf({}, { balanceMicros: micros(1_234_567) }), 'en'), /NPR 1\.234567/);
  });

  it('is a page of its own, with a size for printing, that loads nothing', () => {
    const page = receiptPage(receiptOf(), 'en');
    assert.match(page, /^<!doctype html>\n<html lang="en">/);
    assert.match(page, /@page \{ size: A6/);
    assert.doesNotMatch(page, /<script|src=|href=|url\(/);
  });

  const titles: [language: string, title: string][] = [
    ['en', 'Receipt 12'],
    ['hi', 'रसीद 12'],
    ['ne', 'रसिद 12'],
    ['sw', 'Risiti 12'],
    ['fr-CA', 'Reçu 12'],
    ['pt_BR', 'Recibo 12'],
    ['xx', 'Receipt 12'],
    ['__proto__', 'Receipt 12'],
  ];
  for (const [language, title] of titles) {
    it(`has a title in ${language}`, () =>
      assert.match(receiptPage(receiptOf(), language), new RegExp(`<h1>${title}</h1>`)));
  }
});
