import assert from 'node:assert/strict';
import fc from 'fast-check';
import { statementOf, type AccountEntry, type Statement } from '../../../nodes/lib/ledger/statement';
import { micros, parseAmount } from '../../../nodes/lib/money/micros';
import { LANGUAGES } from '../../../nodes/lib/notice/notice-text';
import { statementPage } from '../../../nodes/lib/notice/statement-page';
import { statementWords } from '../../../nodes/lib/notice/statement-words';
import { property } from '../property';

const FROM_MS = Date.parse('2026-10-01T00:00:00+05:45');
const TO_MS = Date.parse('2026-11-01T00:00:00+05:45');

const CONTEXT = {
  siteName: 'Hill Valley',
  money: { currency: 'NPR', decimals: 2 },
  timeZone: 'Asia/Kathmandu',
  period: '2026-10',
  language: 'en',
  labelOf: (component: string) => (component === 'energy' ? 'Energy' : component),
};

const entry = (changeMicros: number, changes: Partial<AccountEntry> = {}): AccountEntry => ({
  atMs: FROM_MS + 1,
  kind: 'charge',
  changeMicros: micros(changeMicros),
  book: 'sales:energy',
  reference: '',
  meterId: 'M1',
  readingMs: null,
  tariffId: 'home',
  version: 1,
  lines: [['energy', 1_250, 8_000_000, -changeMicros]],
  ...changes,
});

const statement = (entries: AccountEntry[], name = 'Asha'): Statement => {
  const registers = [
    { meterId: 'M1', fromMs: FROM_MS, fromWh: 7_000, toMs: TO_MS - 1, toWh: 8_250, usedWh: 1_250 },
  ];
  const history = { accountId: 'A1', name, balanceMicros: micros(12_345_678), entries, registers };
  return statementOf(history, FROM_MS, TO_MS);
};

/** One of everything that can move money. */
const EVERYTHING = [
  entry(-10_000_001),
  entry(-1_300_000, { kind: 'tax', book: 'tax:vat', lines: [['vat', 0, 0, 1_300_000]] }),
  entry(-250_000, { kind: 'fee', book: 'sales:fee', lines: [], meterId: '' }),
  entry(-90_000, { kind: 'tax', book: 'tax:fee', lines: [], meterId: '' }),
  entry(500_000_000, { kind: 'top-up', book: 'cash:counter', reference: 'r1', lines: [] }),
  entry(-20_000_000, { kind: 'refund', book: 'cash:counter', reference: 'r1 back', lines: [] }),
  entry(-5_000_000, { kind: 'debt', book: 'debt:connection', reference: 'r1', lines: [] }),
  entry(700_000, { kind: 'correction', readingMs: FROM_MS + 5, lines: [] }),
];

const textOf = (cell: string): string => cell.replace(/<[^>]*>/g, '').trim();
/** The tables of a page as the texts of their cells, without their heads. */
const tablesOf = (page: string): string[][][] =>
  [...page.matchAll(/<tbody>([\s\S]*?)<\/tbody>/g)].map(([, body = '']) =>
    [...body.matchAll(/<tr[^>]*>(.*?)<\/tr>/g)].map(([, row = '']) =>
      [...row.matchAll(/<t[hd][^>]*>.*?<\/t[hd]>/g)].map(([cell]) => textOf(cell)),
    ),
  );
const lastOf = (row: string[]): number => parseAmount(row.at(-1)!);

describe('the page of a statement', () => {
  it('says from which balance to which it went, with everything between', () => {
    const [sums, meters, charges, taxes] = tablesOf(statementPage(statement(EVERYTHING), CONTEXT));
    assert.deepEqual(sums, [
      ['Opening balance', '-451.714321'],
      ['Top-ups', '+500.000000'],
      ['Money back', '-20.000000'],
      ['Debts paid off', '-5.000000'],
      ['Charges', '-10.250001'],
      ['Taxes', '-1.390000'],
      ['Corrections', '+0.700000'],
      ['Closing balance', '12.345678'],
    ]);
    assert.deepEqual(meters, [
      ['M1', '7.000 kWh, Oct 1, 2026, 12:00 AM', '8.250 kWh, Oct 31, 2026, 11:59 PM', '1.250'],
    ]);
    assert.deepEqual(charges, [
      ['Energy', '1.250', '8.00', '-10.000001'],
      ['Fee', '', '', '-0.250000'],
    ]);
    assert.deepEqual(taxes, [
      ['vat', '', '', '-1.300000'],
      ['Tax', '', '', '-0.090000'],
    ]);
  });

  it('has no more decimals than the finest amount needs', () => {
    const page = statementPage(statement([entry(-10_500_000)]), CONTEXT);
    assert.deepEqual(tablesOf(page)[0], [
      ['Opening balance', '22.845678'],
      ['Charges', '-10.500000'],
      ['Closing balance', '12.345678'],
    ]);
    const whole = statement([entry(-10_500_000)]);
    const plain = { ...whole, openingMicros: micros(20_500_000), closingMicros: micros(10_000_000) };
    assert.deepEqual(
      tablesOf(statementPage(plain, CONTEXT))[0]!.map(lastOf),
      [20_500_000, -10_500_000, 10_000_000],
    );
    assert.match(statementPage(plain, CONTEXT), />20\.50</);
  });

  it('adds up to the micro, in every language, whatever happened', () => {
    const kinds = fc.constantFrom<AccountEntry['kind']>(
      ...([
        'charge',
        'standing',
        'top-up',
        'correction',
        'reversal',
        'refund',
        'debt',
        'fee',
        'tax',
      ] as const),
    );
    const one = fc.tuple(kinds, fc.integer({ min: -9_999_999_999, max: 9_999_999_999 }), fc.boolean());
    const language = fc.constantFrom(...Object.keys(LANGUAGES), 'xx');
    property(fc.tuple(fc.array(one, { maxLength: 20 }), language), ([happened, spoken]) => {
      const entries = happened.map(([kind, change, hasLines]) => {
        const book = kind === 'tax' ? 'tax:vat' : kind === 'debt' ? 'debt:d' : 'sales:x';
        return entry(change, { kind, book, ...(hasLines ? {} : { lines: [] }) });
      });
      const drawn = statement(entries);
      const page = statementPage(drawn, { ...CONTEXT, language: spoken });
      const [sums = [], ...parts] = tablesOf(page);
      const amounts = sums.map(lastOf);
      const closing = amounts.pop();
      assert.equal(closing, drawn.closingMicros);
      assert.equal(
        amounts.reduce((sum, amount) => sum + amount, 0),
        closing,
      );
      // What moved money is in the parts behind the meters once more, row by row.
      const changed = parts.slice(1).flat().map(lastOf);
      assert.equal(
        changed.reduce((sum, amount) => sum + amount, 0),
        drawn.closingMicros - drawn.openingMicros,
      );
    });
  });

  it('is in the customer’s language, and says in which', () => {
    for (const language of Object.keys(LANGUAGES)) {
      const page = statementPage(statement(EVERYTHING), { ...CONTEXT, language });
      assert.match(page, new RegExp(`<html lang="${language}">`));
      const { words } = statementWords(language);
      for (const word of [words.title, words.opening, words.closing, words.corrections, words.perKwh])
        assert.ok(page.includes(word.replaceAll("'", '&#39;')), `${language}: ${word}`);
      assert.ok(page.includes(words.amounts.replace('{currency}', 'NPR')));
      if (language === 'en') continue;
      const same = Object.entries(words).filter(
        ([key, text]) => text === statementWords('en').words[key as keyof typeof words],
      );
      assert.deepEqual(
        same.map(([key]) => key).filter((key) => !['taxes', 'corrections'].includes(key)),
        [],
        language,
      );
    }
    assert.match(statementPage(statement([]), { ...CONTEXT, language: 'pt-BR' }), /<html lang="pt">/);
    assert.match(statementPage(statement([]), { ...CONTEXT, language: 'xx' }), /<html lang="en">/);
  });

  it('makes nobody’s name a tag, and loads nothing', () => {
    const evil = '<script>alert("1")</script>\'&';
    const entries = [
      entry(-1, { lines: [[evil, 1, 1, 1]], meterId: evil }),
      entry(5, { kind: 'top-up', book: `cash:${evil}`, reference: evil, lines: [] }),
      entry(3, { kind: 'correction', meterId: evil, lines: [] }),
    ];
    const drawn = { ...statement(entries, evil), accountId: evil };
    const page = statementPage(drawn, { ...CONTEXT, siteName: evil, period: evil });
    assert.doesNotMatch(page, /<script|alert\("/);
    assert.ok(page.includes('&lt;script&gt;alert(&quot;1&quot;)&lt;/script&gt;&#39;&amp;'));
    assert.doesNotMatch(page, /(?:src|href|url|@import|https?:)/i);
    assert.match(page, /@page \{ size: A4/);
  });
});
