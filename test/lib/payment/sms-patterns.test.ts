import assert from 'node:assert/strict';
import fc from 'fast-check';
import {
  isFromGateway,
  readSmsPayment,
  SMS_GATEWAYS,
  smsPattern,
} from '../../../nodes/lib/payment/sms-patterns';
import { property } from '../property';

const TEXTS: {
  gateway: string;
  text: string;
  reference: string;
  amount: number;
  account: string;
  payer: string;
}[] = [
  {
    gateway: 'mpesa',
    text: 'QK12ABC345 Confirmed. on 3/11/26 at 4:05 PM Ksh1,500.00 received from 254712345678 JANE DOE. Account Number HOUSE-7 New Utility balance is Ksh9,999.00',
    reference: 'QK12ABC345',
    amount: 1_500,
    account: 'HOUSE-7',
    payer: '254712345678 JANE DOE',
  },
  {
    gateway: 'bkash',
    text: 'You have received Tk 1,000.00 from 01712345678. Ref A1. Fee Tk 0.00. Balance Tk 5,000.00. TrxID 9AB12CD3EF at 10/11/2026 14:05',
    reference: '9AB12CD3EF',
    amount: 1_000,
    account: 'A1',
    payer: '01712345678',
  },
  {
    gateway: 'momo',
    text: 'You have received UGX 5000 from JANE DOE (256772123456). Reference: A1. Your new balance: UGX 90000. Transaction ID: 12345678901',
    reference: '12345678901',
    amount: 5_000,
    account: 'A1',
    payer: 'JANE DOE (256772123456)',
  },
  {
    gateway: 'airtel',
    text: 'Trans ID: CI230910.1200.H12345 You have received UGX 5,000 from 256752123456, JANE DOE. Reference: A1.',
    reference: 'CI230910.1200.H12345',
    amount: 5_000,
    account: 'A1',
    payer: '256752123456, JANE DOE',
  },
];

describe('texts of mobile-money gateways', () => {
  const patternsOf = (gateway: string) => SMS_GATEWAYS[gateway]!.patterns.map(smsPattern);

  it('has an example for every gateway', () => {
    assert.deepEqual(Object.keys(SMS_GATEWAYS).sort(), TEXTS.map(({ gateway }) => gateway).sort());
  });

  for (const { gateway, text, reference, amount, account, payer } of TEXTS) {
    it(`reads ${gateway}, also with line ends in between`, () => {
      const wanted = { reference, accountId: account, amountMicros: amount * 1_000_000, payer, paidMs: null };
      assert.deepEqual(readSmsPayment(text, patternsOf(gateway)), wanted);
      assert.deepEqual(readSmsPayment(text.replaceAll(' ', '\r\n '), patternsOf(gateway)), wanted);
    });

    it(`takes no text around one of ${gateway} for it`, () => {
      assert.equal(readSmsPayment(`FW: ${text}`, patternsOf(gateway)), null);
      assert.equal(
        readSmsPayment(text.replaceAll(/\d/g, '0').replaceAll(/0[0,.]*/g, '0 '), patternsOf(gateway)),
        null,
      );
    });
  }

  it('knows a gateway by its name, however it is written', () => {
    const mpesa = SMS_GATEWAYS['mpesa']!;
    assert.ok(isFromGateway(mpesa, ' MPESA '));
    assert.ok(!isFromGateway(mpesa, 'MPESA2'));
  });

  it('reads by a pattern of one’s own, with signs in it that mean something elsewhere', () => {
    const pattern = smsPattern('Paid (ok)* {amount}+ [{account}] #{reference}');
    assert.deepEqual(readSmsPayment('paid (OK)* 12.50+ [a/7] #X99 and more', [pattern]), {
      reference: 'X99',
      accountId: 'a/7',
      amountMicros: 12_500_000,
      payer: '',
      paidMs: null,
    });
  });

  const wrong: [pattern: string, says: RegExp][] = [
    ['', /must have \{reference\}/],
    ['{reference} {amount}', /must have \{account\}/],
    ['{reference} {amount} {account} {amount}', /\{amount\} only once/],
    ['{reference} {amount} {account} {phone}', /no place \{phone\}: use \{reference\}/],
    ['{reference} {*} {*} {amount} {*} {payer} {account}', /at most 3/],
  ];
  for (const [pattern, says] of wrong) {
    it(`refuses the pattern "${pattern}"`, () => assert.throws(() => smsPattern(pattern), says));
  }

  it('ends soon, whatever the text', () => {
    const patterns = Object.values(SMS_GATEWAYS).flatMap((gateway) => gateway.patterns.map(smsPattern));
    property(
      fc.string({ unit: fc.constantFrom('A', '1', ' ', '.', ',', 'Ksh', ' at ', ' on '), maxLength: 640 }),
      (tail) => {
        for (const start of ['QK12 Confirmed. on ', 'You have received Tk 1', 'You have received '])
          readSmsPayment(start + tail, patterns);
      },
      100,
    );
  }).timeout(5_000);
});
