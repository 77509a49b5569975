import assert from 'node:assert/strict';
import { listenedTopics } from '../../../../nodes/lib/meter/shapes/listened-topics';
import { topicMatches } from '../../../../nodes/lib/meter/topics';

describe('topics to listen to', () => {
  it('are all on a broker that only devices write to', () => {
    assert.deepEqual(listenedTopics('', true), ['#']);
  });

  it('are those of known devices on any other', () => {
    const filters = listenedTopics('', false);
    const heard = (topic: string): number => filters.filter((one) => topicMatches(one, topic)).length;
    for (const topic of [
      'wk/M1/reading',
      'wk/M1/relay',
      'tele/plug/SENSOR',
      'stat/plug/STATUS8',
      'shellies/em-1/emeter/0/power',
      'shellyplus1pm-a/status/switch:0',
      'shellyplus1pm-a/events/rpc',
      'zigbee2mqtt/plug',
      'house/sensor/energy/state',
      'homeassistant/sensor/x/config',
    ])
      assert.equal(heard(topic), 1, topic);
    for (const topic of ['wk/M1/command', 'cmnd/plug/POWER', 'zigbee2mqtt/plug/set', 'x/rpc', 'news'])
      assert.equal(heard(topic), 0, topic);
  });

  it('are those that were typed, and our own', () => {
    assert.deepEqual(listenedTopics('meters/#, plc/+/out\nwk/+/relay', true), [
      'wk/+/reading',
      'wk/+/relay',
      'meters/#',
      'plc/+/out',
    ]);
  });
});
