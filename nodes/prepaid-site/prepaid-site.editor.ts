import { accepts, fieldCheck, isFromEnvironment } from '../lib/form/field-check';
import { moneyFormat } from '../lib/site/money-format';
import { MAX_CLOCK_RATE } from '../lib/time/site-clock';
import { isLanguage } from '../lib/notice/notice-text';
import { ownTextsOf, type OwnText } from '../lib/notice/own-texts';
import { OwnTextsDialog } from './own-texts.editor';
import { DEFAULTS, type PrepaidSiteConfig } from './prepaid-site.config';

let texts: OwnTextsDialog | null = null;

RED.nodes.registerType<PrepaidSiteConfig>('prepaid-site', {
  category: 'config',
  color: '#62A8B0',
  defaults: {
    configVersion: { value: DEFAULTS.configVersion },
    name: { value: DEFAULTS.name },
    timeZone: {
      value: Intl.DateTimeFormat().resolvedOptions().timeZone || DEFAULTS.timeZone,
      validate: fieldCheck(isTimeZone, 'prepaid-site.error.time-zone'),
    },
    currency: {
      value: DEFAULTS.currency,
      validate: fieldCheck((currency) => accepts(() => moneyFormat(currency)), 'prepaid-site.error.currency'),
    },
    database: {
      value: DEFAULTS.database,
      validate: fieldCheck((path) => path.trim() !== '', 'prepaid-site.error.database'),
    },
    clockRate: {
      value: DEFAULTS.clockRate,
      validate: fieldCheck(isClockRate, 'prepaid-site.error.clock-rate'),
    },
    officePhone: { value: DEFAULTS.officePhone },
    officeEmail: {
      value: DEFAULTS.officeEmail,
      validate: fieldCheck(isEmailOrNone, 'prepaid-site.error.office-email'),
    },
    officeLanguage: {
      value: DEFAULTS.officeLanguage,
      validate: fieldCheck(isOfficeLanguage, 'prepaid-site.error.office-language'),
    },
    ownTexts: {
      value: DEFAULTS.ownTexts,
      validate(this: PrepaidSiteConfig & { _(key: string): string }, value: unknown, _options?: object) {
        return (
          accepts(() => ownTextsOf((value ?? []) as OwnText[])) || this._('prepaid-site.error.own-texts')
        );
      },
    },
  },
  icon: 'prepaid-site.svg',
  paletteLabel: 'prepaid site',
  label() {
    return this.name || this._('prepaid-site.title');
  },
  labelStyle() {
    return this.name ? 'node_label_italic' : '';
  },
  oneditprepare() {
    $('#prepaid-site-time-zones').append(Intl.supportedValuesOf('timeZone').map(option));
    $('#prepaid-site-currencies').append(Intl.supportedValuesOf('currency').map(currencyOption));
    $('#node-config-input-clockRate').on('input change', showClock);
    // A site of the first version has none of these, and the dialog would leave them empty.
    if (!this.officeLanguage) $('#node-config-input-officeLanguage').val(DEFAULTS.officeLanguage);
    const { ownTexts = [] } = this as Partial<PrepaidSiteConfig>;
    texts = new OwnTextsDialog(ownTexts, (key, values) => this._(key, values));
  },
  oneditsave() {
    if (texts) this.ownTexts = texts.texts;
    texts = null;
    this.configVersion = DEFAULTS.configVersion;
  },
  oneditcancel() {
    texts = null;
  },
});

function isTimeZone(timeZone: string): boolean {
  return accepts(() => new Intl.DateTimeFormat('en', { timeZone }));
}

/** Saved before there were offices, it has none. */
function isEmailOrNone(text: string | undefined): boolean {
  return !text || isFromEnvironment(text) || /^[^\s@]+@[^\s@]+$/.test(text.trim());
}

function isOfficeLanguage(text: string | undefined): boolean {
  return !text || isFromEnvironment(text) || isLanguage(text);
}

function isClockRate(text: string): boolean {
  const rate = Number(text);
  return rate >= 1 && rate <= MAX_CLOCK_RATE;
}

function option(value: string): HTMLElement {
  const element = document.createElement('option');
  element.value = value;
  return element;
}

/** With the currency's name in the reader's language, since few people know three-letter codes. */
function currencyOption(code: string): HTMLElement {
  const element = option(code);
  const names = new Intl.DisplayNames(undefined, { type: 'currency' });
  element.textContent = names.of(code) ?? code;
  return element;
}

function showClock(): void {
  const rate = String($('#node-config-input-clockRate').val());
  $('.prepaid-site-simulated').toggle(!isFromEnvironment(rate) && Number(rate) !== 1);
}
