import assert from 'node:assert/strict';
import fc from 'fast-check';
import { readSalesCsv } from '../../../nodes/lib/payment/sales-csv';
import { property } from '../property';

describe('a list of sales', () => {
  it('is read by the names of its columns', () => {
    const sales = readSalesCsv(
      '\ufeffPayer,Amount,ACCOUNT,reference,paidAt\r\n"Doe, ""J""",10.50,A1,s1,2027-01-15T08:00:00Z\r\n,1,A2,s2,\r\n\r\n',
    );
    assert.deepEqual(sales, [
      {
        reference: 's1',
        accountId: 'A1',
        amountMicros: 10_500_000,
        payer: 'Doe, "J"',
        paidMs: 1_800_000_000_000,
      },
      { reference: 's2', accountId: 'A2', amountMicros: 1_000_000, payer: '', paidMs: null },
    ]);
  });

  it('comes out as it went in, whatever is quoted', () => {
    const cell = fc.string({ unit: fc.constantFrom('a', '"', ',', ';', '\n', ' ', 'é'), maxLength: 12 });
    property(fc.array(cell, { minLength: 1, maxLength: 20 }), (payers) => {
      const rows = payers.map((payer, at) => `r${at},A1,1,"${payer.replaceAll('"', '""')}"`);
      const sales = readSalesCsv(`reference,account,amount,payer\n${rows.join('\n')}`);
      assert.deepEqual(
        sales.map(({ payer }) => payer),
        payers.map((payer) => payer.trim()),
      );
    });
  });

  const HEAD = 'reference,account,amount\n';
  const wrong: [text: string, says: RegExp][] = [
    ['', /must have a column reference/],
    ['reference,amount\nr,1', /must have a column account/],
    ['reference,account,amount,colour\nr,A1,1,red', /once at most, got "colour"/],
    ['reference,account,amount,amount\nr,A1,1,2', /once at most, got "amount"/],
    [HEAD, /must have 1 to 10000 rows, got 0/],
    [`${HEAD}r1,A1`, /row 2 must have 3 cells, got 2/],
    [`${HEAD}r1,A1,1\nr2,A1,x`, /row 3: amount must be an amount.*"x"/],
    [`${HEAD}r1,A1,0`, /row 2: amount must be more than zero/],
    [`${HEAD}r1,A1,1\nr1,A2,1`, /row 3: reference is that of row 2 too, got "r1"/],
    [`${HEAD}r1,A1,"1`, /close every quote/],
    [HEAD + Array.from({ length: 10_001 }, (_, at) => `r${at},A1,1`).join('\n'), /got 10001/],
  ];
  for (const [text, says] of wrong) {
    it(`is refused whole: ${says.source}`, () => assert.throws(() => readSalesCsv(text), says));
  }

  it('may have 10000 rows', () => {
    const rows = Array.from({ length: 10_000 }, (_, at) => `r${at},A1,1`);
    assert.equal(readSalesCsv(HEAD + rows.join('\n')).length, 10_000);
  });
});
