// A process with an embedded broker and an mqtt.js client that hears every reading over the loop-back and parses it:
// how a flow with Node-RED's own "mqtt in" would listen.
import { createServer, type AddressInfo } from 'node:net';
import { once } from 'node:events';
import { setTimeout as delay } from 'node:timers/promises';
import { connectAsync } from 'mqtt';
import { answerRequests } from './requests';

let received = 0;

async function listen(): Promise<number> {
  const { Aedes } = await import('aedes');
  const broker = await Aedes.createBroker();
  const server = createServer((socket) => {
    socket.setNoDelay(true);
    broker.handle(socket);
  });
  server.listen(0, '127.0.0.1');
  await once(server, 'listening');
  const { port } = server.address() as AddressInfo;
  const client = await connectAsync(`mqtt://127.0.0.1:${port}`);
  client.on('message', (_topic, payload) => {
    const { energyWh } = JSON.parse(payload.toString()) as { energyWh: number };
    if (energyWh > 0) received += 1;
  });
  await client.subscribeAsync('wk/+/reading', { qos: 1 });
  return port;
}

/** Messages per second that were heard and parsed. */
async function count({ ms }: { ms: number }): Promise<number> {
  const before = received;
  const startedMs = performance.now();
  await delay(ms);
  return ((received - before) * 1000) / (performance.now() - startedMs);
}

answerRequests({ listen, count });
