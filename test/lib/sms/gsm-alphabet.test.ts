import assert from 'node:assert/strict';
import fc from 'fast-check';
import { firstForeignChar, septetsToText, textToSeptets } from '../../../nodes/lib/sms/gsm-alphabet';
import {
  fillBitsAfter,
  packSeptets,
  septetsOfHeader,
  unpackSeptets,
} from '../../../nodes/lib/sms/septet-packing';
import { octetsToHex } from '../../../nodes/lib/sms/hex-octets';
import { property } from '../property';
import { gsmText } from './texts';

describe('GSM alphabet (3GPP TS 23.038, 6.2.1)', () => {
  it('has its characters where the table has them', () => {
    const places: [string, number][] = [
      ['@', 0x00],
      ['$', 0x02],
      ['Ç', 0x09],
      ['\n', 0x0a],
      ['\r', 0x0d],
      ['Δ', 0x10],
      ['_', 0x11],
      ['Ξ', 0x1a],
      ['É', 0x1f],
      [' ', 0x20],
      ['¤', 0x24],
      ['0', 0x30],
      ['¡', 0x40],
      ['A', 0x41],
      ['Z', 0x5a],
      ['Ä', 0x5b],
      ['§', 0x5f],
      ['¿', 0x60],
      ['a', 0x61],
      ['z', 0x7a],
      ['à', 0x7f],
    ];
    for (const [char, septet] of places) assert.deepEqual(textToSeptets(char), [septet], char);
  });

  it('writes the extension behind an escape', () => {
    assert.deepEqual(
      textToSeptets('\f^{}\\[~]|€'),
      [0x0a, 0x14, 0x28, 0x29, 0x2f, 0x3c, 0x3d, 0x3e, 0x40, 0x65].flatMap((septet) => [0x1b, septet]),
    );
  });

  it('gives all 127 septets that are characters back', () => {
    for (let septet = 0; septet < 128; septet += 1) {
      if (septet !== 0x1b) assert.deepEqual(textToSeptets(septetsToText([septet])), [septet]);
    }
  });

  it('shows the plain character behind an escape that means nothing, and a space for a lonely escape', () => {
    assert.equal(septetsToText([0x1b, 0x41]), 'A');
    assert.equal(septetsToText([0x41, 0x1b, 0x1b, 0x42]), 'A B');
    assert.equal(septetsToText([0x41, 0x1b]), 'A ');
  });

  it('names what it does not have', () => {
    for (const foreign of ['ç', '`', 'न', '😀', '\u001b', '\t']) {
      assert.equal(firstForeignChar(`ab${foreign}c`), foreign);
      assert.throws(() => textToSeptets(foreign), /text must be in the GSM alphabet, got/);
    }
    assert.equal(firstForeignChar('Δ{}€'), undefined);
  });
});

describe('septets in octets (3GPP TS 23.038, 6.1.2.1)', () => {
  it('packs hellohello as every book shows it', () => {
    assert.equal(octetsToHex(packSeptets(textToSeptets('hellohello'))), 'E8329BFD4697D9EC37');
  });

  it('begins a text on a septet behind a header', () => {
    assert.deepEqual([0, 5, 6, 7, 12].map(fillBitsAfter), [0, 2, 1, 0, 2]);
    assert.deepEqual([0, 6, 7].map(septetsOfHeader), [0, 7, 8]);
  });

  it('gives back what it packed, behind any header', () => {
    property(fc.tuple(gsmText(), fc.integer({ min: 0, max: 6 })), ([text, fillBits]) => {
      const septets = textToSeptets(text);
      const octets = packSeptets(septets, fillBits);
      assert.equal(octets.length, Math.ceil((fillBits + 7 * septets.length) / 8));
      assert.deepEqual(unpackSeptets(octets, septets.length, fillBits), septets);
      assert.equal(septetsToText(septets), text);
    });
  });
});
