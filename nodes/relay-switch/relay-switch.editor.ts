import { isUsable, onlyNodeOf } from '../lib/form/config-nodes';
import { fieldCheck, isFromEnvironment, type FieldCheck } from '../lib/form/field-check';
import { migrateConfig } from '../lib/red/config-migration';
import {
  DEFAULTS,
  isKeyGood,
  MIGRATIONS,
  numberIn,
  SINCE_VERSION_1,
  type NumberField,
  type RelaySwitchConfig,
} from './relay-switch.config';

type SwitchNode = RelaySwitchConfig & { _(key: string, values?: Record<string, unknown>): string };

const isBrokerOrNone = (id: string): boolean => id === '' || id === '_ADD_' || isUsable(RED.nodes.node(id));

/** A number within its bounds. A node of the first version lacks some, which is no fault. */
function numberCheck(field: NumberField): FieldCheck<SwitchNode> {
  return fieldCheck<SwitchNode>(
    (text: string | undefined) =>
      text === undefined || isFromEnvironment(text) || numberIn(field, text) !== null,
    `relay-switch.error.${field}`,
  );
}

const number = (field: NumberField): { value: string; validate: FieldCheck<SwitchNode> } => ({
  value: DEFAULTS[field],
  validate: numberCheck(field),
});

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
    retrySeconds: number('retrySeconds'),
    maxTries: number('maxTries'),
    lifeSeconds: number('lifeSeconds'),
    spreadSeconds: number('spreadSeconds'),
    massAbove: number('massAbove'),
    minOnSeconds: number('minOnSeconds'),
    minOffSeconds: number('minOffSeconds'),
    switchesPerHour: number('switchesPerHour'),
    closing: { value: DEFAULTS.closing },
    drawAboveW: number('drawAboveW'),
    settleSeconds: number('settleSeconds'),
    signing: { value: DEFAULTS.signing },
    failState: { value: DEFAULTS.failState },
  },
  credentials: {
    signingKey: {
      type: 'password',
      validate: fieldCheck<SwitchNode>(
        (key: string | undefined, node) => isKeyGood(signingOf(node), key ?? ''),
        'relay-switch.error.signingKey',
      ),
    },
    devicePassword: { type: 'password' },
  },
  inputs: 1,
  outputs: 3,
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
    return [
      this._('relay-switch.port.command'),
      this._('relay-switch.port.state'),
      this._('relay-switch.port.alarm'),
    ][port];
  },
  oneditprepare() {
    const today = migrateConfig<RelaySwitchConfig>(this, MIGRATIONS, DEFAULTS);
    for (const field of SINCE_VERSION_1) $(`#node-input-${field}`).val(today[field]);
    const onlySite = onlyNodeOf('prepaid-site', RED.nodes);
    if (!this.site && onlySite) $('#node-input-site').val(onlySite);
    $('#node-input-signing, #node-input-closing').on('change', showWhatFits);
    showWhatFits();
  },
  oneditsave() {
    this.configVersion = DEFAULTS.configVersion;
  },
});

function showWhatFits(): void {
  $('.relay-switch-key').toggle($('#node-input-signing').val() !== 'none');
  $('.relay-switch-arm').toggle($('#node-input-closing').val() === 'arm');
}

/** While the dialog is open its field counts; else what is saved. */
function signingOf({ signing }: SwitchNode): RelaySwitchConfig['signing'] {
  return ($('#node-input-signing').val() as RelaySwitchConfig['signing'] | undefined) ?? signing;
}
