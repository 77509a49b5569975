import type { Migration } from '../lib/red/config-migration';

export interface PrepaidNoticesConfig {
  configVersion: number;
  name: string;
  /** Id of a prepaid-site. */
  site: string;
  /** sms, email or mqtt, for customers who chose nothing. */
  channel: string;
  /** From this local time of day to the other nobody is disturbed, but for what is urgent; both the same is never. */
  quietFrom: string;
  quietTo: string;
  /** What stands before accounts/<account> and office in the topics of notices. */
  mqttPrefix: string;
  /** Statements on the first day of each billing period, and tips on Mondays … */
  makesStatements: boolean;
  makesTips: boolean;
  /** … from this local time of day on. */
  calendarAt: string;
  /** ISO 3166 code, so that a sender's number is found however staff wrote it down; empty is as it is. */
  country: string;
  /** The modem keeps an incoming text until it hears that it was taken. */
  confirms: boolean;
}

export const DEFAULTS: PrepaidNoticesConfig = {
  configVersion: 0,
  name: '',
  site: '',
  channel: 'sms',
  quietFrom: '21:00',
  quietTo: '07:00',
  mqttPrefix: 'prepaid/notices',
  makesStatements: true,
  makesTips: true,
  calendarAt: '09:00',
  country: '',
  confirms: false,
};

export const MIGRATIONS: readonly Migration[] = [];
