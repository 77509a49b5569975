import type { Node, NodeAPI, NodeDef } from 'node-red';
import { parseGuardInput } from '../lib/ledger/guard-input';
import type { PrepaidMessage } from '../lib/meter/prepaid-message';
import type { Notice } from '../lib/notice/notice';
import { migrateConfig } from '../lib/red/config-migration';
import { onClose } from '../lib/red/on-close';
import { onInput } from '../lib/red/on-input';
import { requireSite } from '../lib/red/site-access';
import { StatusLine } from '../lib/red/status';
import { errorText } from '../lib/red/to-error';
import type { Site } from '../lib/site/site';
import { DEFAULTS, MIGRATIONS, type BalanceGuardConfig } from './balance-guard.config';
import { guardPolicy } from './guard-policy';
import { LedgerDesk, type DeskResult } from './ledger-desk';

/** Notices that a stop kept from the flow are handed over at the next start, at most this many. */
const MAX_NOTICES_AT_START = 1_000;

export = function register(RED: NodeAPI): void {
  function BalanceGuard(this: Node, definition: NodeDef): void {
    RED.nodes.createNode(this, definition);
    const status = new StatusLine(this);
    let site: Site | null = null;
    let desk: LedgerDesk | null = null;
    let fault = '';
    try {
      const config = migrateConfig<BalanceGuardConfig>(definition, MIGRATIONS, DEFAULTS);
      const ledger = requireSite(RED, config.site);
      site = ledger;
      desk = new LedgerDesk(
        ledger,
        guardPolicy(config, ledger.timeZone, () => ledger.store.countMeters()),
      );
      status.show('idle', () => RED._('balance-guard.status.waiting'));
    } catch (error) {
      fault = errorText(error);
      status.show('broken', () => RED._('balance-guard.status.not-ready'));
    }

    const handOver = (notices: readonly Notice[]): void => {
      if (notices.length === 0 || !site) return;
      const noticeIds = notices.map(({ noticeId }) => noticeId);
      site.submit({ type: 'noticesHanded', noticeIds }, (error) => error && this.error(error));
    };

    onInput<PrepaidMessage>(this, async (message) => {
      if (!desk) throw new Error(fault);
      const input = parseGuardInput(message);
      const result = await desk.take(message, input).finally(() => {
        if (site?.storeFault) status.show('broken', () => RED._('balance-guard.status.failed'));
      });
      const { billed } = desk;
      if (result.error) status.show('broken', () => RED._('balance-guard.status.failed'));
      else status.show('well', () => RED._('balance-guard.status.billed', { billed }));
      this.send(toPorts(message, result));
      handOver(result.notices);
      if (result.error) throw result.error;
    });

    // The flow has to be complete before anything is sent into it.
    const atStart = setImmediate(() => {
      const notices = site?.store.unhandedNotices(MAX_NOTICES_AT_START) ?? [];
      if (notices.length > 0) this.send([null, null, notices.map((notice) => ({ payload: notice }))]);
      handOver(notices);
    });

    onClose(this, () => {
      clearImmediate(atStart);
      status.close();
    });
  }
  RED.nodes.registerType('balance-guard', BalanceGuard);
};

function toPorts(message: PrepaidMessage, result: DeskResult): (PrepaidMessage | PrepaidMessage[] | null)[] {
  const { accounts, relays, notices } = result;
  const [first] = accounts;
  const payload = Array.isArray(message.payload) ? accounts : first;
  return [
    first ? { ...message, payload } : null,
    relays.map((intent) => ({ topic: intent.meterId, payload: intent })),
    notices.map((notice) => ({ topic: notice.kind, payload: notice })),
  ];
}
