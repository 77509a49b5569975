import type { Reading, RefusalCause, Segment } from './reading';
import type { RegisterOffset } from './register-chain';

/** A stored reading of one meter. */
export interface CurvePoint {
  atMs: number;
  energyWh: number;
  exportWh: number | null;
  powerFactorThousandths: number | null;
}

/** What lies around a moment of a meter's register. What has flown back is what was last, or is next, known of it. */
export interface Neighbours {
  /** The last reading at or before the moment. */
  before: CurvePoint;
  after: CurvePoint;
  /** The last reading of the chain at or before the moment, behind which late ones may lie. */
  chainMs: number;
  /** What was added to the device's registers then. */
  offset: RegisterOffset;
}

export type LateVerdict =
  | { kind: 'segment'; segment: Segment; around: Neighbours }
  | { kind: 'duplicate' }
  | { kind: 'misfit'; cause: RefusalCause; field: string; reason: string };

/** Whichever way the energy flows. */
export function powerFactorThousandthsOf({ powerFactor }: Reading): number | undefined {
  return powerFactor === undefined ? undefined : Math.round(Math.abs(powerFactor) * 1000);
}

/** A reading that is older than its meter's last one, put between those around it. */
export function placeLate(reading: Reading, around: Neighbours | undefined): LateVerdict {
  if (!around)
    return {
      kind: 'misfit',
      cause: 'early',
      field: 'atMs',
      reason: 'is before the first reading of this meter',
    };
  const { before, after, offset } = around;
  const toWh = reading.energyWh + offset.energyWh;
  const toExportWh = reading.exportWh === undefined ? undefined : reading.exportWh + offset.exportWh;
  if (before.atMs === reading.atMs) {
    if (before.energyWh === toWh) return { kind: 'duplicate' };
    return {
      kind: 'misfit',
      cause: 'differs',
      field: 'energyWh',
      reason: 'differs from the stored reading of this time',
    };
  }
  if (toWh < before.energyWh || toWh > after.energyWh)
    return {
      kind: 'misfit',
      cause: 'misfit',
      field: 'energyWh',
      reason: 'does not lie between the readings around it',
    };
  if (toExportWh !== undefined) {
    if (toExportWh < (before.exportWh ?? 0) || toExportWh > (after.exportWh ?? Infinity))
      return {
        kind: 'misfit',
        cause: 'misfit',
        field: 'exportWh',
        reason: 'does not lie between the readings around it',
      };
  }
  const segment: Segment = { fromMs: reading.atMs, fromWh: toWh, toMs: reading.atMs, toWh, isLate: true };
  if (toExportWh !== undefined) {
    segment.fromExportWh = toExportWh;
    segment.toExportWh = toExportWh;
  }
  const thousandths = powerFactorThousandthsOf(reading);
  if (thousandths !== undefined) segment.powerFactorThousandths = thousandths;
  return { kind: 'segment', segment, around };
}

/**
 * The stretches between readings, as they are priced. What a meter feeds back counts from when it first says so; where
 * that was before these readings, pricing remembers it.
 */
export function* segmentsOf(points: readonly CurvePoint[]): Generator<Segment> {
  let exportWh = points[0]?.exportWh ?? null;
  for (let index = 1; index < points.length; index += 1) {
    const from = points[index - 1];
    const to = points[index];
    if (!from || !to) continue;
    const segment: Segment = { fromMs: from.atMs, fromWh: from.energyWh, toMs: to.atMs, toWh: to.energyWh };
    if (to.exportWh !== null) {
      if (exportWh !== null) segment.fromExportWh = exportWh;
      segment.toExportWh = to.exportWh;
      exportWh = to.exportWh;
    }
    if (to.powerFactorThousandths !== null) segment.powerFactorThousandths = to.powerFactorThousandths;
    yield segment;
  }
}
