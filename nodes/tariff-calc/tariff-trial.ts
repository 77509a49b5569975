import { setImmediate as nextTurn } from 'node:timers/promises';
import type { MeterStay } from '../lib/ledger/store';
import type { PrepaidMessage } from '../lib/meter/prepaid-message';
import { addMicros, subtractMicros, ZERO_MICROS, type Micros } from '../lib/money/micros';
import type { Site } from '../lib/site/site';
import type { ChargeLine } from '../lib/tariff/charge';
import { compileTariff, type CompiledTariff } from '../lib/tariff/compile-tariff';
import { compareTariffs, type TrialPeriod } from '../lib/tariff/simulate';
import type { Tariff } from '../lib/tariff/tariff';
import { planUnder, planWithVersion } from '../lib/tariff/trial-plan';
import type { TrialRequest } from './tariff-request';

/** What something would have cost, beside what the tariffs in force come to. */
interface TrialSums {
  oldMicros: Micros;
  newMicros: Micros;
  differenceMicros: Micros;
}

/** A meter's stay at an account, as far as it is in the time of the trial. */
interface TrialMeter extends TrialSums {
  meterId: string;
  fromMs: number;
  toMs: number;
  oldLines: ChargeLine[];
  newLines: ChargeLine[];
}

/** A customer, with every meter that was behind the account in that time, also those that were taken down. */
interface TrialAccount extends TrialSums {
  accountId: string;
  name: string;
  meters: TrialMeter[];
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
    const { store, clock } = this.site;
    const { tariffId, version } = this.tariff.tariff;
    const period = { fromMs, toMs, nowMs: clock.nowMs() };
    const accounts = new Map<string, TrialAccount>();
    const tried = new Set<string>();
    const stays = store.stays(meterIds, fromMs, toMs);
    for (const [index, stay] of stays.entries()) {
      if (index % METERS_PER_TURN === METERS_PER_TURN - 1) await nextTurn();
      const meter = this.tryOn(stay, period, meterIds !== null);
      if (!meter) continue;
      tried.add(stay.meterId);
      addTo(accounts, stay, meter);
    }
    const asked = new Set(meterIds ?? stays.map(({ meterId }) => meterId));
    message.payload = {
      kind: 'simulation',
      tariffId,
      version,
      fromMs,
      toMs,
      ...sumsOf([...accounts.values()]),
      accounts: [...accounts.values()],
      skipped: [...asked].filter((meterId) => !tried.has(meterId)),
    };
    return message;
  }

  /** A meter that was asked for by name may have another tariff; the others only count while they have this one. */
  private tryOn(stay: MeterStay, period: TrialPeriod, isNamed: boolean): TrialMeter | undefined {
    const { store } = this.site;
    const { fromMs, toMs } = period;
    const past = store.past(stay.meterKey, fromMs);
    if (!past) return undefined;
    const trial = { tariff: this.tariff, feed: store.feed(this.tariff.tariff.tariffId) };
    const plan = isNamed ? planUnder(trial, past.plan) : planWithVersion(trial, past.plan, fromMs, toMs);
    const compared = plan && compareTariffs(past, plan, period);
    if (!compared) return undefined;
    const { oldMicros, newMicros, oldLines, newLines } = compared;
    return {
      meterId: stay.meterId,
      fromMs: Math.max(fromMs, past.openedMs),
      toMs: Math.min(toMs, past.closedMs ?? toMs),
      oldMicros,
      newMicros,
      differenceMicros: subtractMicros(newMicros, oldMicros),
      oldLines,
      newLines,
    };
  }
}

function addTo(accounts: Map<string, TrialAccount>, stay: MeterStay, meter: TrialMeter): void {
  const { accountId, name } = stay;
  const meters = [...(accounts.get(accountId)?.meters ?? []), meter];
  accounts.set(accountId, { accountId, name, ...sumsOf(meters), meters });
}

function sumsOf(parts: readonly TrialSums[]): TrialSums {
  let oldMicros = ZERO_MICROS;
  let newMicros = ZERO_MICROS;
  for (const part of parts) {
    oldMicros = addMicros(oldMicros, part.oldMicros);
    newMicros = addMicros(newMicros, part.newMicros);
  }
  return { oldMicros, newMicros, differenceMicros: subtractMicros(newMicros, oldMicros) };
}
