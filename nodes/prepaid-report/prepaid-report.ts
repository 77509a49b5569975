import type { Node, NodeAPI, NodeDef } from 'node-red';
import { parseQuestion } from '../lib/ledger/report-question';
import type { PrepaidMessage } from '../lib/meter/prepaid-message';
import { migrateConfig } from '../lib/red/config-migration';
import { onInput } from '../lib/red/on-input';
import { readyOrFault } from '../lib/red/ready-or-fault';
import { requireSite } from '../lib/red/site-access';
import { showStatus } from '../lib/red/status';
import { answerQuestion, whyOf } from './answer-question';
import { DEFAULTS, MIGRATIONS, type PrepaidReportConfig } from './prepaid-report.config';

export = function register(RED: NodeAPI): void {
  function PrepaidReport(this: Node, definition: NodeDef): void {
    RED.nodes.createNode(this, definition);
    const asked = readyOrFault(
      this,
      () => {
        const { site: siteId } = migrateConfig<PrepaidReportConfig>(definition, MIGRATIONS, DEFAULTS);
        const site = requireSite(RED, siteId);
        showStatus(this, 'well', RED._('prepaid-report.status.ready'));
        return { site, siteName: RED.nodes.getNode(siteId).name ?? '' };
      },
      () => showStatus(this, 'broken', RED._('prepaid-report.status.not-ready')),
    );

    onInput<PrepaidMessage>(this, async (message) => {
      const { site, siteName } = asked();
      const answer = answerQuestion(site, siteName, parseQuestion(message.payload));
      if (answer.kind === 'meter') answer.why = await whyOf(site, answer.meter.accountId);
      message.payload = answer;
      return message;
    });
  }
  RED.nodes.registerType('prepaid-report', PrepaidReport);
};
