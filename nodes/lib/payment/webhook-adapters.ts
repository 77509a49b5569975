import type { Micros } from '../money/micros';
import { showValue } from '../text/show-value';
import {
  fieldsOf,
  MAX_REFERENCE_LENGTH,
  mayMoment,
  mayText,
  wantAmount,
  wantMinorUnits,
  wantText,
  type Fields,
} from './body-fields';
import { PAYSTACK, STRIPE, TIMESTAMPED, type SignatureScheme } from './webhook-signature';

/** The money of the site, which a provider's has to be. */
export interface SiteMoney {
  currency: string;
  decimals: number;
}

/** What a provider tells of in a message. */
export interface ToldPayment {
  reference: string;
  accountId: string;
  amountMicros: Micros;
  payer: string;
  paidMs: number | null;
}

/** A provider's message that is no payment, such as one that failed: it is answered well and goes no further. */
export interface NoPayment {
  ignored: string;
}

/** How one provider signs, what its messages look like, and how it wants to be answered. */
export interface WebhookAdapter {
  scheme: SignatureScheme;
  /** Throws an error that names the field and the value. */
  read: (body: unknown, money: SiteMoney) => ToldPayment | NoPayment;
  /** What the provider takes for "received". */
  thanks: object;
}

const RECEIVED = { received: true };

/** Every provider by its name. Another one is one more entry. */
export const WEBHOOK_ADAPTERS = {
  generic: { scheme: TIMESTAMPED, read: readGeneric, thanks: RECEIVED },
  stripe: { scheme: STRIPE, read: readStripe, thanks: RECEIVED },
  paystack: { scheme: PAYSTACK, read: readPaystack, thanks: RECEIVED },
  mpesa: { scheme: TIMESTAMPED, read: readMpesa, thanks: { ResultCode: 0, ResultDesc: 'Accepted' } },
} as const satisfies Record<string, WebhookAdapter>;

export type ProviderName = keyof typeof WEBHOOK_ADAPTERS;
export const PROVIDER_NAMES = Object.keys(WEBHOOK_ADAPTERS) as ProviderName[];

export function isProvider(name: string): name is ProviderName {
  return Object.hasOwn(WEBHOOK_ADAPTERS, name);
}

/** `{reference, accountId, amount, currency?, payer?, paidAtMs?}` */
function readGeneric(body: unknown, money: SiteMoney): ToldPayment {
  const source = fieldsOf(body, 'body');
  if (source['currency'] !== undefined) wantCurrency(source['currency'], 'currency', money);
  return {
    reference: wantText(source['reference'], 'reference', MAX_REFERENCE_LENGTH),
    accountId: wantText(source['accountId'], 'accountId'),
    amountMicros: wantAmount(source['amount'], 'amount'),
    payer: mayText(source['payer']),
    paidMs: mayMoment(source['paidAtMs']),
  };
}

/** An event with a payment intent or a checkout session; the account is in its metadata, or the client's reference. */
function readStripe(body: unknown, money: SiteMoney): ToldPayment | NoPayment {
  const event = fieldsOf(body, 'body');
  const type = wantText(event['type'], 'type', MAX_REFERENCE_LENGTH);
  const amountField = STRIPE_AMOUNTS[type];
  if (amountField === undefined) return { ignored: type };
  const object = fieldsOf(fieldsOf(event['data'], 'data')['object'], 'data.object');
  if (object['payment_status'] === 'unpaid') return { ignored: `${type}, unpaid` };
  wantCurrency(object['currency'], 'data.object.currency', money);
  const metadata = optionalFields(object['metadata']);
  const created = event['created'];
  return {
    // A session and the payment made in it are one payment.
    reference: wantText(object['payment_intent'] ?? object['id'], 'data.object.id', MAX_REFERENCE_LENGTH),
    accountId: wantText(
      metadata['accountId'] ?? object['client_reference_id'],
      'data.object.metadata.accountId',
    ),
    amountMicros: wantMinorUnits(object[amountField], `data.object.${amountField}`, money.decimals),
    payer: mayText(object['receipt_email'] ?? optionalFields(object['customer_details'])['email']),
    paidMs: typeof created === 'number' ? mayMoment(created * 1000) : null,
  };
}

/** Where each event has its amount; whatever is not here is no payment. */
const STRIPE_AMOUNTS: Readonly<Record<string, string | undefined>> = {
  'payment_intent.succeeded': 'amount_received',
  'checkout.session.completed': 'amount_total',
  'checkout.session.async_payment_succeeded': 'amount_total',
};

/** `charge.success`; the account is in the metadata. */
function readPaystack(body: unknown, money: SiteMoney): ToldPayment | NoPayment {
  const event = fieldsOf(body, 'body');
  const name = wantText(event['event'], 'event', MAX_REFERENCE_LENGTH);
  const data = fieldsOf(event['data'], 'data');
  if (name !== 'charge.success' || data['status'] !== 'success') return { ignored: name };
  wantCurrency(data['currency'], 'data.currency', money);
  return {
    reference: wantText(data['reference'], 'data.reference', MAX_REFERENCE_LENGTH),
    accountId: wantText(optionalFields(data['metadata'])['accountId'], 'data.metadata.accountId'),
    // In hundredths, whatever the currency.
    amountMicros: wantMinorUnits(data['amount'], 'data.amount', 2),
    payer: mayText(optionalFields(data['customer'])['email']),
    paidMs: mayMoment(data['paid_at']),
  };
}

/** A confirmation of a payment to a pay bill: the account is what the payer typed as the bill's reference. */
function readMpesa(body: unknown): ToldPayment {
  const source = fieldsOf(body, 'body');
  return {
    reference: wantText(source['TransID'], 'TransID', MAX_REFERENCE_LENGTH),
    accountId: wantText(source['BillRefNumber'], 'BillRefNumber'),
    amountMicros: wantAmount(source['TransAmount'], 'TransAmount'),
    payer: mayText(source['MSISDN']),
    paidMs: nairobiMs(source['TransTime']),
  };
}

const COMPACT_TIME = /^(\d{4})(\d\d)(\d\d)(\d\d)(\d\d)(\d\d)$/;

/** East Africa is three hours ahead of UTC all the year. */
function nairobiMs(value: unknown): number | null {
  const match = COMPACT_TIME.exec(String(value));
  if (!match) return null;
  const [, year, month, day, hour, minute, second] = match;
  return mayMoment(`${year}-${month}-${day}T${hour}:${minute}:${second}+03:00`);
}

function optionalFields(value: unknown): Fields {
  return typeof value === 'object' && value !== null ? (value as Fields) : {};
}

/** Money of another currency is never taken for the site's own. */
function wantCurrency(value: unknown, name: string, { currency }: SiteMoney): void {
  if (typeof value === 'string' && value.toUpperCase() === currency) return;
  throw new RangeError(`${name} must be ${currency}, got "${showValue(value)}"`);
}
