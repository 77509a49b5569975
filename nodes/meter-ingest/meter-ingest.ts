import type { Node, NodeAPI, NodeDef } from 'node-red';
import type { PrepaidMessage } from '../lib/meter/prepaid-message';
import { READING_FILTER, RELAY_FILTER, topicOwner } from '../lib/meter/topics';
import { migrateConfig } from '../lib/red/config-migration';
import { requireLink } from '../lib/red/link-access';
import { onClose } from '../lib/red/on-close';
import { onInput } from '../lib/red/on-input';
import { readyOrFault } from '../lib/red/ready-or-fault';
import { requireSite } from '../lib/red/site-access';
import { toError } from '../lib/text/to-error';
import { StatusLine } from '../lib/red/status';
import { parseRelayReport } from '../lib/relay/relay-report';
import { DEFAULTS, MIGRATIONS, type MeterIngestConfig } from './meter-ingest.config';
import { ReadingGate, type GateOutputs } from './reading-gate';

export = function register(RED: NodeAPI): void {
  function MeterIngest(this: Node, definition: NodeDef): void {
    RED.nodes.createNode(this, definition);
    const status = new StatusLine(this);
    const undo: (() => void)[] = [() => status.close()];
    const ready = readyOrFault(
      this,
      () =>
        connect(RED, this, migrateConfig<MeterIngestConfig>(definition, MIGRATIONS, DEFAULTS), status, undo),
      () => status.show('broken', () => RED._('meter-ingest.status.not-ready')),
    );

    onInput<PrepaidMessage>(this, (message) => {
      const gate = ready();
      if (isQuestion(message.payload)) {
        return [null, null, { ...message, payload: { kind: 'counters', ...gate.counters } }];
      }
      const outputs = gate.fromWire(message);
      showCounters(RED, status, gate);
      return toPorts(outputs);
    });

    onClose(this, () => {
      for (const step of undo) step();
    });
  }
  RED.nodes.registerType('meter-ingest', MeterIngest);
};

/** Wires a gate to the broker and the site, and lists in `undo` what has to be taken back at the end. */
function connect(
  RED: NodeAPI,
  node: Node,
  config: MeterIngestConfig,
  status: StatusLine,
  undo: (() => void)[],
): ReadingGate {
  const site = requireSite(RED, config.site);
  const link = config.broker === '' ? null : requireLink(RED, config.broker);
  const gate = new ReadingGate(site, node.id, config.acknowledge === 'commit', link?.bindsTopics ?? false);
  const emit = (outputs: GateOutputs): void => {
    if (outputs.accepted !== null || outputs.refusals.length > 0) node.send(toPorts(outputs));
    showCounters(RED, status, gate);
  };
  undo.push(site.offerRetake(node.id, (message) => emit(gate.again(message))));
  if (!link) {
    status.show('idle', () => RED._('meter-ingest.status.waiting'));
    return gate;
  }
  undo.push(
    link.listen(READING_FILTER, (topic, payload, answer) => {
      try {
        emit(gate.fromBroker(topic, payload, answer));
      } catch (error) {
        // No ledger, no promise: the sender keeps its reading and sends it again.
        answer?.(toError(error));
        node.error(toError(error));
      }
    }),
    link.listen(RELAY_FILTER, (topic, payload, answer) => {
      const report = parseRelayReport(topicOwner(topic), payload.toString());
      if (report) node.send([null, null, { topic, payload: { kind: 'relay', ...report } }]);
      answer?.(null);
    }),
    link.onState((state) => {
      if (state.kind === 'down') status.show('broken', () => state.reason);
      else if (gate.counters.received === 0)
        status.show('waiting', () => RED._('meter-ingest.status.waiting'));
    }),
  );
  status.show('waiting', () => RED._('meter-ingest.status.waiting'));
  return gate;
}

function isQuestion(payload: unknown): boolean {
  return typeof payload === 'object' && payload !== null && 'ask' in payload && payload.ask === 'counters';
}

function toPorts({ accepted, refusals }: GateOutputs): (PrepaidMessage | PrepaidMessage[] | null)[] {
  return [accepted, refusals.length > 0 ? refusals : null, null];
}

function showCounters(RED: NodeAPI, status: StatusLine, { counters }: ReadingGate): void {
  const { taken, held, rejected } = counters;
  const bad = held + rejected;
  if (bad > 0) status.show('waiting', () => RED._('meter-ingest.status.refused', { taken, bad }));
  else status.show('well', () => RED._('meter-ingest.status.taken', { taken }));
}
