import { randomUUID } from 'node:crypto';
import type { Node, NodeAPI, NodeDef } from 'node-red';
import type { PrepaidMessage } from '../lib/meter/prepaid-message';
import { answerAsk } from '../lib/modem/modem-asks';
import { parseModemInput, validityFromHours, type TextDefaults } from '../lib/modem/modem-input';
import type { ModemService, ServiceState } from '../lib/modem/modem-service';
import { wholeSetting } from '../lib/modem/port-settings';
import { migrateConfig } from '../lib/red/config-migration';
import { requireModem } from '../lib/red/modem-access';
import { onClose } from '../lib/red/on-close';
import { onInput } from '../lib/red/on-input';
import { readyOrFault } from '../lib/red/ready-or-fault';
import { StatusLine } from '../lib/red/status';
import type { Reception } from '../lib/sms/incoming-desk';
import type { TextReport } from '../lib/sms/outgoing-text';
import { MAX_PARTS } from '../lib/sms/text-parts';
import { DEFAULTS, MIGRATIONS, type GsmModemConfig } from './gsm-modem.config';
import { showModem } from './modem-status';

/** Output ports. */
const enum Port {
  Results,
  Incoming,
  State,
}

interface Ready {
  service: ModemService;
  defaults: TextDefaults;
}

export = function register(RED: NodeAPI): void {
  function GsmModem(this: Node, definition: NodeDef): void {
    RED.nodes.createNode(this, definition);
    const status = new StatusLine(this);
    const undo: (() => void)[] = [() => status.close()];
    const ready = readyOrFault(
      this,
      () => connect(RED, this, migrateConfig<GsmModemConfig>(definition, MIGRATIONS, DEFAULTS), status, undo),
      () => status.show('broken', () => RED._('gsm-modem.status.not-ready')),
    );

    onInput<PrepaidMessage>(this, async (message) => {
      const { service, defaults } = ready();
      const payload = await take(this, service, defaults, message);
      return payload === null ? null : [{ ...message, payload }, null, null];
    });

    onClose(this, () => {
      for (const step of undo) step();
    });
  }
  RED.nodes.registerType('gsm-modem', GsmModem);
};

/** Does what a message asks for and gives back the answer; null when there is nothing to say. */
async function take(
  node: Node,
  service: ModemService,
  defaults: TextDefaults,
  { payload, topic = '' }: PrepaidMessage,
): Promise<object | null> {
  const input = parseModemInput(payload, defaults, randomUUID);
  switch (input.kind) {
    case 'text':
      return resultOf(await service.submit({ ...input.text, owner: node.id, topic }));
    case 'ask':
      return { ask: input.ask, ...(await answerAsk(service, input.ask, input.given)) };
    case 'took':
      if (!(await service.onTaken(input.incomingId)))
        throw new RangeError(`payload.took must be a text that is kept, got ${input.incomingId}`);
      return null;
  }
}

/** Signs on at the modem and lists in `undo` what has to be taken back at the end. */
function connect(
  RED: NodeAPI,
  node: Node,
  config: GsmModemConfig,
  status: StatusLine,
  undo: (() => void)[],
): Ready {
  const service = requireModem(RED, config.modem);
  const defaults = {
    wantsReport: config.wantsReport,
    validityMs: validityFromHours('validityHours', Number(config.validityHours)),
    maxParts: wholeSetting('maxParts', config.maxParts, 1, MAX_PARTS),
  };
  const client = {
    id: node.id,
    onReport: (report: TextReport) =>
      node.send(at(Port.Results, { topic: report.topic, payload: resultOf(report) })),
    offer: (text: { from: string }): Reception => {
      if (!isWired(node, Port.Incoming)) return 'nobody';
      node.send(at(Port.Incoming, { topic: text.from, payload: text }));
      return config.confirms ? 'offered' : 'taken';
    },
    onState: (state: ServiceState) => {
      showModem(RED, status, state);
      node.send(at(Port.State, { topic: state.phase, payload: state }));
    },
  };
  // The flow has to be complete before texts are sent into it.
  const atStart = setImmediate(() => undo.push(service.attach(client)));
  undo.push(() => clearImmediate(atStart));
  return { service, defaults };
}

function at(port: Port, message: PrepaidMessage): (PrepaidMessage | null)[] {
  return [Port.Results, Port.Incoming, Port.State].map((each) => (each === port ? message : null));
}

/** What a flow is told of a text. Who wanted it and under which topic is in the message itself. */
function resultOf({ owner: _node, topic: _topic, ...result }: TextReport): object {
  return result;
}

/** Wires can change without the node being made anew, so they are looked at when they matter. */
function isWired(node: Node, port: Port): boolean {
  const { wires } = node as Node & { wires?: unknown[][] };
  return wires?.[port] !== undefined && wires[port].length > 0;
}
