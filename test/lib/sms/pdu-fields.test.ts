import assert from 'node:assert/strict';
import fc from 'fast-check';
import { readDataCoding, writeDataCoding } from '../../../nodes/lib/sms/data-coding';
import { OctetReader } from '../../../nodes/lib/sms/octet-reader';
import { readAddress, writeAddress } from '../../../nodes/lib/sms/pdu-address';
import { readPduTime, writePduTime } from '../../../nodes/lib/sms/pdu-time';
import { readUserDataHeader, writePartHeader } from '../../../nodes/lib/sms/user-data-header';
import { readRelativeValidity, readValidity, writeValidity } from '../../../nodes/lib/sms/validity-period';
import { property } from '../property';
import { gsmText, internationalNumber } from './texts';

const octets = (...values: number[]): Uint8Array => Uint8Array.from(values);
const MINUTE_MS = 60_000;
const DAY_MS = 86_400_000;

describe('time stamp (3GPP TS 23.040, 9.2.3.11)', () => {
  const read = (hex: string) => readPduTime(Buffer.from(hex, 'hex'));

  it('is local time with a signed zone of quarters', () => {
    assert.deepEqual(read('99309251619580'), { atMs: Date.parse('1999-03-29T13:16:59Z'), zoneMinutes: 120 });
    // Kathmandu, 23 quarters; then New York, 20 quarters the other way.
    assert.deepEqual(read('62111212000032'), { atMs: Date.parse('2026-11-21T15:15:00Z'), zoneMinutes: 345 });
    assert.deepEqual(read('6211121200000A'), { atMs: Date.parse('2026-11-22T02:00:00Z'), zoneMinutes: -300 });
    assert.deepEqual(read('62111212000008'), { atMs: Date.parse('2026-11-21T21:00:00Z'), zoneMinutes: 0 });
  });

  it('is nothing when there is no such time', () => {
    for (const hex of [
      '00000000000000',
      '62311212000000',
      '62201312000000',
      '62111242000000',
      '62111212060000',
      '62111212000600',
      '6F111212000000',
      'FFFFFFFFFFFFFF',
      '62111212000075',
    ]) {
      assert.equal(read(hex), null, hex);
    }
    assert.notEqual(read('62111212000065'), null, 'UTC+14 is a zone');
  });

  it('comes back as it was written, to the second', () => {
    const times = fc.record({
      atMs: fc.integer({ min: DAY_MS / 1000, max: 3_155_000_000 }).map((seconds) => seconds * 1000),
      zoneMinutes: fc.integer({ min: -56, max: 56 }).map((quarters) => quarters * 15 || 0),
    });
    property(times, (time) =>
      assert.deepEqual(readPduTime(Uint8Array.from(writePduTime('at', time))), { ...time }),
    );
  });

  it('refuses what it cannot say', () => {
    assert.throws(() => writePduTime('sentAt', { atMs: 0, zoneMinutes: 7 }), /zoneMinutes .* got 7$/);
    assert.throws(
      () => writePduTime('sentAt', { atMs: -DAY_MS, zoneMinutes: 0 }),
      /^RangeError: sentAt .* got -86400000$/,
    );
    assert.throws(() => writePduTime('sentAt', { atMs: NaN, zoneMinutes: 0 }), /sentAt .* got NaN$/);
  });
});

describe('validity period (3GPP TS 23.040, 9.2.3.12)', () => {
  it('has the values of the table', () => {
    const periods: [number, number][] = [
      [0, 5 * MINUTE_MS],
      [143, 720 * MINUTE_MS],
      [144, 750 * MINUTE_MS],
      [167, DAY_MS],
      [168, 2 * DAY_MS],
      [170, 4 * DAY_MS],
      [196, 30 * DAY_MS],
      [197, 35 * DAY_MS],
      [255, 441 * DAY_MS],
    ];
    for (const [octet, lastsMs] of periods) {
      assert.equal(readRelativeValidity(octet), lastsMs);
      assert.equal(writeValidity(lastsMs), octet);
    }
  });

  it('is the next longer one where there is none like it', () => {
    property(fc.integer({ min: 1, max: 441 * DAY_MS }), (lastsMs) => {
      const octet = writeValidity(lastsMs);
      assert.ok(readRelativeValidity(octet) >= lastsMs);
      if (octet > 0) assert.ok(readRelativeValidity(octet - 1) < lastsMs);
    });
  });

  it('refuses none and more than 63 weeks', () => {
    for (const lastsMs of [0, -1, 441 * DAY_MS + 1, NaN, Infinity]) {
      assert.throws(() => writeValidity(lastsMs), /^RangeError: validityMs must be/);
    }
  });

  it('is read in every format', () => {
    const read = (firstOctet: number, hex: string) =>
      readValidity(new OctetReader(Buffer.from(hex, 'hex')), firstOctet);
    assert.equal(read(0x01, ''), null);
    assert.deepEqual(read(0x11, 'AA'), { lastsMs: 4 * DAY_MS });
    assert.deepEqual(read(0x19, '62111212000008'), { untilMs: Date.parse('2026-11-21T21:00:00Z') });
    assert.equal(read(0x19, 'FFFFFFFFFFFFFF'), null);
    assert.deepEqual(read(0x09, '01AA0000000000'), { lastsMs: 4 * DAY_MS });
    assert.deepEqual(read(0x09, '023C0000000000'), { lastsMs: MINUTE_MS });
    assert.deepEqual(read(0x09, '03100000000000'), { lastsMs: 60 * MINUTE_MS });
    assert.equal(read(0x09, '00000000000000'), null);
  });
});

describe('data coding (3GPP TS 23.038, 4)', () => {
  it('tells alphabet, class and compression of the general groups', () => {
    const read = (octet: number) => {
      const { alphabet, messageClass, isCompressed } = readDataCoding(octet);
      return [alphabet, messageClass, isCompressed];
    };
    assert.deepEqual(read(0x00), ['gsm7', null, false]);
    assert.deepEqual(read(0x04), ['8bit', null, false]);
    assert.deepEqual(read(0x08), ['ucs2', null, false]);
    assert.deepEqual(read(0x0c), ['gsm7', null, false]);
    assert.deepEqual(read(0x10), ['gsm7', 0, false]);
    assert.deepEqual(read(0x18), ['ucs2', 0, false]);
    assert.deepEqual(read(0x20), ['gsm7', null, true]);
    assert.deepEqual(read(0x48), ['ucs2', null, false]);
    assert.deepEqual(read(0x51), ['gsm7', 1, false]);
    assert.deepEqual(read(0x88), ['gsm7', null, false]);
    assert.deepEqual(read(0xf2), ['gsm7', 2, false]);
    assert.deepEqual(read(0xf5), ['8bit', 1, false]);
  });

  it('tells what waits in a mailbox', () => {
    const read = (octet: number) => ({
      alphabet: readDataCoding(octet).alphabet,
      ...readDataCoding(octet).waiting,
    });
    assert.deepEqual(read(0xc8), {
      alphabet: 'gsm7',
      kind: 'voice',
      isActive: true,
      isStored: false,
      count: null,
    });
    assert.deepEqual(read(0xd1), {
      alphabet: 'gsm7',
      kind: 'fax',
      isActive: false,
      isStored: true,
      count: null,
    });
    assert.deepEqual(read(0xea), {
      alphabet: 'ucs2',
      kind: 'email',
      isActive: true,
      isStored: true,
      count: null,
    });
    assert.equal(readDataCoding(0x00).waiting, null);
  });

  it('is written in the general group', () => {
    assert.deepEqual(
      [writeDataCoding('gsm7', null), writeDataCoding('ucs2', 0), writeDataCoding('8bit', 3)],
      [0x00, 0x18, 0x17],
    );
    for (let octet = 0; octet < 256; octet += 1) assert.ok(readDataCoding(octet).alphabet);
  });
});

describe('header of a text (3GPP TS 23.040, 9.2.3.24)', () => {
  it('says which part this is, with either reference', () => {
    assert.deepEqual(readUserDataHeader(octets(0, 3, 7, 2, 1)).part, {
      reference: 7,
      bits: 8,
      total: 2,
      sequence: 1,
    });
    assert.deepEqual(readUserDataHeader(octets(8, 4, 1, 2, 9, 3)).part, {
      reference: 258,
      bits: 16,
      total: 9,
      sequence: 3,
    });
    for (const bits of [8, 16] as const) {
      const part = { reference: 200, bits, total: 255, sequence: 255 };
      const [length, ...rest] = writePartHeader(part);
      assert.equal(length, rest.length);
      assert.deepEqual(readUserDataHeader(Uint8Array.from(rest)).part, part);
    }
  });

  it('passes over ports and what it does not know', () => {
    const header = readUserDataHeader(octets(5, 4, 0x15, 0x8a, 0, 0, 0, 3, 7, 2, 1, 0x70, 0));
    assert.deepEqual(header.part, { reference: 7, bits: 8, total: 2, sequence: 1 });
    assert.deepEqual(header.problems, []);
  });

  it('takes the later of two, and ignores a part that cannot be', () => {
    assert.equal(readUserDataHeader(octets(0, 3, 7, 2, 1, 0, 3, 8, 2, 1)).part?.reference, 8);
    for (const senseless of [
      octets(0, 3, 7, 0, 1),
      octets(0, 3, 7, 2, 0),
      octets(0, 3, 7, 2, 3),
      octets(0, 2, 7, 2),
    ]) {
      const { part, problems } = readUserDataHeader(senseless);
      assert.equal(part, null);
      assert.match(problems.join(), /makes no sense/);
    }
  });

  it('says what is cut short or beyond it', () => {
    assert.match(readUserDataHeader(octets(0, 9, 1)).problems.join(), /cut short/);
    assert.match(readUserDataHeader(octets(0)).problems.join(), /cut short/);
    assert.match(readUserDataHeader(octets(0x24, 1, 1)).problems.join(), /national table 1/);
  });

  it('counts what waits in a mailbox', () => {
    assert.deepEqual(readUserDataHeader(octets(1, 2, 0x80, 3)).waiting, {
      kind: 'voice',
      isActive: true,
      isStored: true,
      count: 3,
    });
    assert.match(readUserDataHeader(octets(1, 1, 0x80)).problems.join(), /mailbox notice/);
  });
});

describe('address (3GPP TS 23.040, 9.1.2.5)', () => {
  const again = (address: Parameters<typeof writeAddress>[1]) =>
    readAddress(new OctetReader(Uint8Array.from(writeAddress('to', address))), 'recipient');

  it('comes back as it was written', () => {
    property(internationalNumber(), (text) =>
      assert.deepEqual(again({ kind: 'number', text }), { kind: 'number', text }),
    );
    property(
      fc.string({ unit: fc.constantFrom(...Array.from('0123456789*#')), minLength: 1, maxLength: 20 }),
      (text) => assert.deepEqual(again({ kind: 'number', text }), { kind: 'number', text }),
    );
    const names = gsmText(11).filter((text) => text !== '' && !/[\^{}\\[~\]|€\f]/.test(text));
    property(names, (text) => assert.deepEqual(again({ kind: 'name', text }), { kind: 'name', text }));
  });

  it('refuses what it cannot hold, and names it', () => {
    for (const text of ['', '+', '12a', '1'.repeat(21), '+12 34', '++1']) {
      assert.throws(
        () => writeAddress('to', { kind: 'number', text }),
        /^RangeError: to must be up to 20 digits/,
      );
    }
    for (const text of ['', 'abcdefghijkl', 'नेपाल']) {
      assert.throws(() => writeAddress('from', { kind: 'name', text }), /^RangeError: from must be a name/);
    }
  });

  it('ends a number at its filling, and reads the letters a to c', () => {
    const read = (...values: number[]) => readAddress(new OctetReader(octets(...values)), 'sender').text;
    assert.equal(read(4, 0x81, 0x21, 0xff), '12');
    assert.equal(read(5, 0x81, 0xba, 0xdc, 0xfe), '*#abc');
  });
});
