import { join } from 'node:path';
import type { NodeAPI, NodeDef } from 'node-red';
import { BypassIdentity } from '../lib/io/bypass/identity';
import { migrateConfig } from '../lib/red/config-migration';
import type { IdentityNode } from '../lib/red/identity-access';
import { onClose } from '../lib/red/on-close';
import { errorText } from '../lib/text/to-error';
import {
  DEFAULTS,
  MIGRATIONS,
  type BypassIdentityConfig,
  type BypassIdentityCredentials,
} from './bypass-identity.config';

interface BypassIdentityNode extends IdentityNode {
  credentials: BypassIdentityCredentials;
}

export = function register(RED: NodeAPI): void {
  function BypassIdentityConfigNode(this: BypassIdentityNode, definition: NodeDef): void {
    RED.nodes.createNode(this, definition);
    this.identity = null;
    this.fault = '';
    try {
      const config = migrateConfig<BypassIdentityConfig>(definition, MIGRATIONS, DEFAULTS);
      const dataFolder = process.env['WATTKEEPER_DATA'] ?? RED.settings.userDir ?? process.cwd();
      this.identity = new BypassIdentity({
        side: config.side,
        gatewayId: config.gatewayId,
        code: this.credentials.code ?? '',
        folder: join(dataFolder, 'bypass'),
        monotonicMs: () => performance.now(),
        wallMs: () => Date.now(),
      });
    } catch (error) {
      this.fault = errorText(error);
      this.error(this.fault);
    }

    onClose(this, () => {
      this.identity?.close();
      this.identity = null;
      this.fault = RED._('bypass-identity.fault.closed');
    });
  }
  RED.nodes.registerType<BypassIdentityNode, NodeDef, unknown, BypassIdentityCredentials>(
    'bypass-identity',
    BypassIdentityConfigNode,
    { credentials: { code: { type: 'password' } } },
  );
};
