import type { Node, NodeAPI, NodeDef } from 'node-red';
import type { PrepaidMessage } from '../lib/meter/prepaid-message';
import { migrateConfig } from '../lib/red/config-migration';
import { requireLink } from '../lib/red/link-access';
import { onClose } from '../lib/red/on-close';
import { onInput } from '../lib/red/on-input';
import { readyOrFault } from '../lib/red/ready-or-fault';
import { requireSite } from '../lib/red/site-access';
import { StatusLine } from '../lib/red/status';
import { parseRelayInput } from '../lib/relay/relay-input';
import { toError } from '../lib/text/to-error';
import { DEFAULTS, MIGRATIONS, type RelaySwitchConfig } from './relay-switch.config';
import { RelayDesk } from './relay-desk';

/** A command that was given up, or lost on an operator's wire, is taken up again this often. */
const RECONCILE_EVERY_MS = 60_000;

export = function register(RED: NodeAPI): void {
  function RelaySwitch(this: Node, definition: NodeDef): void {
    RED.nodes.createNode(this, definition);
    const status = new StatusLine(this);
    const undo: (() => void)[] = [() => status.close()];
    const desk = readyOrFault(
      this,
      () =>
        connect(RED, this, migrateConfig<RelaySwitchConfig>(definition, MIGRATIONS, DEFAULTS), status, undo),
      () => status.show('broken', () => RED._('relay-switch.status.not-ready')),
    );

    onInput<PrepaidMessage>(this, (message) => desk().take(parseRelayInput(message.payload)));

    onClose(this, () => {
      for (const step of undo) step();
    });
  }
  RED.nodes.registerType('relay-switch', RelaySwitch);
};

/** Puts a desk together and lists in `undo` what has to be taken back at the end. */
function connect(
  RED: NodeAPI,
  node: Node,
  config: RelaySwitchConfig,
  status: StatusLine,
  undo: (() => void)[],
): RelayDesk {
  const site = requireSite(RED, config.site);
  const link = config.broker === '' ? null : requireLink(RED, config.broker);
  const desk = new RelayDesk({
    site,
    link,
    retryMs: positive('retrySeconds', config.retrySeconds) * 1_000,
    maxTries: positive('maxTries', config.maxTries),
    emit: (ports) => node.send(ports),
    onChange: () => show(),
    onError: (error) => node.error(error),
  });
  const show = (): void => {
    const { open, failed } = desk;
    if (link?.state.kind === 'down') status.show('broken', () => RED._('relay-switch.status.no-broker'));
    else if (failed > 0) status.show('broken', () => RED._('relay-switch.status.failed', { failed }));
    else if (open > 0) status.show('waiting', () => RED._('relay-switch.status.open', { open }));
    else status.show('well', () => RED._('relay-switch.status.settled'));
  };
  undo.push(() => desk.close());
  status.show('idle', () => RED._('relay-switch.status.waiting'));
  // The flow has to be complete before commands are sent into it, and a broker that returns may have missed some.
  const reconcile = (): void => {
    try {
      desk.reconcile();
    } catch (error) {
      node.error(toError(error));
    }
  };
  const atStart = setImmediate(reconcile);
  undo.push(() => clearImmediate(atStart));
  const again = setInterval(reconcile, RECONCILE_EVERY_MS);
  again.unref();
  undo.push(() => clearInterval(again));
  let wasUp = link?.state.kind === 'up';
  if (link) {
    undo.push(
      link.onState((state) => {
        const isUp = state.kind === 'up';
        if (isUp && !wasUp) reconcile();
        if (isUp !== wasUp) show();
        wasUp = isUp;
      }),
    );
  }
  return desk;
}

function positive(field: string, text: string): number {
  const value = Number(text);
  if (!Number.isInteger(value) || value < 1)
    throw new RangeError(`${field} must be a whole number from 1, got "${text}"`);
  return value;
}
