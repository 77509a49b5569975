import assert from 'node:assert/strict';
import { ReportPost, type ReportClient } from '../../../nodes/lib/modem/report-post';
import type { TextReport } from '../../../nodes/lib/sms/outgoing-text';

const report = (owner: string, messageId: string): TextReport => ({
  messageId,
  to: '+9779800000001',
  state: 'submitted',
  reason: '',
  parts: 1,
  sentParts: 1,
  atMs: 0,
  owner,
  topic: '',
  subject: null,
});

class Bench {
  nowMs = 0;
  readonly heard: string[] = [];
  readonly clients = new Set<ReportClient>();
  readonly post = new ReportPost(this.clients, () => this.nowMs);

  come(id: string): () => void {
    const client = { id, onReport: (told: TextReport) => void this.heard.push(`${id}: ${told.messageId}`) };
    this.clients.add(client);
    this.post.onClient(client);
    return () => void this.clients.delete(client);
  }
}

describe('report post', () => {
  it('tells the node that sent the text', () => {
    const bench = new Bench();
    bench.come('a');
    bench.come('b');
    bench.post.tell(report('b', '1'));
    assert.deepEqual(bench.heard, ['b: 1']);
  });

  it('keeps reports for a node that is being deployed, in their order', () => {
    const bench = new Bench();
    bench.come('a');
    const leave = bench.come('b');
    leave();
    for (const messageId of ['1', '2']) bench.post.tell(report('b', messageId));
    bench.nowMs = 59_999;
    bench.post.onTick();
    assert.deepEqual(bench.heard, []);
    bench.come('b');
    bench.nowMs = 600_000;
    bench.post.onTick();
    assert.deepEqual(bench.heard, ['b: 1', 'b: 2']);
  });

  it('tells another node once the owner has been away for a minute, and nobody while there is none', () => {
    const bench = new Bench();
    bench.post.tell(report('b', '1'));
    bench.nowMs = 60_000;
    bench.post.onTick();
    bench.come('a');
    assert.deepEqual(bench.heard, [], 'until it is looked after again');
    bench.post.onTick();
    bench.post.onTick();
    assert.deepEqual(bench.heard, ['a: 1']);
  });

  it('keeps the last thousand', () => {
    const bench = new Bench();
    for (let count = 0; count < 1_001; count += 1) bench.post.tell(report('b', String(count)));
    bench.come('b');
    assert.deepEqual([bench.heard.length, bench.heard[0]], [1_000, 'b: 1']);
  });
});
