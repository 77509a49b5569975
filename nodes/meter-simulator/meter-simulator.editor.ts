import { isUsable, onlyNodeOf } from '../lib/form/config-nodes';
import { accepts, fieldCheck } from '../lib/form/field-check';
import {
  DEFAULTS,
  LIMITS,
  readNumber,
  type MeterSimulatorConfig,
  type NumberField,
} from './meter-simulator.config';

const isNumber =
  (field: NumberField) =>
  (text: string): boolean =>
    accepts(() => readNumber(field, text));
const isConfigNode = (id: string): boolean => isUsable(RED.nodes.node(id));

/** The editor's own generator may be random: what it draws is written down as the seed. */
const drawSeed = (): number => Math.floor(Math.random() * LIMITS.seed.max);

RED.nodes.registerType<MeterSimulatorConfig>('meter-simulator', {
  category: 'prepaid',
  color: '#62A8B0',
  defaults: {
    configVersion: { value: DEFAULTS.configVersion },
    name: { value: DEFAULTS.name },
    site: {
      value: DEFAULTS.site,
      type: 'prepaid-site',
      validate: fieldCheck(isConfigNode, 'meter-simulator.error.site'),
    },
    broker: {
      value: DEFAULTS.broker,
      type: 'meter-broker',
      validate: fieldCheck(isConfigNode, 'meter-simulator.error.broker'),
    },
    houses: {
      value: DEFAULTS.houses,
      validate: fieldCheck(isNumber('houses'), 'meter-simulator.error.houses'),
    },
    seed: { value: DEFAULTS.seed, validate: fieldCheck(isNumber('seed'), 'meter-simulator.error.seed') },
    reportEveryMinutes: {
      value: DEFAULTS.reportEveryMinutes,
      validate: fieldCheck(isNumber('reportEveryMinutes'), 'meter-simulator.error.report'),
    },
    residentsBuy: { value: DEFAULTS.residentsBuy },
  },
  inputs: 1,
  outputs: 3,
  icon: 'meter-simulator.svg',
  paletteLabel: 'meter simulator',
  label() {
    return this.name || this._('meter-simulator.title');
  },
  labelStyle() {
    return this.name ? 'node_label_italic' : '';
  },
  inputLabels() {
    return this._('meter-simulator.port.input');
  },
  outputLabels(port) {
    return [
      this._('meter-simulator.port.events'),
      this._('meter-simulator.port.purchases'),
      this._('meter-simulator.port.accounts'),
    ][port];
  },
  oneditprepare() {
    for (const [key, type] of [
      ['site', 'prepaid-site'],
      ['broker', 'meter-broker'],
    ] as const) {
      const only = onlyNodeOf(type, RED.nodes);
      if (!this[key] && only) $(`#node-input-${key}`).val(only);
    }
    $('#meter-simulator-draw').on('click', (event) => {
      event.preventDefault();
      $('#node-input-seed').val(String(drawSeed())).trigger('change');
    });
  },
});
