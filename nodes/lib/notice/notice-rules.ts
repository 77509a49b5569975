import type { NoticeKind } from './notice-kinds';

/** How a kind of notice is treated on its way. */
export interface NoticeRule {
  audience: 'customer' | 'office';
  /** Whether it is worth waking somebody: it is not held back in quiet hours. */
  isUrgent: boolean;
  /** Whether whoever opted out does without it. */
  mayBeDeclined: boolean;
  /** So long after it was written it is still worth reading. */
  goodForMs: number;
}

const HOUR_MS = 3_600_000;
const DAY_MS = 24 * HOUR_MS;

/** What concerns the supply right now, and the receipt for money that was just paid. */
const urgent: NoticeRule = {
  audience: 'customer',
  isUrgent: true,
  mayBeDeclined: false,
  goodForMs: DAY_MS,
};
/** What people need to know by day, whether they like it or not. */
const needed: NoticeRule = { ...urgent, isUrgent: false, goodForMs: 3 * DAY_MS };
/** Tips and reminders. */
const kind: NoticeRule = { ...needed, mayBeDeclined: true };

export const NOTICE_RULES: Readonly<Record<NoticeKind, NoticeRule>> = {
  'cut-off': urgent,
  restored: urgent,
  'top-up': urgent,
  overload: { ...urgent, goodForMs: HOUR_MS },
  'limit-reached': urgent,
  'emergency-credit': urgent,
  'cut-announced': urgent,
  'cut-ordered': urgent,
  // What comes before a cut nobody can do without.
  'low-credit': needed,
  'limit-near': needed,
  'money-back': needed,
  statement: { ...needed, goodForMs: 14 * DAY_MS },
  'next-slab': kind,
  'emergency-offer': kind,
  // "Today you have used …" is wrong on another day.
  'high-use': { ...kind, goodForMs: 3 * HOUR_MS },
  tip: { ...kind, goodForMs: 5 * DAY_MS },
  office: { ...urgent, audience: 'office', goodForMs: 3 * DAY_MS },
  summary: { ...needed, audience: 'office', goodForMs: 14 * DAY_MS },
};

/**
 * Whether quiet hours hold it back. That the credit is used up is a warning like others, but the cut comes next, perhaps
 * before the morning.
 */
export function waitsInQuiet(notice: NoticeKind, rule: unknown): boolean {
  return !NOTICE_RULES[notice].isUrgent && rule !== 'used up';
}

/** Whether it is sent before others: what is urgent, and a warning, since a cut may follow it. */
export function goesFirst(notice: NoticeKind): boolean {
  return NOTICE_RULES[notice].isUrgent || notice === 'low-credit' || notice === 'limit-near';
}

export function audienceOf(notice: NoticeKind): NoticeRule['audience'] {
  return NOTICE_RULES[notice].audience;
}
