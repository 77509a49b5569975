import { isUsable, onlyNodeOf } from '../lib/form/config-nodes';
import { fieldCheck, wholeNumber } from '../lib/form/field-check';
import { DEFAULTS, type RelaySwitchConfig } from './relay-switch.config';

const isFromOne = (text: string): boolean => (wholeNumber(text) ?? 0) >= 1;
const isBrokerOrNone = (id: string): boolean => id === '' || id === '_ADD_' || isUsable(RED.nodes.node(id));

RED.nodes.registerType<RelaySwitchConfig>('relay-switch', {
  category: 'prepaid',
  color: '#62A8B0',
  defaults: {
    configVersion: { value: DEFAULTS.configVersion },
    name: { value: DEFAULTS.name },
    site: {
      value: DEFAULTS.site,
      type: 'prepaid-site',
      validate: fieldCheck((id) => isUsable(RED.nodes.node(id)), 'relay-switch.error.site'),
    },
    broker: {
      value: DEFAULTS.broker,
      type: 'meter-broker',
      validate: fieldCheck(isBrokerOrNone, 'relay-switch.error.broker'),
    },
    retrySeconds: {
      value: DEFAULTS.retrySeconds,
      validate: fieldCheck(isFromOne, 'relay-switch.error.retry'),
    },
    maxTries: {
      value: DEFAULTS.maxTries,
      validate: fieldCheck(isFromOne, 'relay-switch.error.tries'),
    },
  },
  inputs: 1,
  outputs: 2,
  icon: 'relay-switch.svg',
  align: 'right',
  paletteLabel: 'relay switch',
  label() {
    return this.name || this._('relay-switch.title');
  },
  labelStyle() {
    return this.name ? 'node_label_italic' : '';
  },
  inputLabels() {
    return this._('relay-switch.port.input');
  },
  outputLabels(port) {
    return [this._('relay-switch.port.command'), this._('relay-switch.port.state')][port];
  },
  oneditprepare() {
    const onlySite = onlyNodeOf('prepaid-site', RED.nodes);
    if (!this.site && onlySite) $('#node-input-site').val(onlySite);
  },
});
