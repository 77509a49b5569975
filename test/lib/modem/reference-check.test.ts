import assert from 'node:assert/strict';
import { ReferenceCheck } from '../../../nodes/lib/modem/reference-check';

describe('reference check', () => {
  it('trusts every reference while no text is unanswered', () => {
    const check = new ReferenceCheck();
    for (const reference of [7, 200, 3]) assert.equal(check.isOurs(reference, 0), true);
  });

  it('trusts the one that counts past what is unanswered, over 255 too', () => {
    const check = new ReferenceCheck();
    check.isOurs(254, 0);
    check.onSilence(1);
    check.onSilence(2);
    assert.equal(check.isOurs(1, 3), true, '255 and 0 are of the two before');
    assert.equal(check.isOurs(255, 4), false);
    assert.equal(check.isOurs(0, 5), false);
  });

  it('does not trust one that an unanswered text may have', () => {
    const check = new ReferenceCheck();
    check.isOurs(5, 0);
    check.onSilence(1);
    assert.equal(check.isOurs(6, 2), false);
    check.onLate(7);
    assert.equal(check.isOurs(8, 3), true, 'both have been named');
    const unknown = new ReferenceCheck();
    unknown.onSilence(0);
    assert.equal(unknown.isOurs(9, 1), false, 'with nothing to count from');
  });

  it('waits for late answers no longer than five minutes, and not past a start', () => {
    const check = new ReferenceCheck();
    check.isOurs(5, 0);
    check.onSilence(0);
    assert.equal(check.isOurs(6, 299_999), false);
    assert.equal(check.isOurs(7, 300_000), true);
    check.onSilence(300_001);
    check.onReset();
    assert.equal(check.isOurs(8, 300_002), true);
  });
});
