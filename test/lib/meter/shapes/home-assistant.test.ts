import assert from 'node:assert/strict';
import { discoveryMessages } from '../../../../nodes/lib/meter/shapes/discovery-message';
import { PayloadReader } from '../../../../nodes/lib/meter/shapes/payload-reader';

const NOW_MS = 1_700_000_000_000;

function newReader(): PayloadReader {
  return new PayloadReader({ settingsOf: () => ({}), storedWh: () => null });
}

describe('Home Assistant discovery', () => {
  it('says what is on a topic, in short words and with a base topic', () => {
    const reader = newReader();
    const config = {
      '~': 'solar/inv1',
      stat_t: '~/state',
      dev_cla: 'energy',
      stat_cla: 'total_increasing',
      unit_of_meas: 'kWh',
      val_tpl: '{{ value_json.totals.import | float }}',
      dev: { ids: ['inv1'], name: 'Inverter' },
    };
    const heard = reader.read('homeassistant/sensor/inv1/energy/config', JSON.stringify(config), NOW_MS);
    assert.deepEqual([heard.shape, heard.noted, heard.refused.length], ['Home Assistant', 1, 0]);
    const power = { ...config, dev_cla: 'power', unit_of_meas: 'kW', val_tpl: "{{ value_json['p'] }}" };
    reader.read('homeassistant/sensor/inv1/power/config', JSON.stringify(power), NOW_MS);
    const [reading] = reader.read(
      'solar/inv1/state',
      '{"totals":{"import":1.234},"p":"0.5"}',
      NOW_MS,
    ).readings;
    assert.deepEqual(reading, { meterId: 'inv1', atMs: NOW_MS, energyWh: 1234, powerW: 500 });
  });

  it('gives ESPHome the unit of its energy', () => {
    const reader = newReader();
    const topic = 'garage/sensor/pzem_energy/state';
    const config = { state_topic: topic, device_class: 'energy', state_class: 'total_increasing' };
    reader.read(
      'homeassistant/sensor/garage/pzem_energy/config',
      { ...config, unit_of_measurement: 'Wh', device: { identifiers: 'aabb', name: 'garage' } },
      NOW_MS,
    );
    const [reading] = reader.read(topic, '1234.9', NOW_MS).readings;
    assert.deepEqual(reading, { meterId: 'garage:pzem', atMs: NOW_MS, energyWh: 1234 });
  });

  it('reads a whole device, its switch and its export', () => {
    const reader = newReader();
    const config = {
      dev: { ids: 'dev7' },
      stat_t: 'dev7/all',
      cmps: {
        energy_import: {
          p: 'sensor',
          dev_cla: 'energy',
          stat_cla: 'total',
          unit_of_meas: 'Wh',
          val_tpl: '{{value_json.i}}',
        },
        energy_export: {
          p: 'sensor',
          dev_cla: 'energy',
          stat_cla: 'total',
          unit_of_meas: 'Wh',
          val_tpl: '{{value_json.e}}',
        },
        relay: { p: 'switch', val_tpl: '{{value_json.r}}', pl_on: '1', pl_off: '0' },
        daily_energy: {
          p: 'sensor',
          dev_cla: 'energy',
          stat_cla: 'total',
          unit_of_meas: 'Wh',
          val_tpl: '{{value_json.d}}',
        },
        odd: { p: 'sensor', dev_cla: 'power', unit_of_meas: 'W', val_tpl: '{{ value_json.p * 2 }}' },
      },
    };
    reader.read('homeassistant/device/dev7/config', JSON.stringify(config), NOW_MS);
    const understood = reader.read('dev7/all', '{"i":10,"e":5,"r":"1","d":3,"p":9}', NOW_MS);
    assert.deepEqual(understood.readings, [{ meterId: 'dev7', atMs: NOW_MS, energyWh: 10, exportWh: 5 }]);
    assert.deepEqual(understood.events, [{ kind: 'relay', meterId: 'dev7', atMs: NOW_MS, reported: 'on' }]);
  });

  it('learns a bounded number of topics', () => {
    const reader = newReader();
    const config = (index: number): unknown => ({
      stat_t: `t/${index}`,
      dev_cla: 'power',
      unit_of_meas: 'W',
    });
    for (let index = 0; index <= 5_000; index += 1) {
      reader.read(`homeassistant/sensor/n${index}/power/config`, config(index), NOW_MS);
    }
    assert.equal(reader.read('t/4999', '5', NOW_MS).live[0]?.powerW, 5);
    assert.equal(reader.read('t/5000', '5', NOW_MS).refused.length, 1);
  });

  it('is written for our own meters and read back', () => {
    const messages = discoveryMessages('M 1/ü');
    assert.equal(new Set(messages.map(({ topic }) => topic)).size, messages.length);
    for (const { topic } of messages) assert.match(topic, /^homeassistant\/\w+\/[\w-]+\/\w+\/config$/);
    const energy = JSON.parse(messages[0]!.payload) as Record<string, unknown>;
    assert.equal(energy['device_class'], 'energy');
    assert.equal(energy['state_class'], 'total_increasing');
    assert.equal(energy['unit_of_measurement'], 'Wh');
    assert.notEqual(discoveryMessages('a_b')[0]?.topic, discoveryMessages('a.b')[0]?.topic);
  });
});
