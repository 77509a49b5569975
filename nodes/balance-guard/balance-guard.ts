import type { Node, NodeAPI, NodeDef } from 'node-red';
import { parseGuardInput, type GuardInput } from '../lib/ledger/guard-input';
import type { PrepaidMessage, PrepaidPart } from '../lib/meter/prepaid-message';
import type { Notice } from '../lib/notice/notice';
import { migrateConfig } from '../lib/red/config-migration';
import { onClose } from '../lib/red/on-close';
import { onInput } from '../lib/red/on-input';
import { readyOrFault } from '../lib/red/ready-or-fault';
import { requireSite } from '../lib/red/site-access';
import { StatusLine } from '../lib/red/status';
import { toError } from '../lib/text/to-error';
import type { Site } from '../lib/site/site';
import { DEFAULTS, MIGRATIONS, type BalanceGuardConfig } from './balance-guard.config';
import { guardPolicy } from './guard-policy';
import { LedgerDesk, type DeskResult } from './ledger-desk';
import { StandingDesk } from './standing-desk';

/** Notices that a stop kept from the flow are handed over at the next start, at most this many. */
const MAX_NOTICES_AT_START = 1_000;

/** A day's standing charge may wait this long for its commit. */
const CHARGE_DUE_EVERY_MS = 10_000;

export = function register(RED: NodeAPI): void {
  function BalanceGuard(this: Node, definition: NodeDef): void {
    RED.nodes.createNode(this, definition);
    const status = new StatusLine(this);
    const ready = readyOrFault(
      this,
      () => {
        const config = migrateConfig<BalanceGuardConfig>(definition, MIGRATIONS, DEFAULTS);
        const site = requireSite(RED, config.site);
        const decide = guardPolicy(config, site.timeZone, () => site.store.countMeters());
        status.show('idle', () => RED._('balance-guard.status.waiting'));
        return { site, desk: new LedgerDesk(site, decide), standing: new StandingDesk(site, decide) };
      },
      () => status.show('broken', () => RED._('balance-guard.status.not-ready')),
    );

    const handOver = (site: Site, notices: readonly Notice[]): void => {
      if (notices.length === 0) return;
      const noticeIds = notices.map(({ noticeId }) => noticeId);
      site.submit({ type: 'noticesHanded', noticeIds }, (error) => error && this.error(error));
    };

    onInput<PrepaidMessage>(this, async (message) => {
      const { site, desk } = ready();
      const input = parse(desk, message, () =>
        status.show('broken', () => RED._('balance-guard.status.failed')),
      );
      const result = await desk.take(message, input).finally(() => {
        if (site.storeFault !== null) status.show('broken', () => RED._('balance-guard.status.failed'));
      });
      const { billed } = desk;
      if (result.error) status.show('broken', () => RED._('balance-guard.status.failed'));
      else status.show('well', () => RED._('balance-guard.status.billed', { billed }));
      this.send(toPorts(message, result));
      handOver(site, result.notices);
      if (result.error) throw result.error;
    });

    const chargeDue = (): void => {
      try {
        const { site, standing } = ready();
        const give = (result: DeskResult): void => {
          this.send(toPorts({ payload: result.accounts }, result));
          handOver(site, result.notices);
        };
        standing.chargeDue(give).catch((error: unknown) => {
          status.show('broken', () => RED._('balance-guard.status.failed'));
          this.error(toError(error));
        });
      } catch {
        // Why it is not ready has been said already.
      }
    };
    const dueTimer = setInterval(chargeDue, CHARGE_DUE_EVERY_MS);

    // The flow has to be complete before anything is sent into it.
    const atStart = setImmediate(() => {
      try {
        const { site } = ready();
        const notices = site.claimNotices(MAX_NOTICES_AT_START);
        if (notices.length > 0) this.send([null, null, notices.map((notice) => ({ payload: notice }))]);
        handOver(site, notices);
        chargeDue();
      } catch (error) {
        this.warn(toError(error));
      }
    });

    onClose(this, () => {
      clearImmediate(atStart);
      clearInterval(dueTimer);
      status.close();
    });
  }
  RED.nodes.registerType('balance-guard', BalanceGuard);
};

function parse(desk: LedgerDesk, message: PrepaidMessage, showFault: () => void): GuardInput {
  try {
    return parseGuardInput(message);
  } catch (error) {
    desk.refuse(message);
    showFault();
    throw error;
  }
}

function toPorts(message: PrepaidMessage, result: DeskResult): (PrepaidMessage | PrepaidMessage[] | null)[] {
  const { accounts, relays, notices } = result;
  const [first] = accounts;
  const payload = Array.isArray(message.payload) ? accounts : first;
  const state: PrepaidMessage = { ...message, payload };
  // Whoever kept the readings deletes all of them when their origin comes back, so all of them have to be stored.
  const isWhole = !Array.isArray(message.payload) || accounts.length === message.payload.length;
  if (!isWhole && message.prepaid) state.prepaid = withoutOrigin(message.prepaid);
  return [
    first ? state : null,
    relays.map((intent) => ({ topic: intent.meterId, payload: intent })),
    notices.map((notice) => ({ topic: notice.kind, payload: notice })),
  ];
}

function withoutOrigin(prepaid: PrepaidPart): PrepaidPart {
  const rest = { ...prepaid };
  delete rest.origin;
  return rest;
}
