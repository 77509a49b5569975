import type { AccountEntry, ComponentTotal, Statement } from '../ledger/statement';
import { formatAmount, micros, subtractMicros, ZERO_MICROS, type Micros } from '../money/micros';
import type { MoneyFormat } from '../site/money-format';
import { escapeHtml } from '../text/escape-html';
import { statementWords, type StatementWords } from './statement-words';

/** What a statement says beside its figures. */
export interface StatementPageContext {
  siteName: string;
  money: MoneyFormat;
  timeZone: string;
  /** As the utility calls the period. */
  period: string;
  language: string;
  /** How a component of a tariff is called on a bill. */
  labelOf: (component: string) => string;
}

/** Nothing that has to be loaded: mail programs show no more, and a printer needs no more. */
const STYLE = `
  body { font: 15px/1.45 system-ui, sans-serif; color: #111; background: #fff; margin: 0 auto; padding: 16px; max-width: 44rem }
  h1 { font-size: 1.25rem; margin: 0 0 .3rem } h2 { font-size: 1rem; margin: 1.2rem 0 .3rem } p { margin: 0 0 .3rem }
  table { width: 100%; border-collapse: collapse } tr { break-inside: avoid }
  th, td { text-align: start; padding: .2rem .6rem .2rem 0; font-weight: normal; vertical-align: top } thead th { border-bottom: 1px solid #999 }
  .number { text-align: end; padding-inline-end: 0; font-variant-numeric: tabular-nums; white-space: nowrap }
  .number + .number { padding-inline-start: .6rem } .sum th, .sum td { font-weight: bold; border-top: 1px solid #111 }
  .note { font-size: .85rem; color: #444 }
  @page { size: A4; margin: 14mm }
  @media print { body { padding: 0; max-width: none } }
`;

/** Writes what the cells of a table need, all amounts with as many decimals as the finest of them. */
interface Pen {
  words: StatementWords;
  /** With its sign where it changes the balance. */
  change: (amount: Micros) => string;
  balance: (amount: Micros) => string;
  time: (atMs: number) => string;
  labelOf: (component: string) => string;
}

interface Part {
  title: string;
  heads: string[];
  rows: string[][];
  /** From this column on there are numbers. */
  numbersFrom: number;
}

/** An account's statement as a page of its own, for a mail or a printer. Every column adds up, to the last micro. */
export function statementPage(statement: Statement, context: StatementPageContext): string {
  const { language, words } = statementWords(context.language);
  const title = `${words.title} ${context.period}`.trim();
  const pen = penFor(statement, context, language, words);
  return [
    '<!doctype html>',
    `<html lang="${language}">`,
    `<head><meta charset="utf-8"><meta name="viewport" content="width=device-width, initial-scale=1"><title>${escapeHtml(title)}</title><style>${STYLE}</style></head>`,
    '<body>',
    context.siteName === '' ? '' : `<p>${escapeHtml(context.siteName)}</p>`,
    `<h1>${escapeHtml(title)}</h1>`,
    `<p>${escapeHtml(statement.name)}</p>`,
    `<p>${escapeHtml(`${words.account} ${statement.accountId}`)}</p>`,
    sumsTable(statement, pen),
    ...partsOf(statement, pen)
      .filter(({ rows }) => rows.length > 0)
      .map(partHtml),
    `<p class="note">${escapeHtml(noteOf(context, words))}</p>`,
    '</body></html>',
  ]
    .filter((line) => line !== '')
    .join('\n');
}

function noteOf({ money, timeZone }: StatementPageContext, words: StatementWords): string {
  return `${words.amounts.replace('{currency}', money.currency)} ${timeZone.replaceAll('_', ' ')}`;
}

function penFor(
  statement: Statement,
  { money, timeZone, labelOf }: StatementPageContext,
  language: string,
  words: StatementWords,
): Pen {
  const decimals = decimalsFor(statement, money.decimals);
  const options = { dateStyle: 'medium', timeStyle: 'short', timeZone, numberingSystem: 'latn' } as const;
  const date = new Intl.DateTimeFormat(language, options);
  const balance = (amount: Micros): string => formatAmount(amount, decimals);
  return {
    words,
    balance,
    change: (amount) => (amount > 0 ? `+${balance(amount)}` : balance(amount)),
    time: (atMs) => date.format(atMs),
    labelOf,
  };
}

const ALL_DECIMALS = 6;

/** As many for all as the finest amount needs, so that people can add a column up by hand. */
function decimalsFor(statement: Statement, usual: number): number {
  const { charges, taxes, topUps, corrections, moneyBack, debts } = statement;
  const amounts: number[] = [
    statement.openingMicros,
    statement.closingMicros,
    ...sumRows(statement).map(([, amount]) => amount),
    ...[...charges, ...taxes].map(({ amountMicros }) => amountMicros),
    ...[...topUps, ...corrections, ...moneyBack, ...debts].map(({ changeMicros }) => changeMicros),
  ];
  let decimals = usual;
  while (decimals < ALL_DECIMALS && amounts.some((amount) => amount % 10 ** (ALL_DECIMALS - decimals) !== 0))
    decimals += 1;
  return decimals;
}

type SumKey = 'topUps' | 'moneyBack' | 'debts' | 'charges' | 'taxes' | 'corrections';

/** What the balance changed by, in the order of the page. */
function sumRows(statement: Statement): [key: SumKey, amount: Micros][] {
  const taken = (amount: Micros): Micros => subtractMicros(ZERO_MICROS, amount);
  return [
    ['topUps', statement.topUpsMicros],
    ['moneyBack', taken(statement.moneyBackMicros)],
    ['debts', taken(statement.debtsMicros)],
    ['charges', taken(statement.chargesMicros)],
    ['taxes', taken(statement.taxesMicros)],
    ['corrections', taken(statement.correctionsMicros)],
  ];
}

function sumsTable(statement: Statement, { words, balance, change }: Pen): string {
  const line = (label: string, amount: string, isSum = false): string =>
    `<tr${isSum ? ' class="sum"' : ''}><th scope="row">${escapeHtml(label)}</th><td class="number">${escapeHtml(amount)}</td></tr>`;
  return [
    '<table><tbody>',
    line(words.opening, balance(statement.openingMicros), true),
    ...sumRows(statement)
      .filter(([, amount]) => amount !== 0)
      .map(([key, amount]) => line(words[key], change(amount))),
    line(words.closing, balance(statement.closingMicros), true),
    '</tbody></table>',
  ].join('\n');
}

function partsOf(statement: Statement, pen: Pen): Part[] {
  const { words } = pen;
  const { charges, taxes, topUps, moneyBack, debts, corrections } = statement;
  const components = [words.component, 'kWh', words.perKwh, words.amount];
  const entries = (where: string): string[] => [words.when, where, words.reference, words.amount];
  return [
    {
      title: words.meters,
      heads: [words.meter, words.from, words.to, words.used],
      rows: meterRows(statement, pen),
      numbersFrom: 3,
    },
    {
      title: words.charges,
      heads: components,
      rows: componentRows(charges, statement.chargesMicros, words.fee, pen),
      numbersFrom: 1,
    },
    {
      title: words.taxes,
      heads: components,
      rows: componentRows(taxes, statement.taxesMicros, words.tax, pen),
      numbersFrom: 1,
    },
    { title: words.topUps, heads: entries(words.paidAt), rows: entryRows(topUps, pen), numbersFrom: 3 },
    { title: words.moneyBack, heads: entries(words.paidAt), rows: entryRows(moneyBack, pen), numbersFrom: 3 },
    { title: words.debts, heads: entries(words.debt), rows: entryRows(debts, pen), numbersFrom: 3 },
    {
      title: words.corrections,
      heads: [words.when, words.meter, words.reading, words.amount],
      rows: corrections.map(({ atMs, meterId, readingMs, changeMicros }) => [
        pen.time(atMs),
        meterId,
        readingMs === null ? '' : pen.time(readingMs),
        pen.change(changeMicros),
      ]),
      numbersFrom: 3,
    },
  ];
}

function meterRows({ registers }: Statement, { time }: Pen): string[][] {
  return registers.map(({ meterId, fromMs, fromWh, toMs, toWh, usedWh }) => [
    meterId,
    `${kWh(fromWh)} kWh, ${time(fromMs)}`,
    `${kWh(toWh)} kWh, ${time(toMs)}`,
    kWh(usedWh),
  ]);
}

/** Fees and taxes of payments name no component; with them the rows come to the total. */
function componentRows(
  totals: readonly ComponentTotal[],
  totalMicros: Micros,
  restWord: string,
  { words, change, labelOf }: Pen,
): string[][] {
  const rows = totals.map(({ component, book, energyWh, rateMicrosPerKwh, amountMicros }) => [
    // Energy that cost nothing stands in no book.
    book === '' ? words.uncharged : labelOf(component),
    energyWh === 0 ? '' : kWh(energyWh),
    rateMicrosPerKwh === 0 ? '' : formatAmount(micros(rateMicrosPerKwh)),
    change(subtractMicros(ZERO_MICROS, amountMicros)),
  ]);
  const restMicros = totals.reduce(
    (rest, { amountMicros }) => subtractMicros(rest, amountMicros),
    totalMicros,
  );
  if (restMicros !== 0) rows.push([restWord, '', '', change(subtractMicros(ZERO_MICROS, restMicros))]);
  return rows;
}

function entryRows(entries: readonly AccountEntry[], { time, change }: Pen): string[][] {
  return entries.map(({ atMs, book, reference, changeMicros }) => [
    time(atMs),
    book.replace(/^(cash|debt):/, ''),
    reference,
    change(changeMicros),
  ]);
}

function partHtml({ title, heads, rows, numbersFrom }: Part): string {
  const cell = (tag: string, text: string, index: number): string =>
    `<${tag}${index >= numbersFrom ? ' class="number"' : ''}>${escapeHtml(text)}</${tag.slice(0, 2)}>`;
  const head = heads.map((text, index) => cell('th scope="col"', text, index)).join('');
  const body = rows.map((row) => `<tr>${row.map((text, index) => cell('td', text, index)).join('')}</tr>`);
  return `<h2>${escapeHtml(title)}</h2>\n<table><thead><tr>${head}</tr></thead><tbody>\n${body.join('\n')}\n</tbody></table>`;
}

const WH_PER_KWH = 1_000;
const WH_DIGITS = 3;

/** Every Wh, so that registers and what was used of them agree. */
function kWh(energyWh: number): string {
  return (energyWh / WH_PER_KWH).toFixed(WH_DIGITS);
}
