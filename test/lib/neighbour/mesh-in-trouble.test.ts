import assert from 'node:assert/strict';
import { NETWORK_MEDIUM, serialMedium, type LinkMedium } from '../../../nodes/lib/neighbour/link';
import { dice, SEED } from './seeded-dice';
import { SimulatedNeighbourhood } from './simulated-neighbourhood';
import { NO_TROUBLE, type Trouble } from './simulated-wires';

const WORST: Trouble = { loss: 0.3, duplication: 0.5, reordering: 0.3, corruption: 0.1 };
const MINUTE_MS = 60_000;
const HEALED_MS = 20 * MINUTE_MS;
const UART = serialMedium({ baudRate: 9_600, isShared: false });

/** A ring, and some wires across it. */
function wiresOf(nodes: number, across: number, random: () => number): [number, number][] {
  const ring = Array.from({ length: nodes === 2 ? 1 : nodes }, (_, at): [number, number] => [
    at,
    (at + 1) % nodes,
  ]);
  const other = (at: number): number => (at + 2 + Math.floor(random() * (nodes - 3))) % nodes;
  const more = Array.from({ length: across }, (): [number, number] => {
    const at = Math.floor(random() * nodes);
    return [at, other(at)];
  });
  return [...ring, ...more];
}

interface Case {
  nodes: number;
  across: number;
  medium: LinkMedium;
  frames: number;
  frameBytes: number;
  runs: number;
}

const CASES: Record<string, Case> = {
  'two nodes': { nodes: 2, across: 0, medium: NETWORK_MEDIUM, frames: 40, frameBytes: 9_000, runs: 10 },
  'two nodes at 9600 baud': { nodes: 2, across: 0, medium: UART, frames: 12, frameBytes: 3_000, runs: 6 },
  'a ring of five': { nodes: 5, across: 0, medium: NETWORK_MEDIUM, frames: 40, frameBytes: 2_000, runs: 6 },
  'a mesh of twenty': { nodes: 20, across: 12, medium: NETWORK_MEDIUM, frames: 60, frameBytes: 800, runs: 4 },
};

function someTrouble(random: () => number): Trouble {
  const share = (most: number): number => most * random();
  return {
    loss: share(WORST.loss),
    duplication: share(WORST.duplication),
    reordering: share(WORST.reordering),
    corruption: share(WORST.corruption),
  };
}

/** One thing that happens to the neighbourhood. */
function happen(net: SimulatedNeighbourhood, nodes: number, random: () => number): void {
  const at = Math.floor(random() * nodes);
  const line = net.lines[Math.floor(random() * net.lines.length)]!;
  const which = random();
  if (which < 0.25) line.isCut = !line.isCut;
  else if (which < 0.4) net.restart(at);
  else if (which < 0.6) net.setWayUp(at, random() < 0.5);
  else line.trouble = random() < 0.3 ? WORST : someTrouble(random);
}

function live(seed: number, { nodes, across, medium, frames, frameBytes }: Case): void {
  const random = dice(seed);
  const wires = wiresOf(nodes, across, random);
  const net = new SimulatedNeighbourhood({ seed, nodes, wires, medium });
  net.setWayUp(0, true);
  for (const line of net.lines) line.trouble = someTrouble(random);
  for (let frame = 0; frame < frames; frame += 1) {
    net.offer(Math.floor(random() * nodes), 20 + Math.floor(random() * frameBytes));
    net.pass(5_000 * random());
    if (random() < 0.3) happen(net, nodes, random);
  }
  for (const line of net.lines) {
    line.isCut = false;
    line.trouble = NO_TROUBLE;
  }
  net.setWayUp(Math.floor(random() * nodes), true);
  net.untilDone(HEALED_MS);
  net.check();
  assert.deepEqual(net.accusations, []);
  net.close();
}

describe('a neighbourhood in trouble', function () {
  this.timeout(60_000);
  before(() => console.log(`    random tests run with WATTKEEPER_SEED=${SEED}`));

  for (const [name, situation] of Object.entries(CASES)) {
    it(`${name}: everything goes up, nothing twice from one node`, () => {
      for (let run = 0; run < situation.runs; run += 1) live(SEED + run, situation);
    });
  }

  it('works while wires lose 30 %, double 50 %, mix up and damage', () => {
    const wires = wiresOf(2, 0, dice(SEED));
    const net = new SimulatedNeighbourhood({ seed: SEED, nodes: 2, wires, medium: NETWORK_MEDIUM });
    net.lines[0]!.trouble = WORST;
    net.setWayUp(1, true);
    for (let frame = 0; frame < 20; frame += 1) net.offer(0, 2_000);
    net.untilDone(HEALED_MS);
    net.check();
    net.close();
  });
});
