import assert from 'node:assert/strict';
import { realFarSide } from '../../gateway/modem-simulator/real-far-side';
import { SimulatorServer } from '../../gateway/modem-simulator/simulator-server';
import { readPdu } from '../../nodes/lib/sms/read-pdu';
import { PLAIN, quickSchedule } from '../gateway/modem-device';
import { RunningFlow, withDeadline } from '../nodes/running-flow';
import { shippedFlows } from '../package/palette';

const { nodes = [] } = shippedFlows().find(({ name }) => name === 'texts/Notices to customers') ?? {};
const CORE = new Set(['tab', 'comment', 'inject', 'debug']);
const OWN = nodes.filter(({ type }) => !CORE.has(type));
const idOf = (type: string): string => nodes.find((node) => node.type === type)?.id ?? '';
/** What an inject node of the flow sends, as if somebody had pressed it. */
const example = (name: string): unknown =>
  JSON.parse(nodes.find((node) => node.name === name)?.['payload'] as string);

/** As in the file; what leads to a debug node leads to a helper, and what a modem answers to one too. */
function wiresFor(wires: string[][], kept: ReadonlySet<string>, isModem: boolean): string[][] {
  return wires.map((ids, port) => [
    ...ids.map((id) => (kept.has(id) ? id : 'event')),
    ...(isModem && port === 0 ? ['result'] : []),
  ]);
}

describe('the flow "Notices to customers"', () => {
  let simulator: SimulatorServer;
  let flow: RunningFlow;
  let errors: unknown[];
  const folder = process.env['WATTKEEPER_DATA'];

  beforeEach(async () => {
    simulator = new SimulatorServer(PLAIN, quickSchedule, realFarSide);
    const port = await simulator.listen(0, '127.0.0.1');
    flow = await RunningFlow.open();
    process.env['WATTKEEPER_DATA'] = flow.folder;
    const kept = new Set([...OWN.map(({ id }) => id), 'event']);
    await flow.start([
      ...OWN.map((node) => ({
        ...node,
        ...(node.type === 'modem-port' ? { port: String(port) } : {}),
        // No test shall wait for the morning.
        ...(node.type === 'prepaid-notices' ? { quietFrom: '00:00', quietTo: '00:00' } : {}),
        ...(node.wires ? { z: 'f0', wires: wiresFor(node.wires, kept, node.type === 'gsm-modem') } : {}),
      })),
      { id: 'event', type: 'helper' },
      { id: 'error', type: 'helper' },
      { id: 'result', type: 'helper' },
      { id: 'catch', type: 'catch', scope: null, uncaught: false, wires: [['error']] },
    ]);
    errors = [];
    flow.node('error').on('input', (message) => errors.push(message));
    const registered = flow.next('event');
    flow.send(idOf('prepaid-register'), { payload: example('register a customer') });
    await registered;
  });

  afterEach(async () => {
    await flow.close();
    await simulator.close();
    if (folder === undefined) delete process.env['WATTKEEPER_DATA'];
    else process.env['WATTKEEPER_DATA'] = folder;
  });

  const nextText = async (): Promise<[to: string, text: string | null]> => {
    const pdu = await withDeadline<string>('a text', (resolve) => (simulator.modem.onSent = resolve));
    const read = readPdu(pdu);
    assert.ok(read.kind === 'submit');
    return [read.to.text, read.text];
  };

  it('thanks for a payment, and knows when the thanks have arrived', async () => {
    const events: string[] = [];
    const arrived = withDeadline<void>('a delivery', (resolve) =>
      flow.node('event').on('input', (message) => {
        const { event } = (message as { payload: { event?: string } }).payload;
        if (event !== undefined) events.push(event);
        if (event === 'delivered') resolve();
      }),
    );
    const text = nextText();
    flow.send(idOf('balance-guard'), { payload: example('a payment') });
    assert.deepEqual(await text, [
      '+9779800000001',
      'We received NPR 100.00. Your credit is now NPR 100.00. Thank you.',
    ]);
    await arrived;
    assert.deepEqual(events, ['handed', 'taken', 'sent', 'delivered']);
  });

  it('answers a customer who texts, and the modem lets go of the text', async () => {
    const text = nextText();
    simulator.modem.receiveFrom('+9779800000001', 'BAL');
    assert.deepEqual(await text, ['+9779800000001', 'Account A-1: your credit is NPR 0.00.']);
    for (let left = Infinity; left > 0;) {
      const { payload } = await flow.ask(idOf('gsm-modem'), { payload: { ask: 'texts' } }, 'result');
      left = (payload as { texts?: unknown[] }).texts?.length ?? left;
    }
    assert.deepEqual(errors, []);
  });
});
