import type { Node, NodeAPI, NodeDef } from 'node-red';
import type { PrepaidMessage } from '../lib/meter/prepaid-message';
import { migrateConfig } from '../lib/red/config-migration';
import { requireLink } from '../lib/red/link-access';
import { onClose } from '../lib/red/on-close';
import { onInput } from '../lib/red/on-input';
import { requireSite } from '../lib/red/site-access';
import { StatusLine, type StatusLook } from '../lib/red/status';
import { errorText } from '../lib/text/to-error';
import { DEFAULTS, MIGRATIONS, readNumber, type MeterSimulatorConfig } from './meter-simulator.config';
import { SimulatorDesk, type SimulatorState } from './simulator-desk';

const MS_PER_MINUTE = 60_000;

export = function register(RED: NodeAPI): void {
  function MeterSimulator(this: Node, definition: NodeDef): void {
    RED.nodes.createNode(this, definition);
    const status = new StatusLine(this);
    let desk: SimulatorDesk | null = null;
    let fault = '';
    try {
      const config = migrateConfig<MeterSimulatorConfig>(definition, MIGRATIONS, DEFAULTS);
      desk = openDesk(RED, this, config, status);
    } catch (error) {
      fault = errorText(error);
      status.show('broken', () => RED._('meter-simulator.status.not-ready'));
    }

    onInput<PrepaidMessage>(this, ({ payload }) => {
      if (!desk) throw new Error(fault);
      desk.request(payload);
    });

    onClose(this, async () => {
      await desk?.close();
      status.close();
    });
  }
  RED.nodes.registerType('meter-simulator', MeterSimulator);
};

function openDesk(RED: NodeAPI, node: Node, config: MeterSimulatorConfig, status: StatusLine): SimulatorDesk {
  const login = RED.nodes.getCredentials(config.broker) as
    { username?: string; password?: string } | undefined;
  return new SimulatorDesk({
    site: requireSite(RED, config.site),
    link: requireLink(RED, config.broker),
    username: login?.username ?? '',
    password: login?.password ?? '',
    nodeId: node.id,
    seed: readNumber('seed', config.seed),
    houses: readNumber('houses', config.houses),
    reportEveryMs: readNumber('reportEveryMinutes', config.reportEveryMinutes) * MS_PER_MINUTE,
    residentsBuy: config.residentsBuy,
    emit: (ports) => node.send(ports),
    onState: (state) => show(RED, status, state),
  });
}

const LOOKS: Record<SimulatorState['kind'], StatusLook> = {
  broken: 'broken',
  paused: 'idle',
  connecting: 'waiting',
  unregistered: 'waiting',
  running: 'well',
};

function show(RED: NodeAPI, status: StatusLine, state: SimulatorState): void {
  status.show(LOOKS[state.kind], () =>
    state.kind === 'broken' ? state.reason : RED._(`meter-simulator.status.${state.kind}`, { ...state }),
  );
}
