import { wholeNumber } from '../lib/form/field-check';
import { micros, parseAmount } from '../lib/money/micros';
import { cutHours, mayCutAt } from '../lib/policy/cut-hours';
import { decideSupply, type DecideSupply, type SupplyPolicy } from '../lib/policy/supply-decision';
import type { BalanceGuardConfig } from './balance-guard.config';

const MS_PER_MINUTE = 60_000;
/** A warning clears only when the balance is a tenth above the line that gave it. */
const HYSTERESIS_PARTS = 10;
/** In a large fleet the hourly budget of cuts grows with it: 1 %. */
const FLEET_PARTS_PER_CUT = 100;

/** The policy that a node's settings describe. Throws with the field and its value when one is wrong. */
export function guardPolicy(
  config: BalanceGuardConfig,
  timeZone: string,
  fleetSize: () => number,
): DecideSupply {
  const warnBelowMicros = parseAmount(config.warnBelow);
  const maxCutsPerHour = required('maxCutsPerHour', config.maxCutsPerHour);
  const policy: Omit<SupplyPolicy, 'maxCutsPerHour'> = {
    cutAtMicros: parseAmount(config.cutAt),
    warnBelowMicros,
    warnHysteresisMicros: micros(Math.floor(Math.abs(warnBelowMicros) / HYSTERESIS_PARTS)),
    warnLeadMs: required('warnLeadMinutes', config.warnLeadMinutes) * MS_PER_MINUTE,
    freshWithinMs: required('freshMinutes', config.freshMinutes) * MS_PER_MINUTE,
    mayCutAt: mayCutAt(cutHours(config.cutFrom, config.cutTo, config.workdaysOnly), timeZone),
  };
  if (policy.cutAtMicros > warnBelowMicros) {
    throw new RangeError(`warnBelow must not be below cutAt ${config.cutAt}, got ${config.warnBelow}`);
  }
  const withBudget: SupplyPolicy = {
    ...policy,
    get maxCutsPerHour() {
      return Math.max(maxCutsPerHour, Math.floor(fleetSize() / FLEET_PARTS_PER_CUT));
    },
  };
  return (account, circumstances) => decideSupply(withBudget, account, circumstances);
}

function required(field: string, text: string): number {
  const value = wholeNumber(text);
  if (value === null) throw new RangeError(`${field} must be a whole number, not negative, got "${text}"`);
  return value;
}
