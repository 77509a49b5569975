import { accepts, fieldCheck } from '../lib/form/field-check';
import { formatAmount } from '../lib/money/micros';
import { flatTariff, priceSegment } from '../lib/tariff/flat-tariff';
import { nextVersion, type TariffSetting } from '../lib/tariff/next-version';
import { DEFAULTS, type TariffCalcConfig } from './tariff-calc.config';

type TariffNode = TariffCalcConfig & { id: string; type: string };

RED.nodes.registerType<TariffCalcConfig>('tariff-calc', {
  category: 'prepaid',
  color: '#62A8B0',
  defaults: {
    configVersion: { value: DEFAULTS.configVersion },
    name: { value: DEFAULTS.name },
    tariffId: {
      value: DEFAULTS.tariffId,
      validate: fieldCheck(
        (tariffId) => accepts(() => flatTariff(tariffId, 1, '0')),
        'tariff-calc.error.tariff',
      ),
    },
    version: {
      value: DEFAULTS.version,
      validate: fieldCheck(
        (version) => accepts(() => flatTariff('any', Number(version), '0')),
        'tariff-calc.error.version',
      ),
    },
    pricePerKwh: {
      value: DEFAULTS.pricePerKwh,
      validate: fieldCheck((price) => accepts(() => flatTariff('any', 1, price)), 'tariff-calc.error.price'),
    },
  },
  inputs: 1,
  outputs: 1,
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
  outputLabels() {
    return this._('tariff-calc.port.output');
  },
  oneditprepare() {
    let isTyped = false;
    field('version').on('input', () => (isTyped = true));
    const show = (): void => {
      if (!isTyped) field('version').val(versionToSave(this));
      $('#tariff-calc-example').text(exampleText((key, values) => this._(key, values)));
    };
    $('#node-input-tariffId, #node-input-pricePerKwh, #tariff-calc-example-kwh').on('input', show);
    show();
  },
  oneditsave() {
    // The ledger may know versions that this flow does not, so a higher one that was typed counts.
    const typed = Number(field('version').val());
    field('version').val(Math.max(versionToSave(this), Number.isSafeInteger(typed) ? typed : 0));
  },
});

function field(key: 'tariffId' | 'version' | 'pricePerKwh'): JQuery {
  return $(`#node-input-${key}`);
}

/** Compared with what is deployed, so that trying prices out in the dialog uses up no versions. */
function versionToSave({ id, version }: TariffNode): number {
  const isTariff = (node: TariffNode): boolean => node.type === 'tariff-calc';
  const deployed = (RED.nodes.originalFlow() as TariffNode[]).filter(isTariff);
  const others = (RED.nodes.filterNodes({ type: 'tariff-calc' }) as TariffNode[]).filter(
    (node) => node.id !== id,
  );
  const asDeployed = deployed.find((node) => node.id === id);
  const edited = {
    nodeId: id,
    tariffId: String(field('tariffId').val()),
    version: Number(asDeployed?.version ?? version),
    pricePerKwh: String(field('pricePerKwh').val()),
  };
  return nextVersion(edited, [...deployed, ...others].map(settingOf));
}

function settingOf({ id, tariffId, version, pricePerKwh }: TariffNode): TariffSetting {
  return { nodeId: id, tariffId, version: Number(version), pricePerKwh };
}

/** What a household pays by the price in the dialog, by the very sum that the running node makes. */
function exampleText(text: (key: string, values?: Record<string, unknown>) => string): string {
  const kwh = String($('#tariff-calc-example-kwh').val());
  const toWh = Math.round(Number(kwh) * 1000);
  let price: string;
  try {
    const tariff = flatTariff('example', 1, String(field('pricePerKwh').val()));
    price = formatAmount(priceSegment(tariff, { fromMs: 0, fromWh: 0, toMs: 0, toWh }).amountMicros);
  } catch {
    return text('tariff-calc.tip.no-example');
  }
  return text('tariff-calc.tip.example', { kwh, price });
}
