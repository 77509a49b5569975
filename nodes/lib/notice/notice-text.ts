import type { NoticeKind } from './notice';

export interface NoticeWords {
  name: string;
  balance: string;
  amount: string;
}

type Template = (words: NoticeWords) => string;

/** One short text per kind: what happened and what to do next. Kept within one SMS of 160 characters. */
const ENGLISH: Record<NoticeKind, Template> = {
  'low-credit': ({ balance }) =>
    `Your electricity credit is low: ${balance} left. Buy credit soon to keep the light on.`,
  'cut-off': ({ balance }) =>
    `Your credit is used up (${balance}) and the supply is off. Buy credit and it comes back by itself.`,
  restored: ({ balance }) => `The supply is on again. Your credit is ${balance}.`,
  'top-up': ({ amount, balance }) => `We received ${amount}. Your credit is now ${balance}. Thank you.`,
};

const TEMPLATES: Record<string, Record<NoticeKind, Template>> = { en: ENGLISH };

/** The text in the customer's language, or in English where there is none in that language yet. */
export function noticeText(kind: NoticeKind, language: string, words: NoticeWords): string {
  return (TEMPLATES[language] ?? ENGLISH)[kind](words);
}
