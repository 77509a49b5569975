import { HOUR_MS, type LocalDays } from '../time/local-days';
import type { AccountSituation } from './account-situation';
import { FLEET_BRAKE } from './brake-rules';
import { costAhead, MAX_DAYS_LEFT } from './days-left';
import type { Decision } from './decide';
import type { Policy } from './policy';

/**
 * Within these bounds a decision stays what it is, as long as there is nothing but readings: nobody pays, changes a
 * setting or gives an order. So that not every reading costs a whole decision.
 */
export interface QuietBounds {
  /** Before this moment. */
  untilMs: number;
  /** More than the one, and at most the other. */
  aboveMicros: number;
  atMostMicros: number;
  /** What is charged and used from now on stays below these. Money that comes back ends the quiet when it is limited. */
  belowSpentMicros: number;
  belowUsedWh: number;
  /** The power that a meter reports is at most this. */
  atMostW: number;
  /** The billing period is still the same. */
  periodFromMs: number;
}

const PPM = 1_000_000;
/** Costs a day are rounded to whole micros, at most this many times. */
const ROUNDING_MICROS = MAX_DAYS_LEFT + 1;
/** Days left are rounded down to tenths. */
const TENTH = 0.1;
/** Whatever is only followed roughly, such as the use by hours, is looked at once in a while. */
const MAX_QUIET_MS = HOUR_MS;
/** Brakes that more readings alone can loosen or tighten. */
const RESTLESS_BRAKES = new Set(['stale data', FLEET_BRAKE.name]);

/** A line of money: the bounds keep the balance on its side of it. */
type Side = (lineMicros: number) => void;

/**
 * The bounds after a decision that changed nothing. null when there are none worth having: somebody is overloaded, under
 * an order, about to be cut by hand or waits for a release.
 */
export function quietBounds(
  policy: Policy,
  situation: AccountSituation,
  decision: Decision,
  days: LocalDays,
): QuietBounds | null {
  if (!isCalm(situation, decision)) return null;
  const nowMs = decision.why.atMs;
  const bounds: QuietBounds = {
    untilMs: untilMs(policy, situation, decision, days.dayAt(nowMs).toMs),
    aboveMicros: -Infinity,
    atMostMicros: Infinity,
    belowSpentMicros: Infinity,
    belowUsedWh: Infinity,
    atMostW: policy.overload.limitW ?? Infinity,
    periodFromMs: situation.period.fromMs,
  };
  boundByBalance(bounds, policy, situation, decision);
  if (!boundByDaysLeft(bounds, policy, situation, decision, days)) return null;
  boundByUse(bounds, policy, situation, decision, days);
  return bounds;
}

/** Nothing but credit is at stake, and what holds a cut back does not change with the next reading. */
function isCalm(
  { staffCut, demandOrders, groups, asksEmergency, supply }: AccountSituation,
  decision: Decision,
): boolean {
  const { memory, why } = decision;
  if (staffCut !== null || asksEmergency || memory.overload !== null || memory.quarantine !== null)
    return false;
  if (demandOrders.some((order) => order.groups.some((group) => groups.includes(group)))) return false;
  if (why.fired.some(({ rule }) => rule !== 'credit')) return false;
  if (why.heldBack.some(({ rule }) => RESTLESS_BRAKES.has(rule))) return false;
  if (supply === 'on') return true;
  // Off for credit, and off is what it stays.
  return memory.cut?.rule === 'credit' && why.fired.length === 1;
}

function untilMs(policy: Policy, situation: AccountSituation, decision: Decision, dayEndMs: number): number {
  const { dataAtMs, supply } = situation;
  // Only a cut that is due asks how old the data is.
  const isDue = supply === 'on' && decision.why.fired.length > 0;
  const staleMs = isDue && dataAtMs !== null ? dataAtMs + policy.cut.freshWithinMs + 1 : Infinity;
  return Math.min(dayEndMs, decision.why.atMs + MAX_QUIET_MS, decision.nextLookMs ?? Infinity, staleMs);
}

function boundByBalance(
  bounds: QuietBounds,
  { cut, warnings, emergency }: Policy,
  { balanceMicros, lastRecharge, own }: AccountSituation,
  { memory }: Decision,
): void {
  const side: Side = (line) => {
    if (balanceMicros > line) bounds.aboveMicros = Math.max(bounds.aboveMicros, line);
    else bounds.atMostMicros = Math.min(bounds.atMostMicros, line);
  };
  /** A line that was told is left above its hysteresis; one that was not is crossed at itself. */
  const warningLine = (line: number): void => {
    side(line);
    side(line + warnings.hysteresisMicros);
  };
  const rechargeMicros = lastRecharge?.amountMicros ?? null;
  if (rechargeMicros !== null)
    for (const ppm of warnings.percentagesPpm)
      warningLine(Number((BigInt(rechargeMicros) * BigInt(ppm)) / BigInt(PPM)));
  for (const line of warnings.amountsMicros) warningLine(line);
  // Also the line at which the office forgets what it was told.
  warningLine(cut.atMicros);
  if (own.warnBelowMicros !== null) warningLine(own.warnBelowMicros);
  if (emergency.mode === 'off') return;
  side(emergency.offerBelowMicros - 1);
  warningLine(emergency.offerBelowMicros);
  if (memory.emergency !== null && emergency.amountMicros !== null)
    side(cut.atMicros - emergency.amountMicros);
}

/** Returns whether there are bounds at all. */
function boundByDaysLeft(
  bounds: QuietBounds,
  { cut, warnings }: Policy,
  { weekdayCosts }: AccountSituation,
  { memory, why: { atMs: nowMs } }: Decision,
  days: LocalDays,
): boolean {
  if (weekdayCosts === null) return true;
  const { fromMs, toMs } = days.dayAt(nowMs);
  const quietDays = (bounds.untilMs - nowMs) / (toMs - fromMs);
  const needed = (lastsDays: number): number => costAhead(weekdayCosts, days, nowMs, lastsDays);
  for (const line of warnings.daysLeft) {
    if (line + warnings.hysteresisDays >= MAX_DAYS_LEFT - 1) return false;
    if (memory.told[`credit/days left/${line}`]) {
      const least = needed(line + warnings.hysteresisDays) - needed(quietDays) - ROUNDING_MICROS;
      bounds.atMostMicros = Math.min(bounds.atMostMicros, cut.atMicros + Math.floor(least));
    } else {
      const most = needed(line + TENTH + quietDays) + ROUNDING_MICROS;
      bounds.aboveMicros = Math.max(bounds.aboveMicros, cut.atMicros + Math.ceil(most));
    }
  }
  return true;
}

function boundByUse(
  bounds: QuietBounds,
  { warnings, highUse }: Policy,
  { own, period, slabs, today }: AccountSituation,
  { memory, why: { atMs: nowMs } }: Decision,
  days: LocalDays,
): void {
  const used = (usedWh: number, lineWh: number): void => {
    if (usedWh < lineWh) bounds.belowUsedWh = Math.min(bounds.belowUsedWh, lineWh - usedWh);
  };
  // A line is rounded up like the rule's own.
  const nearLine = (limit: number): number =>
    limit - Number((BigInt(limit) * BigInt(PPM - warnings.ownLimitPpm)) / BigInt(PPM));
  if (own.energyWh !== null)
    for (const line of [nearLine(own.energyWh), own.energyWh]) used(period.usedWh, line);
  if (own.spendMicros !== null)
    for (const line of [nearLine(own.spendMicros), own.spendMicros])
      if (period.spentMicros < line)
        bounds.belowSpentMicros = Math.min(bounds.belowSpentMicros, line - period.spentMicros);
  if (warnings.nextSlab) for (const { fromWh } of slabs) used(period.usedWh, fromWh);
  if (highUse.abovePpm === null || today.usualWh === null) return;
  if (memory.told[`high use/high use/${days.dayAt(nowMs).date}`]) return;
  // What is usual by a time only rises until the end of the day.
  const lineWh = Math.ceil((today.usualWh * highUse.abovePpm) / PPM) - 1;
  bounds.belowUsedWh = Math.min(bounds.belowUsedWh, Math.max(highUse.leastWh, lineWh) - today.usedWh);
}
