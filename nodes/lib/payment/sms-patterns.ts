import { parseAmount } from '../money/micros';
import { showValue } from '../text/show-value';
import type { ToldPayment } from './webhook-adapters';

/**
 * How a mobile-money gateway words its texts. In a pattern, `{reference}`, `{amount}`, `{account}` and `{payer}` stand
 * for what is wanted, `{*}` for anything else up to 60 characters; a space stands for any white space. What follows the
 * pattern does not matter.
 */
export interface SmsGateway {
  channel: string;
  /** Names or numbers it sends from, in lower case. */
  senders: readonly string[];
  patterns: readonly string[];
}

/** Wordings differ between countries and change: compare with texts of your own, or give your own pattern. */
export const SMS_GATEWAYS: Readonly<Record<string, SmsGateway>> = {
  mpesa: {
    channel: 'mpesa',
    senders: ['mpesa', 'm-pesa'],
    patterns: [
      '{reference} Confirmed. on {*} at {*} Ksh{amount} received from {payer}. Account Number {account} ',
      '{reference} Confirmed. Ksh{amount} received from {payer} for account {account} on ',
    ],
  },
  bkash: {
    channel: 'bkash',
    senders: ['bkash'],
    patterns: ['You have received Tk {amount} from {payer}. Ref {account}. {*}TrxID {reference} at '],
  },
  momo: {
    channel: 'momo',
    senders: ['mobilemoney', 'mtn momo', 'momo'],
    patterns: [
      'You have received {*} {amount} from {payer}. Reference: {account}. {*}Transaction ID: {reference}',
      'Payment received for {*} {amount} from {payer}. Reference: {account}. {*}Transaction ID: {reference}',
    ],
  },
  airtel: {
    channel: 'airtel',
    senders: ['airtelmoney', 'airtel money'],
    patterns: ['Trans ID: {reference} You have received {*} {amount} from {payer}. Reference: {account}.'],
  },
};

interface PlaceKind {
  source: string;
  isWild: boolean;
}

const PLACES: Readonly<Record<string, PlaceKind>> = {
  reference: { source: '([A-Za-z0-9][A-Za-z0-9.-]{2,39}?)', isWild: false },
  amount: { source: '([0-9][0-9,]{0,14}(?:\\.[0-9]{1,2})?)', isWild: false },
  account: { source: '([A-Za-z0-9][A-Za-z0-9/_-]{0,63})', isWild: false },
  payer: { source: '(.{1,60}?)', isWild: true },
  '*': { source: '.{0,60}?', isWild: true },
};
const WANTED = ['reference', 'amount', 'account'];
/** With three places for anything a text is searched in at most a few hundred thousand steps. */
const MAX_WILD = 3;
const MAX_TEXT_LENGTH = 640;

export interface SmsPattern {
  expression: RegExp;
  names: string[];
}

/** Reads a pattern. Throws when it lacks a place that is needed, or has one that is not known. */
export function smsPattern(text: string): SmsPattern {
  const pieces = text.split(/(\{[^{}]*\})/);
  const names: string[] = [];
  let wild = 0;
  const source = pieces.map((piece) => {
    if (!/^\{.*\}$/.test(piece)) return literal(piece);
    const name = piece.slice(1, -1);
    const place = PLACES[name];
    if (!place) throw new RangeError(`pattern must have no place ${piece}: use ${placeNames()}`);
    if (names.includes(name)) throw new RangeError(`pattern must have ${piece} only once`);
    if (name !== '*') names.push(name);
    wild += place.isWild ? 1 : 0;
    return place.source;
  });
  const missing = WANTED.find((name) => !names.includes(name));
  if (missing !== undefined) throw new RangeError(`pattern must have {${missing}}, got "${showValue(text)}"`);
  if (wild > MAX_WILD) throw new RangeError(`pattern must have at most ${MAX_WILD} of {payer} and {*}`);
  // A last place would otherwise take as little as it can.
  const end = text.endsWith('}') ? '(?![A-Za-z0-9])' : '';
  return { expression: new RegExp(`^${source.join('')}${end}`, 'iu'), names };
}

const placeNames = (): string =>
  Object.keys(PLACES)
    .map((name) => `{${name}}`)
    .join(', ');

function literal(text: string): string {
  return text.replace(/[.*+?^$(){}|[\]\\/]/g, '\\$&').replace(/\s+/g, '\\s+');
}

/** What a text tells of, by the first pattern that fits; null when none does. */
export function readSmsPayment(text: string, patterns: readonly SmsPattern[]): ToldPayment | null {
  if (text.length > MAX_TEXT_LENGTH) return null;
  const flat = text.replace(/\s+/g, ' ').trim();
  for (const { expression, names } of patterns) {
    const match = expression.exec(flat);
    if (!match) continue;
    const valueOf = (name: string): string => (match[names.indexOf(name) + 1] ?? '').trim();
    const amountMicros = parseAmount(valueOf('amount').replaceAll(',', ''));
    if (amountMicros <= 0) continue;
    return {
      reference: valueOf('reference'),
      accountId: valueOf('account'),
      amountMicros,
      payer: names.includes('payer') ? valueOf('payer') : '',
      paidMs: null,
    };
  }
  return null;
}

/** Whether a text comes from the gateway. A sender's name can be forged: the help says what that means. */
export function isFromGateway({ senders }: SmsGateway, from: string): boolean {
  return senders.includes(from.trim().toLowerCase());
}
