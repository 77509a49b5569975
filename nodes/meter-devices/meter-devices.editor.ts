import { isUsable, onlyNodeOf } from '../lib/form/config-nodes';
import { fieldCheck } from '../lib/form/field-check';
import { DEFAULTS, type MeterDevicesConfig } from './meter-devices.config';

RED.nodes.registerType<MeterDevicesConfig>('meter-devices', {
  category: 'prepaid',
  color: '#62A8B0',
  defaults: {
    configVersion: { value: DEFAULTS.configVersion },
    name: { value: DEFAULTS.name },
    broker: {
      value: DEFAULTS.broker,
      type: 'meter-broker',
      validate: fieldCheck((id) => isUsable(RED.nodes.node(id)), 'meter-devices.error.broker'),
    },
  },
  inputs: 1,
  outputs: 1,
  icon: 'meter-devices.svg',
  paletteLabel: 'meter devices',
  label() {
    return this.name || this._('meter-devices.title');
  },
  labelStyle() {
    return this.name ? 'node_label_italic' : '';
  },
  inputLabels() {
    return this._('meter-devices.port.request');
  },
  outputLabels() {
    return this._('meter-devices.port.done');
  },
  oneditprepare() {
    const onlyBroker = onlyNodeOf('meter-broker', RED.nodes);
    if (!this.broker && onlyBroker) $('#node-input-broker').val(onlyBroker);
  },
});
