import type { TextLength } from '../sms/text-parts';
import { errorText } from '../text/to-error';
import type { TextKind } from './notice-kinds';
import { checkTemplate } from './notice-template';
import { checkOwnTexts, LANGUAGES, languageCode, type OwnTexts } from './notice-text';

/** One text of a utility's own, as it is kept with the settings. */
export interface OwnText {
  language: string;
  kind: TextKind;
  text: string;
}

/** By language and kind. Throws for the first that is wrong. */
export function ownTextsOf(list: readonly OwnText[]): OwnTexts {
  const own: Record<string, Record<string, string>> = {};
  for (const { language, kind, text } of list) (own[language] ??= {})[kind] = text;
  checkOwnTexts(own);
  return own;
}

/** What the shipped text of a kind is, in English where there is none in that language. */
export function shippedText(language: string, kind: TextKind): string {
  const texts = LANGUAGES[languageCode(language)] ?? LANGUAGES['en'];
  return texts?.[kind] ?? '';
}

/** A text of the utility's own, or the shipped one. */
export function textInUse(list: readonly OwnText[], language: string, kind: TextKind): string {
  const code = languageCode(language);
  const own = list.find((one) => one.language === code && one.kind === kind);
  return own?.text ?? shippedText(code, kind);
}

/** With one text changed; an empty one, or the shipped one, is none of one's own. */
export function withText(
  list: readonly OwnText[],
  language: string,
  kind: TextKind,
  text: string,
): OwnText[] {
  const code = languageCode(language);
  const others = list.filter((one) => one.language !== code || one.kind !== kind);
  const isOwn = text.trim() !== '' && text !== shippedText(code, kind);
  return isOwn ? [...others, { language: code, kind, text }] : others;
}

/** How long a text is, or what is wrong with it. */
export function judgeText(kind: TextKind, text: string): { length: TextLength } | { problem: string } {
  try {
    return { length: checkTemplate(kind, text) };
  } catch (error) {
    return { problem: errorText(error) };
  }
}
