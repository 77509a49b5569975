import assert from 'node:assert/strict';
import { isThisMachine, parseListenPort } from '../../../nodes/lib/meter/listen-address';

describe('listen address', () => {
  it('knows what only this machine reaches', () => {
    for (const host of ['127.0.0.1', '::1', 'localhost']) assert.ok(isThisMachine(host), host);
    for (const host of ['0.0.0.0', '::', '10.0.0.1', '']) assert.ok(!isThisMachine(host), host);
  });

  it("takes a port, or MQTT's own where none was given", () => {
    assert.equal(parseListenPort('8883'), 8883);
    assert.equal(parseListenPort('0'), 0);
    for (const open of ['', ' ', '${WATTKEEPER_MQTT_PORT}']) assert.equal(parseListenPort(open), 1883, open);
  });

  it('refuses what is no port, by value', () => {
    for (const text of ['65536', '-1', '1.5', 'mqtt', '$PORT']) {
      assert.throws(
        () => parseListenPort(text),
        (error: Error) => error.message.includes(`"${text}"`),
      );
    }
  });
});
