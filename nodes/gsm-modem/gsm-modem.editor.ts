import { isUsable, onlyNodeOf } from '../lib/form/config-nodes';
import { accepts, fieldCheck, isFromEnvironment } from '../lib/form/field-check';
import { validityFromHours } from '../lib/modem/modem-input';
import { wholeSetting } from '../lib/modem/port-settings';
import { MAX_PARTS } from '../lib/sms/text-parts';
import { DEFAULTS, type GsmModemConfig } from './gsm-modem.config';

const isHours = (text: string): boolean =>
  isFromEnvironment(text) ||
  (text.trim() !== '' && accepts(() => validityFromHours('validityHours', Number(text))));
const isPartCount = (text: string): boolean =>
  isFromEnvironment(text) || accepts(() => wholeSetting('maxParts', text, 1, MAX_PARTS));

RED.nodes.registerType<GsmModemConfig>('gsm-modem', {
  category: 'prepaid',
  color: '#62A8B0',
  defaults: {
    configVersion: { value: DEFAULTS.configVersion },
    name: { value: DEFAULTS.name },
    modem: {
      value: DEFAULTS.modem,
      type: 'modem-port',
      validate: fieldCheck((id) => isUsable(RED.nodes.node(id)), 'gsm-modem.error.modem'),
    },
    wantsReport: { value: DEFAULTS.wantsReport },
    validityHours: {
      value: DEFAULTS.validityHours,
      validate: fieldCheck(isHours, 'gsm-modem.error.validity'),
    },
    maxParts: { value: DEFAULTS.maxParts, validate: fieldCheck(isPartCount, 'gsm-modem.error.parts') },
    confirms: { value: DEFAULTS.confirms },
  },
  inputs: 1,
  outputs: 3,
  icon: 'gsm-modem.svg',
  align: 'right',
  paletteLabel: 'gsm modem',
  label() {
    return this.name || this._('gsm-modem.title');
  },
  labelStyle() {
    return this.name ? 'node_label_italic' : '';
  },
  inputLabels() {
    return this._('gsm-modem.port.input');
  },
  outputLabels(port) {
    return [
      this._('gsm-modem.port.result'),
      this._('gsm-modem.port.incoming'),
      this._('gsm-modem.port.state'),
    ][port];
  },
  oneditprepare() {
    const onlyModem = onlyNodeOf('modem-port', RED.nodes);
    if (!this.modem && onlyModem) $('#node-input-modem').val(onlyModem);
  },
});
