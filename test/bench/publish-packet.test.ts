import assert from 'node:assert/strict';
import { FIRST_WH, meterId, METERS, MeterRegisters, STEP_WH } from './meter-registers';
import { connectPacket, ReadingPacket } from './publish-packet';

const FIRST_MS = 1_750_000_000_000;

interface Published {
  packetId: number;
  topic: string;
  payload: unknown;
}

/** Reads a PUBLISH by the clauses of MQTT 3.1.1: §2.2.3 remaining length, §3.3.2 variable header. */
function readPublish(bytes: Buffer): Published {
  assert.equal(bytes[0], 0x32);
  let length = 0;
  let offset = 1;
  for (let factor = 1; ; factor *= 128) {
    const byte = bytes[offset]!;
    offset += 1;
    length += (byte & 0x7f) * factor;
    if (byte < 0x80) break;
  }
  assert.equal(offset + length, bytes.length);
  const topicEnd = offset + 2 + bytes.readUInt16BE(offset);
  return {
    topic: bytes.toString('utf8', offset + 2, topicEnd),
    packetId: bytes.readUInt16BE(topicEnd),
    payload: JSON.parse(bytes.toString('utf8', topicEnd + 2)) as unknown,
  };
}

function written(
  packet: ReadingPacket,
  packetId: number,
  meters: MeterRegisters,
  first: number,
  distance?: number,
): Published {
  const target = Buffer.alloc(packet.length + 3, 0xff);
  packet.write(target, 3, packetId, meters, first, distance);
  return readPublish(target.subarray(3));
}

describe('the packets of the publisher', () => {
  it('connects as MQTT 3.1.1 §3.1 says', () => {
    const expected = Buffer.concat([
      Buffer.from([0x10, 14, 0, 4]),
      Buffer.from('MQTT'),
      Buffer.from([4, 2, 0, 0, 0, 2]),
      Buffer.from('ab'),
    ]);
    assert.deepEqual(connectPacket('ab'), expected);
  });

  it('writes the next reading of a meter into the same bytes each time', () => {
    const meters = new MeterRegisters(METERS, FIRST_MS);
    const packet = ReadingPacket.ofMeter();
    const topic = `wk/${meterId(7)}/reading`;
    const reading = { meterId: meterId(7), atMs: FIRST_MS, energyWh: FIRST_WH, powerW: 1200 };
    assert.deepEqual(written(packet, 1, meters, 7), { packetId: 1, topic, payload: reading });
    const next = { ...reading, atMs: FIRST_MS + 60_000, energyWh: FIRST_WH + STEP_WH };
    assert.deepEqual(written(packet, 65_535, meters, 7), { packetId: 65_535, topic, payload: next });
  });

  it('writes one meter of a million after the other, each with a register of its own', () => {
    const meters = new MeterRegisters(1_000_000, FIRST_MS);
    const packet = ReadingPacket.ofMeter();
    for (const meter of [999_999, 0, 123_456]) {
      assert.deepEqual(written(packet, 2, meters, meter), {
        packetId: 2,
        topic: `wk/${meterId(meter)}/reading`,
        payload: { meterId: meterId(meter), atMs: FIRST_MS, energyWh: FIRST_WH, powerW: 1200 },
      });
    }
  });

  it('writes frames long enough for three bytes of remaining length', () => {
    const meters = new MeterRegisters(METERS, FIRST_MS);
    const own = Array.from({ length: 500 }, (_, index) => 1 + 2 * index);
    const packet = ReadingPacket.ofGateway('gateway', own.length);
    assert.ok(packet.length > 16_384);
    written(packet, 1, meters, 1, 2);
    const { topic, payload } = written(packet, 2, meters, 1, 2);
    assert.equal(topic, 'wk/gateway/reading');
    assert.deepEqual(
      (payload as { meterId: string; energyWh: number }[]).map(({ meterId: id, energyWh }) => [id, energyWh]),
      own.map((meter) => [meterId(meter), FIRST_WH + STEP_WH]),
    );
  });
});
