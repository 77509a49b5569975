import type { SentMessage, SentPart } from './sent-message';

/** Shorter numbers are short codes, which are compared whole. */
const MIN_TAIL_DIGITS = 7;

/** Whether two writings mean one number: a network may tell a number in its national form. */
export function isSameNumber(one: string, other: string): boolean {
  const [a, b] = [one, other].map((number) => number.replace(/\D/g, '').replace(/^0+/, ''));
  if (a === undefined || b === undefined) return false;
  if (Math.min(a.length, b.length) < MIN_TAIL_DIGITS) return a === b;
  return a.length > b.length ? a.endsWith(b) : b.endsWith(a);
}

/** What all writings of a number have in common: a national form leaves its beginning out. */
function numberKey(number: string): string {
  return number.replace(/\D/g, '').replace(/^0+/, '').slice(-MIN_TAIL_DIGITS);
}

/** Groups of texts by a key; a group that is empty is no more. */
class Groups {
  private readonly groups = new Map<string, Set<string>>();

  get(key: string): Iterable<string> {
    return this.groups.get(key) ?? [];
  }

  add(key: string, messageId: string): void {
    const group = this.groups.get(key) ?? new Set();
    this.groups.set(key, group.add(messageId));
  }

  remove(key: string, messageId: string): void {
    const group = this.groups.get(key);
    group?.delete(messageId);
    if (group?.size === 0) this.groups.delete(key);
  }
}

/** Where a report belongs: finds the texts that it can tell of without looking at the others. */
export class ReportIndex {
  private readonly numbered = new Groups();
  private readonly unnumbered = new Groups();

  add(message: SentMessage): void {
    for (const { groups, key } of this.groupsOf(message)) groups.add(key, message.messageId);
  }

  remove(message: SentMessage): void {
    for (const { groups, key } of this.groupsOf(message)) groups.remove(key, message.messageId);
  }

  /** Texts to such a number that the network has taken, or may have, with this reference. */
  withReference(to: string, reference: number): Iterable<string> {
    return this.numbered.get(keyOf(to, reference));
  }

  /** Texts to such a number that have got no reference, though they were given to the modem. */
  withoutReference(to: string): Iterable<string> {
    return this.unnumbered.get(numberKey(to));
  }

  private groupsOf({ to, parts }: SentMessage): { groups: Groups; key: string }[] {
    return parts.flatMap((part) => {
      if (isNumbered(part)) return [{ groups: this.numbered, key: keyOf(to, part.messageReference) }];
      return isUnnumbered(part) ? [{ groups: this.unnumbered, key: numberKey(to) }] : [];
    });
  }
}

const keyOf = (to: string, reference: number): string => `${numberKey(to)} ${reference}`;

/** The network has taken it, or may have, under a reference. */
export function isNumbered(part: SentPart): part is SentPart & { messageReference: number } {
  return part.messageReference !== null && (part.state === 'submitted' || part.state === 'unknown');
}

/** It was given to the modem, which has not said its reference. */
export function isUnnumbered({ state, messageReference }: SentPart): boolean {
  return messageReference === null && (state === 'sending' || state === 'unknown');
}
