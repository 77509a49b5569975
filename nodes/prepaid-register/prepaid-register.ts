import type { Node, NodeAPI, NodeDef } from 'node-red';
import { parseRegistrations } from '../lib/ledger/registration-input';
import type { PrepaidMessage } from '../lib/meter/prepaid-message';
import { migrateConfig } from '../lib/red/config-migration';
import { onInput } from '../lib/red/on-input';
import { requireSite } from '../lib/red/site-access';
import { showStatus } from '../lib/red/status';
import { errorText } from '../lib/red/to-error';
import type { Site } from '../lib/site/site';
import { DEFAULTS, MIGRATIONS, type PrepaidRegisterConfig } from './prepaid-register.config';

export = function register(RED: NodeAPI): void {
  function PrepaidRegister(this: Node, definition: NodeDef): void {
    RED.nodes.createNode(this, definition);
    let site: Site | null = null;
    let fault = '';
    try {
      site = requireSite(RED, migrateConfig<PrepaidRegisterConfig>(definition, MIGRATIONS, DEFAULTS).site);
      showStatus(this, 'idle', RED._('prepaid-register.status.ready'));
    } catch (error) {
      fault = errorText(error);
      showStatus(this, 'broken', RED._('prepaid-register.status.not-ready'));
    }

    onInput<PrepaidMessage>(this, async (message) => {
      if (!site) throw new Error(fault);
      const ledger = site;
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
