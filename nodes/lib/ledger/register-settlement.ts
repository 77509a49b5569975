import type { Settlement } from './posting';

export type OffsetResult =
  { ok: true; offsetWh: number } | { ok: false; field: string; value: number; reason: string };

const MAX_DIGITS = 12;

/**
 * What has to be added to a device's register from now on, so that the register counts on from `headWh`.
 * `offsetWh` is what was added until now, `shownWh` what the device shows.
 */
export function newOffset(
  settlement: Exclude<Settlement, { as: 'accept' | 'reject' }>,
  headWh: number,
  offsetWh: number,
  shownWh: number,
): OffsetResult {
  const offset = offsetOf(settlement, headWh, offsetWh);
  if (!offset.ok) return offset;
  const toWh = shownWh + offset.offsetWh;
  if (!Number.isSafeInteger(toWh) || toWh < headWh)
    return bad('energyWh', shownWh, `would still be below the last reading when taken as a ${settlement.as}`);
  return offset;
}

function offsetOf(
  settlement: Exclude<Settlement, { as: 'accept' | 'reject' }>,
  headWh: number,
  offsetWh: number,
): OffsetResult {
  if (settlement.as === 'reset') return { ok: true, offsetWh: headWh };
  if (settlement.as === 'swap') {
    const { closingWh, openingWh } = settlement;
    if (!Number.isSafeInteger(openingWh) || openingWh < 0)
      return bad('openingWh', openingWh, 'must be whole Wh, not negative');
    const endWh = closingWh === null ? headWh : closingWh + offsetWh;
    if (endWh < headWh)
      return bad('closingWh', closingWh ?? 0, `is below the last reading, ${headWh - offsetWh}`);
    return { ok: true, offsetWh: endWh - openingWh };
  }
  const { digits, whPerDigit } = settlement;
  if (!Number.isSafeInteger(digits) || digits < 3 || digits > MAX_DIGITS)
    return bad('digits', digits, `must be a whole number from 3 to ${MAX_DIGITS}`);
  const spanWh = 10 ** digits * whPerDigit;
  if (headWh - offsetWh >= spanWh)
    return bad('digits', digits, `are too few: the register stood at ${headWh - offsetWh} Wh`);
  return { ok: true, offsetWh: offsetWh + spanWh };
}

function bad(field: string, value: number, reason: string): OffsetResult {
  return { ok: false, field, value, reason };
}
