// What a stranger or a device that has gone bad can try, over real sockets: each time it is refused and noted, and an
// honest device is served within a second.
import assert from 'node:assert/strict';
import type { MqttClient } from 'mqtt';
import { AttackedBroker, closed, connectPacket, subscribePacket } from './attacked-broker';

const MEGABYTE = 1_048_576;
/** Remaining lengths as MQTT 3.1.1 §2.2.3 writes them. */
const LENGTH_1_MB = [0x80, 0x80, 0x40];
const LENGTH_MOST = [0xff, 0xff, 0xff, 0x7f];

const LONG_COMMAND = 'x'.repeat(64 * 1_024);

/** Device A listens to its commands and then reads nothing any more. */
async function freeze(broker: AttackedBroker): Promise<void> {
  const frozen = await broker.stranger();
  frozen.write(connectPacket('raw', 'A', broker.passwords['A']!));
  await new Promise((resolve) => frozen.once('data', resolve));
  frozen.write(subscribePacket('wk/A/command'));
  await new Promise((resolve) => frozen.once('data', resolve));
  frozen.pause();
}

describe('the embedded broker under attack', function () {
  this.timeout(60_000);
  let broker: AttackedBroker;
  let honest: MqttClient;
  beforeEach(async () => {
    broker = new AttackedBroker();
    await broker.open({ timing: { connectWithinMs: 300, frozenAfterMs: 200, lookEveryMs: 50 } });
    honest = await broker.connect('honest');
  });
  afterEach(async () => {
    await broker.serves(honest);
    await broker.close();
  });

  it('hears nothing that A says as B', async () => {
    for (const topic of [
      'wk/B/reading',
      'wk/B/relay',
      'wk/A/command',
      'wk/B/command',
      '$SYS/x/new/clients',
      'A',
    ]) {
      const thief = await broker.connect('A');
      thief.publish(topic, 'forged', { qos: 1 });
      await closed(thief);
    }
    await broker.refused('topic', 6);
    assert.deepEqual(broker.heard, []);
  });

  it('lets nobody hear others, all, or what is its own', async () => {
    const spy = await broker.connect('A');
    const filters = ['#', '$SYS/#', '+/#', 'wk/+/command', 'wk/B/command', 'wk/A/#', '$share/g/wk/+/reading'];
    for (const filter of filters) {
      await assert.rejects(spy.subscribeAsync(filter, { qos: 1 }), filter);
    }
    spy.on('message', (topic) => assert.fail(`heard ${topic}`));
    await broker.broker.publish('wk/B/command', 'off');
    await broker.serves(honest);
    await spy.subscribeAsync('wk/A/command');
    assert.ok(spy.connected, 'a refused subscription is answered, the device stays');
    await broker.refused('subscription', filters.length);
  });

  it('takes no forged will', async () => {
    for (const topic of ['wk/B/reading', 'wk/A/command', 'wk/+/reading', 'wk/A/#', '$SYS/x']) {
      const will = { topic, payload: Buffer.from('forged'), qos: 1 as const, retain: true };
      assert.ok(await broker.isRefused('A', { will }), topic);
    }
    await broker.refused('will', 5);
    assert.deepEqual(broker.heard, []);
  });

  it('cuts off whoever uses a topic of 101 levels', async () => {
    const deep = ['wk', 'A', ...Array<string>(99).fill('x')].join('/');
    const writer = await broker.connect('A');
    writer.publish(deep, 'x', { qos: 1 });
    await closed(writer);
    const reader = await broker.connect('A');
    await assert.rejects(reader.subscribeAsync(deep));
    await closed(reader);
    await broker.refused('protocol', 2);
    const long = await broker.connect('A');
    long.publish(`wk/A/${'x'.repeat(300)}`, 'x', { qos: 1 });
    await closed(long);
    await broker.refused('topic');
  });

  it('refuses a payload of 1 MB by its header, before the bytes come', async () => {
    const sender = await broker.stranger();
    sender.write(connectPacket('raw', 'A', broker.passwords['A']!));
    await new Promise((resolve) => sender.once('data', resolve));
    sender.write(Buffer.from([0x32, ...LENGTH_1_MB]));
    await closed(sender);
    await broker.refused('size');
    const whole = await broker.connect('A');
    whole.publish('wk/A/reading', Buffer.alloc(MEGABYTE), { qos: 1 });
    await closed(whole);
    assert.deepEqual(broker.heard, []);
  });

  it('gives a stranger no memory to fill before CONNECT', async () => {
    const first = [0x10, 0x30, 0x82, 0xc0, 0xf0, 0x00];
    for (const byte of first) {
      const stranger = await broker.stranger();
      stranger.write(Buffer.from([byte, ...LENGTH_MOST]));
      await closed(stranger);
    }
    const { protocol = 0, size = 0 } = broker.broker.refusals;
    assert.equal(protocol + size, first.length);
    await broker.refused('size', 1);
  });

  it('closes half a CONNECT that is held open, and whoever says nothing', async () => {
    const half = connectPacket('raw', 'A', broker.passwords['A']!).subarray(0, 20);
    const strangers = await Promise.all(Array.from({ length: 20 }, () => broker.stranger()));
    for (const [index, stranger] of strangers.entries()) if (index % 2 === 0) stranger.write(half);
    await broker.serves(honest);
    await Promise.all(strangers.map(closed));
    await broker.refused('silent', 20);
  });

  it('serves others while one address connects a thousand times in a second', async () => {
    const startMs = performance.now();
    const flood = Array.from({ length: 1_000 }, async (_, index) => {
      const stranger = await broker.stranger('127.0.0.2');
      stranger.write(connectPacket(`c${index}`, 'A', 'guess'));
      return closed(stranger);
    });
    const served: Promise<void>[] = [broker.serves(honest)];
    await Promise.all(flood);
    await Promise.all(served);
    assert.ok(performance.now() - startMs < 5_000);
    const { connections = 0, login = 0, busy = 0 } = broker.broker.refusals;
    assert.ok(connections >= 500, `${connections} were turned away at the door`);
    // What was not turned away had its password checked, or ended before anybody came to it.
    assert.ok(login + busy > 0 && connections + login + busy <= 1_000);
    await broker.refused('connections', 500);
    await broker.connect('B');
  });

  it('keeps places for others when one address takes all that it can get', async () => {
    const small = new AttackedBroker();
    const limits = {
      maxConnections: 20,
      maxConnectionsPerAddress: 5,
      connectsPerSecond: 1_000,
      messagesPerMinute: 0,
      maxPayloadBytes: 1_000,
    };
    await small.open({ limits });
    const guests = await Promise.all(Array.from({ length: 10 }, () => small.stranger('127.0.0.2')));
    await Promise.all(guests.slice(5).map(closed));
    await small.refused('connections', 5);
    await small.serves(await small.connect('honest'));
    await small.close();
  });

  it('cuts off a subscriber that has frozen, and lets nobody wait for it', async () => {
    await freeze(broker);
    const gone = new Promise<string>((resolve) => broker.broker.onDevice(({ kind }) => resolve(kind)));
    for (let sent = 0; sent < 100; sent += 1) await broker.broker.publish('wk/A/command', LONG_COMMAND);
    await broker.serves(honest);
    await broker.refused('slow');
    assert.equal(await gone, 'cut');
  });

  it('keeps only so much for a frozen subscriber, however patient it is', async () => {
    const patient = new AttackedBroker();
    await patient.open({ timing: { frozenAfterMs: 600_000 } });
    await freeze(patient);
    const served = await patient.connect('honest');
    // What the network takes on the way is not the broker's memory, but has a bound as well.
    for (let sent = 0; sent < 400; sent += 1) await patient.broker.publish('wk/A/command', LONG_COMMAND);
    await patient.serves(served);
    await patient.refused('slow');
    await patient.close();
  });

  it('slows down a device that says too much, then cuts it off', async () => {
    const chatty = await broker.connect('A');
    for (let sent = 0; sent < 2_000; sent += 1) chatty.publish('wk/A/reading', 'x', { qos: 0 });
    await broker.serves(honest);
    await closed(chatty);
    await broker.refused('rate');
    const again = await broker.connect('A');
    again.publish('wk/A/reading', 'y', { qos: 1 });
    for (let sent = 0; sent < 100; sent += 1) again.publish('wk/A/reading', 'x', { qos: 0 });
    await closed(again);
    assert.ok(broker.heard.length < 650, 'coming back does not bring a new allowance');
  });

  it('cuts off a device that pings all day', async () => {
    const pinging = await broker.stranger();
    pinging.write(connectPacket('raw', 'A', broker.passwords['A']!));
    await new Promise((resolve) => pinging.once('data', resolve));
    pinging.write(Buffer.from(Array<number[]>(100).fill([0xc0, 0]).flat()));
    await closed(pinging);
    await broker.refused('rate');
  });

  it('lets nobody push another device off by its client id', async () => {
    const victim = await broker.connect('B', { clientId: 'same' });
    victim.on('close', () => assert.fail('it was pushed off'));
    await broker.connect('A', { clientId: 'same' });
    await broker.connect('A', { clientId: 'B/same' });
    await victim.publishAsync('wk/B/reading', 'here', { qos: 1 });
    victim.removeAllListeners('close');
    assert.deepEqual(broker.heard, ['wk/B/reading here']);
  });

  it('keeps nothing for who is away, so that old commands are not obeyed late', async () => {
    const first = await broker.connect('A', { clean: false });
    await first.subscribeAsync('wk/A/command', { qos: 1 });
    await first.endAsync(true);
    await broker.broker.publish('wk/A/command', 'off');
    const second = await broker.connect('A', { clean: false });
    second.on('message', () => assert.fail('an old command'));
    await second.subscribeAsync('wk/A/command', { qos: 1 });
    await second.publishAsync('wk/A/reading', 'x', { qos: 1 });
  });
});
