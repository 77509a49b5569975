import assert from 'node:assert/strict';
import { NETWORK_MEDIUM } from '../../../nodes/lib/neighbour/link';
import { encodeCell, type Cell } from '../../../nodes/lib/neighbour/cell';
import { CellReader } from '../../../nodes/lib/neighbour/cell-reader';
import { decodeHello, encodeHello, type Way } from '../../../nodes/lib/neighbour/hello';
import { MeshNode } from '../neighbour/mesh-node';
import { dice } from '../neighbour/seeded-dice';
import { SimulatedLine, type SimulatedEnd } from '../neighbour/simulated-wires';
import { SimulatedStreet } from './simulated-street';

const SEED = Number(process.env['WATTKEEPER_SEED'] ?? Date.now() % 0x7fffffff);
const MINUTE_MS = 60_000;
const LIAR = 66;
const LARGEST_CELL = 8_192;
const FAR_AHEAD = 20_000;
const BEATS = 0x1_0000;

/** The house in the middle is between the only way up, two hops away, and a neighbour that promises a shorter one. */
class Street {
  readonly street = new SimulatedStreet({
    seed: SEED,
    gateways: 3,
    hasDirect: (at) => at === 0,
    wires: [
      [0, 1],
      [1, 2],
    ],
  });
  readonly line = new SimulatedLine(this.street.time, dice(SEED), NETWORK_MEDIUM);
  /** What is told of the true way up. */
  private overheard: Way | null = null;
  /** Takes everything, hands on nothing, and writes the receipts that a real end of the way would write. */
  readonly liar = new MeshNode(LIAR, this.street.time, dice(SEED + 1), 'liar');

  constructor(copiesNews = false) {
    const end = this.line.join('liar');
    this.liar.join(copiesNews ? lying(end, () => this.overheard) : end);
    const reader = new CellReader(LARGEST_CELL, {
      onCell: ({ kind, body }) => {
        const way = kind === 'hello' ? decodeHello(body)?.way : null;
        if (way) this.overheard = way;
      },
      onFault: () => undefined,
    });
    this.street.lines[0]!.onTraffic = (bytes) => reader.push(bytes);
    this.liar.mesh.setWayUp(true);
    this.street.houses[2]!.mesh.addLink(this.line.join('house'));
  }
}

/** Says in every hello that it stands beside the true root, and has fresher news of it than anybody. */
function lying(end: SimulatedEnd, overheard: () => Way | null): SimulatedEnd {
  const send = end.send.bind(end);
  const reader = new CellReader(LARGEST_CELL, {
    onCell: (cell: Cell) => {
      const hello = cell.kind === 'hello' ? decodeHello(cell.body) : null;
      const known = overheard();
      const way = known && { ...known, cost: 0, hops: 1, beat: (known.beat + FAR_AHEAD) % BEATS };
      const told = hello && way ? { ...hello, way } : null;
      send(encodeCell(told ? { ...cell, body: encodeHello(told) } : cell));
    },
    onFault: () => undefined,
  });
  end.send = (bytes) => reader.push(bytes);
  return end;
}

describe('a neighbour that takes everything, hands on nothing and says that it arrived', function () {
  this.timeout(60_000);
  before(() => console.log(`    random tests run with WATTKEEPER_SEED=${SEED}`));

  const lies: [name: string, copiesNews: boolean][] = [
    ['promises a way of its own', false],
    ['promises fresher news of the true one', true],
  ];
  for (const [name, copiesNews] of lies)
    it(`is left for another when the acknowledgements stay out, and told of: ${name}`, () => {
      const { street, liar } = new Street(copiesNews);
      const { events } = street.houses[2]!;
      street.pass(MINUTE_MS);
      street.read(2, 1);
      street.pass(MINUTE_MS);
      assert.ok(liar.ups.length > 0, 'it was never taken in');
      assert.deepEqual([street.waiting], [2]);
      const endMs = street.time.nowMs() + 15 * MINUTE_MS;
      while (street.waiting > 0 && street.time.nowMs() < endMs) street.pass(5_000);
      assert.equal(street.waiting, 0, 'the liar held everything');
      assert.equal([...street.said].filter((one) => street.arrivals.get(one) !== 1).length, 0);
      street.pass(MINUTE_MS);
      const left = events.flatMap((event) => (event.kind === 'wayLeft' ? [event.gatewayId] : []));
      assert.deepEqual(left, ['liar']);
      const evidence = events.flatMap((event) =>
        event.kind === 'evidence' ? [[event.evidence.kind, event.evidence.aboutGatewayId]] : [],
      );
      assert.deepEqual(
        evidence.filter(([kind]) => kind === 'unheard'),
        [['unheard', 'liar']],
      );
      street.dispose();
      void liar.mesh.close();
    });

  it('costs less and less in a day, and never holds a reading for long', () => {
    const { street, liar } = new Street();
    let longestMs = 0;
    let sinceMs = 0;
    for (let minute = 0; minute < 24 * 60; minute += 1) {
      if (street.waiting === 0) sinceMs = street.time.nowMs();
      longestMs = Math.max(longestMs, street.time.nowMs() - sinceMs);
      if (minute % 10 === 0) street.read(2, 1);
      street.pass(MINUTE_MS);
    }
    const left = street.houses[2]!.events.filter(({ kind }) => kind === 'wayLeft').length;
    console.log(`      taken in ${left} times in a day, at most ${longestMs / MINUTE_MS} minutes`);
    assert.ok(left >= 1 && left <= 12);
    assert.ok(longestMs <= 30 * MINUTE_MS);
    street.dispose();
    void liar.mesh.close();
  });

  it('blames nobody for a head-end that is away', () => {
    const street = new SimulatedStreet({
      seed: SEED,
      gateways: 2,
      hasDirect: (at) => at === 0,
      wires: [[0, 1]],
    });
    street.pass(MINUTE_MS);
    street.commitMs = 1e9;
    street.headEnd.receive = () => undefined;
    for (let minute = 0; minute < 60; minute += 1) {
      if (minute % 5 === 0) street.read(1, 1);
      street.pass(MINUTE_MS);
    }
    street.restartHeadEnd();
    street.commitMs = 20;
    const endMs = street.time.nowMs() + 30 * MINUTE_MS;
    while (street.waiting > 0 && street.time.nowMs() < endMs) street.pass(5_000);
    assert.equal(street.waiting, 0);
    const evidence = street.houses[1]!.events.filter(
      (event) => event.kind === 'evidence' && event.evidence.kind === 'unheard',
    );
    assert.deepEqual(evidence, []);
    street.dispose();
  });
});
