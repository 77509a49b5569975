import type { NodeAPI, NodeDef } from 'node-red';
import { ModemTunnel } from '../lib/io/serial/modem-tunnel';
import { targetOf, wholeSetting } from '../lib/modem/port-settings';
import { migrateConfig } from '../lib/red/config-migration';
import type { ModemNode } from '../lib/red/modem-access';
import { onClose } from '../lib/red/on-close';
import { errorText } from '../lib/text/to-error';
import { DEFAULTS, MIGRATIONS, type ModemPortConfig, type ModemPortCredentials } from './modem-port.config';
import { openModem, type OpenModem } from './open-modem';

interface ModemPortNode extends ModemNode {
  credentials: ModemPortCredentials;
}

export = function register(RED: NodeAPI): void {
  function ModemPort(this: ModemPortNode, definition: NodeDef): void {
    RED.nodes.createNode(this, definition);
    this.service = null;
    this.fault = '';
    let open: OpenModem | null = null;
    let tunnel: ModemTunnel | null = null;
    try {
      const config = migrateConfig<ModemPortConfig>(definition, MIGRATIONS, DEFAULTS);
      const target = config.mode === 'sms' ? null : targetOf(config.target);
      const localPort = target ? wholeSetting('localPort', config.localPort, 0, 65_535) : 0;
      open = openModem({
        config,
        credentials: this.credentials,
        dataFolder: process.env['WATTKEEPER_DATA'] ?? RED.settings.userDir ?? process.cwd(),
        nodeId: this.id,
        onError: (error) => this.error(error),
      });
      const { service } = open;
      this.service = service;
      service.start();
      if (target) {
        const { host, port } = target;
        tunnel = new ModemTunnel({
          openTcp: () => service.openTcp(host, port),
          onFault: (error) => this.warn(RED._('modem-port.fault.tunnel', { reason: error.message })),
        });
        tunnel.listen(localPort).then(
          (listening) =>
            this.log(RED._('modem-port.fault.listening', { port: listening, target: config.target })),
          () => undefined,
        );
      }
    } catch (error) {
      this.fault = errorText(error);
      this.error(this.fault);
    }

    onClose(this, async () => {
      this.service = null;
      this.fault = RED._('modem-port.fault.closed');
      await Promise.all([tunnel?.close(), open?.close()]);
    });
  }
  RED.nodes.registerType<ModemPortNode, NodeDef, unknown, ModemPortCredentials>('modem-port', ModemPort, {
    credentials: { pin: { type: 'password' }, apnPassword: { type: 'password' } },
  });
};
