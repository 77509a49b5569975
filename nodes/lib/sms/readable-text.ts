/** Letters, numbers and marks of any script, money, punctuation of everyday use, and white space. */
const EVERYDAY = /[\p{L}\p{M}\p{N}\p{Sc}\p{Zs}\r\n\t.,:;!?'"()[\]/\\@#*+=%&<>_~^|{}\-–—…“”‘’।॥،؛؟°•]/gu;
/** What a person would hardly write in the middle of a text, and random bits give all the time. */
const ODD_LETTERS = /[ΔΦΓΛΩΠΨΣΘΞøØÅåÆæ¡¿§¤¥£èéùìòÇÄÖÑÜäöñüàßÉ@_]/gu;
const MAX_ODD_SHARE = 0.2;

function countOf(text: string, pattern: RegExp): number {
  return text.match(pattern)?.length ?? 0;
}

/** Whether a text out of the GSM alphabet reads like something a network would say to a person. */
export function isReadable(text: string): boolean {
  const chars = Array.from(text).length;
  return (
    chars > 0 && countOf(text, EVERYDAY) === chars && countOf(text, ODD_LETTERS) <= MAX_ODD_SHARE * chars
  );
}

/** Scripts whose characters fill so many code points that random units fall among them. */
const IDEOGRAPHS = /[\u3400-\u9fff\uac00-\ud7a3\ua000-\ua4cf]/u;
const PAGE_BITS = 8;
const UNITS_PER_PAGE = 3;

export function hasIdeographs(text: string): boolean {
  return IDEOGRAPHS.test(text);
}

function pagesOf(text: string): Set<number> {
  const pages = new Set<number>();
  for (let index = 0; index < text.length; index += 1) pages.add(text.charCodeAt(index) >> PAGE_BITS);
  return pages;
}

/**
 * Whether sixteen-bit units are a text: everyday characters out of a few pages of the code table. Random octets have
 * a page of their own for nearly every unit; a text of letters keeps to two or three, the Latin one among them.
 */
export function isPlausibleUcs2(text: string): boolean {
  const chars = Array.from(text).length;
  const known = countOf(text, EVERYDAY) + countOf(text, /\p{Emoji_Presentation}/gu);
  if (chars === 0 || known < chars) return false;
  if (hasIdeographs(text)) return true;
  const pages = pagesOf(text);
  return pages.size === 1 || (pages.has(0) && pages.size <= Math.max(2, chars / UNITS_PER_PAGE));
}
