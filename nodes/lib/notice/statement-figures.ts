import type { Statement } from '../ledger/statement';
import { addMicros, subtractMicros } from '../money/micros';
import type { Figures } from '../policy/account-situation';

/** What a customer is told of a billing period, and when that was; null when nothing happened in it. */
export function statementFigures(statement: Statement, period: string): Figures | null {
  const { chargesMicros, taxesMicros, correctionsMicros, topUpsMicros, moneyBackMicros, registers } =
    statement;
  const { fromMs, toMs } = statement;
  const usedWh = registers.reduce((sum, span) => sum + span.usedWh, 0);
  const charges = addMicros(addMicros(chargesMicros, taxesMicros), correctionsMicros);
  const paid = subtractMicros(topUpsMicros, moneyBackMicros);
  const isEmpty = registers.length === 0 && statement.openingMicros === 0 && charges === 0 && paid === 0;
  if (isEmpty) return null;
  const { closingMicros: balanceMicros, debtsMicros } = statement;
  return {
    period,
    fromMs,
    toMs,
    usedWh,
    chargesMicros: charges,
    paidMicros: paid,
    debtsMicros,
    balanceMicros,
  };
}
