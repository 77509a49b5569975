import type { Node, NodeAPI, NodeDef } from 'node-red';
import { parseRegistrations } from '../lib/ledger/registration-input';
import type { PrepaidMessage } from '../lib/meter/prepaid-message';
import { migrateConfig } from '../lib/red/config-migration';
import { onInput } from '../lib/red/on-input';
import { readyOrFault } from '../lib/red/ready-or-fault';
import { requireSite } from '../lib/red/site-access';
import { showStatus } from '../lib/red/status';
import { DEFAULTS, MIGRATIONS, type PrepaidRegisterConfig } from './prepaid-register.config';

export = function register(RED: NodeAPI): void {
  function PrepaidRegister(this: Node, definition: NodeDef): void {
    RED.nodes.createNode(this, definition);
    const site = readyOrFault(
      this,
      () => {
        const { site: siteId } = migrateConfig<PrepaidRegisterConfig>(definition, MIGRATIONS, DEFAULTS);
        const found = requireSite(RED, siteId);
        showStatus(this, 'idle', RED._('prepaid-register.status.ready'));
        return found;
      },
      () => showStatus(this, 'broken', RED._('prepaid-register.status.not-ready')),
    );

    onInput<PrepaidMessage>(this, async (message) => {
      const ledger = site();
      const registrations = parseRegistrations(message.payload);
      const by = typeof message['by'] === 'string' ? message['by'] : 'flow';
      const results = await Promise.all(
        registrations.map((registration) => ledger.post({ type: 'register', registration, by })),
      );
      for (const { meterId } of registrations) ledger.chain.forget(meterId);
      const refused = results.find((result) => result.outcome === 'refused');
      if (refused?.outcome === 'refused')
        throw new RangeError(`${refused.field} ${refused.reason}, got "${refused.value}"`);
      showStatus(this, 'well', RED._('prepaid-register.status.registered', { count: registrations.length }));
      return message;
    });
  }
  RED.nodes.registerType('prepaid-register', PrepaidRegister);
};
