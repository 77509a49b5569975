import type Database from 'better-sqlite3';
import { segmentsOf } from '../../meter/register-curve';
import type { MeterPlan } from '../../tariff/meter-plan';
import { shareNothing, type MeterState } from '../../tariff/meter-state';
import { price } from '../../tariff/price-curve';
import type { MeterCurve } from './meter-curve';
import type { TariffBook } from './tariff-book';

interface FoldRow {
  at_ms: number;
  fold: string;
}

interface Head {
  meterKey: number;
  headMs: number | null;
}

/**
 * What pricing remembers of each meter. It follows from the readings, so it is written down only now and then; what
 * came after is priced again when it is read.
 */
export class MeterFolds {
  private readonly selectFold;

  constructor(
    db: Database.Database,
    private readonly curve: MeterCurve,
    private readonly tariffs: TariffBook,
  ) {
    this.selectFold = db.prepare<[number], FoldRow>('SELECT at_ms, fold FROM meter_fold WHERE meter_key = ?');
  }

  /** What pricing remembers at a meter's head; null before its first reading. */
  atHead(head: Head, plan: MeterPlan): MeterState | null {
    if (head.headMs === null) return null;
    const row = this.selectFold.get(head.meterKey);
    if (!row) throw new Error(`meter ${head.meterKey} has a head and nothing to price it from`);
    let state = this.read(row.fold);
    if (row.at_ms === head.headMs) return state;
    for (const segment of segmentsOf(this.curve.since(head, row.at_ms)))
      ({ state } = price(plan, state, segment));
    return state;
  }

  read(text: string): MeterState {
    return readFold(text, this.tariffs);
  }
}

/** What most meters have none of; it is written only where there is some. */
const NONE = {
  retired: [],
  demand: [],
  knownWh: 0,
  known: { vah: 0, microVah: 0 },
  exportWh: null,
  exportedWh: 0,
  bankWh: 0,
  offsetWh: 0,
} as const satisfies Partial<MeterState>;

export function readFold(text: string, tariffs: TariffBook): MeterState {
  const state = JSON.parse(text) as Omit<MeterState, 'components' | keyof typeof NONE>;
  const { components } = tariffs.version(state.tariffId, state.version);
  return shareNothing({ ...NONE, ...state, components });
}

/**
 * A fold as JSON, written out: it is for every few readings, and most of it is numbers. The components are those of the
 * tariff that it names, so they need not be written with every meter.
 */
export function writeFold(state: MeterState): string {
  const { rests, dayRests, totals, periodTotals } = state;
  return (
    `{"tariffId":${JSON.stringify(state.tariffId)},"version":${state.version},` +
    `"rests":[${rests.join()}],"dayRests":[${dayRests.join()}],` +
    `"totals":[${totals.join()}],"periodTotals":[${periodTotals.join()}],` +
    `"startMs":${state.startMs},"periodFromMs":${state.periodFromMs},"periodToMs":${state.periodToMs},` +
    `"periodStartWh":${state.periodStartWh},"hadFromMs":${state.hadFromMs},"nextDay":${state.nextDay}` +
    `${rareParts(state)}}`
  );
}

function rareParts(state: MeterState): string {
  const { retired, demand, knownWh, known, exportWh, exportedWh, bankWh, offsetWh } = state;
  let text = '';
  if (retired.length > 0) text += `,"retired":${JSON.stringify(retired)}`;
  if (demand.length > 0) text += `,"demand":${JSON.stringify(demand)}`;
  if (knownWh !== 0) text += `,"knownWh":${knownWh}`;
  if (known.vah !== 0 || known.microVah !== 0) text += `,"known":${JSON.stringify(known)}`;
  if (exportWh !== null) text += `,"exportWh":${exportWh}`;
  if (exportedWh !== 0) text += `,"exportedWh":${exportedWh}`;
  if (bankWh !== 0) text += `,"bankWh":${bankWh}`;
  if (offsetWh !== 0) text += `,"offsetWh":${offsetWh}`;
  return text;
}
