import { addMicros } from '../money/micros';
import type { Priced } from './bill-in-parts';
import type { ChargeLine } from './charge';

/** The lines of several answers as those of one bill: one line for each component and rate. */
export function mergedLines(answers: readonly Priced[]): ChargeLine[] {
  const merged = new Map<string, ChargeLine>();
  for (const line of answers.flatMap(({ parts }) => parts).flatMap(({ lines }) => lines)) {
    const name = JSON.stringify([line.component, line.rateMicrosPerKwh]);
    const same = merged.get(name);
    if (same) {
      same.energyWh += line.energyWh;
      same.amountMicros = addMicros(same.amountMicros, line.amountMicros);
    } else {
      merged.set(name, { ...line });
    }
  }
  return [...merged.values()];
}
