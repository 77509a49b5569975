import assert from 'node:assert/strict';
import fc from 'fast-check';
import { ExpiryHeap } from '../../../nodes/lib/sms/expiry-heap';
import {
  PRIORITIES,
  WaitingTexts,
  type Priority,
  type WaitingText,
} from '../../../nodes/lib/sms/waiting-texts';
import { property } from '../property';

const rank = ({ priority }: WaitingText): number => PRIORITIES.indexOf(priority);

/** The same thing as plainly as it can be said: a list that is searched from end to end. */
class PlainList {
  texts: WaitingText[] = [];

  append(text: WaitingText): void {
    this.remove(text.messageId);
    this.texts.push(text);
  }

  prepend(text: WaitingText): void {
    this.remove(text.messageId);
    this.texts.unshift(text);
  }

  remove(messageId: string): WaitingText | null {
    const text = this.texts.find((each) => each.messageId === messageId) ?? null;
    this.texts = this.texts.filter((each) => each !== text);
    return text;
  }

  first(roomFor: (priority: Priority) => number): WaitingText | null {
    const payable = this.texts.filter(({ priority, parts }) => parts <= roomFor(priority));
    return payable.reduce<WaitingText | null>(
      (best, text) => (best && rank(best) <= rank(text) ? best : text),
      null,
    );
  }

  leastImportant(): WaitingText | null {
    return this.texts.reduce<WaitingText | null>(
      (worst, text) => (worst && rank(worst) > rank(text) ? worst : text),
      null,
    );
  }

  takeExpired(nowMs: number): WaitingText[] {
    const expired = this.texts.filter(({ expiresAtMs }) => expiresAtMs !== null && expiresAtMs <= nowMs);
    this.texts = this.texts.filter((text) => !expired.includes(text));
    return expired;
  }
}

const STEP = fc.record({
  what: fc.constantFrom('append' as const, 'prepend' as const, 'remove' as const, 'expire' as const),
  id: fc.integer({ min: 0, max: 9 }),
  priority: fc.constantFrom(...PRIORITIES),
  parts: fc.integer({ min: 1, max: 3 }),
  expiresAtMs: fc.option(fc.integer({ min: 0, max: 100 })),
  room: fc.tuple(fc.nat({ max: 3 }), fc.nat({ max: 3 }), fc.nat({ max: 3 })),
});
type Step = typeof STEP extends fc.Arbitrary<infer S> ? S : never;

function take(into: WaitingTexts | PlainList, { what, id, ...rest }: Step, nowMs: number): unknown {
  const text = { messageId: String(id), queuedAtMs: 0, ...rest };
  switch (what) {
    case 'append':
      into.append(text);
      return null;
    case 'prepend':
      into.prepend(text);
      return null;
    case 'remove':
      return into.remove(text.messageId)?.messageId;
    case 'expire':
      return into
        .takeExpired(nowMs)
        .map(({ messageId }) => messageId)
        .sort();
  }
}

describe('texts that wait', function () {
  this.timeout(60_000);

  it('stand and leave as in a plain list, whatever happens to them', () => {
    property(fc.array(STEP, { maxLength: 60 }), (steps) => {
      const texts = new WaitingTexts();
      const list = new PlainList();
      for (const [nowMs, step] of steps.entries()) {
        assert.deepEqual(take(texts, step, nowMs), take(list, step, nowMs));
        const roomFor = (priority: Priority): number => step.room[PRIORITIES.indexOf(priority)] ?? 0;
        assert.deepEqual(texts.first(roomFor), list.first(roomFor));
        assert.deepEqual(texts.leastImportant(), list.leastImportant());
        assert.equal(texts.size, list.texts.length);
        assert.equal(
          texts.parts,
          list.texts.reduce((sum, { parts }) => sum + parts, 0),
        );
        assert.deepEqual(
          texts.get(String(step.id))?.messageId,
          list.texts.find(({ messageId }) => messageId === String(step.id))?.messageId,
        );
      }
    });
  });

  it('are not looked at while another comes, has its turn or leaves', () => {
    let looks = 0;
    const watched = (text: WaitingText): WaitingText =>
      new Proxy(text, {
        get: (target, key, receiver) => {
          looks += 1;
          return Reflect.get(target, key, receiver) as unknown;
        },
      });
    const texts = new WaitingTexts();
    const text = (messageId: string, priority: Priority): WaitingText => ({
      messageId,
      priority,
      parts: 1,
      queuedAtMs: 0,
      expiresAtMs: 1_000_000 + texts.size,
    });
    for (let count = 0; count < 5_000; count += 1) texts.append(watched(text(`w${count}`, 'normal')));
    assert.ok(looks > 0, 'looks are counted');
    looks = 0;
    for (let count = 0; count < 500; count += 1) {
      texts.append(text(`n${count}`, 'urgent'));
      texts.prepend(text(`f${count}`, 'urgent'));
      assert.equal(texts.first(() => 1)?.messageId, `f${count}`);
      assert.equal(texts.takeExpired(count).length, 0);
      assert.ok(texts.remove(`f${count}`) && texts.remove(`n${count}`));
    }
    assert.equal(looks, 0);
  });
});

describe('the heap of what expires', function () {
  this.timeout(60_000);

  it('gives everything in its time, and clears away what has gone', () => {
    property(fc.array(fc.nat({ max: 50 }), { maxLength: 80 }), (times) => {
      const gone = new Set<string>();
      const heap = new ExpiryHeap<WaitingText>(({ messageId }) => !gone.has(messageId));
      for (const [index, expiresAtMs] of times.entries()) {
        const messageId = String(index);
        heap.add({ messageId, priority: 'low', parts: 1, queuedAtMs: 0, expiresAtMs }, times.length);
        if (index % 3 === 0) gone.add(messageId);
      }
      const due: number[] = [];
      for (let text = heap.takeDue(25); text; text = heap.takeDue(25)) due.push(text.expiresAtMs ?? -1);
      const wanted = times.filter((atMs, index) => atMs <= 25 && index % 3 !== 0);
      assert.deepEqual(
        due,
        wanted.sort((a, b) => a - b),
      );
    });
    let waiting = '';
    const heap = new ExpiryHeap<WaitingText>(({ messageId }) => messageId === waiting);
    for (let count = 0; count < 10_000; count += 1) {
      waiting = String(count);
      heap.add({ messageId: waiting, priority: 'low', parts: 1, queuedAtMs: 0, expiresAtMs: 1e9 - count }, 1);
      assert.ok(heap.size <= 67, `${heap.size} entries for one text`);
    }
    assert.equal(heap.takeDue(1e9)?.messageId, waiting);
    assert.equal(heap.takeDue(1e9), null);
  });
});
