import type { Node, NodeAPI, NodeDef } from 'node-red';
import type { PrepaidMessage } from '../lib/meter/prepaid-message';
import { migrateConfig } from '../lib/red/config-migration';
import { onInput } from '../lib/red/on-input';
import { showStatus } from '../lib/red/status';
import { errorText } from '../lib/red/to-error';
import { flatTariff, type FlatTariff } from '../lib/tariff/flat-tariff';
import { priceMessage } from '../lib/tariff/price-message';
import { DEFAULTS, MIGRATIONS, type TariffCalcConfig } from './tariff-calc.config';

export = function register(RED: NodeAPI): void {
  function TariffCalc(this: Node, definition: NodeDef): void {
    RED.nodes.createNode(this, definition);
    let tariff: FlatTariff | null = null;
    let fault = '';
    try {
      const config = migrateConfig<TariffCalcConfig>(definition, MIGRATIONS, DEFAULTS);
      tariff = flatTariff(config.tariffId, Number(config.version), config.pricePerKwh);
      showStatus(this, 'well', RED._('tariff-calc.status.ready', { price: config.pricePerKwh }));
    } catch (error) {
      fault = errorText(error);
      showStatus(this, 'broken', RED._('tariff-calc.status.bad-tariff'));
    }

    onInput<PrepaidMessage>(this, (message) => {
      if (!tariff) throw new Error(fault);
      return priceMessage(tariff, message);
    });
  }
  RED.nodes.registerType('tariff-calc', TariffCalc);
};
