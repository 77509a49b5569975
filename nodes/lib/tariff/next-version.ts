import type { Tariff } from './tariff';
import { sameTariffBody } from './tariff-version';

/** A tariff as a node of the flow holds it. */
export interface TariffSetting {
  nodeId: string;
  tariff: Tariff;
  state: 'draft' | 'approved';
}

/**
 * The version that an edited tariff has to carry. An approved version never changes, so a version that is known with
 * another body — of this node as it is deployed, or of a node with the same tariff — is left for a new one. Only a
 * node's own draft may change as it is. `version` of the edited tariff is the one to keep when there is no such conflict.
 */
export function nextVersion({ nodeId, tariff }: TariffSetting, known: readonly TariffSetting[]): number {
  const relatives = known.filter(
    (other) => other.nodeId === nodeId || other.tariff.tariffId === tariff.tariffId,
  );
  const isTaken = relatives.some((other) => {
    const isOwnDraft = other.nodeId === nodeId && other.state === 'draft';
    const isOther = other.tariff.version === tariff.version && !sameTariffBody(other.tariff, tariff);
    return isOther && !isOwnDraft;
  });
  if (!isTaken) return tariff.version;
  return Math.max(...relatives.map((other) => other.tariff.version)) + 1;
}
