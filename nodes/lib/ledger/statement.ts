import { addMicros, micros, subtractMicros, ZERO_MICROS, type Micros } from '../money/micros';

/** A line of a charge as it is stored: component, Wh, rate, amount. */
export type StoredLine = [
  component: string,
  energyWh: number,
  rateMicrosPerKwh: number,
  amountMicros: number,
];

/** A movement on a customer's account as the ledger has it. */
export interface AccountEntry {
  atMs: number;
  kind: 'charge' | 'top-up' | 'standing' | 'correction' | 'reversal' | 'refund' | 'debt' | 'fee' | 'tax';
  /** What the balance changed by. */
  changeMicros: Micros;
  /** The other side, such as "sales:energy" or "cash:counter". */
  book: string;
  reference: string;
  meterId: string;
  /** The reading that ended the charged stretch, or that made the correction necessary. */
  readingMs: number | null;
  tariffId: string;
  version: number | null;
  lines: StoredLine[];
}

/** What a component has come to at one rate; more is money that the customer paid. */
export interface ComponentTotal {
  component: string;
  book: string;
  rateMicrosPerKwh: number;
  energyWh: number;
  amountMicros: Micros;
}

/** The register of one meter over the period of a statement, by what the ledger knew at its two ends. */
export interface RegisterSpan {
  meterId: string;
  fromMs: number;
  fromWh: number;
  toMs: number;
  toWh: number;
  usedWh: number;
}

export interface Statement {
  accountId: string;
  name: string;
  fromMs: number;
  toMs: number;
  openingMicros: Micros;
  topUpsMicros: Micros;
  /** Reversals and refunds. */
  moneyBackMicros: Micros;
  /** Paid off from top-ups. */
  debtsMicros: Micros;
  /** Charges and fees, without taxes and corrections. */
  chargesMicros: Micros;
  taxesMicros: Micros;
  /** More is money that the customer paid. */
  correctionsMicros: Micros;
  closingMicros: Micros;
  charges: ComponentTotal[];
  taxes: ComponentTotal[];
  corrections: AccountEntry[];
  topUps: AccountEntry[];
  moneyBack: AccountEntry[];
  debts: AccountEntry[];
  registers: RegisterSpan[];
}

export interface AccountHistory {
  accountId: string;
  name: string;
  balanceMicros: Micros;
  /** Newest first, back to the beginning of the period at least. */
  entries: readonly AccountEntry[];
  registers: RegisterSpan[];
}

const BILLED: ReadonlySet<AccountEntry['kind']> = new Set(['charge', 'standing', 'fee', 'tax']);

/** Everything that happened on an account from `fromMs` until before `toMs`, in the time of the ledger. */
export function statementOf(history: AccountHistory, fromMs: number, toMs: number): Statement {
  const { accountId, name, balanceMicros, entries, registers } = history;
  const later = entries.filter(({ atMs }) => atMs >= toMs);
  const within = entries.filter(({ atMs }) => fromMs <= atMs && atMs < toMs).reverse();
  const closingMicros = micros(balanceMicros - sumOf(later));
  const openingMicros = micros(closingMicros - sumOf(within));
  const topUps = within.filter(({ kind }) => kind === 'top-up');
  const corrections = within.filter(({ kind }) => kind === 'correction');
  const moneyBack = within.filter(({ kind }) => kind === 'reversal' || kind === 'refund');
  const debts = within.filter(({ kind }) => kind === 'debt');
  const billed = within.filter(({ kind }) => BILLED.has(kind));
  const taxed = billed.filter(({ book }) => book.startsWith('tax:'));
  const plain = billed.filter(({ book }) => !book.startsWith('tax:'));
  return {
    accountId,
    name,
    fromMs,
    toMs,
    openingMicros,
    topUpsMicros: sumOf(topUps),
    moneyBackMicros: paidBy(moneyBack),
    debtsMicros: paidBy(debts),
    chargesMicros: paidBy(plain),
    taxesMicros: paidBy(taxed),
    correctionsMicros: paidBy(corrections),
    closingMicros,
    charges: [...byComponent(plain), ...unchargedOf(plain, registers)],
    taxes: byComponent(taxed),
    corrections,
    topUps,
    moneyBack,
    debts,
    registers,
  };
}

/** More is money that the customer paid. */
function paidBy(entries: readonly AccountEntry[]): Micros {
  return subtractMicros(ZERO_MICROS, sumOf(entries));
}

function sumOf(entries: readonly AccountEntry[]): Micros {
  return entries.reduce((sum, { changeMicros }) => addMicros(sum, changeMicros), ZERO_MICROS);
}

/** One total for each component and rate, in the order in which they first appear. */
function byComponent(entries: readonly AccountEntry[]): ComponentTotal[] {
  const totals = new Map<string, ComponentTotal>();
  for (const { book, lines } of entries) {
    for (const [component, energyWh, rateMicrosPerKwh, amountMicros] of lines) {
      const key = JSON.stringify([book, component, rateMicrosPerKwh]);
      const total = totals.get(key);
      if (total) {
        total.energyWh += energyWh;
        total.amountMicros = addMicros(total.amountMicros, micros(amountMicros));
      } else {
        const first = { component, book, rateMicrosPerKwh, energyWh, amountMicros: micros(amountMicros) };
        totals.set(key, first);
      }
    }
  }
  return [...totals.values()];
}

/** Energy that cost nothing moves no money and so leaves no line; the table of components says how much that was. */
const UNCHARGED = 'uncharged';

/**
 * What the registers say was used and no component has charged. Components may charge the same energy, each in its way,
 * so of those of a meter the one with the most counts.
 */
function unchargedOf(entries: readonly AccountEntry[], registers: readonly RegisterSpan[]): ComponentTotal[] {
  const usedWh = new Map<string, number>();
  for (const span of registers) usedWh.set(span.meterId, (usedWh.get(span.meterId) ?? 0) + span.usedWh);
  let energyWh = 0;
  for (const [meterId, used] of usedWh) {
    const charged = byComponent(entries.filter((entry) => entry.meterId === meterId));
    energyWh += Math.max(0, used - mostEnergy(charged));
  }
  if (energyWh === 0) return [];
  return [{ component: UNCHARGED, book: '', rateMicrosPerKwh: 0, energyWh, amountMicros: ZERO_MICROS }];
}

function mostEnergy(totals: readonly ComponentTotal[]): number {
  const sums = new Map<string, number>();
  for (const { component, energyWh, rateMicrosPerKwh } of totals)
    // What was fed back is credited, and is no use.
    if (rateMicrosPerKwh >= 0) sums.set(component, (sums.get(component) ?? 0) + energyWh);
  return Math.max(0, ...sums.values());
}
