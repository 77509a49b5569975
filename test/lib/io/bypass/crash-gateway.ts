// A process that is made to be killed: keeps readings as fast as it can, says so when each is durable, and sends them up.
import { itemText } from '../../../../nodes/lib/bypass/body';
import { GatewaySide } from '../../../../nodes/lib/bypass/gateway-side';
import { WAY_LIMITS } from '../../../../nodes/lib/bypass/way-health';
import { clock, connect, DOWN_TOPIC, GATEWAY_ID, identityOf, say, TICK_MS, UP_TOPIC } from './bypass-process';

const [folder = '', url = '', code = '', round = '0'] = process.argv.slice(2);
/** The last round only delivers what the ones before have left. */
const isLast = round === 'last';
const READINGS_PER_PUT = 20;

const identity = identityOf('gateway', folder, code);
const side = new GatewaySide({
  gatewayId: GATEWAY_ID,
  store: identity.store,
  sealing: identity.sealing,
  clock,
  random: Math.random,
  ways: ['direct'],
  mode: 'direct',
  limits: WAY_LIMITS,
  room: { mostBytes: 100_000_000, mostAgeMs: 1e12 },
  heartbeatMs: 200,
  proof: null,
  isIntroduced: () => true,
  send: (_way, frame) => client.publish(UP_TOPIC, Buffer.from(frame), { qos: 0 }),
  hear: () => undefined,
});
const client = connect(url, DOWN_TOPIC, (frame) => side.receive(frame));

let number = 0;
function keep(): void {
  const names = Array.from({ length: READINGS_PER_PUT }, () => `${round}-${(number += 1)}`);
  side.put(
    names.map((meterId) => ({ lane: 1, meterId, text: itemText({ meterId, atMs: 1, energyWh: 1 }, '') })),
  );
  say(names.map((name) => `kept ${name}\n`).join(''));
}

side.start();
setInterval(() => {
  if (!isLast) keep();
  side.tick();
  if (isLast && side.waiting === 0) {
    identity.close();
    process.exit(0);
  }
}, TICK_MS);
