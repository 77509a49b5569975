import { compileTariff } from '../../../nodes/lib/tariff/compile-tariff';
import type { MeterPlan } from '../../../nodes/lib/tariff/meter-plan';
import type { MeterTerms } from '../../../nodes/lib/tariff/meter-terms';
import { accrue, newMeterState, price } from '../../../nodes/lib/tariff/price-curve';
import type { Component, Tariff } from '../../../nodes/lib/tariff/tariff';
import { sampleTariff } from './sample-tariff';

/**
 * Bills over several readings, worked by hand. Times are local times of Asia/Kolkata in 2025, registers are in kWh,
 * amounts in units of the currency. A billing period is settled by the reading that is later than its end.
 */
export interface WorkedBill {
  name: string;
  arithmetic: string;
  /** Tariffs by the moment from which they are in force; the first from ever. */
  tariffs: [from: string, components: Component[], changed?: Partial<Tariff>][];
  readings: Reading[];
  terms?: Partial<MeterTerms>;
  amounts: Record<string, string>;
}

type Reading = [at: string, kwh: number, exportKwh?: number | undefined, powerFactorThousandths?: number];

const ms = (local: string) => Date.parse(`2025-${local}:00+05:30`);
const wh = (kwh: number) => Math.round(kwh * 1000);

function planOfBill({ tariffs, terms }: WorkedBill): MeterPlan {
  return tariffs.map(([from, components, changed], index) => ({
    fromMs: ms(from),
    tariff: compileTariff(sampleTariff(components, { version: index + 1, ...changed })),
    terms: { sanctionedLoadW: 0, isLifeline: false, feed: [], ...terms },
  }));
}

/** What each component comes to when the readings are priced one after another. */
export function billed(bill: WorkedBill): Record<string, number> {
  const plan = planOfBill(bill);
  const [first] = bill.readings;
  let state = newMeterState(plan, ms(first![0]), wh(first![1]));
  const parts = [];
  for (const [index, [at, kwh, exportKwh, powerFactorThousandths]] of bill.readings.entries()) {
    const [fromAt, fromKwh, fromExportKwh] = bill.readings[Math.max(0, index - 1)]!;
    const priced = price(plan, state, {
      fromMs: ms(fromAt),
      fromWh: wh(fromKwh),
      toMs: ms(at),
      toWh: wh(kwh),
      ...(fromExportKwh !== undefined && { fromExportWh: wh(fromExportKwh) }),
      ...(exportKwh !== undefined && { toExportWh: wh(exportKwh) }),
      ...(powerFactorThousandths !== undefined && { powerFactorThousandths }),
    });
    state = priced.state;
    parts.push(...priced.parts);
  }
  parts.push(...accrue(plan, state, ms(bill.readings.at(-1)![0]) - 1).parts);
  const amounts: Record<string, number> = {};
  for (const { component, amountMicros } of parts.flatMap(({ lines }) => lines))
    amounts[component] = (amounts[component] ?? 0) + amountMicros;
  return amounts;
}
