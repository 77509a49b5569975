import assert from 'node:assert/strict';
import {
  PROVIDER_NAMES,
  WEBHOOK_ADAPTERS,
  type ProviderName,
} from '../../../nodes/lib/payment/webhook-adapters';

const KES = { currency: 'KES', decimals: 2 };

const stripe = (type: string, object: object): object => ({
  id: 'evt_1',
  type,
  created: 1_800_000_000,
  data: { object },
});
const intent = {
  id: 'pi_1',
  amount: 99_999,
  amount_received: 15_050,
  currency: 'kes',
  receipt_email: 'jane@example.org',
  metadata: { accountId: 'A1' },
};
const session = {
  id: 'cs_1',
  payment_intent: 'pi_1',
  amount_total: 15_050,
  currency: 'kes',
  payment_status: 'paid',
  client_reference_id: 'A1',
  customer_details: { email: 'jane@example.org' },
  metadata: {},
};
const charge = {
  event: 'charge.success',
  data: {
    status: 'success',
    reference: 'T123',
    amount: 15_050,
    currency: 'KES',
    paid_at: '2027-01-15T08:00:00.000Z',
    customer: { email: 'jane@example.org' },
    metadata: { accountId: 'A1' },
  },
};
const mpesa = {
  TransactionType: 'Pay Bill',
  TransID: 'RKTQDM7W6S',
  TransTime: '20270115110000',
  TransAmount: '150.50',
  BusinessShortCode: '600638',
  BillRefNumber: 'A1',
  MSISDN: '254708374149',
  FirstName: 'Jane',
};
const generic = {
  reference: 'g1',
  accountId: 'A1',
  amount: '150.50',
  payer: 'Jane',
  paidAtMs: 1_800_000_000_000,
};

const PAID_MS = 1_800_000_000_000;

describe('what providers post', () => {
  const cases: { name: string; provider: ProviderName; body: unknown; reference: string; payer: string }[] = [
    { name: 'any', provider: 'generic', body: generic, reference: 'g1', payer: 'Jane' },
    {
      name: 'a payment intent',
      provider: 'stripe',
      body: stripe('payment_intent.succeeded', intent),
      reference: 'pi_1',
      payer: 'jane@example.org',
    },
    {
      name: 'a checkout, which is its payment intent',
      provider: 'stripe',
      body: stripe('checkout.session.completed', session),
      reference: 'pi_1',
      payer: 'jane@example.org',
    },
    { name: 'a charge', provider: 'paystack', body: charge, reference: 'T123', payer: 'jane@example.org' },
    {
      name: 'a confirmation',
      provider: 'mpesa',
      body: mpesa,
      reference: 'RKTQDM7W6S',
      payer: '254708374149',
    },
  ];
  for (const { name, provider, body, reference, payer } of cases) {
    it(`is read from ${provider}: ${name}`, () => {
      assert.deepEqual(WEBHOOK_ADAPTERS[provider].read(body, KES), {
        reference,
        accountId: 'A1',
        amountMicros: 150_500_000,
        payer,
        paidMs: PAID_MS,
      });
    });
  }

  const none: [provider: ProviderName, body: unknown][] = [
    ['stripe', stripe('payment_intent.payment_failed', intent)],
    ['stripe', stripe('checkout.session.completed', { ...session, payment_status: 'unpaid' })],
    ['paystack', { ...charge, event: 'transfer.success' }],
    ['paystack', { ...charge, data: { ...charge.data, status: 'failed' } }],
  ];
  for (const [provider, body] of none) {
    it(`is no payment: ${provider} ${JSON.stringify(body).slice(0, 60)}`, () => {
      assert.ok('ignored' in WEBHOOK_ADAPTERS[provider].read(body, KES));
    });
  }

  const wrong: [provider: ProviderName, body: unknown, says: RegExp][] = [
    ['generic', null, /body must be an object, got "null"/],
    ['generic', [], /body must be an object/],
    ['generic', { ...generic, amount: '-1' }, /amount must be more than zero, got "-1"/],
    ['generic', { ...generic, amount: '1e3' }, /amount must be an amount/],
    ['generic', { ...generic, amount: '1.0000001' }, /amount must be an amount/],
    ['generic', { ...generic, reference: ' ' }, /reference must be text/],
    ['generic', { ...generic, reference: 'x'.repeat(129) }, /reference must be text of 1 to 128/],
    ['generic', { ...generic, currency: 'USD' }, /currency must be KES, got "USD"/],
    [
      'stripe',
      stripe('payment_intent.succeeded', { ...intent, currency: 'usd' }),
      /data.object.currency must be KES/,
    ],
    [
      'stripe',
      stripe('payment_intent.succeeded', { ...intent, amount_received: 150.5 }),
      /amount_received must be a whole number, got "150.5"/,
    ],
    [
      'stripe',
      stripe('payment_intent.succeeded', { ...intent, metadata: {} }),
      /metadata.accountId must be text/,
    ],
    ['paystack', { ...charge, data: { ...charge.data, metadata: '' } }, /data.metadata.accountId/],
    ['mpesa', { ...mpesa, TransAmount: 'ten' }, /TransAmount must be an amount/],
    ['mpesa', { ...mpesa, BillRefNumber: undefined }, /BillRefNumber must be text.*"missing"/],
  ];
  for (const [provider, body, says] of wrong) {
    it(`names what is wrong with ${provider}: ${says.source}`, () => {
      assert.throws(() => WEBHOOK_ADAPTERS[provider].read(body, KES), says);
    });
  }

  it('counts the units of a currency without decimals', () => {
    const yen = { currency: 'JPY', decimals: 0 };
    const told = WEBHOOK_ADAPTERS.stripe.read(
      stripe('payment_intent.succeeded', { ...intent, currency: 'jpy', amount_received: 500 }),
      yen,
    );
    assert.ok('amountMicros' in told && told.amountMicros === 500_000_000);
  });

  it('thanks every provider in its own words', () => {
    assert.deepEqual(
      PROVIDER_NAMES.map((name) => WEBHOOK_ADAPTERS[name].thanks),
      [{ received: true }, { received: true }, { received: true }, { ResultCode: 0, ResultDesc: 'Accepted' }],
    );
  });
});
