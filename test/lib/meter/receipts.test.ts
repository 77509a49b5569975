import assert from 'node:assert/strict';
import { Receipts, type ReceiptOutcome } from '../../../nodes/lib/meter/receipts';

describe('receipts', () => {
  let answers: ReceiptOutcome[];
  const answer = (outcome: ReceiptOutcome): void => void answers.push(outcome);
  beforeEach(() => {
    answers = [];
  });

  it('answers once, when the last reading of the message is durable', () => {
    const receipts = new Receipts(1_000, 10);
    const receipt = receipts.issue(3, 0, answer) ?? assert.fail();
    receipts.settle(receipt, 2, 'durable');
    assert.deepEqual(answers, []);
    receipts.settle(receipt, 1, 'durable');
    receipts.settle(receipt, 1, 'durable');
    assert.deepEqual(answers, ['durable']);
    assert.equal(receipts.size, 0);
  });

  it('answers "failed" when any reading failed, but only after the rest is through', () => {
    const receipts = new Receipts(1_000, 10);
    const receipt = receipts.issue(2, 0, answer) ?? assert.fail();
    receipts.settle(receipt, 1, 'failed');
    assert.deepEqual(answers, []);
    receipts.settle(receipt, 1, 'durable');
    assert.deepEqual(answers, ['failed']);
  });

  it('waits exactly as long as promised', () => {
    const receipts = new Receipts(1_000, 10);
    receipts.issue(1, 0, answer);
    receipts.issue(1, 500, answer);
    assert.equal(receipts.expire(999), 0);
    assert.equal(receipts.expire(1_000), 1);
    assert.deepEqual(answers, ['timed out']);
    assert.equal(receipts.size, 1);
  });

  it('takes no more than its bound', () => {
    const receipts = new Receipts(1_000, 2);
    assert.ok(receipts.issue(1, 0, answer));
    assert.ok(receipts.issue(1, 0, answer));
    assert.equal(receipts.issue(1, 0, answer), null);
  });

  it('ignores a receipt that it never gave, and messages without one', () => {
    const receipts = new Receipts(1_000, 2);
    receipts.settle('made up', 1, 'durable');
    receipts.settle(undefined, 1, 'durable');
    assert.deepEqual(answers, []);
  });

  it('tells everybody when the house closes', () => {
    const receipts = new Receipts(1_000, 2);
    receipts.issue(1, 0, answer);
    receipts.failAll();
    assert.deepEqual(answers, ['failed']);
  });
});
