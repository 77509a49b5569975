import assert from 'node:assert/strict';
import { keyedMark } from '../../../nodes/lib/io/neighbour/keyed-mark';
import { decodeCell, encodeCell, type Cell, type CellMark } from '../../../nodes/lib/neighbour/cell';
import type { EvidenceKind } from '../../../nodes/lib/neighbour/evidence';
import { NETWORK_MEDIUM, serialMedium, type LinkMedium } from '../../../nodes/lib/neighbour/link';
import { MeshNode } from './mesh-node';
import { dice } from './seeded-dice';
import { SimulatedTime } from './simulated-time';
import { SimulatedBus, SimulatedLine } from './simulated-wires';

const MINUTE_MS = 60_000;
const OURS = keyedMark('a password of the street');
const THEIRS = keyedMark('another one');
const UART = serialMedium({ baudRate: 9_600, isShared: false });
const SHARED = serialMedium({ baudRate: 9_600, isShared: true });

const cell: Cell = { kind: 'hello', fromNode: 1, toNode: 2, sequence: 3, body: Buffer.from('said') };
const opened = (wire: Uint8Array, mark: CellMark | null): unknown => decodeCell(wire.subarray(1, -1), mark);

describe('cells with the mark of a link', () => {
  it('come back as they were, to whoever shares the key', () => {
    const { body, ...rest } = opened(encodeCell(cell, OURS), OURS) as Cell;
    assert.equal(Buffer.from(body).toString(), 'said');
    assert.deepEqual(rest, { kind: 'hello', fromNode: 1, toNode: 2, sequence: 3 });
  });

  it('are not taken with another key, without one, or where one is wanted', () => {
    assert.equal(opened(encodeCell(cell, OURS), THEIRS), 'mark');
    assert.equal(opened(encodeCell(cell, OURS), null), 'mark');
    assert.equal(opened(encodeCell(cell), OURS), 'mark');
  });

  it('cover everything that a cell says', () => {
    const wire = encodeCell(cell, OURS);
    for (const change of [{ fromNode: 9 }, { toNode: 9 }, { sequence: 9 }, { kind: 'request' as const }]) {
      // The same mark on another cell, with its CRC put right.
      const stolen: CellMark = { of: (bytes) => (bytes.length > 0 ? OURS.of(headOf(wire)) : bytes) };
      assert.equal(opened(encodeCell({ ...cell, ...change }, stolen), OURS), 'mark', JSON.stringify(change));
    }
  });
});

/** What the mark of a cell was made of. */
function headOf(wire: Uint8Array): Uint8Array {
  let made: Uint8Array = Buffer.alloc(0);
  const read: CellMark = {
    of: (bytes) => {
      made = Uint8Array.from(bytes);
      return OURS.of(bytes);
    },
  };
  opened(wire, read);
  return made;
}

describe('a mesh whose links have a key', () => {
  const told = (node: MeshNode, kind: EvidenceKind): number =>
    node.evidence.filter((one) => one.kind === kind).reduce((sum, { count }) => sum + count, 0);

  function pair(medium: LinkMedium, one: CellMark | null, other: CellMark | null) {
    const time = new SimulatedTime();
    const wire = medium.isShared
      ? new SimulatedBus(time, dice(1), medium)
      : new SimulatedLine(time, dice(1), medium);
    const near = new MeshNode(1, time, dice(2), 'near', { mark: one }).join(wire.join('near'));
    const far = new MeshNode(2, time, dice(3), 'far', { mark: other }).join(wire.join('far'));
    far.mesh.setWayUp(true);
    return { time, wire, near, far };
  }

  for (const [name, medium] of Object.entries({ network: NETWORK_MEDIUM, line: UART, bus: SHARED }))
    it(`carries as before over a ${name}`, () => {
      const { time, near, far } = pair(medium, OURS, OURS);
      time.pass(MINUTE_MS);
      for (let frame = 0; frame < 5; frame += 1) near.up(`frame ${frame} `.padEnd(1_000, 'x'));
      time.pass(3 * MINUTE_MS);
      assert.equal(far.ups.length, 5);
      assert.equal(near.carried, 5);
      assert.deepEqual([...near.evidence, ...far.evidence], []);
    });

  for (const [name, one, other] of [
    ['another key', OURS, THEIRS],
    ['no key', OURS, null],
  ] as const)
    it(`does not know whoever has ${name}, and counts what comes of them`, () => {
      const { time, near, far } = pair(NETWORK_MEDIUM, one, other);
      near.up('a frame');
      time.pass(5 * MINUTE_MS);
      assert.equal(near.mesh.status.neighbours.length + far.mesh.status.neighbours.length, 0);
      assert.equal(far.ups.length, 0);
      assert.ok(told(near, 'unauthenticated') > 10);
      assert.equal(told(near, 'malformed'), 0);
    });

  it('notices cells that somebody says again on a wire that doubles nothing', () => {
    const time = new SimulatedTime();
    const wire = new SimulatedLine(time, dice(1), UART);
    const near = new MeshNode(1, time, dice(2), 'near').join(wire.join('near'));
    const far = new MeshNode(2, time, dice(3), 'far').join(wire.join('far'));
    const heard: Uint8Array[] = [];
    wire.onTraffic = (bytes) => heard.push(bytes);
    near.mesh.setWayUp(true);
    time.pass(MINUTE_MS);
    for (let frame = 0; frame < 10; frame += 1) far.up('x'.repeat(2_000));
    time.pass(3 * MINUTE_MS);
    assert.equal(told(near, 'replayed') + told(far, 'replayed'), 0, 'nobody has repeated anything');
    wire.onTraffic = () => undefined;
    const attacker = wire.join('attacker');
    for (const bytes of heard.slice(0, 60)) {
      attacker.send(bytes);
      time.pass(500);
    }
    time.pass(2 * MINUTE_MS);
    assert.ok(told(near, 'replayed') >= 20, `${told(near, 'replayed')} were noticed`);
    assert.equal(near.ups.length, 10, 'and nothing was handed on twice');
  });
});
