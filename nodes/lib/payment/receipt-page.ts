import { formatAmount, type Micros } from '../money/micros';
import { escapeHtml } from '../text/escape-html';
import type { Receipt } from './receipt';
import { receiptWords, type ReceiptWords } from './receipt-words';
import { kWhText } from './receipt-text';
import { ENERGY_USE, FEE_USE } from './top-up-uses';

/** Plain enough for a thermal printer, small enough for A6, and without anything that has to be loaded. */
const STYLE = `
  body { font: 14px/1.45 system-ui, sans-serif; color: #111; background: #fff; margin: 0 auto; padding: 16px; max-width: 24rem }
  h1 { font-size: 1.1rem; margin: 0 } p { margin: 0 0 .4rem }
  table { width: 100%; border-collapse: collapse; margin: .6rem 0 }
  th { text-align: start; font-weight: normal; padding: .15rem 0 } td { text-align: end; padding: .15rem 0; font-variant-numeric: tabular-nums }
  .sum th, .sum td { border-top: 1px solid #111; font-weight: bold }
  .code { font-family: ui-monospace, monospace; font-size: 1.05rem }
  .note { font-size: .85rem; color: #444 }
  @page { size: A6; margin: 8mm }
  @media print { body { padding: 0; max-width: none } }
`;

type Row = [label: string, value: string, isSum?: boolean];

/** A receipt as a page of its own, to be shown, printed or kept as PDF. */
export function receiptPage(receipt: Receipt, language: string): string {
  const { language: spoken, words } = receiptWords(language);
  const title = `${words.title} ${receipt.number}`;
  return [
    '<!doctype html>',
    `<html lang="${spoken}">`,
    `<head><meta charset="utf-8"><meta name="viewport" content="width=device-width, initial-scale=1"><title>${escapeHtml(title)}</title><style>${STYLE}</style></head>`,
    '<body>',
    receiptBody(receipt, spoken, words, title),
    '</body></html>',
  ].join('\n');
}

/** The same without a page around it, for a dashboard or an e-mail. */
export function receiptHtml(receipt: Receipt, language: string): string {
  const { language: spoken, words } = receiptWords(language);
  return receiptBody(receipt, spoken, words, `${words.title} ${receipt.number}`);
}

function receiptBody(receipt: Receipt, language: string, words: ReceiptWords, title: string): string {
  const { siteName, estimatedWh, code } = receipt;
  const estimate =
    estimatedWh === null ? [] : [`<p>${escapeHtml(words.estimate)}: ${kWhText(estimatedWh)} kWh</p>`];
  return [
    `<article lang="${language}">`,
    siteName === '' ? '' : `<p>${escapeHtml(siteName)}</p>`,
    `<h1>${escapeHtml(title)}</h1>`,
    table(factRows(receipt, language, words)),
    table(moneyRows(receipt, words)),
    ...estimate,
    `<p>${escapeHtml(words.code)}: <span class="code">${escapeHtml(code)}</span></p>`,
    `<p class="note">${escapeHtml(words.codeMeaning)}</p>`,
    '</article>',
  ]
    .filter((line) => line !== '')
    .join('\n');
}

function factRows(receipt: Receipt, language: string, words: ReceiptWords): Row[] {
  const { creditedMs, timeZone, customerName, accountId, periodLabel, channel, reference, by } = receipt;
  const date = new Intl.DateTimeFormat(language, { dateStyle: 'medium', timeStyle: 'short', timeZone });
  const rows: Row[] = [
    [words.date, date.format(creditedMs)],
    [words.customer, customerName],
    [words.account, accountId],
    [words.period, periodLabel],
    [words.paidBy, `${channel} ${reference}`],
    [words.clerk, by],
  ];
  return rows.filter(([, value]) => value !== '');
}

/** Every amount to its last digit, so that the lines add up to the sum on paper too. */
function moneyRows(receipt: Receipt, words: ReceiptWords): Row[] {
  const { currency, decimals, uses, amountMicros, shortfallMicros, balanceMicros } = receipt;
  const money = (amount: Micros): string => `${currency} ${formatAmount(amount, decimals)}`;
  const rows = uses.map(({ component, amountMicros: used }): Row => [wordOf(component, words), money(used)]);
  const shortfall: Row[] = shortfallMicros > 0 ? [[words.shortfall, money(shortfallMicros)]] : [];
  return [
    ...rows,
    [words.paid, money(amountMicros), true],
    ...shortfall,
    [words.balance, money(balanceMicros)],
  ];
}

function wordOf(component: string, words: ReceiptWords): string {
  if (component === ENERGY_USE) return words.energy;
  if (component === FEE_USE) return words.fee;
  const [kind, code = ''] = component.split(/:(.*)/s);
  return `${kind === 'debt' ? words.debt : words.tax} ${code}`.trim();
}

function table(rows: readonly Row[]): string {
  const lines = rows.map(
    ([label, value, isSum]) =>
      `<tr${isSum === true ? ' class="sum"' : ''}><th scope="row">${escapeHtml(label)}</th><td>${escapeHtml(value)}</td></tr>`,
  );
  return `<table><tbody>\n${lines.join('\n')}\n</tbody></table>`;
}
