import type { NoticeChannel } from '../notice/notice';
import type { Charge } from '../tariff/charge';
import type { Reading, Segment } from './reading';

/** Where a reading was kept before it reached us; the keeper deletes it when this comes back after the commit. */
export interface Origin {
  gatewayId: string;
  epoch: number;
  seq: number;
}

/** Which notice a message on its way to a customer carries, so that whoever has done with it can say so. */
export interface NoticeLabel {
  noticeId: number;
  attempt: number;
  channel: NoticeChannel;
}

/** Everything that we add to a message. With an array of readings the first three are arrays of the same length. */
export interface PrepaidPart {
  segment?: Segment | Segment[];
  accountId?: string | string[];
  charge?: Charge | Charge[];
  receipt?: string;
  origin?: Origin;
  /** The meter-ingest that accepted the reading and can take it again. */
  ingestId?: string;
  /** How often the reading was taken again after a refused commit. */
  retakes?: number;
  notice?: NoticeLabel;
}

/** A message between our nodes. Properties we do not know are left alone. */
export interface PrepaidMessage {
  _msgid?: string;
  topic?: string;
  payload?: unknown;
  prepaid?: PrepaidPart;
  [other: string]: unknown;
}

/** A reading on its way to the ledger, with what has been found out about it. */
export interface TakenReading {
  reading: Reading;
  segment: Segment;
  accountId: string;
}

/** Puts readings into a message: one as itself, several as arrays, as `isFrame` says. */
export function fillMessage(
  message: PrepaidMessage,
  taken: readonly TakenReading[],
  isFrame: boolean,
): PrepaidMessage {
  const prepaid = (message.prepaid ??= {});
  delete prepaid.charge;
  if (isFrame) {
    message.payload = taken.map(({ reading }) => reading);
    prepaid.segment = taken.map(({ segment }) => segment);
    prepaid.accountId = taken.map(({ accountId }) => accountId);
    return message;
  }
  const [one] = taken;
  if (!one) throw new RangeError('a message needs a reading');
  message.payload = one.reading;
  prepaid.segment = one.segment;
  prepaid.accountId = one.accountId;
  return message;
}

/** A field of a message that should be there, as a list: one value counts as a list of one. */
export function asList<T>(value: T | T[] | undefined): T[] {
  if (value === undefined) return [];
  return Array.isArray(value) ? value : [value];
}
