import type { Figures } from '../policy/account-situation';
import type { NoticeKind } from './notice-kinds';

export type { NoticeKind } from './notice-kinds';

/** A message for a customer or for the office, stored in the same transaction as the reason for it. */
export interface Notice {
  noticeId: number;
  kind: NoticeKind;
  accountId: string;
  /** The account's name, for people who read along. */
  name: string;
  to: string;
  language: string;
  text: string;
  atMs: number;
  /** What the text was made from; units are in the names. */
  data: Figures;
}

export type NoticeChannel = 'sms' | 'email' | 'mqtt';
export const NOTICE_CHANNELS: readonly NoticeChannel[] = ['sms', 'email', 'mqtt'];

/**
 * How far a notice has come. `handed` waits for the channel's word, `taken` is in the hands of a channel that will say
 * what becomes of it; `unconfirmed` was handed over and nobody said more.
 */
export type DeliveryState =
  'waiting' | 'handed' | 'taken' | 'sent' | 'delivered' | 'unconfirmed' | 'failed' | 'dropped';

export interface Delivery {
  state: DeliveryState;
  /** When to look at it again. */
  notBeforeMs: number;
  channel: NoticeChannel | null;
  /** Which message of its own this is; a message that failed is followed by another one. */
  attempt: number;
  /** How often it was handed to a channel. */
  tries: number;
  reason: string;
}
