import type { PrepaidMessage, PrepaidPart } from '../lib/meter/prepaid-message';
import type { DeskResult } from './ledger-desk';

/** One slot per output. */
export type Ports = (PrepaidMessage | PrepaidMessage[] | null)[];

/** What a message led to: accounts, relays, notices. */
export function toPorts(message: PrepaidMessage, { accounts, relays, notices }: DeskResult): Ports {
  const [first] = accounts;
  const payload = Array.isArray(message.payload) ? accounts : first;
  const state: PrepaidMessage = { ...message, payload };
  // Whoever kept the readings deletes all of them when their origin comes back, so all of them have to be stored.
  const isWhole = !Array.isArray(message.payload) || accounts.length === message.payload.length;
  if (!isWhole && message.prepaid) state.prepaid = withoutOrigin(message.prepaid);
  return [
    first ? state : null,
    relays.map((intent) => ({ topic: intent.meterId, payload: intent })),
    notices.map((notice) => ({ topic: notice.kind, payload: notice })),
  ];
}

function withoutOrigin(prepaid: PrepaidPart): PrepaidPart {
  const rest = { ...prepaid };
  delete rest.origin;
  return rest;
}
