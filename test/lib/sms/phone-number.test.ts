import assert from 'node:assert/strict';
import fc from 'fast-check';
import { COUNTRY_CODES, countryNumbers } from '../../../nodes/lib/sms/country-numbers';
import { mayWriteTo, numberPrefixes } from '../../../nodes/lib/sms/number-lists';
import { phoneNumber } from '../../../nodes/lib/sms/phone-number';
import { property } from '../property';

const normal = (value: string, country = 'NP', allowShortCodes = false): string =>
  phoneNumber('to', value, { country, allowShortCodes }).number;

describe('a phone number', () => {
  it('is the same however a person writes it', () => {
    for (const written of [
      '9841234567',
      '09841234567',
      '+9779841234567',
      '+977 984-123 4567',
      '00977 9841234567',
      '977 9841234567',
      '(0)984.123.4567',
      '+977 (0)984 1234567',
      '+977 0984 1234567',
      'tel:+9779841234567',
      '\u202a+977\u00a09841234567\u202c',
      '९८४१२३४५६७',
      '＋９７７９８４１２３４５６７',
    ]) {
      assert.equal(normal(written), '+9779841234567', written);
    }
  });

  it('follows the habits of its country', () => {
    const written: [country: string, value: string, number: string][] = [
      ['GB', '07911 123456', '+447911123456'],
      ['US', '(202) 555-0100', '+12025550100'],
      ['US', '1 202 555 0100', '+12025550100'],
      ['US', '011 977 9841234567', '+9779841234567'],
      ['IN', '09812345678', '+919812345678'],
      ['IN', '919812345678', '+919812345678'],
      ['IT', '347 1234567', '+393471234567'],
      ['CI', '07 01 02 03 04', '+2250701020304'],
      ['HU', '06 20 123 4567', '+36201234567'],
      ['RU', '8 916 123-45-67', '+79161234567'],
      ['RU', '810 977 9841234567', '+9779841234567'],
      ['AU', '0011 44 7911 123456', '+447911123456'],
      ['AU', '0044 7911 123456', '+447911123456'],
      ['KE', '0712 345678', '+254712345678'],
      ['KE', '000 44 7911 123456', '+447911123456'],
      ['DK', '20 12 34 56', '+4520123456'],
    ];
    for (const [country, value, number] of written)
      assert.equal(normal(value, country), number, `${country} ${value}`);
  });

  it('may be of anywhere when it is written with +', () => {
    assert.equal(normal('+447911123456'), '+447911123456');
    assert.equal(normal('+6834001'), '+6834001');
    assert.equal(normal('+123456789012345'), '+123456789012345');
  });

  it('is refused with its field and its value when it is none', () => {
    for (const value of [
      '',
      '+',
      'Anna',
      '984123456',
      '98412345678901',
      '+977984123456',
      '+0123456789',
      '+1234567890123456',
      '+123456',
      '0000000000',
      '00',
      '984+1234567',
      '9841234567x12',
      '12',
    ]) {
      assert.throws(
        () => normal(value),
        (error: Error) => {
          assert.ok(error instanceof RangeError);
          assert.ok(
            error.message.startsWith('to must be ') && error.message.endsWith(`got "${value}"`),
            error.message,
          );
          return true;
        },
      );
    }
    for (const value of [undefined, null, 9841234567, {}]) {
      assert.throws(
        () => phoneNumber('to', value, { country: 'NP', allowShortCodes: true }),
        /^RangeError: to must be a phone number as text/,
      );
    }
    assert.throws(
      () => normal('1', 'ZZ'),
      /^RangeError: country must be a known ISO 3166 code such as NP, got "ZZ"$/,
    );
    assert.throws(() => normal('1', 'constructor'), /country must be/);
  });

  it('without a country takes only numbers that name theirs', () => {
    assert.equal(normal('+977 980-0000001', ''), '+9779800000001');
    assert.equal(normal('00977 9800000001', ''), '+9779800000001');
    assert.equal(normal('1415', '', true), '1415');
    assert.throws(() => normal('9800000001', ''), /to must be a phone number: \+ and up to 15 digits/);
  });

  it('is a short code as it is, where those are allowed', () => {
    assert.deepEqual(phoneNumber('to', ' 14-15 ', { country: 'NP', allowShortCodes: true }), {
      kind: 'short code',
      number: '1415',
    });
    assert.equal(normal('611', 'US', true), '611');
    assert.throws(
      () => normal('1415'),
      /^RangeError: to must be a full phone number, as short codes are not allowed, got "1415"$/,
    );
  });

  it('stays what it is when it is read again, and never has another form than E.164', () => {
    const country = fc.constantFrom(...COUNTRY_CODES);
    const text = fc.string({ unit: fc.constantFrom(...Array.from('0123456789+- ()')), maxLength: 20 });
    property(
      fc.tuple(country, text),
      ([home, value]) => {
        let number: string;
        try {
          number = normal(value, home, true);
        } catch {
          return;
        }
        assert.match(number, /^(\+[1-9]\d{6,14}|[1-9]\d{2,5})$/);
        assert.equal(normal(number, home, true), number);
      },
      2_000,
    );
  });

  it('of every country comes out the same at home and abroad', () => {
    for (const country of COUNTRY_CODES) {
      const home = countryNumbers(country)!;
      for (const length of home.lengths) {
        const national = '7'.repeat(length);
        const number = `+${home.callingCode}${national}`;
        assert.ok(number.length <= 16, `${country} ${length}`);
        assert.equal(normal(`${home.trunkPrefix}${national}`, country), number);
        assert.equal(normal(`${home.exitPrefixes[0]}${home.callingCode}${national}`, country), number);
        assert.equal(normal(number, country), number);
      }
    }
  });
});

describe('lists of numbers', () => {
  const may = (number: string, allow: string[], deny: string[]): boolean =>
    mayWriteTo(number, { allow, deny }).isAllowed;

  it('allow all when they are empty', () => {
    assert.ok(may('+9779841234567', [], []));
  });

  it('decide by the longest beginning, and deny where two are the same', () => {
    assert.ok(may('+9779841234567', ['+977'], []));
    assert.ok(!may('+447911123456', ['+977'], []));
    assert.ok(!may('+9779841234567', [], ['+977984']));
    assert.ok(may('+9779841234567', ['+9779841234567'], ['+977']));
    assert.ok(!may('+9779841234567', ['+977'], ['+977984']));
    assert.ok(!may('+9779841234567', ['+977'], ['+977']));
    assert.ok(!may('1415', ['+977'], []));
    assert.ok(may('1415', ['+977', '14'], []));
  });

  it('say why not', () => {
    assert.deepEqual(mayWriteTo('+1900555', { allow: [], deny: ['+1900'] }), {
      isAllowed: false,
      reason: '+1900555 is on the list of denied numbers (+1900)',
    });
    assert.deepEqual(mayWriteTo('+1900555', { allow: ['+977'], deny: [] }), {
      isAllowed: false,
      reason: '+1900555 is not on the list of allowed numbers',
    });
  });

  it('are read as people write them, and refused with the entry that is wrong', () => {
    assert.deepEqual(numberPrefixes('allow', ['+977 98', '1-4 1']), ['+97798', '141']);
    for (const wrong of ['', '+', 'x', '1'.repeat(16)]) {
      assert.throws(
        () => numberPrefixes('deny', ['+1', wrong]),
        (error: Error) => error.message === `deny[1] must be the beginning of a number, got "${wrong}"`,
      );
    }
    const many = Array.from({ length: 1_001 }, () => '1');
    assert.throws(
      () => numberPrefixes('allow', many),
      /^RangeError: allow must have at most 1000 entries, got 1001$/,
    );
    assert.equal(numberPrefixes('allow', many.slice(1)).length, 1_000);
  });
});
