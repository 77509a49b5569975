import type { Node, NodeAPI, NodeDef } from 'node-red';
import type { MeterLink } from '../lib/meter/meter-link';
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
import { dialectContext, drivingRules } from './driving-rules';
import {
  DEFAULTS,
  MIGRATIONS,
  type RelaySwitchConfig,
  type RelaySwitchCredentials,
} from './relay-switch.config';
import { RelayDesk } from './relay-desk';

/** What nobody takes up by itself is taken up this often. */
const RECONCILE_EVERY_MS = 60_000;

type RelaySwitchNode = Node<RelaySwitchCredentials>;

export = function register(RED: NodeAPI): void {
  function RelaySwitch(this: RelaySwitchNode, definition: NodeDef): void {
    RED.nodes.createNode(this, definition);
    const status = new StatusLine(this);
    const undo: (() => void | Promise<void>)[] = [() => status.close()];
    const desk = readyOrFault(
      this,
      () =>
        connect(RED, this, migrateConfig<RelaySwitchConfig>(definition, MIGRATIONS, DEFAULTS), status, undo),
      () => status.show('broken', () => RED._('relay-switch.status.not-ready')),
    );

    onInput<PrepaidMessage>(this, ({ payload, topic }) => desk().take(parseRelayInput(payload, topic)));

    onClose(this, async () => {
      for (const step of undo) await step();
    });
  }
  RED.nodes.registerType<RelaySwitchNode, NodeDef, unknown, RelaySwitchCredentials>(
    'relay-switch',
    RelaySwitch,
    { credentials: { signingKey: { type: 'password' }, devicePassword: { type: 'password' } } },
  );
};

/** Puts a desk together and lists in `undo` what has to be taken back at the end. */
function connect(
  RED: NodeAPI,
  node: RelaySwitchNode,
  config: RelaySwitchConfig,
  status: StatusLine,
  undo: (() => void | Promise<void>)[],
): RelayDesk {
  const site = requireSite(RED, config.site);
  const link = config.broker === '' ? null : requireLink(RED, config.broker);
  const desk = new RelayDesk({
    site,
    link,
    rules: drivingRules(config, site.clock.rate),
    context: dialectContext(config, node.credentials, site.timeZone),
    failState: config.failState,
    seed: node.id,
    emit: (ports) => node.send(ports),
    wordsFor: ({ kind, meterId, tried }) =>
      RED._(`relay-switch.alarm.${kind}`, { meterId, tries: tried.length }),
    onChange: () => showStatus(RED, status, desk, link),
    onError: (error) => node.error(error),
  });
  undo.push(() => desk.close());
  status.show('idle', () => RED._('relay-switch.status.waiting'));
  const attempt = (act: () => void) => (): void => {
    try {
      act();
    } catch (error) {
      node.error(toError(error));
    }
  };
  // The flow has to be complete before commands are sent into it.
  const atStart = setImmediate(attempt(() => desk.start()));
  undo.push(() => clearImmediate(atStart));
  const again = setInterval(
    attempt(() => desk.reconcile()),
    RECONCILE_EVERY_MS,
  );
  again.unref();
  undo.push(() => clearInterval(again));
  let wasUp = link?.state.kind === 'up';
  const heard = link?.onState((state) => {
    const isUp = state.kind === 'up';
    // A broker that returns may have missed some commands.
    if (isUp && !wasUp) attempt(() => desk.driver.wayOpened())();
    if (isUp !== wasUp) showStatus(RED, status, desk, link);
    wasUp = isUp;
  });
  if (heard) undo.push(heard);
  return desk;
}

function showStatus(RED: NodeAPI, status: StatusLine, desk: RelayDesk, link: MeterLink | null): void {
  const { open, failed, waiting } = desk.driver;
  if (link?.state.kind === 'down') status.show('broken', () => RED._('relay-switch.status.no-broker'));
  else if (failed > 0) status.show('broken', () => RED._('relay-switch.status.failed', { failed }));
  else if (waiting > 0) status.show('waiting', () => RED._('relay-switch.status.held', { waiting }));
  else if (open === 1 && desk.last) {
    const { desired, reported } = desk.last;
    const words = `${desired}-${reported ?? 'unknown'}`;
    status.show('waiting', () => RED._(`relay-switch.status.wants-${words}`));
  } else if (open > 0) status.show('waiting', () => RED._('relay-switch.status.open', { open }));
  else status.show('well', () => RED._('relay-switch.status.settled'));
}
