import { isUsable, onlyNodeOf } from '../lib/form/config-nodes';
import { accepts, fieldCheck, isFromEnvironment, wholeNumber } from '../lib/form/field-check';
import { formatAmount, parseAmount } from '../lib/money/micros';
import { cutHours, parseTimeOfDay } from '../lib/policy/cut-hours';
import { moneyFormat } from '../lib/site/money-format';
import { DEFAULTS, type BalanceGuardConfig } from './balance-guard.config';

type Translate = (key: string, values?: Record<string, unknown>) => string;
type GuardNode = BalanceGuardConfig & { _: Translate };

const isWholeNumber = (text: string): boolean => wholeNumber(text) !== null;
const isAmount = (text: string): boolean => accepts(() => parseAmount(text));
const isTimeOfDay = (text: string): boolean => accepts(() => parseTimeOfDay('time', text));

/** What the running node takes, by field. A field that has to fit another one asks for it. */
const RULES = {
  warnBelow: (text: string, node: GuardNode) => isAmount(text) && isWarningLine(text, textOf('cutAt', node)),
  cutAt: isAmount,
  warnLeadMinutes: isWholeNumber,
  freshMinutes: isWholeNumber,
  maxCutsPerHour: isWholeNumber,
  cutFrom: isTimeOfDay,
  cutTo: (text: string, node: GuardNode) => isTimeOfDay(text) && isEndOfHours(text, textOf('cutFrom', node)),
};
type RuledField = keyof typeof RULES;
const RULED_FIELDS = Object.keys(RULES) as RuledField[];

RED.nodes.registerType<BalanceGuardConfig>('balance-guard', {
  category: 'prepaid',
  color: '#62A8B0',
  defaults: {
    configVersion: { value: DEFAULTS.configVersion },
    name: { value: DEFAULTS.name },
    site: {
      value: DEFAULTS.site,
      type: 'prepaid-site',
      validate: fieldCheck((id) => isUsable(RED.nodes.node(id)), 'balance-guard.error.site'),
    },
    cutAt: {
      value: DEFAULTS.cutAt,
      validate: fieldCheck(RULES.cutAt, 'balance-guard.error.cut-at'),
    },
    warnBelow: {
      value: DEFAULTS.warnBelow,
      validate: fieldCheck(RULES.warnBelow, 'balance-guard.error.warn-below'),
    },
    warnLeadMinutes: {
      value: DEFAULTS.warnLeadMinutes,
      validate: fieldCheck(RULES.warnLeadMinutes, 'balance-guard.error.warn-lead'),
    },
    freshMinutes: {
      value: DEFAULTS.freshMinutes,
      validate: fieldCheck(RULES.freshMinutes, 'balance-guard.error.fresh'),
    },
    maxCutsPerHour: {
      value: DEFAULTS.maxCutsPerHour,
      validate: fieldCheck(RULES.maxCutsPerHour, 'balance-guard.error.max-cuts'),
    },
    cutFrom: {
      value: DEFAULTS.cutFrom,
      validate: fieldCheck(RULES.cutFrom, 'balance-guard.error.cut-from'),
    },
    cutTo: {
      value: DEFAULTS.cutTo,
      validate: fieldCheck(RULES.cutTo, 'balance-guard.error.cut-to'),
    },
    workdaysOnly: { value: DEFAULTS.workdaysOnly },
  },
  inputs: 1,
  outputs: 3,
  icon: 'balance-guard.svg',
  paletteLabel: 'balance guard',
  label() {
    return this.name || this._('balance-guard.title');
  },
  labelStyle() {
    return this.name ? 'node_label_italic' : '';
  },
  inputLabels() {
    return this._('balance-guard.port.input');
  },
  outputLabels(port) {
    return [
      this._('balance-guard.port.account'),
      this._('balance-guard.port.relay'),
      this._('balance-guard.port.notice'),
    ][port];
  },
  oneditprepare() {
    const onlySite = onlyNodeOf('prepaid-site', RED.nodes);
    if (!this.site && onlySite) $('#node-input-site').val(onlySite);
    const show = (): void => {
      const { currency, timeZone } = chosenSite();
      $('.balance-guard-currency').text(currency);
      $('#balance-guard-time-zone').text(timeZone);
      $('#balance-guard-summary').text(summary((key, values) => this._(key, values), this));
    };
    $('#dialog-form').on('input change', 'input, select', show);
    show();
  },
});

/** While the dialog is open its fields count, since one can make another good or bad; else what is saved. */
function textOf(field: RuledField, node: GuardNode): string {
  return String($(`#node-input-${field}`).val() ?? node[field]).trim();
}

function isWarningLine(warnBelow: string, cutAt: string): boolean {
  return !isAmount(cutAt) || parseAmount(warnBelow) >= parseAmount(cutAt);
}

function isEndOfHours(to: string, from: string): boolean {
  return !isTimeOfDay(from) || accepts(() => cutHours(from, to, false));
}

function chosenSite(): { currency: string; timeZone: string } {
  const site = RED.nodes.node(String($('#node-input-site').val()));
  const { currency = '', timeZone = '' } = (site ?? {}) as { currency?: string; timeZone?: string };
  return { currency, timeZone };
}

/** The settings in the dialog as a person would say them, so that a slip is seen before it is deployed. */
function summary(text: Translate, node: GuardNode): string {
  const isClear = RULED_FIELDS.every((field) => {
    const value = textOf(field, node);
    return isFromEnvironment(value) || RULES[field](value, node);
  });
  if (!isClear) return text('balance-guard.summary.unclear');
  const { currency } = chosenSite();
  const values = {
    warnBelow: moneyText(textOf('warnBelow', node), currency),
    cutAt: moneyText(textOf('cutAt', node), currency),
    leadMinutes: textOf('warnLeadMinutes', node),
    freshMinutes: textOf('freshMinutes', node),
    maxCuts: textOf('maxCutsPerHour', node),
    from: textOf('cutFrom', node),
    to: textOf('cutTo', node),
  };
  const waits = Number(values.leadMinutes) !== 0;
  return [
    text(waits ? 'balance-guard.summary.after-warning' : 'balance-guard.summary.at-once', values),
    text(hoursKey(values.from, values.to), values),
    text('balance-guard.summary.brakes', values),
    text('balance-guard.summary.restore', values),
  ].join(' ');
}

function hoursKey(from: string, to: string): string {
  const isWholeDay = /^0?0:00$/.test(from) && to === '24:00';
  const isWorkdaysOnly = $('#node-input-workdaysOnly').prop('checked') === true;
  if (isWholeDay) return isWorkdaysOnly ? 'balance-guard.summary.workdays' : 'balance-guard.summary.always';
  return isWorkdaysOnly ? 'balance-guard.summary.workday-hours' : 'balance-guard.summary.daily-hours';
}

/** As the site writes money, but never rounded: a limit is shown as it acts. */
function moneyText(text: string, currency: string): string {
  if (!isAmount(text)) return text;
  if (!accepts(() => moneyFormat(currency))) return formatAmount(parseAmount(text));
  const { currency: code, decimals } = moneyFormat(currency);
  return `${code} ${formatAmount(parseAmount(text), decimals)}`;
}
