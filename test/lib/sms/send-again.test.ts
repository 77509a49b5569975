import assert from 'node:assert/strict';
import { OutgoingBench, PASSING, UNKNOWN } from './outgoing-bench';

describe('outgoing desk: sending again', () => {
  it('sends a text again whose other part still waits, each part once', async () => {
    const bench = await new OutgoingBench().started();
    bench.answers = [UNKNOWN, PASSING];
    await bench.submit({ text: 'x'.repeat(200) });
    await bench.schedule.pass(1_000);
    assert.deepEqual([bench.sent.length, bench.desk.waitingCount], [1, 1]);
    assert.equal((await bench.desk.sendAgain('a'))?.state, 'queued');
    assert.equal(bench.desk.waitingCount, 1);
    await bench.schedule.pass(600_000);
    assert.equal(bench.desk.reportOf('a')?.state, 'submitted');
    assert.deepEqual([bench.sent.length, bench.desk.sentInMonth], [3, 3], 'the unknown part was paid too');
  });

  it('leaves an unknown text unknown when there is no room to send it again', async () => {
    const bench = await new OutgoingBench(undefined, { monthlyBudget: 1 }).started();
    bench.answers = [UNKNOWN];
    await bench.submit();
    await bench.schedule.pass(1_000);
    const again = await bench.desk.sendAgain('a');
    assert.equal(again?.state, 'unknown');
    assert.match(again.reason, /budget of 1/);
    assert.equal(bench.desk.reportOf('a')?.state, 'unknown');
    assert.equal(bench.desk.waitingCount, 0);
  });
});
