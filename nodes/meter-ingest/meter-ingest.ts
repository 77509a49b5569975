import type { Node, NodeAPI, NodeDef } from 'node-red';
import { isRelayTopic, topicOwner } from '../lib/meter/topics';
import type { Answer, MeterLink } from '../lib/meter/meter-link';
import type { MeterNews } from '../lib/meter/meter-news';
import { MeterRules } from '../lib/meter/meter-rules';
import { MeterWatch } from '../lib/meter/meter-watch';
import type { PrepaidMessage } from '../lib/meter/prepaid-message';
import { listenedTopics } from '../lib/meter/shapes/listened-topics';
import { PayloadReader } from '../lib/meter/shapes/payload-reader';
import { OWN_SHAPE } from '../lib/meter/shapes/understood';
import { migrateConfig } from '../lib/red/config-migration';
import { requireLink } from '../lib/red/link-access';
import { onClose } from '../lib/red/on-close';
import { onInput } from '../lib/red/on-input';
import { readyOrFault } from '../lib/red/ready-or-fault';
import { requireSite } from '../lib/red/site-access';
import { toError } from '../lib/text/to-error';
import { StatusLine } from '../lib/red/status';
import { parseRelayReport, reportPosting, type RelayReport } from '../lib/relay/relay-report';
import type { Store } from '../lib/ledger/store';
import type { Site } from '../lib/site/site';
import { readIngestRequest, type IngestRequest } from './ingest-request';
import { loadProfiles } from './load-profiles';
import { DEFAULTS, MIGRATIONS, type MeterIngestConfig } from './meter-ingest.config';
import { Arrivals } from './arrivals';
import { ReadingGate, type GateOutputs } from './reading-gate';
import { SamplingDesk } from './sampling-desk';

type Ports = (PrepaidMessage | PrepaidMessage[] | null)[];

/** Everything that one node works with. */
interface Ingest {
  gate: ReadingGate;
  reader: PayloadReader;
  watch: MeterWatch;
  sampling: SamplingDesk;
}

/** Who became silent is looked for this often. */
const SWEEP_EVERY_MS = 5_000;

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

    onInput<PrepaidMessage>(this, (message): Ports | Promise<Ports> => {
      const ingest = ready();
      const request = readIngestRequest(message.payload);
      if (request) return answer(ingest, message, request);
      const outputs = ingest.gate.fromWire(message);
      showCounters(RED, status, ingest);
      return toPorts(outputs, ingest.watch);
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
): Ingest {
  const site = requireSite(RED, config.site);
  const link = config.broker === '' ? null : requireLink(RED, config.broker);
  const rules = new MeterRules(config.meters, config);
  const watch = new MeterWatch(rules, config.checksSignals, site.chain.numbers);
  const reader = new PayloadReader({
    settingsOf: (meterId) => rules.of(meterId).settings,
    storedWh: (meterId) => shownRegister(site.store, meterId),
    profiles: loadProfiles(config.profiles, site.dataFolder),
  });
  const gate = new ReadingGate({
    site,
    ingestId: node.id,
    answersOnCommit: config.acknowledge === 'commit',
    isBound: (device) => link?.bindsTopics === true && !link.speaksForOthers(device),
    reader,
    rules,
    watch,
    onFault: (error) => node.error(error),
  });
  const ingest = { gate, reader, watch, sampling: new SamplingDesk(gate, reader, link) };
  const emit = (outputs: GateOutputs): void => {
    const ports = toPorts(outputs, watch);
    if (ports.some((port) => port !== null)) node.send(ports);
    showCounters(RED, status, ingest);
  };
  undo.push(
    () => gate.close(),
    () => watch.close(),
  );
  undo.push(site.offerRetake(node.id, (message) => emit(gate.again(message))));
  const sweeper = setInterval(() => {
    watch.sweep(site.nowMs());
    const news = takeNews(watch);
    if (news) node.send([null, null, news]);
  }, SWEEP_EVERY_MS);
  sweeper.unref();
  undo.push(() => clearInterval(sweeper));
  if (!link) {
    status.show('idle', () => RED._('meter-ingest.status.waiting'));
    return ingest;
  }
  undo.push(...listenTo(link, ingest, config, { site, emit, fail: (error) => node.error(error) }));
  undo.push(
    link.onState((state) => {
      watch.setHearing(state.kind === 'up', site.nowMs());
      if (state.kind === 'down') status.show('broken', () => state.reason);
      else if (gate.counters.received === 0)
        status.show('waiting', () => RED._('meter-ingest.status.waiting'));
    }),
  );
  status.show('waiting', () => RED._('meter-ingest.status.waiting'));
  return ingest;
}

interface Outlet {
  site: Site;
  emit: (outputs: GateOutputs) => void;
  fail: (error: Error) => void;
}

/** Hears everything that could be a meter. Returns the ways to stop. */
function listenTo(
  link: MeterLink,
  ingest: Ingest,
  { topics, acknowledge }: MeterIngestConfig,
  { site, emit, fail }: Outlet,
): (() => void)[] {
  const { gate, watch } = ingest;
  const failed = (settle: Answer | null, error: unknown): void => {
    // No ledger, no promise: the sender keeps its reading and sends it again.
    settle?.(toError(error));
    fail(toError(error));
  };
  const guarded = (settle: Answer | null, deal: () => void): void => {
    try {
      deal();
    } catch (error) {
      failed(settle, error);
    }
  };
  const arrivals = new Arrivals((together) =>
    guarded(null, () => {
      const outputs = gate.fromBrokerTogether(together, ({ answer }, error) => failed(answer, error));
      for (const one of outputs) emit(one);
    }),
  );
  const hearRelay = (topic: string, payload: Buffer, settle: Answer | null): void => {
    const report = parseRelayReport(topicOwner(topic), payload.toString());
    if (report) emit(noteRelay(ingest, report));
    if (report && settle !== null && acknowledge === 'commit')
      storeReport(site, report, (error) => (error === null ? settle(null) : failed(settle, error)));
    else settle?.(null);
  };
  const hear = (topic: string, payload: Buffer, settle: Answer | null): void => {
    if (!isRelayTopic(topic)) arrivals.add({ topic, payload, answer: settle });
    else guarded(settle, () => hearRelay(topic, payload, settle));
  };
  return [
    () => arrivals.close(),
    ...listenedTopics(topics, link.hearsDevicesOnly).map((filter) => link.listen(filter, hear)),
    link.onDevice(({ kind, device, will }) => {
      // A meter that says goodbye between two reports is no news; its deadline tells when it is missing.
      if (kind !== 'outage') return;
      // A meter that was not heard yet is known from here on.
      gate.isMeter(device);
      watch.lose(device, gate.nowMs(), will ? 'outage' : 'offline');
      emit(NOTHING);
    }),
  ];
}

const NOTHING: GateOutputs = { accepted: null, refusals: [] };

/** Where the device itself shows its register, from which a register that is added up goes on. */
function shownRegister(store: Store, meterId: string): number | null {
  const known = store.knownMeter(meterId);
  return known?.head ? known.head.energyWh - known.offset.energyWh : null;
}

/** Says what a relay reports. The switch that it is for hears of it by the wire, or from the broker. */
function noteRelay({ gate, watch }: Ingest, report: RelayReport): GateOutputs {
  const nowMs = gate.nowMs();
  if (gate.isMeter(report.meterId)) watch.hear(report.meterId, nowMs);
  watch.add({ kind: 'relay', atMs: nowMs, ...report });
  return NOTHING;
}

/**
 * Whoever waits for an acknowledgement gets it when the ledger has the report: the wire to the switch ends in nothing
 * while there is none. The switch stores the same again, which changes nothing.
 */
function storeReport(site: Site, report: RelayReport, settle: Answer): void {
  const relay = site.store.relay(report.meterId) ?? site.store.relayOfDevice(report.meterId);
  // Of a relay that nobody registered there is nothing to store.
  if (relay) site.submit(reportPosting({ ...report, meterId: relay.meterId }, 'device'), settle);
  else settle(null);
}

function answer(
  { gate, reader, watch, sampling }: Ingest,
  message: PrepaidMessage,
  request: IngestRequest,
): Ports | Promise<Ports> {
  if (request.kind === 'counters') {
    const shapes = Object.fromEntries(reader.seen);
    const { droppedAnnouncements } = reader;
    const payload = { kind: 'counters', ...gate.counters, shapes, droppedAnnouncements };
    return [null, null, { ...message, payload }];
  }
  const { meterId } = request;
  return sampling.send(request).then(({ topic, payload }) => {
    if (request.kind === 'interval') watch.setInterval(meterId, request.reportEveryMs, gate.nowMs());
    return [null, null, { ...message, payload: { kind: 'asked', meterId, topic, command: payload } }];
  });
}

function toPorts({ accepted, refusals }: GateOutputs, watch: MeterWatch): Ports {
  return [accepted, refusals.length > 0 ? refusals : null, takeNews(watch)];
}

function takeNews(watch: MeterWatch): PrepaidMessage[] | null {
  const news: MeterNews[] = watch.takeNews();
  return news.length === 0 ? null : news.map((payload) => ({ topic: payload.meterId, payload }));
}

function showCounters(RED: NodeAPI, status: StatusLine, { gate, reader }: Ingest): void {
  const { taken, held, rejected } = gate.counters;
  const bad = held + rejected;
  if (bad > 0) status.show('waiting', () => RED._('meter-ingest.status.refused', { taken, bad }));
  else status.show('well', () => takenText(RED, taken, reader));
}

/** How many readings were taken, and what was found when that is one thing and not our own JSON. */
function takenText(RED: NodeAPI, taken: number, { seen }: PayloadReader): string {
  const [shape = OWN_SHAPE] = seen.keys();
  if (seen.size === 1 && shape !== OWN_SHAPE) return RED._('meter-ingest.status.detected', { taken, shape });
  if (seen.size > 1) return RED._('meter-ingest.status.shapes', { taken, shapes: seen.size });
  return RED._('meter-ingest.status.taken', { taken });
}
