import type { Micros } from '../money/micros';

import type { NoticeKind } from './notice-kinds';

export type { NoticeKind } from './notice-kinds';

/** A message for a customer, stored in the same transaction as the reason for it. */
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
  data: NoticeData;
}

export interface NoticeData {
  balanceMicros: Micros;
  amountMicros?: Micros;
}
