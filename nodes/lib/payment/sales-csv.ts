import { showValue } from '../text/show-value';
import { MAX_REFERENCE_LENGTH, mayMoment, mayText, wantAmount, wantText } from './body-fields';
import type { ToldPayment } from './webhook-adapters';

/** A day of one agent, not the books of a year. */
const MAX_ROWS = 10_000;
const MAX_LENGTH = 2_000_000;
const REQUIRED = ['reference', 'account', 'amount'];
const KNOWN = [...REQUIRED, 'payer', 'paidat'];

/**
 * Reads a list of sales: comma or semicolon separated, quoted as in RFC 4180, with a first line that names the columns
 * reference, account and amount, and payer and paidAt if there are any. It is read whole before anything is credited;
 * the first wrong row is named in the error.
 */
export function readSalesCsv(text: string): ToldPayment[] {
  if (text.length > MAX_LENGTH)
    throw new RangeError(`csv must have at most ${MAX_LENGTH} characters, got ${text.length}`);
  const plain = text.replace(/^\ufeff/, '');
  const firstLine = plain.slice(0, plain.search(/[\r\n]|$/));
  const rows = rowsOf(plain, firstLine.includes(';') ? ';' : ',');
  const [head, ...body] = rows.filter((row) => row.some((cell) => cell.trim() !== ''));
  const columns = (head ?? []).map((cell) => cell.trim().toLowerCase());
  const missing = REQUIRED.find((name) => !columns.includes(name));
  if (missing !== undefined)
    throw new RangeError(
      `csv must have a column ${missing} in its first line, got "${showValue(firstLine)}"`,
    );
  const stranger = columns.find((name, at) => !KNOWN.includes(name) || columns.indexOf(name) !== at);
  if (stranger !== undefined)
    throw new RangeError(`csv must have each of ${KNOWN.join(', ')} once at most, got "${stranger}"`);
  if (body.length === 0 || body.length > MAX_ROWS)
    throw new RangeError(`csv must have 1 to ${MAX_ROWS} rows, got ${body.length}`);
  const sales = body.map((row, at) => saleOf(row, columns, at + 2));
  const seen = new Map<string, number>();
  for (const [at, { reference }] of sales.entries()) {
    const before = seen.get(reference);
    if (before !== undefined)
      throw new RangeError(`csv row ${at + 2}: reference is that of row ${before} too, got "${reference}"`);
    seen.set(reference, at + 2);
  }
  return sales;
}

function saleOf(row: readonly string[], columns: readonly string[], number: number): ToldPayment {
  if (row.length !== columns.length)
    throw new RangeError(`csv row ${number} must have ${columns.length} cells, got ${row.length}`);
  const cell = (name: string): string | undefined => row[columns.indexOf(name)];
  const at = (name: string): string => `csv row ${number}: ${name}`;
  return {
    reference: wantText(cell('reference'), at('reference'), MAX_REFERENCE_LENGTH),
    accountId: wantText(cell('account'), at('account')),
    amountMicros: wantAmount(cell('amount'), at('amount')),
    payer: mayText(cell('payer')),
    paidMs: mayMoment(cell('paidat')),
  };
}

/** Cells of a quoted list: a quote inside quotes is doubled, and line ends inside quotes belong to the cell. */
function rowsOf(text: string, separator: string): string[][] {
  const rows: string[][] = [];
  let row: string[] = [];
  let cell = '';
  let isQuoted = false;
  for (let at = 0; at < text.length; at += 1) {
    const char = text.charAt(at);
    if (isQuoted) {
      if (char !== '"') cell += char;
      else if (text.charAt(at + 1) === '"') {
        cell += char;
        at += 1;
      } else isQuoted = false;
    } else if (char === '"' && cell.trim() === '') {
      cell = '';
      isQuoted = true;
    } else if (char === separator) {
      row.push(cell);
      cell = '';
    } else if (char === '\n' || char === '\r') {
      row.push(cell);
      rows.push(row);
      row = [];
      cell = '';
    } else cell += char;
  }
  if (isQuoted) throw new RangeError('csv must close every quote that it opens');
  return [...rows, [...row, cell]];
}
