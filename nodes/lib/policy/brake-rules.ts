import type { Look, Rule } from './account-situation';
import type { CutRule } from './cut-rules';
import { isEmergencyInUse } from './emergency-credit';
import { isApproved } from './demand-order';
import { cutBudget, isReleased } from './fleet-budget';
import { noCutAt } from './no-cut-windows';
import { toldSince, warnedSince } from './told-warnings';

/** A cut that is due, and everything that may speak against it. `memory` knows already what is told with this decision. */
export interface CutLook extends Look {
  readonly cut: CutRule;
}

/** A rule that holds a cut back, whoever wants it. */
export interface BrakeRule extends Rule<CutLook> {
  /** Until when it certainly holds; null when no time ends it. */
  untilMs: (look: CutLook) => number | null;
  /** Whether it also brings back a light that is off for this reason. */
  ends: (cut: CutRule) => boolean;
}

const never = (): boolean => false;
const noTime = (): null => null;

const warnedMs = (look: CutLook): number | null => {
  const { memory, cut, policy } = look;
  const { needsDelivery } = policy.warnings;
  if (!cut.warning) return warnedSince(memory.told, cut.subject, needsDelivery);
  const key = cut.warning(look);
  return key === null ? null : toldSince(memory.told[key], needsDelivery);
};

/** At least a moment, so that a warning and its cut never leave together. */
const leadMs = ({ cut, policy }: CutLook): number => Math.max(1, cut.leadMs(policy));

const graceEndMs = ({ situation, policy }: Look): number =>
  situation.convertedMs === null ? -Infinity : situation.convertedMs + policy.cut.conversionGraceMs;

/** While it is in doubt what time it is, nobody is cut who must not be by the one time or by the other. */
const noCutNow = ({ policy, fleet, nowMs }: Look): ReturnType<typeof noCutAt> => {
  const { days, wallAheadMs } = fleet;
  const noCut = noCutAt(policy.noCut.sets, days, nowMs);
  if (noCut !== null || wallAheadMs === 0) return noCut;
  const byWall = noCutAt(policy.noCut.sets, days, nowMs + wallAheadMs);
  return byWall && { ...byWall, untilMs: byWall.untilMs - wallAheadMs };
};

/** Every rule that can hold a cut back, in the order in which they are named to people. */
export const BRAKE_RULES: readonly BrakeRule[] = [
  {
    name: 'protected',
    applies: ({ situation }) => situation.isProtected,
    figures: () => ({}),
    untilMs: noTime,
    ends: () => true,
    words: {
      staff: 'The customer is protected and is never cut by the system. Somebody has to call.',
      customer: 'Your supply is protected and stays on.',
    },
  },
  {
    name: 'emergency credit',
    applies: ({ policy, situation, memory, nowMs }) =>
      isEmergencyInUse(policy, situation.balanceMicros, memory.emergency, nowMs),
    figures: ({ policy: { emergency }, memory }) => ({
      amountMicros: emergency.amountMicros,
      sinceAtMs: memory.emergency?.sinceMs ?? null,
      lastsMs: emergency.lastsMs,
    }),
    untilMs: ({ policy: { emergency }, memory }) =>
      emergency.lastsMs === null || memory.emergency === null
        ? null
        : memory.emergency.sinceMs + emergency.lastsMs,
    ends: ({ name }) => name === 'credit',
    words: {
      staff: 'Emergency credit is in use since {sinceAtMs}.',
      customer: 'Your emergency credit keeps the light on. It is paid back from your next payment.',
    },
  },
  {
    name: 'grace after conversion',
    applies: (look) => look.nowMs < graceEndMs(look),
    figures: (look) => ({ untilAtMs: graceEndMs(look) }),
    untilMs: graceEndMs,
    ends: never,
    words: {
      staff: 'The account changed to prepayment lately; no cut before {untilAtMs}.',
      customer: 'Prepayment is new for you: the light stays on until {untilAtMs} at least.',
    },
  },
  {
    name: 'stale data',
    applies: (look) => {
      const dataAtMs = look.cut.dataAtMs(look);
      return dataAtMs === null || look.nowMs - dataAtMs > look.policy.cut.freshWithinMs;
    },
    figures: (look) => ({
      dataAtMs: look.cut.dataAtMs(look),
      freshWithinMs: look.policy.cut.freshWithinMs,
    }),
    untilMs: noTime,
    ends: never,
    words: {
      staff: 'A meter was last heard of at {dataAtMs}; a cut needs data of the last {freshWithinMs}.',
      customer: 'Your meter has not reported lately, so the light stays as it is.',
    },
  },
  {
    name: 'no-cut window',
    applies: (look) => noCutNow(look) !== null,
    figures: (look) => {
      const noCut = noCutNow(look);
      return { because: noCut?.because ?? null, untilAtMs: noCut?.untilMs ?? null };
    },
    untilMs: (look) => noCutNow(look)?.untilMs ?? null,
    ends: never,
    words: {
      staff: 'Nobody is cut now ({because}), until {untilAtMs}.',
      customer: 'At this time nobody is switched off. The light stays on until {untilAtMs} at least.',
    },
  },
  {
    name: 'warning',
    applies: (look) => {
      const since = warnedMs(look);
      return since === null || look.nowMs - since < leadMs(look);
    },
    figures: (look) => ({ warnedAtMs: warnedMs(look), leadMs: leadMs(look) }),
    untilMs: (look) => {
      const since = warnedMs(look);
      return since === null ? null : since + leadMs(look);
    },
    ends: never,
    words: {
      staff: 'The warning counts from {warnedAtMs} and is not yet {leadMs} old.',
      customer: 'You are warned first and have time to act.',
    },
  },
];

/** Asked last, since it costs a query and an account is put aside only when nothing else speaks for it. */
export const FLEET_BRAKE: BrakeRule = {
  name: 'fleet budget',
  applies: (look) => {
    const { policy, situation, memory, fleet } = look;
    if (!countsForFleet(look)) return false;
    // Whoever waits for a release is not cut for another reason in the meantime, unless that one is released.
    if (memory.quarantine !== null) return true;
    return fleet.recentCuts() + situation.meters > cutBudget(policy.fleet, fleet.meters);
  },
  figures: ({ policy, memory, fleet }) => ({
    budget: cutBudget(policy.fleet, fleet.meters),
    withinMs: policy.fleet.withinMs,
    sinceAtMs: memory.quarantine?.sinceMs ?? null,
  }),
  untilMs: noTime,
  ends: never,
  words: {
    staff: 'More than {budget} cuts within {withinMs}: the cut waits for the release by two persons.',
    customer: 'The office checks this before anything is switched off.',
  },
};

/** What holds a due cut back, each by name; none means that it may be made. */
export function brakesOn(look: CutLook): BrakeRule[] {
  const brakes = BRAKE_RULES.filter((brake) => brake.applies(look));
  return brakes.length === 0 && FLEET_BRAKE.applies(look) ? [FLEET_BRAKE] : brakes;
}

/** What brings a light back that is off for this reason. */
export function endedBy(look: CutLook): BrakeRule | undefined {
  return BRAKE_RULES.find((brake) => brake.ends(look.cut) && brake.applies(look));
}

/** Whether a cut made now counts against the fleet's budget: not when a second person has given their word. */
export function countsForFleet({ memory, cut, order, nowMs }: CutLook): boolean {
  const isOrdered = cut.isMass && order !== null && isApproved(order);
  return !isOrdered && !isReleased(memory.quarantine, cut.name, nowMs);
}
