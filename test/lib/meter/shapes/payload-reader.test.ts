import assert from 'node:assert/strict';
import { PayloadReader } from '../../../../nodes/lib/meter/shapes/payload-reader';
import { TEXT_COMMANDS } from '../../../../nodes/lib/meter/shapes/text-meter';
import { P1 } from './sample-payloads';

const NOW_MS = 1_700_000_000_000;

function newReader(shuntOhm = 0.5): PayloadReader {
  return new PayloadReader({ settingsOf: () => ({ shuntOhm }), storedWh: () => null });
}

/** CRC-16/ARC by its table, apart from how the reader does it. */
function crc16(text: string): number {
  const table = Array.from({ length: 256 }, (_, byte) => {
    let value = byte;
    for (let bit = 0; bit < 8; bit += 1) value = value % 2 ? (value >> 1) ^ 0xa001 : value >> 1;
    return value;
  });
  return [...Buffer.from(text, 'latin1')].reduce((crc, byte) => (crc >> 8) ^ table[(crc ^ byte) & 0xff]!, 0);
}

describe('payload reader', () => {
  it('remembers the shape of a topic, and finds it out again when the device changes', () => {
    const reader = newReader();
    assert.equal(reader.shapeOf('tele/a/SENSOR'), undefined);
    reader.read('tele/a/SENSOR', '{"ENERGY":{"Total":1}}', NOW_MS);
    assert.equal(reader.shapeOf('tele/a/SENSOR'), 'Tasmota');
    reader.read('m', '230:229', NOW_MS);
    reader.read('m', 'energyWh=5', NOW_MS);
    assert.equal(reader.shapeOf('m'), 'key=value');
    reader.read('wk/M/reading', '{"energyWh":1}', NOW_MS);
    assert.deepEqual([...reader.seen].sort(), [
      ['Tasmota', 1],
      ['key=value', 1],
      ['own JSON', 1],
      ['text meter', 1],
    ]);
  });

  it('remembers a bounded number of topics and meters', () => {
    const reader = newReader();
    for (let index = 0; index < 100_000; index += 1) {
      reader.read(`s${index}/status/switch:0`, { output: true }, NOW_MS);
    }
    assert.equal(reader.shapeOf('s0/status/switch:0'), undefined);
    assert.equal(reader.shapeOf('s99999/status/switch:0'), 'Shelly Gen2');
    for (let index = 0; index < 200_000; index += 1) {
      reader.read('x', { meterId: `P${index}`, powerW: 1 }, NOW_MS);
    }
    assert.ok(reader.memory.size <= 200_000);
    assert.ok(!reader.memory.has('P0') && reader.memory.has('P199999'));
  });

  it('keeps to its bound on frames, in rows and in columns', () => {
    const rows = (count: number): unknown[] =>
      Array.from({ length: count }, (_, index) => ({ meterId: `M${index}`, energyWh: index }));
    const columns = (count: number): unknown => ({
      meters: rows(count).map((_, index) => `M${index}`),
      atMs: NOW_MS,
      energyWh: rows(count).map((_, index) => index),
    });
    for (const frame of [rows, columns]) {
      const whole = newReader().read('wk/gw/reading', frame(5_000), NOW_MS);
      assert.deepEqual([whole.readings.length, whole.total, whole.isFrame], [5_000, 5_000, true]);
      for (const count of [0, 5_001]) {
        const refused = newReader().read('wk/gw/reading', frame(count), NOW_MS);
        assert.deepEqual([refused.readings.length, refused.total], [0, 1]);
        assert.match(refused.refused[0]?.refusal.reason ?? '', /1 to 5000/);
      }
    }
    const lines = (count: number): string =>
      rows(count)
        .map((_, index) => `M${index},${NOW_MS},1`)
        .join('\n');
    assert.equal(newReader().read('csv', lines(5_000), NOW_MS).readings.length, 5_000);
    assert.equal(newReader().read('csv', lines(5_001), NOW_MS).readings.length, 0);
  });

  const columnFaults: [string, Record<string, unknown>, string][] = [
    ['a short column', { meters: ['a', 'b'], energyWh: [1] }, 'energyWh'],
    ['a column that is no list', { meters: ['a'], energyWh: [1], powerW: 5 }, 'powerW'],
    ['times for too few meters', { meters: ['a', 'b'], energyWh: [1, 2], atMs: [NOW_MS] }, 'atMs'],
    ['a row without a meter', { meters: [null], energyWh: [1] }, 'meterId'],
  ];
  for (const [name, frame, field] of columnFaults) {
    it(`refuses a frame with ${name}`, () => {
      const understood = newReader().read('wk/gw/reading', frame, NOW_MS);
      assert.equal(understood.readings.length, 0);
      assert.equal(understood.refused[0]?.refusal.field, field);
    });
  }

  it('lets nobody speak for another meter where topics say who speaks, in no shape', () => {
    const reader = newReader();
    const foreign: unknown[] = [
      { meterId: 'B', energyWh: 1 },
      [{ meterId: 'B', energyWh: 1 }],
      { meters: ['B'], energyWh: [1] },
      { meterId: 'B', kwh: 1 },
      { meterId: 'B', powerW: 1e6 },
      'meterId=B,kwh=1',
    ];
    for (const payload of foreign) {
      const understood = reader.read('wk/A/reading', payload, NOW_MS, () => true);
      assert.deepEqual(
        [understood.readings.length, understood.live.length, understood.events.length],
        [0, 0, 0],
      );
      assert.equal(understood.refused[0]?.refusal.field, 'meterId');
      assert.equal(understood.refused[0].refusal.value, 'B');
    }
    assert.equal(reader.memory.size, 0);
    const own = reader.read(
      'wk/A/reading',
      [{ energyWh: 1 }, { meterId: 'A:1', energyWh: 2 }],
      NOW_MS,
      () => true,
    );
    assert.equal(own.readings.length, 2);
  });

  it('never makes one meter of two devices', () => {
    const reader = newReader();
    const named = [
      'house/meter',
      'house/sensor/x',
      'house/x',
      'house/power/x',
      'meters/house',
      'a/house/data',
    ];
    const names = named.map((topic) => reader.read(topic, { kwh: 1 }, NOW_MS).readings[0]?.meterId);
    assert.deepEqual(names, [
      'house.meter',
      'house.sensor.x',
      'house.x',
      'house.power.x',
      'house',
      'a.house',
    ]);
    const topics = ['tele/a/plug/SENSOR', 'tele/b/plug/SENSOR', 'zigbee2mqtt/a/lamp', 'zigbee2mqtt/b/lamp'];
    const payload = { ENERGY: { Total: 1 }, energy: 1, power: 1, state: 'ON' };
    const meters = topics.map((topic) => reader.read(topic, payload, NOW_MS).readings[0]?.meterId);
    assert.equal(new Set(meters).size, topics.length);
  });

  it('takes a telegram whose checksum fits, with its leading zeros or without', () => {
    assert.equal(crc16('123456789'), 0xbb3d);
    let shortest = 0xffff;
    for (let tenths = 2000; shortest > 0xfff; tenths += 1) {
      const telegram = P1.replace('220.1', `${tenths / 10}`);
      const crc = crc16(telegram);
      shortest = Math.min(shortest, crc);
      const hex = crc.toString(16).toUpperCase();
      for (const end of [hex, hex.padStart(4, '0')]) {
        const bytes = Buffer.from(`${telegram}${end}\r\n`, 'latin1');
        assert.equal(newReader().read('dsmr/telegram', bytes, NOW_MS).readings.length, 1);
      }
      const other = Buffer.from(`${telegram}${((crc + 1) & 0xffff).toString(16)}\r\n`);
      assert.equal(newReader().read('dsmr/telegram', other, NOW_MS).readings.length, 0);
    }
  });

  it('reads the text meter over its shunt and knows its commands', () => {
    const reader = newReader(0.5);
    const started = reader.read('meters/A1', 'Meter Started', NOW_MS);
    assert.deepEqual(started.events, [{ kind: 'started', meterId: 'A1', atMs: NOW_MS }]);
    reader.read('meters/A1', '230:229', NOW_MS);
    const [reading] = reader.read('meters/A1', '230:229', NOW_MS + 60_000).readings;
    assert.deepEqual([reading?.currentA, reading?.powerW, reading?.energyWh], [2, 458, 7]);
    for (const command of Object.values(TEXT_COMMANDS)) {
      const understood = reader.read('meters/A1', command, NOW_MS);
      assert.deepEqual([understood.events.length, understood.refused.length], [0, 0]);
    }
  });

  it('outlives objects that throw when they are looked at', () => {
    const trap = {
      get energyWh(): number {
        throw new Error('no');
      },
    };
    for (const payload of [trap, [{ meterId: 'M', energyWh: 1 }, trap]]) {
      const understood = newReader().read('x', payload, NOW_MS);
      assert.deepEqual([understood.readings.length, understood.refused.length, understood.total], [0, 1, 1]);
    }
  });
});
