import { ENGLISH } from './languages/english';
import { FRENCH } from './languages/french';
import { HINDI } from './languages/hindi';
import { NEPALI } from './languages/nepali';
import { PORTUGUESE } from './languages/portuguese';
import { SWAHILI } from './languages/swahili';
import { TEXT_KINDS, type LanguageTexts, type TextKind } from './notice-kinds';
import { checkTemplate, fillTemplate, type TemplateValues } from './notice-template';

/** The languages that are shipped, by their ISO 639 codes. */
export const LANGUAGES: Readonly<Record<string, LanguageTexts>> = {
  en: ENGLISH,
  hi: HINDI,
  ne: NEPALI,
  sw: SWAHILI,
  fr: FRENCH,
  pt: PORTUGUESE,
};

/** Texts of a utility's own, by language and kind; where there is none, the shipped one is used. */
export type OwnTexts = Readonly<Record<string, Partial<LanguageTexts>>>;

const LANGUAGE_CODE = /^[a-z]{2,3}$/;

/** "pt-BR" and "PT_br" are "pt". */
export function languageCode(language: string): string {
  return language.toLowerCase().split(/[-_]/)[0] ?? '';
}

/** Whether customers can be written to in a language. */
export function isLanguage(language: string, own: OwnTexts = {}): boolean {
  const code = languageCode(language);
  return Object.hasOwn(LANGUAGES, code) || Object.hasOwn(own, code);
}

/** The text in the customer's language, or in English where there is none in that language. */
export function noticeText(
  kind: TextKind,
  language: string,
  values: TemplateValues,
  own: OwnTexts = {},
): string {
  const code = languageCode(language);
  const text =
    textIn(own, code, kind) ?? textIn(LANGUAGES, code, kind) ?? textIn(own, 'en', kind) ?? ENGLISH[kind];
  return fillTemplate(text, values);
}

/** Checks texts that somebody wants to keep. Throws for the first that is wrong. */
export function checkOwnTexts(own: OwnTexts): void {
  for (const [language, texts] of Object.entries(own)) {
    if (!LANGUAGE_CODE.test(language))
      throw new RangeError(`a language must be a code of two or three letters such as hi, got "${language}"`);
    for (const [kind, text] of Object.entries(texts)) {
      if (!TEXT_KINDS.includes(kind as TextKind))
        throw new RangeError(`there is no notice of the kind "${kind}": use ${TEXT_KINDS.join(', ')}`);
      checkTemplate(kind as TextKind, text);
    }
  }
}

function textIn(
  texts: Readonly<Record<string, Partial<LanguageTexts>>>,
  code: string,
  kind: TextKind,
): string | undefined {
  return Object.hasOwn(texts, code) ? texts[code]?.[kind] : undefined;
}
