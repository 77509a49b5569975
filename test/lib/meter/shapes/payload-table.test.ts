import assert from 'node:assert/strict';
import { PayloadReader } from '../../../../nodes/lib/meter/shapes/payload-reader';
import type { Understood } from '../../../../nodes/lib/meter/shapes/understood';

import { DEVICE_PAYLOADS } from './sample-device-payloads';
import { SAMPLE_PAYLOADS, type SamplePayload } from './sample-payloads';

const NOW_MS = 1_700_000_000_000;

const PAYLOADS = [...SAMPLE_PAYLOADS, ...DEVICE_PAYLOADS];

function newReader(): PayloadReader {
  return new PayloadReader({ settingsOf: () => ({}), storedWh: () => null });
}

function assertSample(row: SamplePayload, understood: Understood): void {
  const { readings = [], live = [], events = [], refused = [] } = row;
  const timed = (list: Record<string, unknown>[]): unknown[] => list.map((one) => ({ atMs: NOW_MS, ...one }));
  assert.equal(understood.shape, row.shape);
  assert.deepEqual(
    understood.refused.map(({ refusal }) => [refusal.field, refusal.value]),
    refused,
  );
  assert.deepEqual(understood.readings, timed(readings));
  assert.deepEqual(understood.live, timed(live));
  assert.deepEqual(understood.events, timed(events));
  assert.equal(understood.total, understood.readings.length + understood.refused.length + understood.noted);
  assert.ok(understood.total > 0);
}

describe('payload shapes', () => {
  for (const row of PAYLOADS) {
    it(`understands ${row.says}`, () => {
      const bytes = typeof row.payload === 'string' ? Buffer.from(row.payload) : row.payload;
      const reader = newReader();
      assertSample(row, reader.read(row.topic, bytes, NOW_MS));
    });
  }

  it('says the same of a value that a flow has parsed already', () => {
    for (const row of PAYLOADS) {
      if (typeof row.payload !== 'string' || !/^[{[].*[}\]]$/.test(row.payload)) continue;
      assertSample(row, newReader().read(row.topic, JSON.parse(row.payload) as unknown, NOW_MS));
    }
  });
});
