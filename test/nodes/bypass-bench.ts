import type { IdentityNode } from '../../nodes/lib/red/identity-access';
import { RunningFlow } from './running-flow';

interface FlowNode {
  id: string;
  type: string;
  [field: string]: unknown;
}

const POLL_MS = 20;
/** Engines have timers of seconds, and the machine may be busy; whoever waits this long has failed. */
const DEADLINE_MS = 40_000;
/** For all that a test of a running flow does. */
export const TEST_MS = 60_000;

/** Resolves when something holds; the engines have their own timers, so there is nothing else to wait for. */
export async function until(what: string, holds: () => boolean): Promise<void> {
  const endMs = performance.now() + DEADLINE_MS;
  while (!holds()) {
    if (performance.now() > endMs) throw new Error(`${what} did not come within ${DEADLINE_MS} ms`);
    await new Promise((resolve) => setTimeout(resolve, POLL_MS));
  }
}

export const ends: FlowNode[] = ['opened', 'down', 'alarms', 'up', 'events', 'error'].map((id) => ({
  id,
  type: 'helper',
}));
export const watch = { id: 'catch', type: 'catch', scope: null, uncaught: false, wires: [['error']] };
export const reading = (energyWh: number): object => ({
  meterId: 'M1',
  atMs: Date.now() - 1_000 + energyWh,
  energyWh,
});

/** A head-end and gateways in a running flow, with a data folder of their own. */
export class BypassBench {
  private running: RunningFlow | null = null;
  private before: string | undefined;

  get flow(): RunningFlow {
    if (!this.running) throw new Error('the bench is not open');
    return this.running;
  }

  async open(): Promise<RunningFlow> {
    this.running = await RunningFlow.open();
    this.before = process.env['WATTKEEPER_DATA'];
    process.env['WATTKEEPER_DATA'] = this.running.folder;
    return this.running;
  }

  async close(): Promise<void> {
    await this.flow.close();
    if (this.before === undefined) delete process.env['WATTKEEPER_DATA'];
    else process.env['WATTKEEPER_DATA'] = this.before;
  }

  readonly head = (router: object = {}): FlowNode[] => [
    { id: 'head-identity', type: 'bypass-identity', side: 'head-end' },
    {
      id: 'head',
      type: 'bypass-router',
      identity: 'head-identity',
      wires: [['opened'], ['down'], ['alarms']],
      ...router,
    },
  ];

  readonly gateway = (id: string, router: object = {}): FlowNode[] => [
    { id: `${id}-identity`, type: 'bypass-identity', side: 'gateway', gatewayId: id },
    {
      id,
      type: 'bypass-router',
      identity: `${id}-identity`,
      linkKind: 'network',
      wires: [['up'], [], ['events']],
      ...router,
    },
  ];

  /** What stands in the outbox of a gateway, or of the head-end. */
  waiting(id: string): number {
    const { store } = (this.flow.node(`${id}-identity`) as IdentityNode).identity!;
    return store.use(0).items + store.use(1).items + store.use(2).items;
  }

  /** Starts a head-end alone, has it invite gateways, and gives the codes. */
  async codesFor(ids: readonly string[]): Promise<Record<string, { code: string }>> {
    await this.flow.start([...this.head(), ...ends, watch]);
    const credentials: Record<string, { code: string }> = {};
    for (const gatewayId of ids) {
      const { payload } = await this.flow.ask('head', { payload: { ask: 'code', gatewayId } }, 'alarms');
      credentials[`${gatewayId}-identity`] = { code: (payload as { code: string }).code };
    }
    await this.flow.stop();
    return credentials;
  }
}
