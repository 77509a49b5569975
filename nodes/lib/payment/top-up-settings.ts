import { micros, parseAmount, type Micros } from '../money/micros';
import type { AmountRules } from './amount-rules';
import type { TopUpCharges } from './payment';
import { SMS_GATEWAYS, smsPattern, type SmsGateway, type SmsPattern } from './sms-patterns';
import { isProvider, PROVIDER_NAMES, type ProviderName } from './webhook-adapters';

/** The settings as they stand in a form. */
export interface TopUpForm {
  provider: string;
  channel: string;
  smsGateway: string;
  smsSenders: string;
  smsPattern: string;
  minimum: string;
  maximum: string;
  firstMinimum: string;
  multiple: string;
  fee: string;
  taxPercent: string;
  taxCode: string;
  secondPersonAbove: string;
}

export interface TopUpSettings {
  provider: ProviderName;
  channel: string;
  gateway: { gateway: SmsGateway; patterns: SmsPattern[] } | null;
  rules: AmountRules;
  charges: TopUpCharges;
  secondPersonAboveMicros: Micros;
}

const NO_GATEWAY = 'none';
export const OWN_GATEWAY = 'own';
const CHANNEL = /^[\w.-]{1,64}$/;
const TAX_CODE = /^[\w.-]{1,32}$/;
const MAX_TAX_PERCENT = 100;
/** A percent is a hundredth, and an amount counts millionths: a tenth of a thousandth of a percent is a millionth. */
const MICRO_PERCENT_PER_PPM = 100;

/** Reads the settings. Throws with the field and its value when one is wrong. */
export function topUpSettings(form: TopUpForm): TopUpSettings {
  const { provider } = form;
  if (!isProvider(provider))
    throw new RangeError(`provider must be one of ${PROVIDER_NAMES.join(', ')}, got "${provider}"`);
  const rules: AmountRules = {
    minimumMicros: limit('minimum', form.minimum),
    maximumMicros: limit('maximum', form.maximum),
    firstMinimumMicros: limit('firstMinimum', form.firstMinimum),
    multipleMicros: limit('multiple', form.multiple),
  };
  const { minimumMicros, maximumMicros } = rules;
  if (minimumMicros !== null && maximumMicros !== null && maximumMicros < minimumMicros)
    throw new RangeError(`maximum must not be below the minimum ${form.minimum}, got "${form.maximum}"`);
  return {
    provider,
    channel: channelName(form.channel.trim() === '' ? provider : form.channel.trim()),
    gateway: gatewayOf(form),
    rules,
    charges: {
      feeMicros: notNegative('fee', form.fee),
      taxPpm: taxPpm(form.taxPercent),
      taxCode: taxCode(form.taxCode),
    },
    secondPersonAboveMicros: notNegative('secondPersonAbove', form.secondPersonAbove),
  };
}

export function channelName(text: string): string {
  if (CHANNEL.test(text)) return text;
  throw new RangeError(`channel must be a short name without spaces, got "${text}"`);
}

export function taxCode(text: string): string {
  if (TAX_CODE.test(text.trim())) return text.trim();
  throw new RangeError(`taxCode must be a short name without spaces, got "${text}"`);
}

/** In millionths; a percentage has at most four decimals. */
export function taxPpm(text: string): number {
  const microPercent = notNegative('taxPercent', text);
  if (microPercent % MICRO_PERCENT_PER_PPM !== 0 || microPercent > parseAmount(String(MAX_TAX_PERCENT)))
    throw new RangeError(
      `taxPercent must be from 0 to ${MAX_TAX_PERCENT} with at most 4 decimals, got "${text}"`,
    );
  return microPercent / MICRO_PERCENT_PER_PPM;
}

export function notNegative(field: string, text: string): Micros {
  const amount = parseAmount(text);
  if (amount >= 0) return micros(amount);
  throw new RangeError(`${field} must not be below zero, got "${text}"`);
}

export function limit(field: string, text: string): Micros | null {
  if (text.trim() === '') return null;
  const amount = parseAmount(text);
  if (amount > 0) return amount;
  throw new RangeError(`${field} must be more than zero, or empty for no limit, got "${text}"`);
}

export function sendersOf(text: string): string[] {
  const senders = text
    .split(',')
    .map((sender) => sender.trim().toLowerCase())
    .filter((sender) => sender !== '');
  if (senders.length > 0) return senders;
  throw new RangeError(`smsSenders must name at least one sender, got "${text}"`);
}

function gatewayOf({
  smsGateway,
  smsSenders,
  smsPattern: pattern,
  channel,
}: TopUpForm): TopUpSettings['gateway'] {
  if (smsGateway === NO_GATEWAY) return null;
  if (smsGateway === OWN_GATEWAY) {
    const name = channel.trim() === '' ? 'sms' : channelName(channel.trim());
    const gateway = { channel: name, senders: sendersOf(smsSenders), patterns: [pattern] };
    return { gateway, patterns: [smsPattern(pattern)] };
  }
  const gateway = Object.hasOwn(SMS_GATEWAYS, smsGateway) ? SMS_GATEWAYS[smsGateway] : undefined;
  if (!gateway)
    throw new RangeError(
      `smsGateway must be ${[NO_GATEWAY, OWN_GATEWAY, ...Object.keys(SMS_GATEWAYS)].join(', ')}, got "${smsGateway}"`,
    );
  return { gateway, patterns: gateway.patterns.map(smsPattern) };
}
