import assert from 'node:assert/strict';
import fc from 'fast-check';
import { readBody, writeBody } from '../../../nodes/lib/bypass/body';
import {
  MAX_FRAME_BYTES,
  readHeader,
  TAG_BYTES,
  writeHeader,
  type FrameHeader,
} from '../../../nodes/lib/bypass/frame';
import { sizeClass } from '../../../nodes/lib/bypass/size-class';
import { property } from '../property';

const key = fc.uint8Array({ minLength: 32, maxLength: 32 });
const mark = fc.stringMatching(/^[0-9a-f]{8}$/);
const header: fc.Arbitrary<FrameHeader> = fc.record({
  kind: fc.constantFrom('up' as const, 'down' as const, 'carried' as const),
  gatewayId: fc.stringMatching(/^[A-Za-z0-9][A-Za-z0-9._-]{0,31}$/),
  epoch: fc.integer({ min: 0, max: 0xffffffff }),
  seq: fc.integer({ min: 0, max: 2 ** 48 - 1 }),
  senderKey: mark,
  recipientKey: mark,
  encapsulated: key,
});

describe('the head of a frame', () => {
  it('reads what it has written', () => {
    property(header, (wanted) => {
      const frame = Buffer.concat([writeHeader(wanted), Buffer.alloc(TAG_BYTES)]);
      const read = readHeader(frame);
      assert.ok(read);
      assert.equal(read.end, frame.length - TAG_BYTES);
      assert.deepEqual(
        { ...read.header, encapsulated: Uint8Array.from(read.header.encapsulated) },
        { ...wanted },
      );
    });
  });

  it('takes no frame for whole that was cut anywhere, and none that is too long', () => {
    const whole = Buffer.concat([
      writeHeader(fc.sample(header, { numRuns: 1, seed: 1 })[0]!),
      Buffer.alloc(TAG_BYTES),
    ]);
    for (let length = 0; length < whole.length; length += 1)
      assert.equal(readHeader(whole.subarray(0, length)), null);
    assert.equal(readHeader(Buffer.concat([whole, Buffer.alloc(MAX_FRAME_BYTES)])), null);
  });

  it('never throws for what anybody sends', () => {
    property(fc.uint8Array({ maxLength: 200 }), (bytes) => void readHeader(bytes));
    property(fc.uint8Array({ maxLength: 200 }), (bytes) => void readHeader(Buffer.from([0x57, 1, ...bytes])));
  });
});

describe('the body of a frame', () => {
  const fixed = { box: 'b', sentMs: 5, low: [1, 2, 3] };

  it('reads what it has written', () => {
    const items = [
      { seq: 4, text: '{"meterId":"M"}' },
      { seq: 9, text: '"v:v","wk/M/reading"' },
    ];
    const done = { box: 'c', lanes: [1, 2, 3].map((below) => ({ below, ranges: [] })) };
    const text = writeBody(
      { ...fixed, isProbe: true, way: 'modem', done, heard: { epoch: 2, seqs: [7] }, top: 41 },
      { lane: 1, from: 3, to: 9, items },
    );
    assert.deepEqual(readBody(text), {
      ...fixed,
      top: 41,
      isProbe: true,
      way: 'modem',
      heard: { epoch: 2, seqs: [7] },
      done,
      proof: null,
      span: {
        lane: 1,
        from: 3,
        to: 9,
        items: [
          [4, { meterId: 'M' }],
          [9, 'v:v', 'wk/M/reading'],
        ],
      },
    });
  });

  it('says nothing of the usual way', () => {
    const text = writeBody({ ...fixed, way: 'direct' }, null);
    assert.equal(text, writeBody(fixed, null));
    assert.equal(readBody(text)?.way, 'direct');
  });

  const bad: Record<string, object> = {
    'a way that nobody knows': { way: 'pigeon' },
    'no box': { box: undefined },
    'a box without end': { box: 'x'.repeat(33) },
    'a lane of its own': { lane: 3, from: 1, to: 1, items: [] },
    'ends the wrong way round': { lane: 1, from: 5, to: 4, items: [] },
    'items out of order': {
      lane: 1,
      from: 1,
      to: 5,
      items: [
        [2, 1],
        [2, 1],
      ],
    },
    'an item beyond the end': { lane: 1, from: 1, to: 5, items: [[6, 1]] },
    'too many items': {
      lane: 1,
      from: 1,
      to: 9_999,
      items: Array.from({ length: 501 }, (_, seq) => [seq + 1, 0]),
    },
    'ranges that are none': { done: { box: 'b', lanes: [{}, {}, {}] } },
    'numbers below zero': { low: [-1, 1, 1] },
  };
  for (const [what, change] of Object.entries(bad))
    it(`refuses ${what}`, () => assert.equal(readBody(JSON.stringify({ ...fixed, ...change })), null));

  it('never throws for any JSON', () => {
    property(fc.json(), (text) => void readBody(text));
  });
});

describe('size classes', () => {
  it('hold what is put in, and say little', () => {
    property(fc.integer({ min: 0, max: 59_000 }), (bytes) => {
      const size = sizeClass(bytes);
      assert.ok(size >= bytes && (size <= 128 || size < bytes * 1.5 + 1));
      assert.equal(sizeClass(size), size);
    });
    assert.ok(new Set(Array.from({ length: 59_000 }, (_, bytes) => sizeClass(bytes))).size < 20);
  });
});
