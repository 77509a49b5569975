import type { Micros } from '../money/micros';
import { showValue } from '../text/show-value';
import {
  fieldsOf,
  MAX_REFERENCE_LENGTH,
  mayMoment,
  mayText,
  wantAmount,
  wantText,
  type Fields,
} from './body-fields';
import { checkDebtPlan, PPM, type DebtPlan } from './debt-plan';
import type { MoneyBackKind } from './payment';
import { readSalesCsv } from './sales-csv';
import type { ToldPayment } from './webhook-adapters';

/** What people and other systems ask of the counter, apart from webhooks and texts. */
export type PaymentRequest =
  | { kind: 'payment'; channel: string; told: ToldPayment; by: string }
  | { kind: 'csv'; channel: string; sales: ToldPayment[]; by: string }
  | { kind: 'assign'; channel: string; reference: string; accountId: string; by: string }
  | {
      kind: 'moneyBack';
      back: MoneyBackKind;
      reference: string;
      channel: string;
      paymentReference: string;
      amountMicros: Micros | null;
      reason: string;
      by: string;
    }
  | { kind: 'settleMoneyBack'; reference: string; verdict: 'approve' | 'decline'; by: string }
  | { kind: 'debt'; accountId: string; code: string; amountMicros: Micros; plan: DebtPlan; by: string }
  | { kind: 'receipt'; channel: string; reference: string }
  | { kind: 'checkReceipt'; number: number; code: string }
  | { kind: 'held' };

export const COUNTER = 'counter';
const AGENTS = 'agents';
const MAX_REASON_LENGTH = 300;

type Reader = (value: unknown, by: string) => PaymentRequest;

/** By the property of the payload that names the request. */
const READERS: Readonly<Record<string, Reader>> = {
  payment: readPayment,
  csv: readCsv,
  assign: (value, by) => {
    const source = fieldsOf(value, 'assign');
    const accountId = wantText(source['accountId'], 'assign.accountId');
    return { kind: 'assign', ...paymentNamed(source, 'assign'), accountId, by: person(by) };
  },
  reverse: (value, by) => readMoneyBack('reversal', 'reverse', value, by),
  refund: (value, by) => readMoneyBack('refund', 'refund', value, by),
  approve: (value, by) => readVerdict('approve', value, by),
  decline: (value, by) => readVerdict('decline', value, by),
  debt: readDebt,
  receipt: (value) => ({ kind: 'receipt', ...paymentNamed(fieldsOf(value, 'receipt'), 'receipt') }),
  checkReceipt: (value) => {
    const { number, code } = fieldsOf(value, 'checkReceipt');
    if (typeof number !== 'number' || !Number.isSafeInteger(number) || number < 1)
      throw new RangeError(`checkReceipt.number must be a whole number, got "${showValue(number)}"`);
    return { kind: 'checkReceipt', number, code: wantText(code, 'checkReceipt.code') };
  },
  held: () => ({ kind: 'held' }),
};

/** Reads a request. `by` is the person who is logged in, if anybody says. Throws with the field and its value. */
export function parsePaymentRequest(payload: unknown, by: string): PaymentRequest {
  const source = fieldsOf(payload, 'payload');
  const named = Object.keys(READERS).filter((name) => source[name] !== undefined);
  const [name, other] = named;
  const reader = name === undefined ? undefined : READERS[name];
  if (name === undefined || other !== undefined || !reader)
    throw new RangeError(
      `payload must have one of ${Object.keys(READERS).join(', ')}, got "${showValue(named.length === 0 ? payload : named.join(', '))}"`,
    );
  return reader(name === 'csv' ? source : source[name], by);
}

function readPayment(value: unknown, by: string): PaymentRequest {
  const source = fieldsOf(value, 'payment');
  const channel = channelOf(source, 'payment', COUNTER);
  // Whoever is logged in counts for more than what the message says.
  const clerk = by === '' && source['by'] !== undefined ? wantText(source['by'], 'payment.by') : by;
  const told: ToldPayment = {
    reference: wantText(source['reference'], 'payment.reference', MAX_REFERENCE_LENGTH),
    accountId: wantText(source['accountId'], 'payment.accountId'),
    amountMicros: wantAmount(source['amount'], 'payment.amount'),
    payer: mayText(source['payer']),
    paidMs: mayMoment(source['paidAtMs']),
  };
  // Cash has no other trace than the person who took it.
  return { kind: 'payment', channel, told, by: channel === COUNTER ? wantText(clerk, 'payment.by') : clerk };
}

function readCsv(value: unknown, by: string): PaymentRequest {
  const source = fieldsOf(value, 'payload');
  const { csv } = source;
  if (typeof csv !== 'string') throw new RangeError(`csv must be text, got "${showValue(csv)}"`);
  const channel = channelOf(source, 'payload', AGENTS);
  return { kind: 'csv', channel, sales: readSalesCsv(csv), by: person(by) };
}

function readMoneyBack(back: MoneyBackKind, name: string, value: unknown, by: string): PaymentRequest {
  const source = fieldsOf(value, name);
  return {
    kind: 'moneyBack',
    back,
    reference: wantText(source['id'], `${name}.id`, MAX_REFERENCE_LENGTH),
    channel: channelOf(source, name, COUNTER),
    paymentReference: wantText(source['reference'], `${name}.reference`, MAX_REFERENCE_LENGTH),
    amountMicros: source['amount'] === undefined ? null : wantAmount(source['amount'], `${name}.amount`),
    reason: wantText(source['reason'], `${name}.reason`, MAX_REASON_LENGTH),
    by: person(by),
  };
}

function readVerdict(verdict: 'approve' | 'decline', value: unknown, by: string): PaymentRequest {
  const source = fieldsOf(value, verdict);
  const reference = wantText(source['id'], `${verdict}.id`, MAX_REFERENCE_LENGTH);
  return { kind: 'settleMoneyBack', reference, verdict, by: person(by) };
}

function readDebt(value: unknown, by: string): PaymentRequest {
  const source = fieldsOf(value, 'debt');
  const plan = planOf(source);
  checkDebtPlan(plan);
  return {
    kind: 'debt',
    accountId: wantText(source['accountId'], 'debt.accountId'),
    code: wantText(source['code'], 'debt.code'),
    amountMicros: wantAmount(source['amount'], 'debt.amount'),
    plan,
    by: person(by),
  };
}

function planOf(source: Fields): DebtPlan {
  const { percent, instalment, everyDays, weeklyCap } = source;
  const weeklyCapMicros = weeklyCap === undefined ? null : wantAmount(weeklyCap, 'debt.weeklyCap');
  if ((percent === undefined) === (instalment === undefined))
    throw new RangeError('debt must have either percent or instalment and everyDays');
  if (typeof percent === 'number')
    return { kind: 'share', sharePpm: Math.round(percent * (PPM / 100)), weeklyCapMicros };
  if (percent !== undefined)
    throw new RangeError(`debt.percent must be a number, got "${showValue(percent)}"`);
  return {
    kind: 'instalments',
    instalmentMicros: wantAmount(instalment, 'debt.instalment'),
    everyDays: typeof everyDays === 'number' ? everyDays : NaN,
    weeklyCapMicros,
  };
}

function paymentNamed(source: Fields, name: string): { channel: string; reference: string } {
  const reference = wantText(source['reference'], `${name}.reference`, MAX_REFERENCE_LENGTH);
  return { channel: channelOf(source, name, COUNTER), reference };
}

function channelOf(source: Fields, name: string, fallback: string): string {
  const { channel } = source;
  return channel === undefined ? fallback : wantText(channel, `${name}.channel`);
}

/** What moves money by hand names the hand. */
function person(by: string): string {
  return wantText(by, 'msg.by');
}
