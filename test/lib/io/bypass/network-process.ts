// One of two processes at the ends of a network: `gateway` has no way but this network, `head-end` has the broker with it.
// Says on its standard output, one line each, what is stored and which way goes up or down.
import { createServer } from 'node:net';
import { Aedes } from 'aedes';
import { itemText } from '../../../../nodes/lib/bypass/body';
import { GatewaySide } from '../../../../nodes/lib/bypass/gateway-side';
import { HeadEndSide } from '../../../../nodes/lib/bypass/head-end-side';
import { WAY_LIMITS } from '../../../../nodes/lib/bypass/way-health';
import { clock, connect, DOWN_TOPIC, GATEWAY_ID, identityOf, say, TICK_MS, UP_TOPIC } from './bypass-process';

const [role = '', folder = '', address = '', code = ''] = process.argv.slice(2);
const BROKER_PORT = 1883;
const READ_EVERY_MS = 50;
/** A test has less patience than a gateway. */
const LIMITS = { ...WAY_LIMITS, direct: { ...WAY_LIMITS.direct, timeoutMs: 3_000, retryMs: 1_000 } };

function runGateway(): void {
  const identity = identityOf('gateway', folder, code);
  const side = new GatewaySide({
    gatewayId: GATEWAY_ID,
    store: identity.store,
    sealing: identity.sealing,
    clock,
    random: Math.random,
    ways: ['direct'],
    mode: 'automatic',
    limits: LIMITS,
    room: { mostBytes: 100_000_000, mostAgeMs: 1e12 },
    heartbeatMs: 500,
    isIntroduced: () => true,
    proof: null,
    send: (_way, frame) => {
      if (client.connected) client.publish(UP_TOPIC, Buffer.from(frame), { qos: 0 });
    },
    hear: (event) => {
      if (event.kind === 'way') say(`way ${event.isUp ? 'up' : 'down'}\n`);
    },
  });
  const client = connect(`mqtt://${address}:${BROKER_PORT}`, DOWN_TOPIC, (frame) => side.receive(frame));
  client.on('close', () => say('closed\n'));
  let number = 0;
  // A word on the standard input: enough has been read.
  let isLast = false;
  process.stdin.once('data', () => (isLast = true));
  setInterval(() => {
    if (isLast) return;
    const meterId = `M${(number += 1)}`;
    side.put([{ lane: 1, meterId, text: itemText({ meterId, atMs: 1, energyWh: 1 }, '') }]);
  }, READ_EVERY_MS);
  setInterval(() => {
    side.tick();
    if (!isLast || side.waiting > 0) return;
    say(`kept ${number}\n`);
    identity.close();
    process.exit(0);
  }, TICK_MS);
}

async function runHeadEnd(): Promise<void> {
  const identity = identityOf('head-end', folder);
  const broker = await Aedes.createBroker();
  const server = createServer((socket) => broker.handle(socket));
  const publish = (topic: string, payload: Buffer): void =>
    broker.publish({ cmd: 'publish', topic, payload, qos: 0, retain: false, dup: false }, () => undefined);
  const side: HeadEndSide = new HeadEndSide({
    store: identity.store,
    sealing: identity.sealing,
    clock,
    acknowledge: 'commit',
    send: (_via, _gatewayId, frame) => publish(DOWN_TOPIC, Buffer.from(frame)),
    deliver: (_gatewayId, _via, messages) => {
      for (const { payload, origin } of messages) {
        for (const { meterId } of payload as { meterId: string }[]) say(`stored ${meterId}\n`);
        side.confirm(origin);
      }
    },
    arrived: () => undefined,
    hear: ({ kind }) => say(`event ${kind}\n`),
  });
  broker.on('publish', ({ topic, payload }) => {
    if (topic === UP_TOPIC) side.receive(Buffer.from(payload), GATEWAY_ID);
  });
  setInterval(() => side.tick(), TICK_MS);
  server.listen(BROKER_PORT, address, () => say('listens\n'));
}

if (role === 'gateway') runGateway();
else void runHeadEnd();
