import type { Node, NodeAPI, NodeDef } from 'node-red';
import { parseQuestion } from '../lib/ledger/report-question';
import type { PrepaidMessage } from '../lib/meter/prepaid-message';
import { migrateConfig } from '../lib/red/config-migration';
import { onInput } from '../lib/red/on-input';
import { requireSite } from '../lib/red/site-access';
import { showStatus } from '../lib/red/status';
import { errorText } from '../lib/red/to-error';
import type { Site } from '../lib/site/site';
import { answerQuestion } from './answer-question';
import { DEFAULTS, MIGRATIONS, type PrepaidReportConfig } from './prepaid-report.config';

export = function register(RED: NodeAPI): void {
  function PrepaidReport(this: Node, definition: NodeDef): void {
    RED.nodes.createNode(this, definition);
    let site: Site | null = null;
    let siteName = '';
    let fault = '';
    try {
      const config = migrateConfig<PrepaidReportConfig>(definition, MIGRATIONS, DEFAULTS);
      site = requireSite(RED, config.site);
      siteName = RED.nodes.getNode(config.site).name ?? '';
      showStatus(this, 'well', RED._('prepaid-report.status.ready'));
    } catch (error) {
      fault = errorText(error);
      showStatus(this, 'broken', RED._('prepaid-report.status.not-ready'));
    }

    onInput<PrepaidMessage>(this, (message) => {
      if (!site) throw new Error(fault);
      message.payload = answerQuestion(site, siteName, parseQuestion(message.payload));
      return message;
    });
  }
  RED.nodes.registerType('prepaid-report', PrepaidReport);
};
