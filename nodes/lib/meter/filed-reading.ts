import type { Reading } from './reading';

/** Whether a value read back from the ledger has what it takes to be billed. */
export function isFiledReading(value: unknown): value is Reading {
  if (typeof value !== 'object' || value === null) return false;
  const { meterId, atMs, energyWh, exportWh }: { [Field in keyof Reading]?: unknown } = value;
  return (
    typeof meterId === 'string' &&
    isCount(atMs) &&
    isCount(energyWh) &&
    (exportWh === undefined || isCount(exportWh))
  );
}

function isCount(value: unknown): boolean {
  return Number.isSafeInteger(value) && (value as number) >= 0;
}
