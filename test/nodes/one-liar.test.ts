import assert from 'node:assert/strict';
import { HeadEndWatch } from '../../nodes/bypass-router/head-end-watch';
import { OBSERVATIONS } from '../../nodes/lib/bypass/control';
import { NeighbourWatch } from '../../nodes/lib/bypass/neighbour-watch';
import { keyedMark } from '../../nodes/lib/io/neighbour/keyed-mark';
import { encodeCell, type CellKind } from '../../nodes/lib/neighbour/cell';
import { encodeHello } from '../../nodes/lib/neighbour/hello';
import { NETWORK_MEDIUM } from '../../nodes/lib/neighbour/link';
import { dice } from '../lib/neighbour/seeded-dice';
import { MeshNode } from '../lib/neighbour/mesh-node';
import { SimulatedTime } from '../lib/neighbour/simulated-time';
import { SimulatedLine, type SimulatedEnd } from '../lib/neighbour/simulated-wires';

const SERIAL_LIKE = { ...NETWORK_MEDIUM, isOrdered: true };
const FALSE_NAME = 'healthy';
const FALSE_NODE = 7;
const REPORTS_MS = 300_000;

/** Says in somebody else's name whatever gets a gateway into trouble. */
function slander(end: SimulatedEnd, time: SimulatedTime): void {
  const say = (kind: CellKind, body: Uint8Array, sequence: number, fromNode = FALSE_NODE): void =>
    end.send(encodeCell({ kind, fromNode, toNode: kind === 'hello' ? 0xffff : 1, sequence, body }));
  const hello = (boot: number): Uint8Array =>
    encodeHello({ gatewayId: FALSE_NAME, boot, way: null, heard: new Map([[1, 255]]) });
  for (let round = 0; round < 30; round += 1) {
    say('hello', hello(round % 2), 1 + round);
    say('hello', hello(1), 1, FALSE_NODE + 1);
    for (let time = 0; time < 4; time += 1) say('request', new Uint8Array(0), 1);
    say('acknowledgement', Uint8Array.of(1, 2), 40 + round);
    say('fragment', Uint8Array.of(9), 80 + round);
    say('hello', Uint8Array.of(1), 120 + round);
    const spoilt = encodeCell({ kind: 'hello', fromNode: 7, toNode: 1, sequence: 1, body: hello(1) });
    spoilt[8] = spoilt[8] === 1 ? 2 : 1;
    end.send(spoilt);
    time.pass(1_000);
  }
}

for (const key of ['', 'what all neighbours share'])
  describe(`one liar with two honest neighbours ${key === '' ? 'without a link key' : 'whose link key he lacks'}`, () => {
    it('makes nobody accuse a healthy one, whatever he says', () => {
      const time = new SimulatedTime();
      const told: { kind: string; facts: Record<string, unknown> }[] = [];
      const headEnd = new HeadEndWatch({
        tell: (kind, facts) => told.push({ kind, facts }),
        isHeard: (gatewayId) => gatewayId === FALSE_NAME,
        isDistrusted: () => false,
        meterIdsOf: () => [],
      });
      const mark = key === '' ? null : keyedMark(key);
      const kinds = new Set<string>();
      for (const seed of [1, 2]) {
        const line = new SimulatedLine(time, dice(seed), SERIAL_LIKE);
        const node = new MeshNode(1, time, dice(10 + seed), `gw-${seed}`, { mark }).join(line.join('a'));
        // With a key there is the healthy neighbour itself on the wire, for others' cells to be blamed on.
        const healthy = new MeshNode(FALSE_NODE, time, dice(20), FALSE_NAME, { mark });
        if (mark) healthy.join(line.join('b'));
        time.pass(20_000);
        slander(line.join('c'), time);
        time.pass(120_000);
        const watch = new NeighbourWatch(0);
        for (const evidence of node.evidence) {
          watch.see(evidence);
          if (evidence.aboutGatewayId === FALSE_NAME) kinds.add(evidence.kind);
        }
        headEnd.report(`gw-${seed}`, watch.due(REPORTS_MS));
        void node.mesh.close();
        void healthy.mesh.close();
      }
      // He is one of them besides, and his own reports are sealed with his own key.
      const lies = OBSERVATIONS.map((kind) => ({ gatewayId: FALSE_NAME, kind, count: 999, isKeyed: true }));
      headEnd.report('liar', lies);
      assert.ok(kinds.size > (mark ? 1 : 3), `he did not lie well: ${[...kinds].join()}`);
      assert.deepEqual(
        told.map(({ kind }) => kind),
        ['unproved', 'unproved'],
      );
    });
  });
