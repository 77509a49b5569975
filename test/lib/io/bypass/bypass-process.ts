// What the processes of the crash test share: a side of the bypass over real MQTT, and a word on the standard output for
// everything that is durable.
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
