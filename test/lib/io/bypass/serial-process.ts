// One of two processes at the ends of a serial line: `gateway` has no way but its neighbour, `carrier` has the head-end with it.
// Says on its standard output, one line each, what is kept or stored.
import { itemText } from '../../../../nodes/lib/bypass/body';
import { GatewaySide } from '../../../../nodes/lib/bypass/gateway-side';
import { HeadEndSide } from '../../../../nodes/lib/bypass/head-end-side';
import { wayLimitsFor } from '../../../../nodes/lib/bypass/way-health';
import { openSerialLink } from '../../../../nodes/lib/io/neighbour/serial-link';
import { realSchedule } from '../../../../nodes/lib/io/serial/real-schedule';
import { NeighbourMesh } from '../../../../nodes/lib/neighbour/neighbour-mesh';
import type { MeshListener } from '../../../../nodes/lib/neighbour/mesh-report';
import { clock, GATEWAY_ID, identityOf, say, TICK_MS } from './bypass-process';

const [role = '', folder = '', serialPort = '', code = '', count = '0'] = process.argv.slice(2);
const BAUD_RATE = 115_200;
const READ_EVERY_MS = 20;

function meshOf(nodeId: number, gatewayId: string, listener: MeshListener): NeighbourMesh {
  const needs = { schedule: realSchedule, random: Math.random, epochMs: () => Date.now() };
  const mesh = new NeighbourMesh({ nodeId, gatewayId }, needs, listener);
  mesh.addLink(openSerialLink({ path: serialPort, baudRate: BAUD_RATE, isShared: false }));
  return mesh;
}

function runGateway(): void {
  const identity = identityOf('gateway', folder, code);
  const side = new GatewaySide({
    gatewayId: GATEWAY_ID,
    store: identity.store,
    sealing: identity.sealing,
    clock,
    random: Math.random,
    ways: ['neighbour'],
    mode: 'neighbour',
    limits: shortened(),
    room: { mostBytes: 100_000_000, mostAgeMs: 1e12 },
    heartbeatMs: 1_000,
    isIntroduced: () => true,
    proof: null,
    send: (_way, frame) => void mesh.carryUp(frame),
    hear: () => undefined,
  });
  const mesh = meshOf(1, GATEWAY_ID, {
    onUp: () => false,
    onDown: (frame) => void side.receive(frame),
    onEvent: () => undefined,
  });
  let number = 0;
  setInterval(() => {
    if (number >= Number(count)) return;
    const meterId = `M${(number += 1)}`;
    side.put([{ lane: 1, meterId, text: itemText({ meterId, atMs: 1, energyWh: 1 }, '') }]);
    say(`kept ${meterId}\n`);
  }, READ_EVERY_MS);
  setInterval(() => {
    side.tick();
    if (number < Number(count) || side.waiting > 0) return;
    identity.close();
    process.exit(0);
  }, TICK_MS);
}

/** A test has less patience than a gateway. */
function shortened() {
  const limits = wayLimitsFor(BAUD_RATE / 10);
  return { ...limits, neighbour: { ...limits.neighbour, retryMs: 3_000 } };
}

function runCarrier(): void {
  const identity = identityOf('head-end', folder);
  const side = new HeadEndSide({
    store: identity.store,
    sealing: identity.sealing,
    clock,
    acknowledge: 'commit',
    send: (_via, gatewayId, frame) => void mesh.carryDown(gatewayId, frame),
    deliver: (_gatewayId, _via, messages) => {
      for (const { payload, origin } of messages) {
        for (const { meterId } of payload as { meterId: string }[]) say(`stored ${meterId}\n`);
        side.confirm(origin);
      }
    },
    arrived: () => undefined,
    hear: ({ kind }) => say(`event ${kind}\n`),
  });
  const mesh = meshOf(2, 'carrier', {
    onUp: (frame) => {
      side.receive(frame, 'carrier');
      return true;
    },
    onDown: () => undefined,
    onEvent: () => undefined,
  });
  mesh.setWayUp(true);
  setInterval(() => side.tick(), TICK_MS);
}

if (role === 'gateway') runGateway();
else runCarrier();
