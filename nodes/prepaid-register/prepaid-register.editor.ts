import { isUsable, onlyNodeOf } from '../lib/form/config-nodes';
import { fieldCheck } from '../lib/form/field-check';
import { DEFAULTS, type PrepaidRegisterConfig } from './prepaid-register.config';

RED.nodes.registerType<PrepaidRegisterConfig>('prepaid-register', {
  category: 'prepaid',
  color: '#62A8B0',
  defaults: {
    configVersion: { value: DEFAULTS.configVersion },
    name: { value: DEFAULTS.name },
    site: {
      value: DEFAULTS.site,
      type: 'prepaid-site',
      validate: fieldCheck((id) => isUsable(RED.nodes.node(id)), 'prepaid-register.error.site'),
    },
  },
  inputs: 1,
  outputs: 1,
  icon: 'prepaid-register.svg',
  paletteLabel: 'prepaid register',
  label() {
    return this.name || this._('prepaid-register.title');
  },
  labelStyle() {
    return this.name ? 'node_label_italic' : '';
  },
  inputLabels() {
    return this._('prepaid-register.port.registration');
  },
  outputLabels() {
    return this._('prepaid-register.port.registered');
  },
  oneditprepare() {
    const onlySite = onlyNodeOf('prepaid-site', RED.nodes);
    if (!this.site && onlySite) $('#node-input-site').val(onlySite);
  },
});
