import { accepts } from '../form/field-check';
import { parseAmount } from '../money/micros';

/** A tariff as a node of the flow holds it. */
export interface TariffSetting {
  nodeId: string;
  tariffId: string;
  version: number;
  pricePerKwh: string;
}

/**
 * The version that an edited tariff has to carry. A version belongs to one price for ever, so a version that is known
 * with another price — of this node as it is deployed, or of a node with the same tariff — is left for a new one.
 * `version` of the edited tariff is the one to keep when there is no such conflict.
 */
export function nextVersion(edited: TariffSetting, known: readonly TariffSetting[]): number {
  const relatives = known.filter(
    ({ nodeId, tariffId }) => nodeId === edited.nodeId || tariffId === edited.tariffId,
  );
  const price = comparablePrice(edited.pricePerKwh);
  const isTaken = relatives.some(
    ({ version, pricePerKwh }) => version === edited.version && comparablePrice(pricePerKwh) !== price,
  );
  return isTaken ? Math.max(...relatives.map(({ version }) => version)) + 1 : edited.version;
}

/** "8" and "8.00" are one price. What is no amount, such as `${PRICE}`, is compared as it is written. */
function comparablePrice(text: string): string {
  return accepts(() => parseAmount(text)) ? String(parseAmount(text)) : text.trim();
}
