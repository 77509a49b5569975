import type { Figures } from '../policy/account-situation';
import type { FigureWriter } from '../policy/why';
import type { NoticeKind } from './notice-kinds';
import { noticeText, type OwnTexts } from './notice-text';
import { noticeValues, templatesFor } from './notice-values';

/** What the wording of a site's notices depends on. */
export interface NoticeWording extends FigureWriter {
  siteName: string;
  own: OwnTexts;
}

/** Words notices from their figures. */
export function composeNotice(
  wording: NoticeWording,
): (kind: NoticeKind, language: string, figures: Figures) => string {
  return (kind, language, figures) => {
    const values = { ...noticeValues(figures, wording), name: wording.siteName };
    return templatesFor(kind, figures)
      .map((template) => noticeText(template, language, values, wording.own))
      .join(' ');
  };
}
