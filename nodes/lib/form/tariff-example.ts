import { formatAmount } from '../money/micros';
import { exampleBill } from '../tariff/bill-calculator';
import { compileTariff } from '../tariff/compile-tariff';
import type { Tariff } from '../tariff/tariff';
import { readNumber, showNumber } from './tariff-fields';

/** What somebody wants to know, as typed. */
export interface ExampleQuestion {
  kwh: string;
  /** What is given back; nothing when left empty. */
  exportKwh: string;
  loadKw: string;
  isLifeline: boolean;
  /** A moment of the billing period that is asked for. */
  atMs: number;
}

export interface ExampleBill {
  period: string;
  lines: { name: string; kwh: string; rate: string; amount: string }[];
  total: string;
}

/** A whole billing period's bill by the very sum that the running node makes; null when there is nothing to sum up. */
export function exampleOf(tariff: Tariff, question: ExampleQuestion): ExampleBill | null {
  const energyWh = thousandths(question.kwh);
  const exportWh = question.exportKwh.trim() === '' ? 0 : thousandths(question.exportKwh);
  const sanctionedLoadW = thousandths(question.loadKw);
  if (energyWh === null || exportWh === null || sanctionedLoadW === null) return null;
  const terms = { sanctionedLoadW, isLifeline: question.isLifeline, feed: [] };
  const bill = exampleBill(compileTariff(tariff), terms, energyWh / 1000, question.atMs, exportWh / 1000);
  const placeOf = (id: string): number => tariff.components.findIndex((other) => other.id === id);
  // As the tariff is read: what a day costs and what a period's end brings is priced apart from the kWh.
  const lines = [...bill.lines].sort((a, b) => placeOf(a.component) - placeOf(b.component));
  return {
    period: bill.periodLabel,
    lines: lines.map(({ component, energyWh: lineWh, rateMicrosPerKwh, amountMicros }) => ({
      name: tariff.components[placeOf(component)]?.label ?? component,
      kwh: lineWh === 0 ? '' : showNumber('thousandth', lineWh),
      rate: lineWh === 0 ? '' : showNumber('amount', rateMicrosPerKwh),
      amount: formatAmount(amountMicros),
    })),
    total: formatAmount(bill.amountMicros),
  };
}

/** Null for what is no number, or is below zero. */
function thousandths(text: string): number | null {
  const value = readNumber('thousandth', text);
  return typeof value === 'number' && value >= 0 ? value : null;
}
