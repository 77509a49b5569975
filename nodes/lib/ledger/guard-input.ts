import { micros, parseAmount, type Micros } from '../money/micros';
import { showValue } from '../text/show-value';
import { asList, type PrepaidMessage } from '../meter/prepaid-message';
import type { Reading, Segment } from '../meter/reading';
import type { Charge } from '../tariff/charge';
import { parsePolicyRequest, type PolicyRequest } from './policy-request';

/** A priced reading as it comes over a wire, where an operator may have changed anything. */
export interface PricedReading {
  reading: Reading;
  segment: Segment;
  charge: Charge;
}

/** Received money as a person or another system states it. */
export interface TopUpRequest {
  accountId: string;
  amountMicros: Micros;
  reference: string;
  channel: string;
  by: string;
}

export type GuardInput =
  | { kind: 'readings'; readings: PricedReading[] }
  | { kind: 'topUp'; topUp: TopUpRequest }
  | { kind: 'request'; request: PolicyRequest };

const MAX_REFERENCE_LENGTH = 128;
const MAX_NAME_LENGTH = 64;

/** Reads a message for balance-guard. Throws an error that names the field and the value. */
export function parseGuardInput(message: PrepaidMessage): GuardInput {
  const { payload } = message;
  if (typeof payload === 'object' && payload !== null && 'topUp' in payload) {
    return { kind: 'topUp', topUp: parseTopUp(payload.topUp) };
  }
  // A reading says which meter it is of; a request never does.
  const request = isReading(payload) ? undefined : parsePolicyRequest(payload);
  if (request) return { kind: 'request', request };
  return { kind: 'readings', readings: parsePriced(message) };
}

function isReading(payload: unknown): boolean {
  return typeof payload === 'object' && payload !== null && 'meterId' in payload;
}

function parsePriced({ payload, prepaid }: PrepaidMessage): PricedReading[] {
  const readings = asList(payload as Reading | Reading[] | undefined);
  const stranger = readings.find((reading: unknown) => typeof reading !== 'object' || reading === null);
  if (stranger !== undefined) bad('payload', stranger, 'must be a reading or a top-up');
  const segments = asList(prepaid?.segment);
  const charges = asList(prepaid?.charge);
  if (readings.length === 0) bad('payload', payload, 'must be a reading or a top-up');
  if (segments.length !== readings.length || charges.length !== readings.length) {
    bad(
      'msg.prepaid',
      `${segments.length} segments, ${charges.length} charges`,
      `must have a segment and a charge for each of the ${readings.length} readings: wire meter-ingest to tariff-calc to here`,
    );
  }
  return readings.map((reading, index) => {
    const segment = segments[index];
    const charge = charges[index];
    if (!segment || !charge) return bad('msg.prepaid', index, 'has no segment or charge for reading');
    const priced = { reading, segment, charge };
    checkPriced(priced);
    return priced;
  });
}

/** What it costs and where it begins is for the ledger to check; here it only has to be there. */
function checkPriced({ reading, segment, charge }: PricedReading): void {
  checkReading(reading);
  if (reading.atMs !== segment.toMs)
    bad('payload.atMs', reading.atMs, `does not match the end of its segment, ${segment.toMs}`);
  for (const field of ['fromMs', 'fromWh', 'toWh'] as const)
    if (!Number.isSafeInteger(segment[field]))
      bad(`segment.${field}`, segment[field], 'must be a whole number');
  if (typeof charge.tariffId !== 'string') bad('charge.tariffId', charge.tariffId, 'must be text');
  if (!Number.isSafeInteger(charge.amountMicros))
    bad('charge.amountMicros', charge.amountMicros, 'must be whole micros');
}

function checkReading(reading: Reading): void {
  if (typeof reading.meterId !== 'string') bad('payload.meterId', reading.meterId, 'must be text');
  for (const field of ['atMs', 'energyWh'] as const) {
    if (!Number.isSafeInteger(reading[field]))
      bad(`payload.${field}`, reading[field], 'must be a whole number');
  }
  if (reading.powerW !== undefined && !Number.isFinite(reading.powerW)) {
    bad('payload.powerW', reading.powerW, 'must be a number');
  }
}

function parseTopUp(value: unknown): TopUpRequest {
  if (typeof value !== 'object' || value === null) return bad('topUp', value, 'must be an object');
  const source = value as Record<string, unknown>;
  const amountMicros = parseMoney(source);
  if (amountMicros <= 0) bad('topUp.amount', source['amount'] ?? amountMicros, 'must be more than zero');
  return {
    accountId: text(source, 'accountId', MAX_NAME_LENGTH),
    amountMicros,
    reference: text(source, 'reference', MAX_REFERENCE_LENGTH),
    channel: text(source, 'channel', MAX_NAME_LENGTH),
    by: source['by'] === undefined ? '' : text(source, 'by', MAX_NAME_LENGTH),
  };
}

function parseMoney(source: Record<string, unknown>): Micros {
  const { amount, amountMicros } = source;
  if (typeof amountMicros === 'number') return micros(amountMicros);
  // A number passes through its shortest decimal text, which is what the sender wrote.
  if (typeof amount === 'string' || typeof amount === 'number') return parseAmount(String(amount));
  return bad('topUp.amount', amount, 'must be an amount such as "100.00"');
}

function text(source: Record<string, unknown>, field: string, maxLength: number): string {
  const value = source[field];
  if (typeof value === 'string' && value.trim() !== '' && value.length <= maxLength) return value;
  return bad(`topUp.${field}`, value, `must be text of 1 to ${maxLength} characters`);
}

function bad(field: string, value: unknown, reason: string): never {
  throw new RangeError(`${field} ${reason}, got ${showValue(value)}`);
}
