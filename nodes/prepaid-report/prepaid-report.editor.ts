import { isUsable, onlyNodeOf } from '../lib/form/config-nodes';
import { fieldCheck } from '../lib/form/field-check';
import { DEFAULTS, type PrepaidReportConfig } from './prepaid-report.config';

RED.nodes.registerType<PrepaidReportConfig>('prepaid-report', {
  category: 'prepaid',
  color: '#62A8B0',
  defaults: {
    configVersion: { value: DEFAULTS.configVersion },
    name: { value: DEFAULTS.name },
    site: {
      value: DEFAULTS.site,
      type: 'prepaid-site',
      validate: fieldCheck((id) => isUsable(RED.nodes.node(id)), 'prepaid-report.error.site'),
    },
  },
  inputs: 1,
  outputs: 1,
  icon: 'prepaid-report.svg',
  paletteLabel: 'prepaid report',
  label() {
    return this.name || this._('prepaid-report.title');
  },
  labelStyle() {
    return this.name ? 'node_label_italic' : '';
  },
  inputLabels() {
    return this._('prepaid-report.port.question');
  },
  outputLabels() {
    return this._('prepaid-report.port.answer');
  },
  oneditprepare() {
    const onlySite = onlyNodeOf('prepaid-site', RED.nodes);
    if (!this.site && onlySite) $('#node-input-site').val(onlySite);
  },
});
