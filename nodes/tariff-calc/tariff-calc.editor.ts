import { isUsable, onlyNodeOf } from '../lib/form/config-nodes';
import { accepts, fieldCheck } from '../lib/form/field-check';
import { inForceMs } from '../lib/form/tariff-in-force';
import { readTariff, tariffOfText } from '../lib/form/tariff-text';
import { migrateConfig } from '../lib/red/config-migration';
import { DEFAULTS, MIGRATIONS, type TariffCalcConfig } from './tariff-calc.config';
import { TariffDialog } from './tariff-dialog.editor';
import { versionRule } from './version-rule.editor';

/**
 * Settings of version 0. The editor keeps only properties it has been told of, and would lose the price of a flow that
 * is deployed again before anybody has opened this dialog.
 */
const FORMER_SETTINGS = ['tariffId', 'version', 'pricePerKwh'] as const;
/** A setting that was not there yet when the node was saved is undefined. */
type StoredNode = Partial<Record<keyof TariffCalcConfig, string | number>>;

const formerDefaults = Object.fromEntries(FORMER_SETTINGS.map((name) => [name, { value: undefined }]));

let dialog: TariffDialog | null = null;

RED.nodes.registerType<TariffCalcConfig>('tariff-calc', {
  category: 'prepaid',
  color: '#62A8B0',
  defaults: {
    configVersion: { value: DEFAULTS.configVersion },
    name: { value: DEFAULTS.name },
    site: {
      value: DEFAULTS.site,
      type: 'prepaid-site',
      required: false,
      validate: fieldCheck(
        (id: string | undefined) =>
          id === undefined || id === '' || id === '_ADD_' || isUsable(RED.nodes.node(id)),
        'tariff-calc.error.site',
      ),
    },
    tariff: {
      value: DEFAULTS.tariff,
      validate(text, _options) {
        const problem = problemOf({ ...this, tariff: text });
        return problem === null || this._('tariff-calc.error.tariff', { problem });
      },
    },
    state: {
      value: DEFAULTS.state,
      validate: fieldCheck(
        (state: string | undefined) => state === undefined || ['draft', 'approved'].includes(state),
        'tariff-calc.error.state',
      ),
    },
    inForceFrom: {
      value: DEFAULTS.inForceFrom,
      validate: fieldCheck(
        (text: string | undefined) => accepts(() => inForceMs(text ?? '', 'UTC')),
        'tariff-calc.error.in-force',
      ),
    },
    ...formerDefaults,
  },
  inputs: 1,
  outputs: 2,
  icon: 'tariff-calc.svg',
  paletteLabel: 'tariff calc',
  label() {
    return this.name || this._('tariff-calc.title');
  },
  labelStyle() {
    return this.name ? 'node_label_italic' : '';
  },
  inputLabels() {
    return this._('tariff-calc.port.input');
  },
  outputLabels(port) {
    return [this._('tariff-calc.port.output'), this._('tariff-calc.port.simulation')][port];
  },
  oneditprepare() {
    const onlySite = onlyNodeOf('prepaid-site', RED.nodes);
    // A node that is deployed without a site is a calculator because somebody wants it to be one.
    const { site } = this as StoredNode;
    const isNew = site === undefined || (site === '' && !isDeployed(this.id));
    if (isNew && onlySite) $('#node-input-site').val(onlySite);
    const { tariff, state, inForceFrom } = today(this);
    $('#node-input-state').val(state);
    $('#node-input-inForceFrom').val(inForceFrom);
    const text = (key: string, values?: Record<string, unknown>): string => this._(key, values);
    dialog = new TariffDialog(text, tariff, tariffOfText(DEFAULTS.tariff), versionRule(this.id, text));
  },
  oneditsave() {
    dialog?.save();
    dialog = null;
    this.configVersion = DEFAULTS.configVersion;
    Object.assign(this, Object.fromEntries(FORMER_SETTINGS.map((name) => [name, undefined])));
  },
  oneditcancel() {
    dialog = null;
  },
});

/** The settings in today's shape. What cannot be brought there is shown as it is, and found fault with. */
function today(node: TariffCalcConfig): TariffCalcConfig {
  try {
    return migrateConfig(node, MIGRATIONS, DEFAULTS);
  } catch {
    return { ...DEFAULTS, tariff: '' };
  }
}

/** What the running node would say of these settings. */
function problemOf(node: TariffCalcConfig): string | null {
  try {
    const { tariff } = migrateConfig(node, MIGRATIONS, DEFAULTS);
    return readTariff(tariff).problems[0] ?? null;
  } catch (error) {
    return error instanceof Error ? error.message : String(error);
  }
}

function isDeployed(nodeId: string): boolean {
  return (RED.nodes.originalFlow() as { id: string }[]).some(({ id }) => id === nodeId);
}
