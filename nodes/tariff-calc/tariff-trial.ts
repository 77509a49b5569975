import { setImmediate as nextTurn } from 'node:timers/promises';
import type { PrepaidMessage } from '../lib/meter/prepaid-message';
import { addMicros, subtractMicros, ZERO_MICROS, type Micros } from '../lib/money/micros';
import type { Site } from '../lib/site/site';
import type { ChargeLine } from '../lib/tariff/charge';
import { compileTariff, type CompiledTariff } from '../lib/tariff/compile-tariff';
import { compareTariffs } from '../lib/tariff/simulate';
import type { Tariff } from '../lib/tariff/tariff';
import { planUnder, planWithVersion } from '../lib/tariff/trial-plan';
import type { TrialRequest } from './tariff-request';

/** What one customer would have paid, beside what the tariff in force comes to. */
interface TrialLine {
  meterId: string;
  accountId: string;
  name: string;
  oldMicros: Micros;
  newMicros: Micros;
  differenceMicros: Micros;
  oldLines: ChargeLine[];
  newLines: ChargeLine[];
}

/** Meters are priced a few at a time; between them everything else has its turn. */
const METERS_PER_TURN = 10;

/** Prices the past of meters under a tariff that nobody has approved yet. Changes nothing. */
export class TariffTrial {
  private readonly tariff: CompiledTariff;

  constructor(
    private readonly site: Site,
    tariff: Tariff,
  ) {
    this.tariff = compileTariff(tariff);
  }

  async run(message: PrepaidMessage, { meterIds, fromMs, toMs }: TrialRequest): Promise<PrepaidMessage> {
    const { store } = this.site;
    const { tariffId, version } = this.tariff.tariff;
    const lines: TrialLine[] = [];
    const skipped: string[] = [];
    let oldMicros = ZERO_MICROS;
    let newMicros = ZERO_MICROS;
    for (const [index, meterId] of (meterIds ?? store.summaries().map((one) => one.meterId)).entries()) {
      if (index % METERS_PER_TURN === METERS_PER_TURN - 1) await nextTurn();
      const line = this.tryOn(meterId, fromMs, toMs, meterIds !== null);
      if (!line) {
        skipped.push(meterId);
        continue;
      }
      lines.push(line);
      oldMicros = addMicros(oldMicros, line.oldMicros);
      newMicros = addMicros(newMicros, line.newMicros);
    }
    const sums = { oldMicros, newMicros, differenceMicros: subtractMicros(newMicros, oldMicros) };
    message.payload = {
      kind: 'simulation',
      tariffId,
      version,
      fromMs,
      toMs,
      ...sums,
      meters: lines,
      skipped,
    };
    return message;
  }

  /** A meter that was asked for by name may have another tariff; the others only count while they have this one. */
  private tryOn(meterId: string, fromMs: number, toMs: number, isNamed: boolean): TrialLine | undefined {
    const { store } = this.site;
    const summary = store.summary(meterId);
    const past = store.past(meterId, fromMs, this.tariff.tariff.tariffId);
    if (!summary || !past || past.points.length < 2) return undefined;
    const { state, points, plan } = past;
    const { accountId, name } = summary;
    const trial = isNamed ? planUnder(this.tariff, plan) : planWithVersion(this.tariff, plan, fromMs, toMs);
    if (!trial) return undefined;
    const { oldMicros, newMicros, oldLines, newLines } = compareTariffs(
      points,
      state,
      plan,
      trial,
      fromMs,
      toMs,
    );
    const differenceMicros = subtractMicros(newMicros, oldMicros);
    return { meterId, accountId, name, oldMicros, newMicros, differenceMicros, oldLines, newLines };
  }
}
