import type Database from 'better-sqlite3';
import type { RegisterOffset } from '../../meter/register-chain';
import type { CurvePoint, Neighbours } from '../../meter/register-curve';

interface Meter {
  meterKey: number;
  headMs: number | null;
}

/** A meter that says what flows back has it at its head. */
interface ExportingMeter extends Meter {
  headExportWh: number | null;
}

const POINT = `at_ms AS atMs, energy_wh AS energyWh, export_wh AS exportWh,
  power_factor_thousandths AS powerFactorThousandths`;

/** A meter's register as the ledger has it: the chain walked back from the head, and the few readings that came late. */
export class MeterCurve {
  private readonly selectChain;
  private readonly selectLate;
  private readonly selectOffset;
  private readonly selectExport;
  private readonly selectLateExport;

  /** `beforeReading` is called before the tables are read: what waits to be written belongs to the curve. */
  constructor(
    db: Database.Database,
    private readonly beforeReading: () => void = () => undefined,
  ) {
    this.selectChain = db.prepare<[number, number, number], CurvePoint>(
      `WITH RECURSIVE back (meter_key, at_ms, energy_wh, export_wh, power_factor_thousandths, from_ms) AS (
         SELECT meter_key, at_ms, energy_wh, export_wh, power_factor_thousandths, from_ms FROM reading
         WHERE meter_key = ? AND at_ms = ?
         UNION ALL
         SELECT reading.meter_key, reading.at_ms, reading.energy_wh, reading.export_wh,
           reading.power_factor_thousandths, reading.from_ms
         FROM back JOIN reading ON reading.at_ms = back.from_ms AND reading.meter_key = back.meter_key
         WHERE back.from_ms < back.at_ms AND back.at_ms > ?)
       SELECT ${POINT} FROM back`,
    );
    this.selectLate = db.prepare<[number, number], CurvePoint>(
      `SELECT ${POINT} FROM reading WHERE meter_key = ? AND is_late = 1 AND at_ms > ?`,
    );
    this.selectOffset = db.prepare<[number, number], RegisterOffset>(
      `SELECT offset_wh AS energyWh, offset_export_wh AS exportWh FROM register_offset
       WHERE meter_key = ? AND from_ms <= ? ORDER BY from_ms DESC LIMIT 1`,
    );
    this.selectExport = db
      .prepare<[number, number], number | null>(
        `WITH RECURSIVE back (meter_key, at_ms, export_wh, from_ms) AS (
           SELECT meter_key, at_ms, export_wh, from_ms FROM reading WHERE meter_key = ? AND at_ms = ?
           UNION ALL
           SELECT reading.meter_key, reading.at_ms, reading.export_wh, reading.from_ms
           FROM back JOIN reading ON reading.at_ms = back.from_ms AND reading.meter_key = back.meter_key
           WHERE back.from_ms < back.at_ms AND back.export_wh IS NULL)
         SELECT max(export_wh) FROM back`,
      )
      .pluck();
    this.selectLateExport = db
      .prepare<[number, number], number | null>(
        'SELECT max(export_wh) FROM reading WHERE meter_key = ? AND is_late = 1 AND at_ms <= ?',
      )
      .pluck();
  }

  /** The readings from the last one at or before `sinceMs` up to the head, in the order of time. */
  since({ meterKey, headMs }: Meter, sinceMs: number): CurvePoint[] {
    if (headMs === null) return [];
    this.beforeReading();
    const points = this.selectChain.all(meterKey, headMs, sinceMs);
    // The last reading at or before the moment may be a late one, behind the chain's last step, or before its first.
    points.push(...this.selectLate.all(meterKey, lateSince(points.at(-1), sinceMs)));
    points.sort((a, b) => a.atMs - b.atMs);
    const first = points.findLastIndex(({ atMs }) => atMs <= sinceMs);
    return first > 0 ? points.slice(first) : points;
  }

  /** The meter's first reading, also where a person put one before the first of the chain. */
  first(meter: Meter): CurvePoint | undefined {
    return this.since(meter, 0)[0];
  }

  /** Undefined for a moment that is not between the first reading and the head. */
  neighbours(meter: ExportingMeter, atMs: number): Neighbours | undefined {
    const { meterKey, headMs, headExportWh } = meter;
    if (headMs === null || atMs > headMs) return undefined;
    this.beforeReading();
    const chain = this.selectChain.all(meterKey, headMs, atMs).reverse();
    const points = [...chain, ...this.selectLate.all(meterKey, lateSince(chain[0], atMs))];
    points.sort((a, b) => a.atMs - b.atMs);
    const index = points.findLastIndex((point) => point.atMs <= atMs);
    const before = points[index];
    if (!before) return undefined;
    // Between the readings that were put before the chain's first one there is no step of it.
    const chainStart = chain.findLast((point) => point.atMs <= atMs) ?? before;
    const after = points[index + 1] ?? before;
    const exportBeforeWh = headExportWh === null ? null : this.exportAt(meterKey, chainStart.atMs, atMs);
    const exportAfterWh = points.slice(index + 1).find(({ exportWh }) => exportWh !== null)?.exportWh ?? null;
    const offset = this.selectOffset.get(meterKey, atMs) ?? { energyWh: 0, exportWh: 0 };
    return {
      before: { ...before, exportWh: exportBeforeWh },
      after: { ...after, exportWh: exportAfterWh },
      chainMs: chainStart.atMs,
      offset,
    };
  }

  /** What had flown back as far as the readings up to a moment say; the register only rises, so the most is the latest. */
  private exportAt(meterKey: number, chainMs: number, atMs: number): number | null {
    const ofChain = this.selectExport.get(meterKey, chainMs) ?? null;
    const ofLate = this.selectLateExport.get(meterKey, atMs) ?? null;
    return ofChain === null || ofLate === null ? (ofChain ?? ofLate) : Math.max(ofChain, ofLate);
  }
}

/** Where the chain was walked back to its first reading, all late ones before that are needed too. */
function lateSince(oldest: CurvePoint | undefined, sinceMs: number): number {
  return oldest && oldest.atMs <= sinceMs ? oldest.atMs : -1;
}
