// What a flow hears of its texts when it is deployed anew, with a modem that stays where it is.
import assert from 'node:assert/strict';
import helper from 'node-red-node-test-helper';
import { realFarSide } from '../../gateway/modem-simulator/real-far-side';
import type { ModemSetup } from '../../gateway/modem-simulator/scenario';
import { SimulatorServer } from '../../gateway/modem-simulator/simulator-server';
import type { PrepaidMessage } from '../../nodes/lib/meter/prepaid-message';
import { quickSchedule } from '../gateway/modem-device';
import { RunningFlow } from './running-flow';

type Payload = Record<string, unknown>;

/** Everything that came to a helper node since it was made, and a way to wait for what is yet to come. */
class Inbox {
  readonly payloads: Payload[] = [];
  private wake: () => void = () => undefined;

  listen(id: string): void {
    helper.getNode(id)?.on('input', (message) => {
      this.payloads.push((message as PrepaidMessage).payload as Payload);
      this.wake();
    });
  }

  /** Settles when there is one as wanted; the runner's deadline is the last net. */
  async has(isWanted: (payload: Payload) => boolean): Promise<Payload> {
    for (;;) {
      const found = this.payloads.find(isWanted);
      if (found) return found;
      await new Promise<void>((resolve) => (this.wake = resolve));
    }
  }

  states(messageId: string): unknown[] {
    return this.payloads.filter((payload) => payload['messageId'] === messageId).map(({ state }) => state);
  }
}

describe('gsm-modem when the flow is deployed anew', function () {
  this.timeout(120_000);
  let flow: RunningFlow;
  let simulator: SimulatorServer;
  let tcpPort: number;
  const before = process.env['WATTKEEPER_DATA'];

  beforeEach(async () => {
    flow = await RunningFlow.open();
    process.env['WATTKEEPER_DATA'] = flow.folder;
  });
  afterEach(async () => {
    await flow.close();
    await simulator.close();
    if (before === undefined) delete process.env['WATTKEEPER_DATA'];
    else process.env['WATTKEEPER_DATA'] = before;
  });

  async function switchOn(setup: Partial<ModemSetup>): Promise<void> {
    simulator = new SimulatorServer({ name: 'test', summary: '', setup }, quickSchedule, realFarSide);
    tcpPort = await simulator.listen(0, '127.0.0.1');
  }

  /** Hears results from the very first: it listens as soon as the nodes are there. */
  async function deploy(modemIds: readonly string[] = ['modem']): Promise<{ results: Inbox; states: Inbox }> {
    const results = new Inbox();
    const states = new Inbox();
    const modem = { type: 'gsm-modem', modem: 'port', wantsReport: true, wires: [['result'], [], ['state']] };
    const started = flow.start([
      { id: 'port', type: 'modem-port', via: 'tcp', host: '127.0.0.1', port: String(tcpPort), country: 'NP' },
      ...modemIds.map((id) => ({ id, ...modem })),
      ...['result', 'state'].map((id) => ({ id, type: 'helper' })),
    ]);
    while (!helper.getNode('result') || !helper.getNode('state')) await new Promise(setImmediate);
    results.listen('result');
    states.listen('state');
    await started;
    return { results, states };
  }

  const isIn = (state: string, messageId: string) => (payload: Payload) =>
    payload['state'] === state && payload['messageId'] === messageId;
  const isReady = ({ phase }: Payload): boolean => phase === 'ready';

  /** Whatever is owed to the flow is told before this has its answer. */
  async function nothingMore({ results, states }: { results: Inbox; states: Inbox }, messageId: string) {
    await states.has(isReady);
    flow.send('modem', { payload: { ask: 'storage' } });
    await results.has(({ ask }) => ask === 'storage');
    assert.deepEqual(results.states(messageId), []);
  }

  it('sends a text once that was queued before, and tells its results once', async () => {
    await switchOn({ registration: 0 });
    const first = await deploy();
    flow.send('modem', { payload: { to: '9800000001', text: 'Hello', messageId: 'm' } });
    await first.results.has(isIn('queued', 'm'));
    await flow.stop();
    await simulator.close();
    await switchOn({});
    const second = await deploy();
    await second.results.has(isIn('delivered', 'm'));
    assert.deepEqual(second.results.states('m'), ['submitted', 'delivered']);
    await flow.stop();
    const third = await deploy();
    await nothingMore(third, 'm');
    assert.equal(simulator.modem.sentPdus.length, 1);
  });

  /** A text that is under way when everything is closed: nobody knows whether it left. */
  async function leaveInTheMiddle(): Promise<void> {
    await switchOn({ submitMs: 3_600_000 });
    const { results } = await deploy();
    const sent = new Promise((resolve) => (simulator.modem.onSent = resolve));
    flow.send('modem', { payload: { to: '9800000001', text: 'Hello', messageId: 'm' } });
    await sent;
    await flow.stop();
    assert.deepEqual(results.states('m'), ['queued']);
    await simulator.close();
    await switchOn({});
  }

  it('tells what became of a text while its node was away, without being asked, and once', async () => {
    await leaveInTheMiddle();
    const second = await deploy();
    await second.results.has(isIn('unknown', 'm'));
    assert.deepEqual(second.results.states('m'), ['unknown']);
    await flow.stop();
    await nothingMore(await deploy(), 'm');
    assert.equal(simulator.modem.sentPdus.length, 0, 'it is not sent again by itself');
  });

  it('keeps a result while another node is there, and shows that somebody should hear it', async () => {
    await leaveInTheMiddle();
    const second = await deploy(['other']);
    await second.states.has(({ unheardResults }) => unheardResults === 1);
    assert.deepEqual(second.results.states('m'), []);
    await flow.stop();
    const third = await deploy(['other', 'modem']);
    await third.results.has(isIn('unknown', 'm'));
    await third.states.has(({ unheardResults }) => unheardResults === 0);
  });
});
