import type { Migration } from '../lib/red/config-migration';

export interface PrepaidTopupConfig {
  configVersion: number;
  name: string;
  /** Id of a prepaid-site. */
  site: string;
  /** How the provider whose webhooks arrive here signs and words them. */
  provider: string;
  /** The provider's account in the books; empty is the provider's name. */
  channel: string;
  /** A mobile-money gateway whose texts arrive here, "own" for one described below, or "none". */
  smsGateway: string;
  /** Of an own gateway: the names it sends from, with commas between them, and how it words a payment. */
  smsSenders: string;
  smsPattern: string;
  /** Amounts that are taken; empty is no limit. */
  minimum: string;
  maximum: string;
  firstMinimum: string;
  multiple: string;
  /** Taken from every top-up. */
  fee: string;
  /** Contained in every top-up after debts, in percent. */
  taxPercent: string;
  taxCode: string;
  /** More than this goes back only when a second person agrees. */
  secondPersonAbove: string;
}

export const DEFAULTS: PrepaidTopupConfig = {
  configVersion: 0,
  name: '',
  site: '',
  provider: 'generic',
  channel: '',
  smsGateway: 'none',
  smsSenders: '',
  smsPattern: '',
  minimum: '',
  maximum: '',
  firstMinimum: '',
  multiple: '',
  fee: '0',
  taxPercent: '0',
  taxCode: 'vat',
  secondPersonAbove: '100.00',
};

export const MIGRATIONS: readonly Migration[] = [];
