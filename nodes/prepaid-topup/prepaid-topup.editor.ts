import { isUsable, onlyNodeOf } from '../lib/form/config-nodes';
import { accepts, fieldCheck } from '../lib/form/field-check';
import { smsPattern } from '../lib/payment/sms-patterns';
import {
  channelName,
  limit,
  notNegative,
  OWN_GATEWAY,
  sendersOf,
  taxCode,
  taxPpm,
} from '../lib/payment/top-up-settings';
import { DEFAULTS, type PrepaidTopupConfig } from './prepaid-topup.config';

type TopupNode = PrepaidTopupConfig & { _(key: string, values?: Record<string, unknown>): string };

const isLimit = (text: string): boolean => accepts(() => limit('amount', text));

RED.nodes.registerType<PrepaidTopupConfig>('prepaid-topup', {
  category: 'prepaid',
  color: '#62A8B0',
  defaults: {
    configVersion: { value: DEFAULTS.configVersion },
    name: { value: DEFAULTS.name },
    site: {
      value: DEFAULTS.site,
      type: 'prepaid-site',
      validate: fieldCheck((id) => isUsable(RED.nodes.node(id)), 'prepaid-topup.error.site'),
    },
    provider: { value: DEFAULTS.provider },
    channel: {
      value: DEFAULTS.channel,
      validate: fieldCheck(
        (text) => text.trim() === '' || accepts(() => channelName(text.trim())),
        'prepaid-topup.error.channel',
      ),
    },
    smsGateway: { value: DEFAULTS.smsGateway },
    smsSenders: {
      value: DEFAULTS.smsSenders,
      validate: fieldCheck<TopupNode>(
        (text, node) => !isOwn(node) || accepts(() => sendersOf(text)),
        'prepaid-topup.error.sms-senders',
      ),
    },
    smsPattern: {
      value: DEFAULTS.smsPattern,
      validate: fieldCheck<TopupNode>(
        (text, node) => !isOwn(node) || accepts(() => smsPattern(text)),
        'prepaid-topup.error.sms-pattern',
      ),
    },
    minimum: { value: DEFAULTS.minimum, validate: fieldCheck(isLimit, 'prepaid-topup.error.limit') },
    maximum: {
      value: DEFAULTS.maximum,
      validate: fieldCheck<TopupNode>(
        (text, node) => isLimit(text) && isAtLeast(text, textOf('minimum', node)),
        'prepaid-topup.error.maximum',
      ),
    },
    firstMinimum: {
      value: DEFAULTS.firstMinimum,
      validate: fieldCheck(isLimit, 'prepaid-topup.error.limit'),
    },
    multiple: { value: DEFAULTS.multiple, validate: fieldCheck(isLimit, 'prepaid-topup.error.limit') },
    fee: {
      value: DEFAULTS.fee,
      validate: fieldCheck((text) => accepts(() => notNegative('fee', text)), 'prepaid-topup.error.fee'),
    },
    taxPercent: {
      value: DEFAULTS.taxPercent,
      validate: fieldCheck((text) => accepts(() => taxPpm(text)), 'prepaid-topup.error.tax-percent'),
    },
    taxCode: {
      value: DEFAULTS.taxCode,
      validate: fieldCheck((text) => accepts(() => taxCode(text)), 'prepaid-topup.error.tax-code'),
    },
    secondPersonAbove: {
      value: DEFAULTS.secondPersonAbove,
      validate: fieldCheck(
        (text) => accepts(() => notNegative('secondPersonAbove', text)),
        'prepaid-topup.error.second-person',
      ),
    },
  },
  credentials: { secret: { type: 'password' }, formerSecret: { type: 'password' } },
  inputs: 1,
  outputs: 3,
  icon: 'prepaid-topup.svg',
  paletteLabel: 'prepaid top-up',
  label() {
    return this.name || this._('prepaid-topup.title');
  },
  labelStyle() {
    return this.name ? 'node_label_italic' : '';
  },
  inputLabels() {
    return this._('prepaid-topup.port.input');
  },
  outputLabels(port) {
    return [
      this._('prepaid-topup.port.guard'),
      this._('prepaid-topup.port.answer'),
      this._('prepaid-topup.port.problem'),
    ][port];
  },
  oneditprepare() {
    const onlySite = onlyNodeOf('prepaid-site', RED.nodes);
    if (!this.site && onlySite) $('#node-input-site').val(onlySite);
    const show = (): void => {
      $('.prepaid-topup-own').toggle($('#node-input-smsGateway').val() === OWN_GATEWAY);
      const site = RED.nodes.node(String($('#node-input-site').val())) as { currency?: string } | null;
      $('.prepaid-topup-currency').text(site?.currency ?? '');
    };
    $('#dialog-form').on('input change', 'input, select', show);
    show();
  },
});

/** While the dialog is open its fields count, since one can make another good or bad; else what is saved. */
function textOf(field: 'smsGateway' | 'minimum', node: TopupNode): string {
  return String($(`#node-input-${field}`).val() ?? node[field]).trim();
}

function isOwn(node: TopupNode): boolean {
  return textOf('smsGateway', node) === OWN_GATEWAY;
}

/** Empty is no limit, and a wrong one is told of in its own field. */
function isAtLeast(maximum: string, minimum: string): boolean {
  if (maximum.trim() === '' || minimum === '' || !isLimit(minimum)) return true;
  return (limit('maximum', maximum) ?? 0) >= (limit('minimum', minimum) ?? 0);
}
