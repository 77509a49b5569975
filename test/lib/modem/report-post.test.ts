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
    this.post.onCome(client);
    return () => {
      this.clients.delete(client);
      this.post.onLeave(client);
    };
  }
}

describe('report post', () => {
  it('tells the node that sent the text', () => {
    const bench = new Bench();
    bench.come('a');
    bench.come('b');
    assert.equal(bench.post.tell(report('b', '1')), true);
    assert.deepEqual(bench.heard, ['b: 1']);
  });

  it('tells nobody else while the node is being deployed', () => {
    const bench = new Bench();
    bench.come('a');
    const leave = bench.come('b');
    leave();
    assert.equal(bench.post.tell(report('b', '1')), false);
    bench.nowMs = 59_999;
    assert.equal(bench.post.tell(report('b', '1')), false);
    bench.come('b');
    bench.nowMs = 600_000;
    assert.equal(bench.post.tell(report('b', '1')), true);
    assert.deepEqual(bench.heard, ['b: 1']);
  });

  it('tells another node once the owner has been away for a minute, and nobody while there is none', () => {
    const bench = new Bench();
    assert.equal(bench.post.tell(report('b', '1')), false);
    bench.nowMs = 60_000;
    assert.equal(bench.post.tell(report('b', '1')), false);
    bench.come('a');
    assert.equal(bench.post.tell(report('b', '1')), true);
    assert.equal(bench.post.tell(report('c', '2')), false, 'who was never seen to leave may still come');
    assert.deepEqual(bench.heard, ['a: 1']);
  });

  it('remembers a thousand absent nodes', () => {
    const bench = new Bench();
    for (let count = 0; count < 1_001; count += 1) bench.post.tell(report(String(count), 'x'));
    bench.nowMs = 60_000;
    bench.come('heir');
    assert.equal(bench.post.tell(report('0', 'x')), false, 'as if it had gone just now');
    assert.equal(bench.post.tell(report('1000', 'x')), true);
  });
});
