// The part of the dialog in which a utility words its notices itself.
import { SITE_NAME, TEXT_KINDS, variablesOf, type TextKind } from '../lib/notice/notice-kinds';
import { LANGUAGES, languageCode } from '../lib/notice/notice-text';
import { judgeText, shippedText, textInUse, withText, type OwnText } from '../lib/notice/own-texts';

type Translate = (key: string, values?: Record<string, unknown>) => string;

const LANGUAGE_CODE = /^[a-z]{2,3}$/;

/** What has been worded since the dialog was opened. */
export class OwnTextsDialog {
  constructor(
    private list: readonly OwnText[],
    private readonly translate: Translate,
  ) {
    $('#prepaid-site-languages').append(Object.keys(LANGUAGES).map((code) => optionOf(code, code)));
    $('#prepaid-site-kind').append(TEXT_KINDS.map((kind) => optionOf(kind, kind.replaceAll('-', ' '))));
    $('#prepaid-site-language, #prepaid-site-kind').on('input change', () => this.show());
    $('#prepaid-site-text').on('input', () => this.take());
    $('#prepaid-site-site-name').text(`{${SITE_NAME}}`);
    $('#prepaid-site-shipped').on('click', (event) => {
      event.preventDefault();
      $('#prepaid-site-text').val(shippedText(this.language(), this.kind()));
      this.take();
    });
    this.show();
  }

  get texts(): OwnText[] {
    return [...this.list];
  }

  private language(): string {
    return languageCode(String($('#prepaid-site-language').val()).trim());
  }

  private kind(): TextKind {
    return $('#prepaid-site-kind').val() as TextKind;
  }

  private show(): void {
    $('#prepaid-site-text').val(textInUse(this.list, this.language(), this.kind()));
    this.judge();
  }

  private take(): void {
    if (LANGUAGE_CODE.test(this.language()))
      this.list = withText(this.list, this.language(), this.kind(), String($('#prepaid-site-text').val()));
    this.judge();
  }

  /** Says how long the text is, what is wrong with it, and which of all texts are of one's own. */
  private judge(): void {
    const kind = this.kind();
    const text = String($('#prepaid-site-text').val());
    const variables = variablesOf(kind).map((name) => `{${name}}`);
    $('#prepaid-site-variables').text(variables.join(' '));
    $('.prepaid-site-needed').toggle(variables.length > 0);
    const verdict = judgeText(kind, text === '' ? shippedText(this.language(), kind) : text);
    const line = $('#prepaid-site-length');
    line.toggleClass('prepaid-site-wrong', 'problem' in verdict);
    if ('problem' in verdict) line.text(verdict.problem);
    else {
      const { encoding, units, parts } = verdict.length;
      const alphabet = encoding === 'gsm7' ? 'GSM-7' : 'Unicode';
      line.text(this.translate('prepaid-site.text.length', { alphabet, units, parts }));
    }
    const own = this.list.map((one) => `${one.language}: ${one.kind.replaceAll('-', ' ')}`).join(', ');
    $('#prepaid-site-own').text(own);
  }
}

function optionOf(value: string, text: string): HTMLElement {
  const element = document.createElement('option');
  element.value = value;
  element.textContent = text;
  return element;
}
