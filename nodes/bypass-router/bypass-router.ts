import type { Node, NodeAPI, NodeDef } from 'node-red';
import { keyedMark } from '../lib/io/neighbour/keyed-mark';
import type { PrepaidMessage } from '../lib/meter/prepaid-message';
import { migrateConfig } from '../lib/red/config-migration';
import { requireIdentity } from '../lib/red/identity-access';
import { onClose } from '../lib/red/on-close';
import { onInput, type Outputs } from '../lib/red/on-input';
import { readyOrFault } from '../lib/red/ready-or-fault';
import { requireSite } from '../lib/red/site-access';
import { StatusLine } from '../lib/red/status';
import { toError } from '../lib/text/to-error';
import {
  DEFAULTS,
  MIGRATIONS,
  type BypassRouterCredentials,
  type BypassRouterSettings,
} from './bypass-router.config';
import { GatewayDesk } from './gateway-desk';
import { HeadEndDesk } from './head-end-desk';
import { routerInput } from './router-input';
import { gatewaySettings, nodeNumber } from './router-settings';

const TICK_MS = 100;
const TELL_FAULT_EVERY_MS = 60_000;

type Desk = GatewayDesk | HeadEndDesk;
type RouterNode = Node<BypassRouterCredentials>;

export = function register(RED: NodeAPI): void {
  function BypassRouter(this: RouterNode, definition: NodeDef): void {
    RED.nodes.createNode(this, definition);
    const status = new StatusLine(this);
    const undo: (() => void | Promise<void>)[] = [() => status.close()];
    const ready = readyOrFault(
      this,
      () => open(RED, this, migrateConfig<BypassRouterSettings>(definition, MIGRATIONS, DEFAULTS), undo),
      () => status.show('broken', () => RED._('bypass-router.status.not-ready')),
    );

    onInput<PrepaidMessage>(this, async (message) => take(ready(), message));

    let toldAtMs = -Infinity;
    const each = (work: (desk: Desk) => void): void => {
      try {
        work(ready());
      } catch (error) {
        // A full disk is told of once a minute, not at every turn.
        if (performance.now() - toldAtMs < TELL_FAULT_EVERY_MS) return;
        toldAtMs = performance.now();
        status.show('broken', () => RED._('bypass-router.status.failed'));
        this.error(toError(error));
      }
    };
    // The flow has to be complete before anything is sent into it.
    const atStart = setImmediate(() => each((desk) => desk.start()));
    const timer = setInterval(
      () =>
        each((desk) => {
          desk.tick();
          if (desk instanceof GatewayDesk) showGateway(RED, status, desk);
          else showHeadEnd(RED, status, desk);
        }),
      TICK_MS,
    );

    onClose(this, async () => {
      clearImmediate(atStart);
      clearInterval(timer);
      for (const step of undo) await step();
    });

    try {
      ready();
    } catch {
      // Why it is not ready has been said already, and once is enough.
      clearImmediate(atStart);
      clearInterval(timer);
    }
  }
  RED.nodes.registerType<RouterNode, NodeDef, unknown, BypassRouterCredentials>(
    'bypass-router',
    BypassRouter,
    { credentials: { linkKey: { type: 'password' }, linkPassword: { type: 'password' } } },
  );
};

/** Puts a desk together and lists in `undo` what has to be taken back at the end. */
function open(
  RED: NodeAPI,
  node: RouterNode,
  config: BypassRouterSettings,
  undo: (() => void | Promise<void>)[],
): Desk {
  const identity = requireIdentity(RED, config.identity);
  if (identity.isTaken)
    throw new Error('another bypass-router works for this identity already: one is enough');
  const emit = (ports: (PrepaidMessage | null)[]): void => node.send(ports);
  const onError = (error: Error): void => node.error(error);
  const site = config.site === '' ? null : requireSite(RED, config.site);
  const { acknowledge } = config;
  const { linkKey = '', linkPassword = '' } = node.credentials;
  const desk =
    identity.side === 'head-end'
      ? new HeadEndDesk({ identity, site, acknowledge, emit, onError })
      : new GatewayDesk({
          identity,
          ...gatewaySettings(config, linkPassword),
          mode: config.mode,
          nodeId: nodeNumber(identity.gatewayId),
          mark: linkKey === '' ? null : keyedMark(linkKey),
          emit,
          onError,
        });
  identity.isTaken = true;
  undo.push(() => {
    identity.isTaken = false;
    return desk.close();
  });
  return desk;
}

async function take(desk: Desk, message: PrepaidMessage): Promise<Outputs<PrepaidMessage>> {
  const input = routerInput(message);
  switch (input.kind) {
    case 'question':
      return [
        null,
        null,
        { ...message, payload: { kind: input.question.ask, ...desk.answer(input.question) } },
      ];
    case 'frame':
      desk.receive(input.frame, message);
      return null;
    case 'link':
      if (desk instanceof HeadEndDesk)
        throw new RangeError('msg.link is for a gateway: a head-end has no neighbours');
      desk.takeBytes(input.link, input.bytes);
      return null;
    case 'confirmation':
      if (desk instanceof GatewayDesk) break;
      desk.confirmed(input.origin);
      return null;
    case 'data':
      break;
  }
  await desk.keep(message);
  return null;
}

function showGateway(RED: NodeAPI, status: StatusLine, { side, isIntroduced }: GatewayDesk): void {
  const { waiting } = side;
  if (!isIntroduced) {
    status.show('waiting', () => RED._('bypass-router.status.no-code'));
    return;
  }
  if (!side.isEnrolled) {
    status.show('waiting', () => RED._('bypass-router.status.enrolling'));
    return;
  }
  switch (side.display().state) {
    case 'held':
      status.show('broken', () => RED._('bypass-router.status.held', { waiting }));
      break;
    case 'barred':
      status.show('broken', () => RED._('bypass-router.status.barred'));
      break;
    case 'routed':
      status.show('well', () => RED._('bypass-router.status.routed'));
      break;
    case 'direct':
      if (waiting > 0) status.show('waiting', () => RED._('bypass-router.status.sending', { waiting }));
      else status.show('well', () => RED._('bypass-router.status.delivered'));
  }
}

function showHeadEnd(RED: NodeAPI, status: StatusLine, { side, opened }: HeadEndDesk): void {
  if (side.gatewaysHeard === 0) status.show('idle', () => RED._('bypass-router.status.waiting'));
  else status.show('well', () => RED._('bypass-router.status.opened', { opened }));
}
