import assert from 'node:assert/strict';
import { checkProfile } from '../../../../nodes/lib/meter/shapes/check-profile';
import { parseJsonPath, valueAt } from '../../../../nodes/lib/meter/shapes/json-path';
import { PayloadReader } from '../../../../nodes/lib/meter/shapes/payload-reader';
import type { Profile } from '../../../../nodes/lib/meter/shapes/profile';
import gatewayList from './profiles/gateway-list.json';
import tasmotaSml from './profiles/tasmota-sml.json';

const NOW_MS = 1_700_000_000_000;

function load(file: unknown): Profile {
  const checked = checkProfile(file);
  assert.ok(checked.ok, checked.ok ? '' : checked.problems.join('; '));
  return checked.profile;
}

function readerOf(...files: unknown[]): PayloadReader {
  return new PayloadReader({ settingsOf: () => ({}), storedWh: () => null, profiles: files.map(load) });
}

describe('profiles', () => {
  it('come before what is built in, and only where they match', () => {
    const reader = readerOf(tasmotaSml);
    const sml = { SML: { kind: 'sml', total_in: 1234.5678, total_out: '0.9', power_curr: -3 } };
    const understood = reader.read('tele/head/SENSOR', JSON.stringify(sml), NOW_MS);
    assert.equal(understood.shape, 'Tasmota SML reader');
    assert.deepEqual(understood.readings, [
      { meterId: 'head', atMs: NOW_MS, energyWh: 1_234_567, exportWh: 900, powerW: -3 },
    ]);
    const plug = reader.read('tele/plug/SENSOR', '{"ENERGY":{"Total":1}}', NOW_MS);
    assert.equal(plug.shape, 'Tasmota');
  });

  it('read lists, scales, signs and decimal commas exactly', () => {
    const payload = {
      data: {
        meters: [
          { no: 17, t: 1_700_000_000, e: ['12345,67'], 'p.out': '1,5' },
          { no: 'B', e: ['1.234,5'] },
          { no: '', e: [1] },
        ],
      },
    };
    const understood = readerOf(gatewayList).read('gw/a/b', payload, NOW_MS);
    assert.deepEqual(understood.readings, [
      { meterId: '17', atMs: NOW_MS, energyWh: 1_234_567, powerW: -1500 },
    ]);
    assert.deepEqual(
      understood.refused.map(({ refusal }) => [refusal.field, refusal.value]),
      [
        ['e[0]', '1.234,5'],
        ['meterId', ''],
      ],
    );
  });

  it('say that their list is missing or too long', () => {
    const reader = readerOf(gatewayList);
    const tooMany = { data: { meters: Array.from({ length: 5_001 }, () => ({})) } };
    for (const payload of [{}, { data: { meters: 5 } }, tooMany]) {
      const [refused] = reader.read('gw/a', payload, NOW_MS).refused;
      assert.equal(refused?.refusal.field, 'data.meters');
      assert.match(refused.refusal.reason, /at most 5000/);
    }
  });

  it('count pulses and add up power for devices that have no register', () => {
    const pulses = readerOf({ name: 'S0', topic: 's0/+', pulses: { path: 'n', impPerKwh: 800 } });
    assert.equal(pulses.read('s0/a', { n: 1_234_567 }, NOW_MS).readings[0]?.energyWh, 1_543_208);
    const power = readerOf({
      name: 'clamp',
      topic: 'clamp/+',
      register: 'integrated',
      fields: [{ field: 'powerW', path: 'w', unit: 'W' }],
    });
    power.read('clamp/a', { w: 3600 }, NOW_MS);
    const [reading] = power.read('clamp/a', { w: 3600 }, NOW_MS + 60_000).readings;
    assert.equal(reading?.energyWh, 60);
  });

  const good = { name: 'x', topic: 'a/+', fields: [{ field: 'energyWh', path: 'e', unit: 'kWh' }] };
  const bad: [string, unknown, RegExp][] = [
    ['no object', 7, /must be an object, got 7/],
    ['an unknown part', { ...good, topics: 'a' }, /topics is no part/],
    ['no name', { ...good, name: '' }, /name must be a short text/],
    ['a topic with a misplaced wildcard', { ...good, topic: 'a/#/b' }, /topic must be an MQTT topic/],
    ['no fields', { ...good, fields: [] }, /fields must be a list/],
    [
      'a field nobody knows',
      { ...good, fields: [{ field: 'constructor', path: 'e' }] },
      /fields\[0\]\.field/,
    ],
    ['a path that is none', { ...good, fields: [{ field: 'powerW', path: 'a..b', unit: 'W' }] }, /\.path/],
    [
      'a unit of another field',
      { ...good, fields: [{ field: 'powerW', path: 'p', unit: 'V' }] },
      /\.unit must be a unit for powerW, such as W, got V/,
    ],
    [
      'a scale of zero',
      { ...good, fields: [{ field: 'powerW', path: 'p', unit: 'W', scale: 0 }] },
      /\.scale/,
    ],
    [
      'a scale that is NaN',
      { ...good, fields: [{ field: 'powerW', path: 'p', unit: 'W', scale: NaN }] },
      /\.scale/,
    ],
    [
      'a sign of 2',
      { ...good, fields: [{ field: 'powerW', path: 'p', unit: 'W', sign: 2 }] },
      /\.sign must be 1 or -1/,
    ],
    ['a field twice', { ...good, fields: [...good.fields, ...good.fields] }, /must not be given twice/],
    ['a constant of pulses below 0', { ...good, pulses: { path: 'n', impPerKwh: -1 } }, /impPerKwh/],
    ['a level 0 of the topic', { ...good, meterId: { topicLevel: 0 } }, /topicLevel/],
    ['a match without a value', { ...good, match: { path: 'a' } }, /match\.equals/],
  ];
  for (const [name, file, problem] of bad) {
    it(`refuses ${name} and says where`, () => {
      const checked = checkProfile(file);
      assert.ok(!checked.ok);
      assert.match(checked.problems.join('; '), problem);
    });
  }
});

describe('json path', () => {
  const root: unknown = JSON.parse('{"a":{"b":[{"c.d":1},2]},"__proto__":{"x":3},"1":"one"}');
  const paths: [string, unknown][] = [
    ['a.b[1]', 2],
    ['$.a.b[0]["c.d"]', 1],
    ["a['b'][0]['c.d']", 1],
    ['__proto__.x', 3],
    ['1', 'one'],
    ['a.b.length', undefined],
    ['constructor', undefined],
    ['a.toString', undefined],
  ];
  for (const [path, expected] of paths) {
    it(`finds ${path}`, () => {
      assert.deepEqual(valueAt(root, parseJsonPath(path) ?? ['?']), expected);
    });
  }
  for (const path of ['a..b', '.a', 'a.', 'a[', 'a[x]', 'a b', `a${'.a'.repeat(20)}`, 'x'.repeat(201)]) {
    it(`refuses ${path.slice(0, 20)}`, () => {
      assert.equal(parseJsonPath(path), null);
    });
  }
});
