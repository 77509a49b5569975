import assert from 'node:assert/strict';
import { factsOf, parseFlow, type FlowNode } from '../../gateway/running-flow';
import { welcomeText, type WelcomeFacts } from '../../gateway/welcome';

const SITE: FlowNode = { id: '1', type: 'prepaid-site', clockRate: '300' };
const DASHBOARD: FlowNode = { id: '2', type: 'ui-base', path: '/dashboard' };

const FACTS: WelcomeFacts = {
  settings: { host: '127.0.0.1', webPort: 1880, mqttPort: 1883, dataFolder: '/srv/.wattkeeper' },
  flow: factsOf([SITE, DASHBOARD], 'WATTKEEPER_MQTT_PORT'),
  state: { kind: 'running' },
  newPassword: 'abcd-efgh-ijkm-npqr',
  program: '/srv/dist/gateway/wattkeeper.js',
  currentFolder: '/srv',
};

describe('the welcome', () => {
  it('names addresses, login and how time runs', () => {
    const text = welcomeText(FACTS);
    assert.match(text, /Dashboard +http:\/\/127\.0\.0\.1:1880\/dashboard/);
    assert.match(text, /Editor +http:\/\/127\.0\.0\.1:1880\/editor/);
    assert.match(
      text,
      /User +admin\n +Password +abcd-efgh-ijkm-npqr\n.*node dist\/gateway\/wattkeeper\.js password/,
    );
    assert.match(text, /300 times faster/);
    assert.match(text, /Ctrl-C/);
  });

  it('says nothing of a login on later starts, nor of time that is real', () => {
    const text = welcomeText({
      ...FACTS,
      newPassword: null,
      flow: factsOf([DASHBOARD], 'WATTKEEPER_MQTT_PORT'),
    });
    assert.doesNotMatch(text, /Password|faster/);
  });

  it('knows its own name once it is installed', () => {
    assert.match(welcomeText({ ...FACTS, program: '/usr/bin/wattkeeper' }), /one: wattkeeper password/);
  });

  it('writes an IPv6 address as a browser wants it', () => {
    assert.match(
      welcomeText({ ...FACTS, settings: { ...FACTS.settings, host: '::1' } }),
      /http:\/\/\[::1\]:1880/,
    );
  });
});

describe('what the launcher knows of a flow', () => {
  it('is nothing when there is none, or none that can be read', () => {
    for (const text of [null, '', '{', '{}']) assert.deepEqual(parseFlow(text), []);
    const nothing = { dashboardPath: null, clockRate: 1, usesMqttPort: false };
    assert.deepEqual(factsOf([], 'WATTKEEPER_MQTT_PORT'), nothing);
  });

  it('counts only what is switched on', () => {
    const broker: FlowNode = { id: '3', type: 'meter-broker', port: '${WATTKEEPER_MQTT_PORT}' };
    assert.ok(factsOf([broker], 'WATTKEEPER_MQTT_PORT').usesMqttPort);
    assert.ok(!factsOf([{ ...broker, d: true }], 'WATTKEEPER_MQTT_PORT').usesMqttPort);
    const hidden = [
      { id: '4', type: 'tab', disabled: true },
      { ...broker, z: '4' },
    ];
    assert.ok(!factsOf(hidden, 'WATTKEEPER_MQTT_PORT').usesMqttPort);
    assert.ok(!factsOf([{ ...broker, port: '1883' }], 'WATTKEEPER_MQTT_PORT').usesMqttPort);
  });

  it('takes a rate that only the environment knows for a real clock', () => {
    assert.equal(factsOf([SITE], 'WATTKEEPER_MQTT_PORT').clockRate, 300);
    assert.equal(factsOf([{ ...SITE, clockRate: '1' }], 'WATTKEEPER_MQTT_PORT').clockRate, 1);
    assert.equal(factsOf([{ ...SITE, clockRate: '${RATE}' }], 'WATTKEEPER_MQTT_PORT').clockRate, 1);
  });
});
