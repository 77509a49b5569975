import { micros, parseAmount, type Micros } from '../money/micros';
import type { Segment } from '../meter/reading';
import type { Charge } from './charge';

/** The same price for every kilowatt-hour. */
export interface FlatTariff {
  tariffId: string;
  version: number;
  rateMicrosPerKwh: Micros;
}

/** Above a million currency units a kWh is a typing error; the bound also keeps `rate × 999 Wh` a safe integer. */
const MAX_RATE_MICROS_PER_KWH = 1_000_000_000_000;
/** No meter in use counts further than this (1 TWh). */
const MAX_REGISTER_WH = 1_000_000_000_000;

export function flatTariff(tariffId: string, version: number, pricePerKwh: string): FlatTariff {
  if (tariffId === '') throw new RangeError('the tariff needs a name');
  if (!Number.isSafeInteger(version) || version < 1) {
    throw new RangeError(`the tariff version must be a whole number from 1, got ${version}`);
  }
  const rateMicrosPerKwh = parseAmount(pricePerKwh);
  if (rateMicrosPerKwh < 0 || rateMicrosPerKwh > MAX_RATE_MICROS_PER_KWH) {
    throw new RangeError(`the price per kWh must be from 0 to 1000000, got ${pricePerKwh}`);
  }
  return { tariffId, version, rateMicrosPerKwh };
}

/**
 * What a register's last, incomplete kWh costs, rounded down to whole micros.
 * A segment is charged the difference of these at its two ends (plus the whole kWh between), so however a stretch
 * of the register is cut into segments, the remainders carry over and the charges add up to the same total.
 */
function costOfRest(rateMicrosPerKwh: number, restWh: number): number {
  return Math.floor((rateMicrosPerKwh * restWh) / 1000);
}

function checkRegister(field: 'fromWh' | 'toWh', valueWh: number): void {
  if (!Number.isSafeInteger(valueWh) || valueWh < 0 || valueWh > MAX_REGISTER_WH) {
    throw new RangeError(`segment.${field} must be whole Wh from 0 to ${MAX_REGISTER_WH}, got ${valueWh}`);
  }
}

export function priceSegment(tariff: FlatTariff, segment: Segment): Charge {
  const { fromWh, toWh } = segment;
  checkRegister('fromWh', fromWh);
  checkRegister('toWh', toWh);
  if (toWh < fromWh) throw new RangeError(`segment.toWh must not be below fromWh ${fromWh}, got ${toWh}`);
  const rate = tariff.rateMicrosPerKwh;
  const fromKwh = Math.floor(fromWh / 1000);
  const toKwh = Math.floor(toWh / 1000);
  const amountMicros = micros(
    rate * (toKwh - fromKwh) +
      costOfRest(rate, toWh - toKwh * 1000) -
      costOfRest(rate, fromWh - fromKwh * 1000),
  );
  return {
    amountMicros,
    lines: [{ component: 'energy', energyWh: toWh - fromWh, rateMicrosPerKwh: rate, amountMicros }],
    tariffId: tariff.tariffId,
    version: tariff.version,
  };
}
