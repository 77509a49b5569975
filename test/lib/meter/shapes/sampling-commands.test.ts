import assert from 'node:assert/strict';
import { readNow, reportEvery } from '../../../../nodes/lib/meter/shapes/sampling-commands';

describe('sampling commands', () => {
  const asks: [string, string, string, string][] = [
    ['Tasmota', 'tele/plug7/SENSOR', 'cmnd/plug7/STATUS', '8'],
    ['Shelly Gen1', 'shellies/em/emeter/0/total', 'shellies/em/command', 'update'],
    ['Shelly Gen2', 'house/em50/events/rpc', 'house/em50/command', 'status_update'],
    ['Zigbee2MQTT', 'zigbee2mqtt/a/plug', 'zigbee2mqtt/a/plug/get', '{"energy":"","power":""}'],
    ['text meter', 'meters/A1', 'meters/A1', 'data'],
  ];
  for (const [shape, heardOn, topic, payload] of asks) {
    it(`ask ${shape} for a reading`, () => {
      assert.deepEqual(readNow(shape, heardOn), { topic, payload });
    });
  }

  it('set an interval within what the device takes, where it has one', () => {
    const period = (seconds: number): string | undefined =>
      reportEvery('Tasmota', 'tele/p/SENSOR', seconds)?.payload;
    assert.deepEqual([1, 30.4, 99_999].map(period), ['10', '30', '3600']);
    assert.equal(reportEvery('text meter', 'meters/A1', 30), null);
  });

  it('are none for a dialect that has none', () => {
    assert.equal(readNow('CSV', 'a'), null);
    assert.equal(readNow('constructor', 'a'), null);
  });
});
