import type { Node, NodeAPI, NodeDef } from 'node-red';
import { guardPolicy } from '../lib/form/guard-settings';
import { parseGuardInput, type GuardInput } from '../lib/ledger/guard-input';
import type { PrepaidMessage } from '../lib/meter/prepaid-message';
import { supplyGuard } from '../lib/policy/supply-guard';
import { migrateConfig } from '../lib/red/config-migration';
import { onClose } from '../lib/red/on-close';
import { onInput } from '../lib/red/on-input';
import { readyOrFault } from '../lib/red/ready-or-fault';
import { requireSite } from '../lib/red/site-access';
import { StatusLine } from '../lib/red/status';
import { toError } from '../lib/text/to-error';
import { localDays } from '../lib/time/local-days';
import { DEFAULTS, MIGRATIONS, type BalanceGuardConfig } from './balance-guard.config';
import { toPorts } from './guard-ports';
import { GuardService } from './guard-service';
import type { LedgerDesk } from './ledger-desk';

/** A day's standing charge, and a decision that time alone changes, may wait this long. */
const LOOK_EVERY_MS = 10_000;

export = function register(RED: NodeAPI): void {
  function BalanceGuard(this: Node, definition: NodeDef): void {
    RED.nodes.createNode(this, definition);
    const status = new StatusLine(this);
    const showFault = (): void => status.show('broken', () => RED._('balance-guard.status.failed'));
    let service: GuardService | null = null;
    let giveBack = (): void => undefined;
    const ready = readyOrFault(
      this,
      () => {
        const config = migrateConfig<BalanceGuardConfig>(definition, MIGRATIONS, DEFAULTS);
        const site = requireSite(RED, config.site);
        const days = localDays(site.timeZone);
        const wallAheadMs = (): number => site.clockWatch?.wallAheadMs ?? 0;
        const guard = supplyGuard(guardPolicy(config), days, () => site.quietHours, wallAheadMs);
        giveBack = site.claimPolicy(guard.policy);
        status.show('idle', () => RED._('balance-guard.status.waiting'));
        const send = (ports: (object | null)[]): void => this.send(ports as never);
        service = new GuardService({ site, guard, send, onError: (error) => this.error(error) });
        return { site, service };
      },
      () => status.show('broken', () => RED._('balance-guard.status.not-ready')),
    );

    onInput<PrepaidMessage>(this, async (message) => {
      const { site, service: guard } = ready();
      const { desk } = guard;
      const input = parse(desk, message, showFault);
      if (input.kind === 'request')
        return [null, null, null, { ...message, payload: await guard.answer(input.request) }];
      const taken =
        input.kind === 'topUp'
          ? desk.takeTopUp(message, input.topUp)
          : desk.takeReadings(message, input.readings);
      const result = await taken.finally(() => site.storeFault !== null && showFault());
      const { billed } = desk;
      if (result.error) showFault();
      else status.show('well', () => RED._('balance-guard.status.billed', { billed }));
      this.send(toPorts(message, result));
      guard.handOver(result.notices);
      if (result.error) throw result.error;
      return null;
    });

    const settleDue = (): void => {
      service?.settleDue().catch((error: unknown) => {
        showFault();
        this.error(toError(error));
      });
    };
    const dueTimer = setInterval(settleDue, LOOK_EVERY_MS);

    // The flow has to be complete before anything is sent into it.
    const atStart = setImmediate(() => {
      try {
        ready().service.start();
        settleDue();
      } catch (error) {
        this.warn(toError(error));
      }
    });

    onClose(this, () => {
      clearImmediate(atStart);
      clearInterval(dueTimer);
      service?.stop();
      giveBack();
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
