import assert from 'node:assert/strict';
import fc from 'fast-check';
import {
  EMPTY_REASSEMBLY,
  endOverdueTexts,
  readReassemblyState,
  takePart,
  type IncomingPart,
  type ReassembledText,
  type ReassemblyState,
} from '../../../nodes/lib/sms/reassembly';
import { property } from '../property';

const LIMITS = { deadlineMs: 3_600_000, maxOpen: 3 };
const ANNA = '+9779841000001';
const BINOD = '+9779841000002';

function part(
  sequence: number,
  text: string,
  over: Partial<IncomingPart> & { reference?: number; total?: number } = {},
) {
  const { reference = 7, total = 3, ...rest } = over;
  const incoming: IncomingPart = {
    from: ANNA,
    part: { reference, bits: 8, total, sequence },
    text,
    dataHex: null,
    sentAtMs: 1_000 + sequence,
    slot: null,
    ...rest,
  };
  return incoming;
}

/** Feeds parts one after the other, over a restart between any two. */
function feed(parts: IncomingPart[], nowMs = 0, start: ReassemblyState = EMPTY_REASSEMBLY) {
  let state = start;
  const texts: ReassembledText[] = [];
  const copySlots: string[] = [];
  for (const incoming of parts) {
    const result = takePart(state, incoming, nowMs, LIMITS);
    state = readReassemblyState(JSON.parse(JSON.stringify(result.state)));
    assert.deepEqual(state, result.state);
    texts.push(...result.texts);
    copySlots.push(...result.copySlots);
  }
  return { state, texts, copySlots };
}

describe('long texts', function () {
  this.timeout(60_000);

  it('come together in any order', () => {
    const { state, texts } = feed([part(3, 'c', { slot: 's3' }), part(1, 'a', { slot: 's1' }), part(2, 'b')]);
    assert.deepEqual(texts, [
      {
        from: ANNA,
        text: 'abc',
        dataHex: null,
        total: 3,
        missing: [],
        sentAtMs: 1_003,
        end: 'whole',
        slots: ['s3', 's1'],
      },
    ]);
    assert.deepEqual(state.open, []);
  });

  it('of two senders do not mix, nor do other references and totals', () => {
    const { texts, state } = feed([
      part(1, 'a1', { total: 2 }),
      part(1, 'b1', { total: 2, from: BINOD }),
      part(1, 'c1', { total: 2, reference: 8 }),
      part(2, 'b2', { total: 2, from: BINOD }),
      part(2, 'd2', { total: 3 }),
      part(2, 'a2', { total: 2 }),
    ]);
    assert.deepEqual(
      texts.map(({ from, text }) => [from, text]),
      [
        [BINOD, 'b1b2'],
        [ANNA, 'a1a2'],
      ],
    );
    assert.equal(state.open.length, 2);
  });

  it('take a part that comes twice once, and remember both places', () => {
    const { texts } = feed([
      part(1, 'a', { slot: 's1' }),
      part(1, 'a', { slot: 's9' }),
      part(1, 'a', { slot: 's1' }),
      part(2, 'b'),
      part(3, 'c'),
    ]);
    assert.deepEqual(
      texts.map(({ text, slots }) => [text, slots]),
      [['abc', ['s1', 's9']]],
    );
  });

  it('open nothing for a copy of a part when they are whole', () => {
    const whole = feed([part(1, 'a'), part(2, 'b'), part(3, 'c')]);
    const { texts, copySlots, state } = feed([part(2, 'b', { slot: 's4' })], 10, whole.state);
    assert.deepEqual([texts, copySlots, state.open], [[], ['s4'], []]);
    // The same reference with other words is another text, and so is the same text sent at another time.
    assert.equal(feed([part(2, 'B')], 10, whole.state).state.open.length, 1);
    assert.equal(feed([part(2, 'b', { sentAtMs: 99 })], 10, whole.state).state.open.length, 1);
    // After the deadline nobody remembers.
    assert.equal(feed([part(2, 'b')], LIMITS.deadlineMs, whole.state).state.open.length, 1);
  });

  it('give way to another text with the same reference', () => {
    const { texts, state } = feed([part(1, 'old'), part(1, 'new')]);
    assert.deepEqual(
      texts.map(({ text, missing, end }) => [text, missing, end]),
      [['old……', [2, 3], 'another text']],
    );
    assert.equal(state.open[0]!.parts[0]!.text, 'new');
  });

  it('go out as they are at the deadline, which no later part moves', () => {
    const first = feed([part(3, 'c', { slot: 's3' })], 1_000);
    const second = feed([part(1, 'a')], LIMITS.deadlineMs - 1, first.state);
    assert.deepEqual(endOverdueTexts(second.state, LIMITS.deadlineMs + 999, LIMITS).texts, []);
    const { texts, state } = endOverdueTexts(second.state, LIMITS.deadlineMs + 1_000, LIMITS);
    assert.deepEqual(
      texts.map(({ text, missing, end }) => [text, missing, end]),
      [['a…c', [2], 'deadline']],
    );
    assert.deepEqual(state.open, []);
  });

  it('do not wait for ever when the clock was set back', () => {
    const { state } = feed([part(1, 'a')], 10 * LIMITS.deadlineMs);
    assert.equal(endOverdueTexts(state, 0, LIMITS).texts.length, 1);
  });

  it('are bounded: the oldest makes room', () => {
    const { texts, state } = feed([1, 2, 3, 4].map((reference) => part(1, `t${reference}`, { reference })));
    assert.deepEqual(
      texts.map(({ text, end }) => [text, end]),
      [['t1……', 'no room']],
    );
    assert.equal(state.open.length, LIMITS.maxOpen);
    const many = Array.from({ length: 20 }, (_, reference) => part(1, 'x', { reference, total: 1 }));
    const done = feed(many);
    assert.equal(done.texts.length, 20);
    assert.equal(done.state.finished.length, LIMITS.maxOpen);
  });

  it('pass through when they are whole by themselves, or data', () => {
    const { texts } = feed([
      { ...part(1, 'short'), part: null },
      part(1, '', { text: null, dataHex: '00FF', total: 2 }),
      part(2, '', { text: null, dataHex: '0A', total: 2 }),
    ]);
    assert.deepEqual(
      texts.map(({ text, dataHex }) => [text, dataHex]),
      [
        ['short', null],
        [null, '00FF0A'],
      ],
    );
  });

  it('heal a surrogate pair that a sender cut', () => {
    const { texts } = feed([part(2, '\ude00!', { total: 2 }), part(1, 'hi \ud83d', { total: 2 })]);
    assert.equal(texts[0]!.text, 'hi 😀!');
  });

  it('come out once each, whatever the order and however many copies', () => {
    const traffic = fc
      .array(fc.record({ from: fc.constantFrom(ANNA, BINOD), total: fc.integer({ min: 1, max: 4 }) }), {
        minLength: 1,
        maxLength: 3,
      })
      .chain((sent) => {
        const parts = sent.flatMap(({ from, total }, reference) =>
          Array.from({ length: total }, (_, index) =>
            part(index + 1, `${reference}.${index};`, { from, total, reference }),
          ),
        );
        const copies = fc.array(fc.constantFrom(...parts), { maxLength: 6 });
        const order = fc.shuffledSubarray(parts, { minLength: parts.length });
        return fc.record({ sent: fc.constant(sent), order, copies });
      });
    property(traffic, ({ sent, order, copies }) => {
      const { texts, state } = feed([...order, ...copies]);
      const wanted = sent.map(({ from, total }, reference) => {
        const text = Array.from({ length: total }, (_, index) => `${reference}.${index};`).join('');
        return `${from} ${text}`;
      });
      assert.deepEqual(texts.map(({ from, text }) => `${from} ${text}`).sort(), wanted.sort());
      assert.deepEqual(state.open, []);
    });
  });

  it('begin afresh when a file holds something else', () => {
    for (const damaged of [
      undefined,
      null,
      7,
      'x',
      [],
      {},
      { open: 1 },
      { open: [{ from: ANNA }], finished: [null] },
    ]) {
      assert.deepEqual(readReassemblyState(damaged), EMPTY_REASSEMBLY);
    }
  });
});
