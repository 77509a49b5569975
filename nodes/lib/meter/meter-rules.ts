import { DEFAULT_READING_LIMITS, type ReadingLimits } from './checks/check-reading';
import { METER_CLASSES, type MeterClass, type MeterClassName } from './checks/meter-class';
import { jumpLimits, type JumpLimits } from './checks/register-jump';
import type { MeterSettings, SampleCalibration } from './shapes/meter-settings';
import { CALIBRATION_LIMITS } from './shapes/raw-samples';
import type { RegisterSource } from './shapes/statement';
import { showValue } from '../text/show-value';

/** What an operator says about some meters; the first row that names a meter counts. */
export interface MeterRow {
  /** Numbers of meters, with commas between them; `*` at the end stands for any rest. */
  meters: string;
  meterClass?: MeterClassName;
  mayExport?: boolean;
  impPerKwh?: number;
  shuntOhm?: number;
  register?: RegisterSource;
  calibration?: Partial<SampleCalibration>;
}

/** What holds for one meter. */
export interface MeterRule {
  settings: MeterSettings;
  meterClass: MeterClass;
  limits: ReadingLimits;
  /** For a meter whose load is not agreed. */
  jump: JumpLimits;
}

/** What holds for meters of which no row says otherwise. */
export interface OtherMeters {
  meterClass?: MeterClassName;
  mayExport?: boolean;
  /** An older reading is held; 0 takes readings of any age. */
  maxAgeDays?: number;
}

const MS_PER_DAY = 86_400_000;
/** A billing month and some days to get through. */
const DEFAULT_AGE_DAYS = 35;
const MAX_AGE_DAYS = 36_500;
/** More rows than this are a register of devices, and belong into one. */
const MAX_ROWS = 1_000;

/** Finds what an operator said about a meter. Every reading asks, so the answers are made beforehand. */
export class MeterRules {
  private readonly byId = new Map<string, MeterRule>();
  private readonly byStart: { start: string; rule: MeterRule }[] = [];
  private readonly others: MeterRule;

  constructor(
    rows: readonly MeterRow[],
    { maxAgeDays = DEFAULT_AGE_DAYS, meterClass, mayExport }: OtherMeters,
  ) {
    if (!(maxAgeDays >= 0 && maxAgeDays <= MAX_AGE_DAYS))
      throw new RangeError(`maxAgeDays must be from 0 to ${MAX_AGE_DAYS}, got ${showValue(maxAgeDays)}`);
    const maxAgeMs = maxAgeDays === 0 ? Infinity : maxAgeDays * MS_PER_DAY;
    const others = { ...(meterClass && { meterClass }), ...(mayExport !== undefined && { mayExport }) };
    this.others = ruleOf({ meters: '*', ...others }, maxAgeMs);
    if (rows.length > MAX_ROWS) throw new RangeError(`meters: at most ${MAX_ROWS} rows, got ${rows.length}`);
    for (const [index, row] of rows.entries()) this.add(index, { ...others, ...row }, maxAgeMs);
  }

  of(meterId: string): MeterRule {
    if (this.byId.size > 0) {
      const rule = this.byId.get(meterId);
      if (rule) return rule;
    }
    for (const { start, rule } of this.byStart) if (meterId.startsWith(start)) return rule;
    return this.others;
  }

  private add(index: number, row: MeterRow, maxAgeMs: number): void {
    const names = row.meters.split(',').map((name) => name.trim());
    const rule = ruleOf(row, maxAgeMs);
    for (const name of names) {
      const isStart = name.endsWith('*');
      const id = isStart ? name.slice(0, -1) : name;
      if (name === '' || id.includes('*')) {
        const rule = 'must be numbers of meters, with * only at the end';
        throw new RangeError(`meters[${index}].meters ${rule}, got ${showValue(row.meters)}`);
      }
      if (isStart) this.byStart.push({ start: id, rule });
      else if (!this.byId.has(id)) this.byId.set(id, rule);
    }
  }
}

function ruleOf({ meters, meterClass, mayExport, ...settings }: MeterRow, maxAgeMs: number): MeterRule {
  const name = meterClass ?? 'single-phase';
  if (!Object.hasOwn(METER_CLASSES, name)) {
    const known = Object.keys(METER_CLASSES).join(', ');
    throw new RangeError(`class of meters ${meters} must be one of ${known}, got ${showValue(name)}`);
  }
  const found = METER_CLASSES[name];
  for (const key of ['impPerKwh', 'shuntOhm'] as const) {
    const value = settings[key];
    if (value !== undefined && !(value > 0 && value <= 1e6)) {
      throw new RangeError(`${key} of meters ${meters} must be above 0, got ${showValue(value)}`);
    }
  }
  if (settings.calibration !== undefined) checkCalibration(meters, settings.calibration);
  return {
    settings,
    meterClass: found,
    limits: { ...DEFAULT_READING_LIMITS, maxAgeMs, mayExport: mayExport ?? false },
    jump: jumpLimits(0, found),
  };
}

/** What is missing may come with the samples; what is there has to be right, or every message would be refused. */
function checkCalibration(meters: string, calibration: unknown): void {
  if (typeof calibration !== 'object' || calibration === null || Array.isArray(calibration))
    throw new RangeError(`calibration of meters ${meters} must be an object, got ${showValue(calibration)}`);
  for (const [key, value] of Object.entries(calibration as Record<string, unknown>)) {
    if (!Object.hasOwn(CALIBRATION_LIMITS, key)) {
      const known = Object.keys(CALIBRATION_LIMITS).join(', ');
      throw new RangeError(`calibration of meters ${meters} must hold ${known}, got ${showValue(key)}`);
    }
    const [min, max] = CALIBRATION_LIMITS[key as keyof SampleCalibration];
    if (typeof value !== 'number' || !(value >= min && value <= max)) {
      const range = `must be a number from ${min} to ${max}`;
      throw new RangeError(`calibration.${key} of meters ${meters} ${range}, got ${showValue(value)}`);
    }
  }
}
