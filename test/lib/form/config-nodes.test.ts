import assert from 'node:assert/strict';
import { isUsable, onlyNodeOf } from '../../../nodes/lib/form/config-nodes';

const editorWith = (...types: string[]) => ({
  eachConfig(visit: (configNode: object) => boolean): void {
    for (const [index, type] of types.entries()) visit({ id: `n${index}`, type });
  },
});

describe('config nodes in a form', () => {
  it('are usable when they are there and not known to be wrong', () => {
    assert.equal(isUsable({ id: 'a' }), true);
    assert.equal(isUsable({ id: 'a', valid: true }), true);
    assert.equal(isUsable({ id: 'a', valid: false }), false);
    assert.equal(isUsable(null), false);
    assert.equal(isUsable(undefined), false);
  });

  it('are chosen for people where there is no choice', () => {
    assert.equal(onlyNodeOf('prepaid-site', editorWith('meter-broker', 'prepaid-site')), 'n1');
    assert.equal(onlyNodeOf('prepaid-site', editorWith('prepaid-site', 'prepaid-site')), '');
    assert.equal(onlyNodeOf('prepaid-site', editorWith('meter-broker')), '');
  });
});
