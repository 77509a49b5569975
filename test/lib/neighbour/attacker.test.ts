import assert from 'node:assert/strict';
import { encodeCell } from '../../../nodes/lib/neighbour/cell';
import { encodeFragment } from '../../../nodes/lib/neighbour/fragment';
import { encodeHello } from '../../../nodes/lib/neighbour/hello';
import { NETWORK_MEDIUM, type NeighbourLink } from '../../../nodes/lib/neighbour/link';
import { encodePacket } from '../../../nodes/lib/neighbour/packet';
import { MeshNode } from './mesh-node';
import { dice } from './seeded-dice';
import { SimulatedTime } from './simulated-time';

const OUTSIDER = 99;
const HELLO = { gatewayId: 'outsider', boot: 1, way: null, heard: new Map([[1, 255]]) };

/** Somebody who says on a link whatever he likes. */
class Outsider implements NeighbourLink {
  readonly name = 'outsider';
  readonly medium = NETWORK_MEDIUM;
  private hear: (bytes: Uint8Array) => void = () => undefined;
  private sequence = 0;
  private number = 0;

  hello(): void {
    this.say('hello', encodeHello(HELLO), 0xffff);
  }

  /** A frame in the name of a gateway. */
  pretend(gatewayId: string, count: number, text: string): void {
    const id = { gatewayId, boot: 7, count };
    const bytes = encodePacket({
      kind: 'up',
      hopsLeft: 9,
      attempt: 0,
      id,
      otherGatewayId: '',
      frame: Buffer.from(text),
    });
    const rest = { session: 5, number: this.number++, stream: 'own', wantsAnswer: false } as const;
    this.say('fragment', encodeFragment({ ...rest, isFirst: true, isLast: true, bytes }), 1);
  }

  send(): void {
    // It does not listen.
  }

  onBytes(hear: (bytes: Uint8Array) => void): void {
    this.hear = hear;
  }

  onState(hear: (isUp: boolean, reason: string | null) => void): void {
    hear(true, null);
  }

  close(): Promise<void> {
    return Promise.resolve();
  }

  private say(kind: 'hello' | 'fragment', body: Uint8Array, toNode: number): void {
    this.hear(encodeCell({ kind, fromNode: OUTSIDER, toNode, sequence: (this.sequence += 1), body }));
  }
}

describe('somebody on a link who lies about numbers', () => {
  it('keeps no frame of another gateway back', () => {
    const time = new SimulatedTime();
    const outsider = new Outsider();
    const node = new MeshNode(1, time, dice(3)).join(outsider);
    node.mesh.setWayUp(true);
    outsider.hello();
    time.pass(100);
    // Numbers that the gateway has yet to use, and one far beyond.
    for (const count of [0, 1, 2, 60_000, 4_000_000]) outsider.pretend('victim', count, `junk ${count}`);
    time.pass(100);
    for (const count of [0, 1, 2, 3]) outsider.pretend('victim', count, `right ${count}`);
    time.pass(100);
    const right = node.ups.map(({ text }) => text).filter((text) => text.startsWith('right'));
    assert.deepEqual(right, ['right 0', 'right 1', 'right 2', 'right 3']);
    assert.ok(node.evidence.some(({ kind }) => kind === 'clone'));
    assert.ok(node.evidence.every(({ aboutGatewayId }) => aboutGatewayId !== 'victim'));
  });
});
