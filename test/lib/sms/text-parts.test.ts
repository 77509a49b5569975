import assert from 'node:assert/strict';
import fc from 'fast-check';
import { textToSeptets } from '../../../nodes/lib/sms/gsm-alphabet';
import {
  measureText,
  splitText,
  unitsPerMessage,
  type ReferenceBits,
  type TextEncoding,
} from '../../../nodes/lib/sms/text-parts';
import { property } from '../property';
import { anyText } from './texts';

function units(text: string, encoding: TextEncoding): number {
  return encoding === 'gsm7' ? textToSeptets(text).length : text.length;
}

describe('parts of a text', function () {
  this.timeout(60_000);

  it('hold 160/153 septets and 70/67 units, one fewer of each with the wide reference', () => {
    assert.deepEqual(
      [null, 8, 16].map((bits) => unitsPerMessage('gsm7', bits as ReferenceBits | null)),
      [160, 153, 152],
    );
    assert.deepEqual(
      [null, 8, 16].map((bits) => unitsPerMessage('ucs2', bits as ReferenceBits | null)),
      [70, 67, 66],
    );
  });

  it('are counted for people', () => {
    const count = (text: string) => measureText(text);
    assert.deepEqual(count(''), { encoding: 'gsm7', units: 0, parts: 1, left: 160 });
    assert.deepEqual(count('a'.repeat(160)), { encoding: 'gsm7', units: 160, parts: 1, left: 0 });
    assert.deepEqual(count('a'.repeat(161)), { encoding: 'gsm7', units: 161, parts: 2, left: 145 });
    assert.deepEqual(count('a'.repeat(306)), { encoding: 'gsm7', units: 306, parts: 2, left: 0 });
    assert.deepEqual(count('a'.repeat(307)), { encoding: 'gsm7', units: 307, parts: 3, left: 152 });
    assert.deepEqual(count('€'.repeat(80)), { encoding: 'gsm7', units: 160, parts: 1, left: 0 });
    assert.deepEqual(count('न'.repeat(70)), { encoding: 'ucs2', units: 70, parts: 1, left: 0 });
    assert.deepEqual(count('न'.repeat(71)), { encoding: 'ucs2', units: 71, parts: 2, left: 63 });
    assert.deepEqual(count('😀'.repeat(35)), { encoding: 'ucs2', units: 70, parts: 1, left: 0 });
  });

  it('never cut an escape pair', () => {
    const { parts } = splitText(`${'a'.repeat(152)}€${'b'.repeat(20)}`);
    assert.deepEqual(parts, ['a'.repeat(152), `€${'b'.repeat(20)}`]);
    // What stays empty in the first part is not free in the last one.
    assert.equal(measureText(`${'a'.repeat(152)}€${'b'.repeat(20)}`).left, 153 - 22);
  });

  it('never cut a surrogate pair', () => {
    const { parts } = splitText(`${'न'.repeat(66)}😀${'न'.repeat(10)}`);
    assert.deepEqual(parts, ['न'.repeat(66), `😀${'न'.repeat(10)}`]);
  });

  it('are in the encoding that was asked for', () => {
    assert.equal(splitText('abc', 'ucs2').encoding, 'ucs2');
    assert.throws(
      () => splitText('abç', 'gsm7'),
      /^RangeError: text must be in the GSM alphabet .* got "ç"$/,
    );
  });

  it('make up the text, fit, and are no more than needed, wherever a pair lies', () => {
    const choices = fc.constantFrom<'auto' | 'ucs2'>('auto', 'ucs2');
    property(
      fc.tuple(anyText(700), choices, fc.constantFrom<ReferenceBits>(8, 16)),
      ([text, choice, bits]) => {
        const { encoding, parts } = splitText(text, choice, bits);
        assert.equal(parts.join(''), text);
        const room = unitsPerMessage(encoding, parts.length === 1 ? null : bits);
        for (const [index, part] of parts.entries()) {
          assert.ok(units(part, encoding) <= room);
          assert.ok(!/^[\udc00-\udfff]|[\ud800-\udbff]$/.test(part), 'a pair was cut');
          // Only a pair may leave one unit empty, and only the last part more.
          if (index < parts.length - 1) assert.ok(units(part, encoding) >= room - 1);
        }
        const { left, units: all } = measureText(text, choice, bits);
        assert.equal(all, units(text, encoding));
        assert.equal(left, room - units(parts.at(-1)!, encoding));
      },
    );
  });
});
