import assert from 'node:assert/strict';
import { PayloadReader } from '../../../../nodes/lib/meter/shapes/payload-reader';
import type { Understood } from '../../../../nodes/lib/meter/shapes/understood';

const NOW_MS = 1_700_000_000_000;
const OWN = { energyWh: 5_000 };
const TOTAL = {
  device_class: 'energy',
  state_class: 'total_increasing',
  unit_of_measurement: 'Wh',
};

describe('devices that may speak for themselves only', () => {
  let reader: PayloadReader;
  beforeEach(() => {
    reader = new PayloadReader({ settingsOf: () => ({}), storedWh: () => null });
  });
  const say = (topic: string, payload: unknown, isBound = (device: string): boolean => device !== 'gw') =>
    reader.read(topic, typeof payload === 'string' ? payload : JSON.stringify(payload), NOW_MS, isBound);
  const metersOf = ({ readings, live, events }: Understood): string[] => [
    ...new Set([...readings, ...live, ...events].map(({ meterId }) => meterId)),
  ];

  const own: [string, unknown, string][] = [
    ['wk/M1/reading', OWN, 'M1'],
    ['wk/M1/reading', { ...OWN, meterId: 'M1:2' }, 'M1:2'],
    ['wk/gw/reading', { ...OWN, meterId: 'M7' }, 'M7'],
    ['block1', '230:229', 'block1'],
    ['block1/data', OWN, 'block1'],
    ['a.b', OWN, 'a.b'],
    ['tele/plug/SENSOR', { ENERGY: { Total: 1 } }, 'plug'],
    ['stat/plug/POWER', 'ON', 'plug'],
    ['shellies/s1/emeter/0/total', '12', 's1'],
    ['shellies/s1/emeter/1/total', '12', 's1:1'],
    ['s2/status/switch:0', { aenergy: { total: 6 } }, 's2'],
    ['s2/status/switch:1', { aenergy: { total: 6 } }, 's2:1'],
    ['s2/events/rpc', { method: 'NotifyStatus', params: { 'em1data:2': { total_act_energy: 1 } } }, 's2:2'],
    ['s2/online', 'true', 's2'],
    ['garage/sensor/total_energy_wh/state', '12', 'garage'],
    ['garage/sensor/pzem_energy_wh/state', '12', 'garage:pzem'],
    ['garage/status', 'online', 'garage'],
    ['zigbee2mqtt/kitchen', { energy: 1, power: 5, voltage: 230, linkquality: 9 }, 'kitchen'],
    ['zigbee2mqtt/hall/lamp', { energy: 1, power: 5, voltage: 230, linkquality: 9 }, 'hall.lamp'],
    ['zigbee2mqtt/kitchen/availability', 'online', 'kitchen'],
  ];
  for (const [topic, payload, meterId] of own) {
    it(`lets ${topic} be ${meterId}`, () => {
      const understood = say(topic, payload);
      assert.deepEqual([metersOf(understood), understood.refused], [[meterId], []]);
    });
  }

  const foreign: [string, unknown][] = [
    ['block1/2', OWN],
    ['block1/2', '230:229'],
    ['block1/2/status/switch:0', { aenergy: { total: 6 } }],
    ['block1/2/sensor/total_energy_wh/state', '12'],
    ['block1/2/status', 'offline'],
    ['Meter/victim', OWN],
    ['tele/block1/2/SENSOR', { ENERGY: { Total: 1 } }],
    ['block1', { ...OWN, meterId: 'block1.2' }],
  ];
  for (const [topic, payload] of foreign) {
    it(`lets ${topic} with ${JSON.stringify(payload)} be nobody else`, () => {
      const understood = say(topic, payload);
      assert.deepEqual(metersOf(understood), []);
      assert.equal(understood.refused[0]?.refusal.field, 'meterId');
      assert.equal(metersOf(say(topic, payload, () => false)).length, 1, 'on an open broker it may');
    });
  }

  it('announce their own topics and nobody else’s', () => {
    const announce = (topic: string, device: string): Understood =>
      say('homeassistant/sensor/node1/energy/config', {
        ...TOTAL,
        state_topic: topic,
        value_template: '{{ value_json.today }}',
        device: { identifiers: [device] },
      });
    for (const topic of ['node2/all', 'tele/node2/all', 'zigbee2mqtt/node2', 'node2'])
      announce(topic, 'node2');
    for (const topic of ['node2/all', 'tele/node2/all', 'zigbee2mqtt/node2', 'node2'])
      assert.notEqual(say(topic, { today: 7 }).shape, 'Home Assistant', topic);
    announce('node1/all', 'node1');
    assert.deepEqual(say('node1/all', { today: 7 }).readings, [
      { meterId: 'node1', atMs: NOW_MS, energyWh: 7 },
    ]);
    announce('node1/all', 'node2');
    assert.deepEqual(metersOf(say('node1/all', { today: 8 })), ['node1', 'node1:node2']);
    assert.equal(reader.droppedAnnouncements, 4);
  });

  it('may be known by a hardware address: then they are meters of whoever announces them, and two stay two', () => {
    const announce = (device: string, topic: string, isBound?: () => boolean): Understood => {
      const config = { ...TOTAL, state_topic: topic, value_template: '{{ value_json.e }}' };
      const whole = { ...config, device: { identifiers: [device] } };
      const say = (at: string, payload: object): Understood =>
        reader.read(at, JSON.stringify(payload), NOW_MS, isBound ?? ((): boolean => true));
      say('homeassistant/sensor/node1/energy/config', whole);
      return say(topic, { e: 9 });
    };
    const found = ['30:ae:a4:00:00:01', '30aea4000002'].map((mac, index) => announce(mac, `node1/${index}`));
    assert.deepEqual(
      found.map(({ readings, refused }) => [readings.map(({ meterId }) => meterId), refused.length]),
      [
        [['node1:30:ae:a4:00:00:01'], 0],
        [['node1:30aea4000002'], 0],
      ],
    );
    const free = announce('30aea4000003', 'node1/3', () => false);
    assert.deepEqual(metersOf(free), ['30aea4000003'], 'on an open broker the address is the name');
  });

  it('announce the parts of a device by the same rule', () => {
    const part = { ...TOTAL, platform: 'sensor', value_template: '{{ value_json.e }}' };
    say('homeassistant/device/node1/all/config', {
      device: { identifiers: 'node1' },
      components: { energy: { ...part, state_topic: 'node2/x' }, total: { ...part, state_topic: 'node1/x' } },
    });
    assert.notEqual(say('node2/x', { e: 1 }).shape, 'Home Assistant');
    assert.equal(say('node1/x', { e: 1 }).shape, 'Home Assistant');
  });
});
