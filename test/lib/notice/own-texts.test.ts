import assert from 'node:assert/strict';
import {
  judgeText,
  ownTextsOf,
  shippedText,
  textInUse,
  withText,
  type OwnText,
} from '../../../nodes/lib/notice/own-texts';

const LIGHT = '{name}: light is back, {balance}.';

describe('texts of a utility’s own', () => {
  it('take the place of the shipped ones, and give it back', () => {
    const own = withText([], 'en', 'restored', LIGHT);
    assert.deepEqual(own, [{ language: 'en', kind: 'restored', text: LIGHT }]);
    assert.equal(textInUse(own, 'en', 'restored'), LIGHT);
    assert.equal(textInUse(own, 'hi', 'restored'), shippedText('hi', 'restored'));
    assert.deepEqual(withText(own, 'en', 'restored', `${LIGHT}!`).length, 1);
    assert.deepEqual(withText(own, 'en', 'restored', ' '), []);
    assert.deepEqual(withText(own, 'EN', 'restored', shippedText('en', 'restored')), []);
  });

  it('can be in a language that none is shipped in, beside which English is used', () => {
    const own = withText([], 'mr', 'restored', 'परत {balance}');
    assert.deepEqual(Object.keys(ownTextsOf(own)), ['mr']);
    assert.equal(textInUse(own, 'mr', 'cut-off'), shippedText('en', 'cut-off'));
  });

  it('are judged while they are written', () => {
    assert.deepEqual(judgeText('restored', 'x'), { problem: 'the text of restored must have {balance}' });
    const verdict = judgeText('restored', LIGHT);
    assert.ok('length' in verdict);
    assert.deepEqual([verdict.length.encoding, verdict.length.parts], ['gsm7', 1]);
  });

  it('are refused when one is wrong, whatever was put into the settings', () => {
    const bad: [texts: OwnText[], says: RegExp][] = [
      [[{ language: 'en', kind: 'restored', text: 'x' }], /must have \{balance\}/],
      [[{ language: 'english', kind: 'restored', text: LIGHT }], /two or three letters/],
      [[{ language: 'en', kind: 'hello' as 'restored', text: LIGHT }], /no notice of the kind "hello"/],
    ];
    for (const [texts, says] of bad) assert.throws(() => ownTextsOf(texts), says);
    assert.deepEqual(ownTextsOf([]), {});
  });
});
