import { join } from 'node:path';
import type { NodeAPI, NodeDef } from 'node-red';
import { DeviceDesk } from '../lib/io/mqtt/device-desk';
import { DEVICE_FILE } from '../lib/io/mqtt/device-file';
import { migrateConfig } from '../lib/red/config-migration';
import { onClose } from '../lib/red/on-close';
import { errorText } from '../lib/text/to-error';
import { offerDeviceAdmin, type BrokerNode } from './device-admin';
import {
  DEFAULTS,
  MIGRATIONS,
  type MeterBrokerConfig,
  type MeterBrokerCredentials,
} from './meter-broker.config';
import { openLink } from './open-link';

export = function register(RED: NodeAPI): void {
  function MeterBroker(this: BrokerNode, definition: NodeDef): void {
    RED.nodes.createNode(this, definition);
    this.link = null;
    this.desk = null;
    this.fault = '';
    try {
      const config = migrateConfig<MeterBrokerConfig>(definition, MIGRATIONS, DEFAULTS);
      const dataFolder = process.env['WATTKEEPER_DATA'] ?? RED.settings.userDir ?? process.cwd();
      this.desk = new DeviceDesk(join(dataFolder, DEVICE_FILE), Date.now);
      this.link = openLink(config, this.credentials, {
        nodeId: this.id,
        dataFolder,
        desk: this.desk,
        onNotice: ({ kind, count, detail }) =>
          this.warn(RED._(`meter-broker.refused.${kind}`, { count, detail })),
      });
      this.link.onState((state) => {
        if (state.kind === 'down') this.error(state.reason);
      });
      sayWhoMayConnect(RED, this, config);
    } catch (error) {
      this.fault = errorText(error);
      this.error(this.fault);
    }

    onClose(this, async () => {
      await this.link?.close();
      this.link = null;
      this.desk = null;
      this.fault = RED._('meter-broker.fault.closed');
    });
  }
  RED.nodes.registerType<BrokerNode, NodeDef, unknown, MeterBrokerCredentials>('meter-broker', MeterBroker, {
    credentials: { username: { type: 'text' }, password: { type: 'password' } },
  });
  offerDeviceAdmin(RED);
};

/** Nobody shall find out by accident who can reach the meters. */
function sayWhoMayConnect(RED: NodeAPI, node: BrokerNode, { kind, access, isOpen }: MeterBrokerConfig): void {
  if (kind === 'external') return;
  if (isOpen) node.warn(RED._('meter-broker.door.open'));
  if (access === 'each') {
    if (node.desk?.list().length === 0) node.warn(RED._('meter-broker.door.nobody'));
  } else if ((node.credentials.password ?? '') === '') node.log(RED._('meter-broker.door.anyone'));
  else node.log(RED._('meter-broker.door.shared'));
}
