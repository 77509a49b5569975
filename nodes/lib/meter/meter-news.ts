import type { SupplyState } from '../ledger/account';
import type { CheckVerdict } from './checks/verdict';
import type { LiveValues } from './shapes/understood';

/** Something about a meter that is not where its register stands. */
export type MeterNews =
  | {
      kind: 'started' | 'online' | 'offline' | 'outage' | 'return';
      meterId: string;
      atMs: number;
      reason: string;
    }
  | { kind: 'relay'; meterId: string; atMs: number; reported: SupplyState }
  | ({ kind: 'flag' | 'tamper'; meterId: string; atMs: number; isOver: boolean } & Pick<
      CheckVerdict,
      'check' | 'field' | 'value' | 'reason'
    >)
  | ({ kind: 'live' } & LiveValues);

const CONTACTS = ['online', 'offline', 'outage', 'return'] as const;

/** A finding of a check as news. */
export function newsOf(
  { kind, check, field, value, reason }: CheckVerdict,
  meterId: string,
  atMs: number,
): MeterNews {
  const contact =
    check === 'contact' || check === 'supply' ? CONTACTS.find((one) => one === value) : undefined;
  if (contact !== undefined) return { kind: contact, meterId, atMs, reason };
  const isOver = kind === 'event';
  return { kind: check === 'tamper' ? 'tamper' : 'flag', meterId, atMs, isOver, check, field, value, reason };
}
