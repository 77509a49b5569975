// What keeps a broker's memory and log within bounds.
import assert from 'node:assert/strict';
import { AddressDesk, networkOf } from '../../../nodes/lib/devices/address-desk';
import { gateLimits, keepAliveS } from '../../../nodes/lib/devices/broker-bounds';
import { parseBrokerLimits, WIDEST_LIMITS } from '../../../nodes/lib/devices/broker-limits';
import { DevicePresence } from '../../../nodes/lib/devices/device-presence';
import { MessageRates } from '../../../nodes/lib/devices/message-rates';
import { PacketGate } from '../../../nodes/lib/devices/packet-gate';
import { RefusalLog } from '../../../nodes/lib/devices/refusal-log';
import { TokenBucket } from '../../../nodes/lib/devices/token-bucket';

const LIMITS = {
  connectBytes: 100,
  publishBytes: 1_000,
  otherBytes: 50,
  requests: { perSecond: 1, burst: 2 },
};
const CONNECT = [0x10, 2, 0, 0];
const PING = [0xc0, 0];

function seen(bytes: number[], step: number): string | null {
  const gate = new PacketGate(LIMITS, 0);
  for (let at = 0; at < bytes.length; at += step) {
    const fault = gate.see(Uint8Array.from(bytes.slice(at, at + step)), 0);
    if (fault !== null) return fault;
  }
  return null;
}

describe('the gate before the parser', () => {
  const cases: [string, number[], string | null][] = [
    ['a whole CONNECT', CONNECT, null],
    ['something else first', [0x30, 2, 0, 0], 'protocol'],
    ['a second CONNECT', [...CONNECT, ...CONNECT], 'protocol'],
    ['a CONNECT of 100 bytes', [0x10, 100], null],
    ['a CONNECT of 101 bytes', [0x10, 101], 'size'],
    ['a PUBLISH of 1,000 bytes', [...CONNECT, 0x32, 0xe8, 0x07], null],
    ['a PUBLISH of 1,001 bytes', [...CONNECT, 0x32, 0xe9, 0x07], 'size'],
    ['a SUBSCRIBE of 51 bytes', [...CONNECT, 0x82, 51], 'size'],
    ['a length of five bytes', [...CONNECT, 0x32, 0xff, 0xff, 0xff, 0xff, 0x01], 'protocol'],
    ['two pings', [...CONNECT, ...PING, ...PING], null],
    ['three pings at once', [...CONNECT, ...PING, ...PING, ...PING], 'rate'],
    ['a body that looks like headers', [0x10, 3, 0x10, 0xff, 0xff, ...PING], null],
  ];
  for (const [name, bytes, expected] of cases) {
    it(`answers ${expected ?? 'nothing'} to ${name}, however it is cut`, () => {
      for (let step = 1; step <= bytes.length; step += 1) assert.equal(seen(bytes, step), expected);
    });
  }

  it('hears a goodbye', () => {
    const gate = new PacketGate(LIMITS, 0);
    gate.see(Uint8Array.from(CONNECT), 0);
    assert.ok(!gate.hasSaidGoodbye);
    gate.see(Uint8Array.from([0xe0, 0]), 0);
    assert.ok(gate.hasSaidGoodbye);
  });
});

describe('the bounds of a broker', () => {
  it('counts connections of an address, and lets a network of IPv6 count as one', () => {
    const desk = new AddressDesk({ maxConnections: 2, connects: { perSecond: 10, burst: 10 } });
    assert.deepEqual(
      [1, 2, 3].map(() => desk.enter('10.0.0.1', 0)),
      [true, true, false],
    );
    assert.ok(desk.enter('10.0.0.2', 0));
    desk.leave('10.0.0.1');
    assert.ok(desk.enter('10.0.0.1', 0));
    assert.equal(networkOf('::ffff:10.0.0.1'), '10.0.0.1');
    assert.equal(networkOf('2001:db8:1:2:3:4:5:6'), networkOf('2001:db8:1:2::9'));
    assert.notEqual(networkOf('2001:db8:1:2::1'), networkOf('2001:db8:1:3::1'));
  });

  it('lets an address connect at its rate only, and remembers so many addresses', () => {
    const desk = new AddressDesk({ maxConnections: 100, connects: { perSecond: 2, burst: 2 } });
    assert.deepEqual(
      [0, 0, 0, 499, 500].map((ms) => desk.enter('a', ms)),
      [true, true, false, false, true],
    );
    for (let guest = 0; guest < 20_000; guest += 1) {
      desk.enter(`b${guest}`, 0);
      desk.leave(`b${guest}`);
    }
    assert.ok(desk.size <= 10_001);
    assert.ok(!desk.enter('a', 501), 'who is connected is not forgotten');
  });

  it('counts every refusal, and tells of each kind once a minute', () => {
    const log = new RefusalLog();
    assert.deepEqual(log.note('login', 'a', 0), { kind: 'login', count: 1, detail: 'a' });
    for (let guess = 0; guess < 1_000; guess += 1) assert.equal(log.note('login', `b${guess}`, 59_999), null);
    assert.equal(log.note('topic', 'c', 1)?.count, 1);
    assert.deepEqual(log.flush(59_999), []);
    assert.deepEqual(log.flush(60_000), [{ kind: 'login', count: 1_000, detail: 'b999' }]);
    assert.deepEqual(log.counts, { login: 1_001, topic: 1 });
    const { detail } = log.note('name', `\n\u202e${'x'.repeat(1_000)}`, 0)!;
    assert.match(detail, /^\?\?x+…$/);
    assert.equal(detail.length, 121);
  });

  it('gives a device one allowance, however often it connects, and forgets it when it is whole again', () => {
    const rates = new MessageRates(60);
    const bucket = rates.bucketOf('A', 0)!;
    for (let sent = 0; sent < 60; sent += 1) assert.equal(bucket.take(0), 0);
    assert.equal(rates.bucketOf('A', 0)!.take(0), 1_000);
    rates.forgetFull(() => false, 60_000);
    assert.equal(rates.bucketOf('A', 60_000), bucket, 'it still owes one');
    rates.forgetFull(() => true, 120_000);
    assert.equal(rates.bucketOf('A', 120_000), bucket, 'who is connected keeps it');
    rates.forgetFull(() => false, 120_000);
    assert.notEqual(rates.bucketOf('A', 120_000), bucket);
    assert.equal(new MessageRates(0).bucketOf('A', 0), null);
  });

  it('does not punish asking again after a refusal', () => {
    const bucket = new TokenBucket({ perSecond: 1, burst: 1 }, 0);
    assert.ok(bucket.tryTake(0));
    for (let again = 0; again < 100; again += 1) assert.ok(!bucket.tryTake(999));
    assert.ok(bucket.tryTake(1_000));
  });

  it('tells that a device is gone when its last connection is', () => {
    const presence = new DevicePresence();
    const will = { topic: 'wk/A/gone', payload: Buffer.from('x') };
    assert.equal(presence.enter('A')?.kind, 'online');
    assert.equal(presence.enter('A'), null, 'it comes back before its old connection is gone');
    assert.equal(presence.leave('A', 'outage', will), null);
    assert.ok(presence.isOnline('A'));
    assert.deepEqual(presence.leave('A', 'outage', will), { kind: 'outage', device: 'A', will });
    assert.equal(presence.leave('A', 'outage', will), null);
    presence.enter('A');
    assert.deepEqual(presence.leave('A', 'left', will), { kind: 'left', device: 'A', will: null });
    assert.equal(presence.size, 0);
  });

  it('holds every device to a keep-alive between five seconds and an hour', () => {
    assert.deepEqual([0, 1, 5, 60, 3_600, 65_535].map(keepAliveS), [3_600, 5, 5, 60, 3_600, 3_600]);
    assert.ok(gateLimits(parseBrokerLimits(WIDEST_LIMITS)).publishBytes > 1_048_576);
  });

  it('reads limits at their bounds, and names the field that is wrong', () => {
    assert.equal(parseBrokerLimits(WIDEST_LIMITS).maxPayloadBytes, 1_048_576);
    const fields = Object.keys(WIDEST_LIMITS) as (keyof typeof WIDEST_LIMITS)[];
    for (const field of fields) {
      for (const text of ['', '-1', '1.5', 'many', '1e9', 'Infinity'])
        assert.throws(() => parseBrokerLimits({ ...WIDEST_LIMITS, [field]: text }), /whole number from/);
    }
    assert.throws(
      () => parseBrokerLimits({ ...WIDEST_LIMITS, maxPayloadKb: '1025' }),
      /kB must be .* got "1025"/,
    );
    assert.equal(parseBrokerLimits({ ...WIDEST_LIMITS, messagesPerMinute: '0' }).messagesPerMinute, 0);
  });
});
