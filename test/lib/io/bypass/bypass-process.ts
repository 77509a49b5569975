// What the processes of the crash test share: a side of the bypass over real MQTT, and a word on the standard output for
// everything that is durable.
import { writeSync } from 'node:fs';
import mqtt, { type MqttClient } from 'mqtt';
import { BypassIdentity } from '../../../../nodes/lib/io/bypass/identity';

export const GATEWAY_ID = 'gw';
export const UP_TOPIC = `wk/${GATEWAY_ID}/up`;
export const DOWN_TOPIC = `wk/${GATEWAY_ID}/command`;
export const TICK_MS = 10;

export const clock = { monotonicMs: () => performance.now(), wallMs: () => Date.now() };

export function identityOf(side: 'gateway' | 'head-end', folder: string, code = ''): BypassIdentity {
  const gatewayId = side === 'gateway' ? GATEWAY_ID : '';
  return new BypassIdentity({ side, gatewayId, code, folder, ...clock });
}

export function connect(url: string, topic: string, hear: (frame: Buffer) => void): MqttClient {
  const client = mqtt.connect(url, { reconnectPeriod: 50 });
  client.on('connect', () => client.subscribe(topic, { qos: 1 }));
  client.on('message', (_topic, payload) => hear(payload));
  client.on('error', () => undefined);
  return client;
}

const STANDARD_OUTPUT = 1;
const FULL_PIPE_MS = 1;
const asleep = new Int32Array(new SharedArrayBuffer(4));

/**
 * Says something before anything else happens. When whoever listens is slow, the pipe is full: then this waits, since a
 * pipe of Node.js does not block and would refuse the rest.
 */
export function say(text: string): void {
  const bytes = Buffer.from(text);
  for (let at = 0; at < bytes.length;) {
    try {
      at += writeSync(STANDARD_OUTPUT, bytes, at);
    } catch (error) {
      if ((error as NodeJS.ErrnoException).code !== 'EAGAIN') throw error;
      Atomics.wait(asleep, 0, 0, FULL_PIPE_MS);
    }
  }
}
