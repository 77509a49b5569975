import assert from 'node:assert/strict';
import { setImmediate as turn } from 'node:timers/promises';
import type { RecordChange } from '../../../nodes/lib/sms/record-store';
import { KeptRecords } from './kept-records';
import { OutgoingBench, REFUSED } from './outgoing-bench';

/** A disk whose writes end when the test says, and how. */
class SlowRecords extends KeptRecords {
  isSlow = false;
  private readonly waiting: { pass: () => Promise<void>; fail: () => void }[] = [];

  override write(changes: readonly RecordChange[]): Promise<void> {
    if (!this.isSlow) return super.write(changes);
    return new Promise((resolve, reject) => {
      this.waiting.push({
        pass: () => super.write(changes).then(resolve),
        fail: () => reject(new Error('disk full')),
      });
    });
  }

  async pass(): Promise<void> {
    await this.waiting.shift()?.pass();
    await settled();
  }

  async fail(): Promise<void> {
    this.waiting.shift()?.fail();
    await settled();
  }

  async passAll(): Promise<void> {
    this.isSlow = false;
    while (this.waiting.length > 0) await this.pass();
  }
}

async function settled(): Promise<void> {
  for (let turns = 0; turns < 4; turns += 1) await turn();
}

function outcome(answer: Promise<{ state: string }>): Promise<string> {
  return answer.then(
    ({ state }) => state,
    (error: unknown) => String(error),
  );
}

describe('texts on a slow disk', () => {
  it('are told as queued to nobody before they are written, whoever asks again', async () => {
    const store = new SlowRecords();
    const bench = await new OutgoingBench(store).started();
    store.isSlow = true;
    const answers = [outcome(bench.submit()), outcome(bench.submit())];
    await settled();
    await store.fail();
    for (const answer of await Promise.all(answers)) assert.match(answer, /disk full/);
    assert.equal(bench.desk.reportOf('a'), null);
    assert.equal(bench.sent.length, 0);
  });

  it('are not sent when their sender was told that they were not taken', async () => {
    const store = new SlowRecords();
    const bench = await new OutgoingBench(store).started();
    let release: (result: { state: 'submitted'; reference: number }) => void = () => undefined;
    bench.answers = [new Promise((resolve) => (release = resolve))];
    await bench.submit({ messageId: 'first', to: '9800000009' });
    await settled();
    store.isSlow = true;
    release({ state: 'submitted', reference: 1 });
    await settled();
    const refused = outcome(bench.submit({ messageId: 'x' }));
    await settled();
    // What became of the first is written, and the desk goes on to the second, which is not on the disk yet.
    await store.pass();
    await store.fail();
    assert.match(await refused, /disk full/);
    await store.passAll();
    assert.equal(bench.sent.length, 1);
    await bench.submit({ messageId: 'x' });
    await settled();
    assert.equal(bench.sent.length, 2);
  });

  it('are told to have failed a second time when they were sent again', async () => {
    const bench = await new OutgoingBench().started();
    bench.answers = [REFUSED, REFUSED];
    await bench.submit();
    await settled();
    bench.isHeard = false;
    await bench.desk.sendAgain('a');
    await settled();
    assert.equal(bench.desk.unheardCount, 1);
    bench.isHeard = true;
    const before = bench.told.length;
    await bench.desk.tellAgain();
    assert.deepEqual(
      bench.told.slice(before).map(({ state }) => state),
      ['failed'],
    );
  });
});
