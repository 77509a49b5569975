import type { PrepaidMessage } from '../lib/meter/prepaid-message';
import { billFor, type BillQuestion } from '../lib/tariff/bill-calculator';
import { compileTariff, type CompiledTariff } from '../lib/tariff/compile-tariff';
import type { FeedPrice, MeterTerms } from '../lib/tariff/meter-terms';
import { checkFeed } from '../lib/tariff/price-feed';
import type { Tariff } from '../lib/tariff/tariff';
import { showValue } from '../lib/text/show-value';
import { parsePrices } from './tariff-request';

type Fields = Record<string, unknown>;

/** The end of the year 9999: dates have four digits for a year. */
const MAX_TIME_MS = Date.UTC(10_000, 0) - 1;

/** Prices what a message says of a register, without a ledger. */
export class Calculator {
  private readonly tariff: CompiledTariff;

  constructor(tariff: Tariff) {
    this.tariff = compileTariff(tariff);
  }

  price(message: PrepaidMessage): PrepaidMessage {
    const source = message.payload as Fields;
    const terms: MeterTerms = {
      sanctionedLoadW: numberOf(source, 'sanctionedLoadW') ?? 0,
      isLifeline: source['lifeline'] === true,
      feed: feedOf(source),
    };
    (message.prepaid ??= {}).charge = billFor(this.tariff, terms, questionOf(source));
    return message;
  }
}

function questionOf(source: Fields): BillQuestion {
  const question: BillQuestion = {
    fromMs: timeOf(source, 'fromMs'),
    toMs: timeOf(source, 'toMs'),
    fromWh: neededNumber(source, 'fromWh'),
    toWh: neededNumber(source, 'toWh'),
  };
  for (const field of ['periodStartWh', 'fromExportWh', 'toExportWh', 'powerFactorThousandths'] as const) {
    const value = numberOf(source, field);
    if (value !== undefined) question[field] = value;
  }
  return question;
}

/** Without a site there is no series of prices but the one that the message brings. */
function feedOf({ prices }: Fields): FeedPrice[] {
  if (prices === undefined) return [];
  const feed = parsePrices(prices);
  checkFeed(feed, 'prices');
  return feed;
}

function timeOf(source: Fields, field: string): number {
  const value = neededNumber(source, field);
  if (Number.isSafeInteger(value) && value >= 0 && value <= MAX_TIME_MS) return value;
  throw new RangeError(`payload.${field} must be a time in whole ms since 1970, got ${value}`);
}

function neededNumber(source: Fields, field: string): number {
  const value = numberOf(source, field);
  if (value === undefined) throw new RangeError(`payload.${field} must be given with a bill, and is missing`);
  return value;
}

function numberOf(source: Fields, field: string): number | undefined {
  const value = source[field];
  if (value === undefined || typeof value === 'number') return value;
  throw new RangeError(`payload.${field} must be a number, got "${showValue(value)}"`);
}
