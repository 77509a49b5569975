import assert from 'node:assert/strict';
import type { SubmitResult } from '../../../nodes/lib/modem/text-submit';
import { readPdu } from '../../../nodes/lib/sms/read-pdu';
import type { StatusReport } from '../../../nodes/lib/sms/status-report-pdu';
import { KeptRecords } from './kept-records';
import { OutgoingBench, PASSING, REFUSED, REQUEST, UNKNOWN } from './outgoing-bench';

const report = (messageReference: number, outcome: 'delivered' | 'failed'): StatusReport => ({
  kind: 'status-report',
  smsc: null,
  messageReference,
  to: { kind: 'number', text: '+9779800000001' },
  submittedAt: null,
  dischargedAt: null,
  status: 0,
  outcome,
  reason: '',
  problems: [],
});

/** So few that the book is no larger than it always is. */
const FEW_AN_HOUR = { messagesPerHour: 100 };

describe('outgoing desk', function () {
  this.timeout(60_000);

  it('writes a text down before the modem gets it', async () => {
    const bench = await new OutgoingBench().started();
    let onDisk: unknown;
    bench.onSubmit = () => (onDisk = bench.store.readAll('text')[0]?.value);
    assert.equal((await bench.submit()).state, 'queued');
    await bench.schedule.until(() => bench.states().length > 0, 'it is told');
    const { message } = onDisk as { message: { parts: { state: string }[] } };
    assert.equal(message.parts[0]?.state, 'sending');
    assert.deepEqual(bench.states(), ['submitted']);
  });

  it('calls a text unknown whose process died while it was being sent, and never sends it again', async () => {
    const bench = await new OutgoingBench().started();
    let died: KeptRecords | undefined;
    bench.onSubmit = () => (died = bench.store.copy());
    await bench.submit();
    await bench.schedule.pass(0);
    const next = await new OutgoingBench(died).started();
    await next.schedule.pass(86_400_000);
    assert.deepEqual(next.states(), ['unknown']);
    assert.deepEqual(next.sent, []);
    assert.equal((await next.submit()).state, 'unknown', 'asked for again, it stays so');
    assert.equal((await next.desk.sendAgain('a'))?.state, 'queued', 'unless somebody wants it');
    await next.schedule.pass(0);
    assert.equal(next.sent.length, 1);
  });

  it('takes up what waited when the process died at any other moment', async () => {
    const first = new OutgoingBench();
    await first.desk.start();
    await first.submit();
    const next = await new OutgoingBench(first.store.copy()).started();
    await next.schedule.pass(0);
    assert.deepEqual([next.states(), next.sent.length], [['submitted'], 1]);
    const third = await new OutgoingBench(next.store.copy()).started();
    await third.schedule.pass(86_400_000);
    assert.deepEqual(third.sent, []);
  });

  it('does not give the modem what cannot be written down, and does in the end', async () => {
    const bench = await new OutgoingBench().started();
    bench.desk.setOpen(false);
    await bench.submit();
    bench.store.isBroken = true;
    bench.desk.setOpen(true);
    await bench.schedule.pass(5_000);
    assert.deepEqual(bench.sent, []);
    assert.match(bench.errors[0] ?? '', /the disk is full/);
    await assert.rejects(bench.submit({ messageId: 'b' }), /the disk is full/);
    assert.equal(bench.desk.waitingCount, 1, 'what could not be kept was never taken');
    bench.store.isBroken = false;
    await bench.schedule.pass(600_000);
    assert.equal(bench.sent.length, 1);
  });

  it('sends all parts of a long text, and tells of it as one', async () => {
    const bench = await new OutgoingBench().started();
    await bench.submit({ text: 'x'.repeat(400) });
    await bench.schedule.pass(0);
    const parts = bench.sent.map((pdu) => readPdu(pdu));
    assert.equal(parts.map((read) => (read.kind === 'submit' ? read.text : '')).join(''), 'x'.repeat(400));
    assert.deepEqual(bench.states(), ['submitted']);
    assert.equal(bench.told[0]?.sentParts, 3);
  });

  it('sends no more parts of a text once one is refused', async () => {
    const bench = await new OutgoingBench().started();
    bench.answers = [{ state: 'submitted', reference: 1 }, REFUSED];
    await bench.submit({ text: 'x'.repeat(400) });
    await bench.schedule.pass(86_400_000);
    assert.deepEqual([bench.states(), bench.sent.length], [['failed'], 1]);
    assert.deepEqual([bench.told[0]?.reason, bench.told[0]?.sentParts], ['no', 1]);
  });

  it('tries again what was refused for a while, with growing pauses, and sends each part once', async () => {
    const bench = await new OutgoingBench().started();
    bench.answers = [{ state: 'submitted', reference: 1 }, PASSING, PASSING, PASSING];
    await bench.submit({ text: 'x'.repeat(400) });
    await bench.schedule.pass(9_000);
    assert.equal(bench.sent.length, 1);
    await bench.schedule.pass(10_000 + 20_000 + 40_000);
    assert.deepEqual([bench.states(), new Set(bench.sent).size, bench.sent.length], [['submitted'], 3, 3]);
    assert.equal(bench.desk.sentInMonth, 3, 'the budget pays for what left, not for tries');
  });

  it('waits while the modem is not ready, and does not hurry a pause for another text', async () => {
    const bench = await new OutgoingBench().started();
    bench.answers = [PASSING];
    await bench.submit();
    await bench.schedule.pass(1_000);
    await bench.submit({ messageId: 'b', text: 'Ho' });
    await bench.schedule.pass(1_000);
    assert.deepEqual(bench.sent, []);
    bench.desk.setOpen(false);
    await bench.schedule.pass(3_000_000);
    assert.deepEqual(bench.sent, []);
    bench.desk.setOpen(true);
    await bench.schedule.pass(0);
    assert.equal(bench.sent.length, 2);
  });

  it('gives a text up that waited too long while the modem was away', async () => {
    const bench = new OutgoingBench();
    await bench.desk.start();
    await bench.submit();
    await bench.schedule.pass(REQUEST.validityMs - 1);
    await bench.desk.tick();
    assert.deepEqual(bench.states(), []);
    await bench.schedule.pass(1);
    await bench.desk.tick();
    await bench.schedule.pass(0);
    assert.deepEqual([bench.states(), bench.desk.waitingCount], [['failed'], 0]);
    assert.match(bench.told[0]?.reason ?? '', /waited so long/);
  });

  it('pays for the parts alone that left when the network refuses one', async () => {
    const bench = await new OutgoingBench().started();
    bench.answers = [{ state: 'submitted', reference: 1 }, REFUSED];
    await bench.submit({ text: 'x'.repeat(600) });
    await bench.schedule.pass(1_000);
    assert.deepEqual([bench.states(), bench.sent.length, bench.desk.sentInMonth], [['failed'], 1, 1]);
  });

  it('gives a text up that waited too long, and one that was tried too often', async () => {
    const bench = await new OutgoingBench().started();
    bench.answers = Array.from({ length: 60 }, () => PASSING);
    await bench.submit({ messageId: 'short', validityMs: 30_000 });
    await bench.submit({ messageId: 'long', text: 'Ho', validityMs: 864_000_000 });
    await bench.schedule.pass(86_400_000);
    assert.deepEqual([bench.states('short'), bench.states('long')], [['failed'], ['failed']]);
    assert.match(
      bench.told.find(({ messageId }) => messageId === 'short')?.reason ?? '',
      /not worth sending/,
    );
    assert.deepEqual(bench.sent, []);
    assert.equal(bench.desk.waitingCount, 0);
  });

  it('keeps the bound of the queue, and lets urgent texts push others out', async () => {
    const bench = new OutgoingBench();
    await bench.desk.start();
    for (const messageId of ['1', '2', '3']) await bench.submit({ messageId, text: messageId });
    const refused = await bench.submit({ messageId: '4', text: '4' });
    assert.deepEqual([refused.state, refused.reason.includes('queue is full')], ['failed', true]);
    assert.equal((await bench.submit({ messageId: '5', text: '5', priority: 'urgent' })).state, 'queued');
    await bench.schedule.pass(0);
    assert.deepEqual(bench.states('3'), ['failed']);
    bench.desk.setOpen(true);
    await bench.schedule.pass(0);
    const order = bench.sent
      .map((pdu) => readPdu(pdu))
      .map((read) => (read.kind === 'submit' ? read.text : ''));
    assert.deepEqual(order, ['5', '1', '2']);
  });

  it('keeps rate and budget over restarts', async () => {
    const slow = { messagesPerHour: 60, burst: 1, monthlyBudget: 2 };
    const bench = await new OutgoingBench(undefined, slow).started();
    await bench.submit();
    await bench.schedule.pass(0);
    const next = new OutgoingBench(bench.store.copy(), slow);
    await next.started();
    await next.submit({ messageId: 'b', text: 'Ho' });
    assert.match((await next.submit({ messageId: 'c', text: 'He' })).reason, /budget of 2/);
    await next.schedule.pass(59_000);
    assert.equal(next.sent.length, 0);
    await next.schedule.pass(1_000);
    assert.equal(next.sent.length, 1);
    await next.schedule.pass(2_592_000_000);
    assert.equal((await next.submit({ messageId: 'c', text: 'He' })).state, 'queued', 'a new month');
  });

  it('moves a text by its report, by one that is too early and by one that is late', async () => {
    const bench = await new OutgoingBench().started();
    await bench.submit({ wantsReport: true });
    await bench.schedule.pass(0);
    await bench.desk.onReport(report(1, 'delivered'));
    assert.deepEqual(bench.states(), ['submitted', 'delivered']);
    await bench.desk.onReport(report(2, 'delivered'));
    await bench.submit({ messageId: 'b', text: 'Ho', wantsReport: true });
    await bench.schedule.pass(0);
    assert.deepEqual(bench.states('b'), ['submitted', 'delivered']);
    await bench.submit({ messageId: 'c', text: 'He', wantsReport: true });
    await bench.schedule.pass(73 * 3_600_000);
    await bench.desk.tick();
    assert.equal(bench.states('c').at(-1), 'unknown');
    await bench.desk.onReport(report(3, 'failed'));
    assert.equal(bench.states('c').at(-1), 'failed');
  });

  it('believes the reference that comes after silence', async () => {
    const bench = await new OutgoingBench().started();
    bench.answers = [UNKNOWN];
    await bench.submit();
    await bench.schedule.pass(0);
    assert.deepEqual(bench.states(), ['unknown']);
    await bench.desk.onLateReference('0011', 5);
    await bench.desk.onLateReference(bench.sent[0]!, 5);
    assert.deepEqual(bench.states(), ['unknown', 'submitted']);
  });

  it('takes a text back while it waits, and no longer', async () => {
    const bench = new OutgoingBench();
    await bench.desk.start();
    await bench.submit();
    assert.deepEqual((await bench.desk.withdraw('a'))?.state, 'failed');
    assert.equal(await bench.desk.withdraw('a'), null);
    assert.equal(await bench.desk.sendAgain('nobody'), null);
    bench.desk.setOpen(true);
    await bench.schedule.pass(0);
    assert.deepEqual(bench.sent, []);
  });

  it('refuses the id of one text for another', async () => {
    const bench = await new OutgoingBench().started();
    await bench.submit();
    await assert.rejects(
      bench.submit({ text: 'Ho' }),
      /messageId must be new for another text, got "a" again/,
    );
    await assert.rejects(bench.submit({ to: '9800000002' }), /messageId must be new/);
    assert.equal(
      (await bench.submit({ messageId: 'd', to: '016-63-1234' }).catch(() => null))?.state ?? 'failed',
      'failed',
    );
  });

  it('leaves out records that are none of ours', async () => {
    const store = new KeptRecords();
    await store.write([
      { kind: 'text', id: 'x', value: { message: { messageId: 'x' }, details: {} } },
      { kind: 'text', id: 'y', value: 7 },
      { kind: 'outgoing', id: 'meter', value: 'none' },
    ]);
    const bench = await new OutgoingBench(store).started();
    await bench.submit();
    await bench.schedule.pass(0);
    assert.equal(bench.sent.length, 1);
  });

  it('closes when what became of the text under way is written down, and sends no other', async () => {
    const bench = await new OutgoingBench().started();
    let answer: (result: SubmitResult) => void = () => undefined;
    bench.answers = [new Promise((resolve) => (answer = resolve))];
    await bench.submit();
    await bench.submit({ messageId: 'b', text: 'Ho' });
    const closed = bench.desk.close();
    answer({ state: 'submitted', reference: 1 });
    await closed;
    const next = await new OutgoingBench(bench.store.copy()).started();
    await next.schedule.pass(0);
    assert.equal(next.desk.reportOf('a')?.state, 'submitted');
    assert.deepEqual([bench.sent.length, next.sent.length], [1, 1]);
  });

  it('forgets the oldest settled texts, on the disk too', async () => {
    const first = await new OutgoingBench().started();
    await first.submit();
    await first.schedule.pass(0);
    await first.desk.tick();
    const store = first.store.copy();
    const sample = JSON.stringify(store.readAll('text')[0]?.value);
    const many = Array.from({ length: 10_002 }, (_, count) => ({
      kind: 'text',
      id: String(count),
      value: JSON.parse(sample.replace('"messageId":"a"', `"messageId":"${count}"`)) as unknown,
    }));
    await store.write(many);
    const bench = await new OutgoingBench(store, FEW_AN_HOUR).started();
    assert.equal(store.count('text'), 10_003);
    await bench.submit({ messageId: 'new', text: 'Ho' });
    await bench.schedule.pass(0);
    assert.equal(store.count('text'), 10_003);
    assert.deepEqual([bench.desk.reportOf('a'), bench.desk.reportOf('new')?.state], [null, 'submitted']);
  });

  it('keeps a result that nobody hears, over restarts, and tells it once when somebody is there', async () => {
    const bench = await new OutgoingBench().started();
    bench.isHeard = false;
    await bench.submit();
    await bench.schedule.pass(0);
    assert.deepEqual([bench.sent.length, bench.told.length, bench.desk.unheardCount], [1, 0, 1]);
    await bench.desk.close();
    await bench.desk.settle();

    const next = new OutgoingBench(bench.store.copy());
    next.isHeard = false;
    await next.started();
    assert.equal(next.desk.unheardCount, 1);
    await next.desk.tellAgain();
    assert.equal(next.desk.unheardCount, 1);
    next.isHeard = true;
    await next.desk.tellAgain();
    assert.deepEqual([next.states(), next.sent, next.desk.unheardCount], [['submitted'], [], 0]);
    await next.desk.tellAgain();
    await next.desk.close();
    await next.desk.settle();
    const third = await new OutgoingBench(next.store.copy()).started();
    assert.deepEqual(third.told, [], 'it has been heard');
  });

  it('tells of a text that nobody heard of how it stands now, once', async () => {
    const bench = await new OutgoingBench().started();
    bench.isHeard = false;
    await bench.submit({ wantsReport: true });
    await bench.schedule.pass(0);
    await bench.desk.onReport(report(1, 'delivered'));
    bench.isHeard = true;
    await bench.desk.tick();
    assert.deepEqual(bench.states(), ['delivered']);
  });

  it('tells every state in its turn, each when it is on the disk, however slow that is', async () => {
    const bench = await new OutgoingBench().started();
    bench.desk.setOpen(false);
    await bench.submit({ wantsReport: true });
    const writes: (() => void)[] = [];
    const write = bench.store.write.bind(bench.store);
    bench.store.write = async (changes) => {
      await new Promise<void>((resolve) => writes.push(resolve));
      return write(changes);
    };
    const writeOne = async (): Promise<void> => {
      writes.shift()?.();
      await bench.schedule.pass(0);
    };
    bench.desk.setOpen(true);
    await writeOne();
    assert.deepEqual([bench.sent.length, writes.length], [1, 1]);
    // The report comes while what the modem said is being written.
    const reported = bench.desk.onReport(report(1, 'delivered'));
    assert.deepEqual(bench.states(), []);
    await writeOne();
    assert.deepEqual(bench.states(), ['submitted']);
    await writeOne();
    await reported;
    assert.deepEqual([bench.states(), bench.desk.unheardCount], [['submitted', 'delivered'], 0]);
  });

  it('tells what could not be written down at first', async () => {
    const bench = await new OutgoingBench().started();
    bench.desk.setOpen(false);
    await bench.submit();
    bench.store.isBroken = true;
    await assert.rejects(bench.desk.withdraw('a'), /the disk is full/);
    assert.deepEqual(bench.told, [], 'nothing is told that is not on the disk');
    bench.store.isBroken = false;
    await bench.desk.tick();
    assert.deepEqual(bench.states(), ['failed']);
  });

  it('counts the results that nobody heard before their texts had to make room', async () => {
    const first = await new OutgoingBench().started();
    first.isHeard = false;
    await first.submit();
    await first.schedule.pass(0);
    const store = first.store.copy();
    const sample = JSON.stringify(store.readAll('text')[0]?.value);
    const more = Array.from({ length: 10_002 }, (_, count) => ({
      kind: 'text',
      id: String(count),
      value: JSON.parse(sample.replace('"messageId":"a"', `"messageId":"${count}"`)) as unknown,
    }));
    await store.write(more);
    const bench = new OutgoingBench(store, FEW_AN_HOUR);
    bench.isHeard = false;
    await bench.started();
    assert.deepEqual([bench.desk.unheardCount, bench.desk.droppedResults], [10_003, 0]);
    await bench.submit({ messageId: 'new', text: 'Ho' });
    assert.deepEqual([bench.desk.unheardCount, bench.desk.droppedResults], [10_002, 1]);
    const next = await new OutgoingBench(store.copy()).started();
    assert.equal(next.desk.droppedResults, 1, 'over restarts');
  });
});
