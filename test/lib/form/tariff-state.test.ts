import assert from 'node:assert/strict';
import { ProposedState } from '../../../nodes/lib/form/tariff-state';

describe('the state of a tariff in the dialog', () => {
  it('is draft once an approved tariff is changed, and as it was when the change is taken back', () => {
    const state = new ProposedState('approved');
    assert.equal(state.follow('approved', false), 'approved');
    assert.equal(state.follow('approved', true), 'draft');
    assert.equal(state.follow('draft', true), 'draft');
    assert.equal(state.follow('draft', false), 'approved');
  });

  it('stays what a person chose', () => {
    const state = new ProposedState('approved');
    state.follow('approved', false);
    assert.equal(state.follow('approved', true), 'draft');
    assert.equal(state.follow('approved', true), 'approved');
    assert.equal(state.follow('approved', false), 'approved');
    assert.equal(state.follow('approved', true), 'approved');
    const chosenBefore = new ProposedState('approved');
    chosenBefore.follow('approved', false);
    chosenBefore.follow('draft', false);
    assert.equal(chosenBefore.follow('approved', false), 'approved');
    assert.equal(chosenBefore.follow('approved', true), 'approved');
  });

  it('is left alone when the stored tariff is the next version already', () => {
    const state = new ProposedState('approved');
    assert.equal(state.follow('approved', true), 'approved');
    assert.equal(state.follow('approved', true), 'approved');
  });
});
