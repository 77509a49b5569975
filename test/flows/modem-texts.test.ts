import assert from 'node:assert/strict';
import { realFarSide } from '../../gateway/modem-simulator/real-far-side';
import { SimulatorServer } from '../../gateway/modem-simulator/simulator-server';
import { readPdu } from '../../nodes/lib/sms/read-pdu';
import { PLAIN, quickSchedule } from '../gateway/modem-device';
import { RunningFlow, withDeadline } from '../nodes/running-flow';
import { shippedFlows } from '../package/palette';

const { nodes = [] } = shippedFlows().find(({ name }) => name === 'texts/Texts by GSM modem') ?? {};
const idOf = (type: string): string => nodes.find((node) => node.type === type)?.id ?? '';

/** The last net: the machine may be busy with other things. */
const DEADLINE_MS = 60_000;

describe('the flow "Texts by GSM modem"', () => {
  it('sends a text through the simulator, and hears one that comes in', async () => {
    const simulator = new SimulatorServer(PLAIN, quickSchedule, realFarSide);
    const port = await simulator.listen(0, '127.0.0.1');
    const flow = await RunningFlow.open();
    flow.deadlineMs = DEADLINE_MS;
    const folder = process.env['WATTKEEPER_DATA'];
    process.env['WATTKEEPER_DATA'] = flow.folder;
    try {
      const core = new Set(['tab', 'comment', 'inject', 'debug']);
      const started = nodes.filter(({ type }) => !core.has(type));
      // The wires lead to helpers, since only our own nodes are loaded here.
      const modem = idOf('gsm-modem');
      await flow.start([
        ...started.map((node) => ({
          ...node,
          ...(node.type === 'modem-port'
            ? { port: String(port) }
            : { z: 'f0', wires: [['out'], ['in'], []] }),
        })),
        { id: 'out', type: 'helper' },
        { id: 'in', type: 'helper' },
      ]);
      const sent = withDeadline<string>(
        'a text',
        (resolve) => (simulator.modem.onSent = resolve),
        DEADLINE_MS,
      );
      const example = nodes.find((node) => node.name === 'send a text');
      flow.send(modem, { payload: JSON.parse(String(example?.['payload'])) });
      const read = readPdu(await sent);
      assert.ok(read.kind === 'submit');
      assert.deepEqual([read.to.text, read.text], ['+9779800000001', 'Your electricity credit is low.']);
      const came = flow.next('in');
      simulator.modem.receiveFrom('+9779800000002', 'BALANCE');
      assert.equal((await came).topic, '+9779800000002');
    } finally {
      await flow.close();
      await simulator.close();
      if (folder === undefined) delete process.env['WATTKEEPER_DATA'];
      else process.env['WATTKEEPER_DATA'] = folder;
    }
  }).timeout(2 * DEADLINE_MS);
});
