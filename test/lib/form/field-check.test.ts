import assert from 'node:assert/strict';
import { accepts, fieldCheck, isFromEnvironment, wholeNumber } from '../../../nodes/lib/form/field-check';

describe('checks of form fields', () => {
  it('answer true or the sentence of the catalogue, and have the two parameters that the editor asks for', () => {
    const node = { _: (key: string, values?: object) => `${key} ${JSON.stringify(values)}`, limit: 3 };
    const check = fieldCheck<typeof node>((text, { limit }) => text.length < limit, 'demo.error.long');
    assert.equal(check.call(node, 'ab', {}), true);
    assert.equal(
      check.call(node, 'abc', { label: 'Field' }),
      'demo.error.long {"label":"Field","value":"abc"}',
    );
    assert.equal(check.length, 2);
  });

  it('takes what a reader takes and refuses what makes it throw', () => {
    assert.equal(
      accepts(() => 1),
      true,
    );
    assert.equal(
      accepts(() => {
        throw new RangeError('no');
      }),
      false,
    );
  });

  it('reads whole numbers as people type them', () => {
    assert.deepEqual(['0', '60', ' 5 ', '9007199254740991'].map(wholeNumber), [0, 60, 5, 9007199254740991]);
  });

  for (const text of ['', ' ', '-1', '1.5', 'five', '9007199254740992', 'Infinity', 'NaN']) {
    it(`refuses "${text}" as a whole number`, () => assert.equal(wholeNumber(text), null));
  }

  it('knows a value that comes from the environment', () => {
    for (const text of ['${PRICE}', '$(PRICE)', '${_a1}']) assert.equal(isFromEnvironment(text), true, text);
    for (const text of ['', 'PRICE', '${1A}', '${A} and more', '${A)', '${}', ' ${A}']) {
      assert.equal(isFromEnvironment(text), false, text);
    }
  });
});
