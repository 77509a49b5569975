import type { Node, NodeAPI, NodeDef } from 'node-red';
import type { PrepaidMessage } from '../lib/meter/prepaid-message';
import { migrateConfig } from '../lib/red/config-migration';
import { onInput } from '../lib/red/on-input';
import { readyOrFault } from '../lib/red/ready-or-fault';
import { showStatus } from '../lib/red/status';
import { flatTariff } from '../lib/tariff/flat-tariff';
import { priceMessage } from '../lib/tariff/price-message';
import { DEFAULTS, MIGRATIONS, type TariffCalcConfig } from './tariff-calc.config';

export = function register(RED: NodeAPI): void {
  function TariffCalc(this: Node, definition: NodeDef): void {
    RED.nodes.createNode(this, definition);
    const tariff = readyOrFault(
      this,
      () => {
        const config = migrateConfig<TariffCalcConfig>(definition, MIGRATIONS, DEFAULTS);
        const made = flatTariff(config.tariffId, Number(config.version), config.pricePerKwh);
        showStatus(this, 'well', RED._('tariff-calc.status.ready', { price: config.pricePerKwh }));
        return made;
      },
      () => showStatus(this, 'broken', RED._('tariff-calc.status.bad-tariff')),
    );

    onInput<PrepaidMessage>(this, (message) => priceMessage(tariff(), message));
  }
  RED.nodes.registerType('tariff-calc', TariffCalc);
};
