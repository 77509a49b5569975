import type { NodeAPI, NodeDef } from 'node-red';
import { parseListenPort } from '../lib/meter/listen-address';
import type { MeterLink } from '../lib/meter/meter-link';
import { EmbeddedBroker } from '../lib/io/mqtt/embedded-broker';
import { ExternalBroker } from '../lib/io/mqtt/external-broker';
import { migrateConfig } from '../lib/red/config-migration';
import type { LinkNode } from '../lib/red/link-access';
import { onClose } from '../lib/red/on-close';
import { errorText } from '../lib/text/to-error';
import {
  DEFAULTS,
  MIGRATIONS,
  type MeterBrokerConfig,
  type MeterBrokerCredentials,
} from './meter-broker.config';

interface MeterBrokerNode extends LinkNode {
  credentials: MeterBrokerCredentials;
}

export = function register(RED: NodeAPI): void {
  function MeterBroker(this: MeterBrokerNode, definition: NodeDef): void {
    RED.nodes.createNode(this, definition);
    this.link = null;
    this.fault = '';
    try {
      const config = migrateConfig<MeterBrokerConfig>(definition, MIGRATIONS, DEFAULTS);
      this.link = openLink(config, this.credentials, `wattkeeper-${this.id}`);
      this.link.onState((state) => {
        if (state.kind === 'down') this.error(state.reason);
      });
    } catch (error) {
      this.fault = errorText(error);
      this.error(this.fault);
    }

    onClose(this, async () => {
      await this.link?.close();
      this.link = null;
      this.fault = RED._('meter-broker.fault.closed');
    });
  }
  RED.nodes.registerType<MeterBrokerNode, NodeDef, unknown, MeterBrokerCredentials>(
    'meter-broker',
    MeterBroker,
    {
      credentials: { username: { type: 'text' }, password: { type: 'password' } },
    },
  );
};

function openLink(
  config: MeterBrokerConfig,
  credentials: MeterBrokerCredentials,
  clientId: string,
): MeterLink {
  const { username = '', password = '' } = credentials;
  if (config.kind === 'external')
    return new ExternalBroker({ url: config.url, username, password, clientId });
  const port = parseListenPort(config.port);
  const broker = new EmbeddedBroker({ host: config.host, port, password, isOpen: config.isOpen });
  void broker.start();
  return broker;
}
