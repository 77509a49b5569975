import type * as LinkModule from '../../nodes/lib/neighbour/link';
import type * as MeshModule from '../../nodes/lib/neighbour/neighbour-mesh';
import { dice } from '../lib/neighbour/seeded-dice';
import { SimulatedTime } from '../lib/neighbour/simulated-time';
import { SimulatedBus, type SimulatedEnd, SimulatedLine } from '../lib/neighbour/simulated-wires';
import type { Benchmark } from './benchmark';
import type { Figure } from './figure';
import { loadCompiled } from './repository';

/** The wire is simulated byte by byte, so its figures are the same on every machine and in every run. */
const SEED = 20_261;
const MEASURED_MS = 600_000;
const STEP_MS = 100;
const SETTLE_MS = 120_000;
/** A batch of readings, and a large one. */
const FRAME_SIZES = [4_096, 16_384] as const;
const WIRES = [
  { name: '9600 baud, UART', baudRate: 9_600, isShared: false },
  { name: '9600 baud, RS-485', baudRate: 9_600, isShared: true },
  { name: '115200 baud, UART', baudRate: 115_200, isShared: false },
  { name: '115200 baud, RS-485', baudRate: 115_200, isShared: true },
] as const;
/** Start and stop bit come with each byte: this is all that a wire can carry. */
const BITS_PER_BYTE = 10;
const WANTED_SHARE = 0.8;
const UNDER_WAY = 8;
const MS_PER_SECOND = 1000;

type Wire = (typeof WIRES)[number];
interface Compiled {
  readonly NeighbourMesh: typeof MeshModule.NeighbourMesh;
  readonly serialMedium: typeof LinkModule.serialMedium;
}

interface Run {
  readonly bytesPerSecond: number;
  readonly cpuMicrosPerFrame: number;
}

export const neighbour: Benchmark = {
  name: 'neighbour',
  about: 'frames over a wire to a neighbour, of what the wire can carry (simulated byte by byte)',
  run: ({ say }) => {
    const { NeighbourMesh } = loadCompiled('lib/neighbour/neighbour-mesh.js') as typeof MeshModule;
    const { serialMedium } = loadCompiled('lib/neighbour/link.js') as typeof LinkModule;
    const figures: Figure[] = [];
    for (const wire of WIRES) {
      for (const frameBytes of FRAME_SIZES) {
        say(`${wire.name}, frames of ${frameBytes} bytes`);
        figures.push(
          ...figuresOf(wire, frameBytes, carry({ NeighbourMesh, serialMedium }, wire, frameBytes)),
        );
      }
    }
    return Promise.resolve(figures);
  },
};

function figuresOf({ name, baudRate }: Wire, frameBytes: number, run: Run): Figure[] {
  const figure = `${name}, frames of ${frameBytes} bytes`;
  const target = { of: 'ratio', rule: 'at least', bound: WANTED_SHARE } as const;
  const limit = baudRate / BITS_PER_BYTE;
  return [
    { figure, value: run.bytesPerSecond, unit: 'bytes/s', limit, target },
    {
      figure: '  both ends and the simulated wire',
      value: run.cpuMicrosPerFrame,
      unit: 'µs CPU/frame',
      limit: null,
    },
  ];
}

/** One gateway sends as much as its neighbour takes; hellos, acknowledgements and receipts share the wire. */
function carry(compiled: Compiled, { baudRate, isShared }: Wire, frameBytes: number): Run {
  const time = new SimulatedTime();
  const medium = compiled.serialMedium({ baudRate, isShared });
  const wire = isShared
    ? new SimulatedBus(time, dice(SEED), medium)
    : new SimulatedLine(time, dice(SEED), medium);
  let arrived = 0;
  const make = (nodeId: number, end: SimulatedEnd): MeshModule.NeighbourMesh => {
    const needs = { schedule: time, random: dice(SEED + nodeId), epochMs: () => time.nowMs() };
    const mesh = new compiled.NeighbourMesh({ nodeId, gatewayId: `bench-${nodeId}` }, needs, {
      onUp: () => (arrived += 1) > 0,
      onDown: () => undefined,
      onEvent: () => undefined,
    });
    mesh.addLink(end);
    return mesh;
  };
  const near = make(1, wire.join('near'));
  make(2, wire.join('far')).setWayUp(true);
  time.until(() => near.status.hops === 1, 'the two find each other', SETTLE_MS);
  const random = dice(SEED);
  const frame = Uint8Array.from({ length: frameBytes }, () => Math.floor(random() * 256));
  const before = process.cpuUsage();
  const fromMs = time.nowMs();
  while (time.nowMs() - fromMs < MEASURED_MS) {
    while (near.status.waiting < UNDER_WAY && near.carryUp(frame).isTaken);
    time.pass(STEP_MS);
  }
  const cpuMicros = process.cpuUsage(before).user;
  const seconds = (time.nowMs() - fromMs) / MS_PER_SECOND;
  return { bytesPerSecond: (arrived * frameBytes) / seconds, cpuMicrosPerFrame: cpuMicros / arrived };
}
