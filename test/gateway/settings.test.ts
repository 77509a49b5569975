import assert from 'node:assert/strict';
import path from 'node:path';
import { publishSettings, readSettings } from '../../gateway/settings';

const HERE = path.resolve('/srv/meters');

describe('the settings', () => {
  it('have defaults that stay on this machine', () => {
    assert.deepEqual(readSettings({}, HERE), {
      host: '127.0.0.1',
      webPort: 1880,
      mqttPort: 1883,
      dataFolder: path.join(HERE, '.wattkeeper'),
    });
  });

  it('take an empty variable for an absent one', () => {
    assert.equal(readSettings({ PORT: ' ', HOST: '' }, HERE).webPort, 1880);
  });

  it('accept the ends of the range of ports and nothing beyond', () => {
    assert.equal(readSettings({ PORT: '1' }, HERE).webPort, 1);
    assert.equal(readSettings({ PORT: '65535' }, HERE).webPort, 65_535);
    for (const port of ['0', '65536', '-1', '1e3', '0x50', '80.5', '1880 1881']) {
      assert.throws(() => readSettings({ PORT: port }, HERE), {
        name: 'StartFailure',
        message: /^PORT must/,
      });
    }
  });

  it('refuse one port for two purposes', () => {
    assert.throws(() => readSettings({ PORT: '1883' }, HERE), {
      name: 'StartFailure',
      message: /WATTKEEPER_MQTT_PORT/,
    });
  });

  it('are there for flows, defaults included', () => {
    const env: Record<string, string | undefined> = { PORT: '2000' };
    publishSettings(readSettings(env, HERE), env);
    assert.deepEqual(env, {
      HOST: '127.0.0.1',
      PORT: '2000',
      WATTKEEPER_MQTT_PORT: '1883',
      WATTKEEPER_DATA: path.join(HERE, '.wattkeeper'),
    });
  });
});
