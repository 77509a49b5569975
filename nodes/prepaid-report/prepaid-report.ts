import type { Node, NodeAPI, NodeDef } from 'node-red';
import { parseQuestion } from '../lib/ledger/report-question';
import type { PrepaidMessage } from '../lib/meter/prepaid-message';
import { migrateConfig } from '../lib/red/config-migration';
import { onClose } from '../lib/red/on-close';
import { onInput } from '../lib/red/on-input';
import { readyOrFault } from '../lib/red/ready-or-fault';
import { requireSite } from '../lib/red/site-access';
import { showStatus } from '../lib/red/status';
import type { ClockReport } from '../lib/site/clock-watch';
import { answerQuestion, whyOf } from './answer-question';
import { DEFAULTS, MIGRATIONS, type PrepaidReportConfig } from './prepaid-report.config';

export = function register(RED: NodeAPI): void {
  function PrepaidReport(this: Node, definition: NodeDef): void {
    RED.nodes.createNode(this, definition);
    let stopHearing = (): void => undefined;
    const asked = readyOrFault(
      this,
      () => {
        const { site: siteId } = migrateConfig<PrepaidReportConfig>(definition, MIGRATIONS, DEFAULTS);
        const site = requireSite(RED, siteId);
        const showClock = ({ state }: ClockReport): void => {
          if (state === 'sure') showStatus(this, 'well', RED._('prepaid-report.status.ready'));
          else showStatus(this, 'waiting', RED._(`prepaid-report.status.${state}`));
        };
        showClock(site.clockWatch?.report() ?? { state: 'sure' });
        stopHearing = site.clockWatch?.onChange(showClock) ?? stopHearing;
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

    onClose(this, () => stopHearing());
  }
  RED.nodes.registerType('prepaid-report', PrepaidReport);
};
