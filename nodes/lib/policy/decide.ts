import type { SupplyState } from '../ledger/account';
import { subtractMicros } from '../money/micros';
import type { AccountSituation, Figures, Fleet, Look, PolicyMemory, Told } from './account-situation';
import { brakesOn, countsForFleet, endedBy, FLEET_BRAKE, type BrakeRule, type CutLook } from './brake-rules';
import { CUT_RULES, type CutRule } from './cut-rules';
import { daysLeft } from './days-left';
import { orderFor, ordersToTell, type DemandOrder } from './demand-order';
import { stepEmergency } from './emergency-credit';
import { enterQuarantine, type Quarantine } from './fleet-budget';
import { afterOverloadCut, stepOverload } from './overload';
import type { Policy } from './policy';
import { toldSince } from './told-warnings';
import { orderWarning, stepWarnings, type Warning, type WarningKind } from './warning-rules';
import { recordOf, type RuleRecord, type Why } from './why';

/** Something to say, to the customer or to the office. `rule` and `figures` give its words. */
export interface PolicyNotice extends RuleRecord {
  to: 'customer' | 'office';
  kind: WarningKind | CutRule['kind'] | 'office';
}

export interface Decision {
  /** The new wanted supply, or null when it stays. */
  supply: SupplyState | null;
  /** Which rule wants it so. */
  reason: string;
  /** Meters that count against the fleet's budget with this decision. */
  countedCuts: number;
  /** Whether the customer's request for emergency credit was granted; null when there was none. */
  emergency: 'granted' | 'refused' | null;
  notices: PolicyNotice[];
  /** To be stored with the account and handed in next time. */
  memory: PolicyMemory;
  why: Why;
  /** When to decide again even if nothing happens; null when only news can change anything. */
  nextLookMs: number | null;
}

interface Verdict {
  supply: SupplyState;
  /** For which reason it is off. */
  cut: CutRule | null;
  /** Whether that is a new cut, on its own merits. */
  isNew: boolean;
  fired: CutRule[];
  heldBack: { cut: CutRule; brake: BrakeRule }[];
}

/** Decides from an account as it stands after a commit. Pure: the same arguments always give the same decision. */
export function decide(policy: Policy, situation: AccountSituation, nowMs: number, fleet: Fleet): Decision {
  const first = lookAt(policy, situation, nowMs, fleet);
  const { told, warnings } = stepWarnings(first);
  const look = withoutOldQuarantine({ ...first, memory: { ...first.memory, told } });
  const verdict = judge(look);
  const office = officeNotices(look, verdict);
  const supply = verdict.supply === situation.supply ? null : verdict.supply;
  const cutLook = verdict.cut && { ...look, cut: verdict.cut };
  const said = supplyNotices(look, verdict);
  const memory = nextMemory(look, verdict, said, office.told);
  const hasBegun = look.memory.emergency !== null && situation.memory.emergency === null;
  const begun = hasBegun ? [emergencyNotice(look)] : [];
  return {
    supply,
    reason: reasonOf(look, verdict),
    countedCuts: verdict.isNew && cutLook && countsForFleet(cutLook) ? situation.meters : 0,
    emergency: situation.asksEmergency ? (hasBegun ? 'granted' : 'refused') : null,
    notices: [...begun, ...worthTelling(look, warnings, verdict, hasBegun), ...said, ...office.notices],
    memory,
    why: whyOf(look, verdict, warnings),
    nextLookMs: nextLook(look, verdict, memory),
  };
}

function lookAt(policy: Policy, situation: AccountSituation, nowMs: number, fleet: Fleet): Look {
  const { memory, balanceMicros, weekdayCosts, demandOrders, groups } = situation;
  // A cut that expired before it reached its relay was none.
  const cut = situation.supply === 'on' ? null : memory.cut;
  const aboveCut = subtractMicros(balanceMicros, policy.cut.atMicros);
  const { leadMs, needsDelivery } = policy.warnings;
  const toTell = ordersToTell(demandOrders, groups, nowMs, leadMs);
  const isWarned = ({ orderId }: DemandOrder): boolean => {
    const sinceMs = toldSince(memory.told[orderWarning(orderId)], needsDelivery);
    return sinceMs !== null && nowMs - sinceMs >= leadMs;
  };
  return {
    policy,
    situation,
    nowMs,
    fleet,
    memory: {
      ...memory,
      cut,
      overload: stepOverload(policy.overload, situation, nowMs),
      emergency: stepEmergency(policy, situation, nowMs),
    },
    daysLeft: daysLeft(weekdayCosts, aboveCut, fleet.days, nowMs),
    toTell,
    order: orderFor(toTell, cut?.orderId ?? null, nowMs, isWarned),
  };
}

/** An account leaves the quarantine when what it was put there for is no reason any more. */
function withoutOldQuarantine(look: Look): Look {
  const { quarantine } = look.memory;
  if (quarantine === null) return look;
  const isDue = CUT_RULES.some((rule) => rule.name === quarantine.rule && rule.applies(look));
  return isDue ? look : { ...look, memory: { ...look.memory, quarantine: null } };
}

function judge(look: Look): Verdict {
  const { memory, situation } = look;
  const fired = CUT_RULES.filter((rule) => rule.applies(look));
  // Who was cut before reasons were kept is off for any reason that there is.
  // Another order than the one that cut is another reason.
  const isStanding = ({ name, isMass }: CutRule): boolean =>
    memory.cut === null ||
    (name === memory.cut.rule && (!isMass || memory.cut.orderId === look.order?.orderId));
  const standing = situation.supply === 'off' ? fired.find(isStanding) : undefined;
  if (standing && !endedBy({ ...look, cut: standing }))
    return { supply: 'off', cut: standing, isNew: false, fired, heldBack: [] };
  const heldBack: Verdict['heldBack'] = [];
  for (const cut of fired) {
    const brakes = brakesOn({ ...look, cut });
    // Staying off for another reason is a cut like any other and needs all that a cut needs.
    if (brakes.length === 0) return { supply: 'off', cut, isNew: true, fired, heldBack };
    heldBack.push(...brakes.map((brake) => ({ cut, brake })));
  }
  return { supply: 'on', cut: null, isNew: false, fired, heldBack };
}

function reasonOf({ memory, situation }: Look, { cut, heldBack }: Verdict): string {
  if (cut) return cut.name;
  const [first] = heldBack;
  if (first) return first.brake.name;
  if (situation.supply === 'on' || !memory.cut) return 'no reason to cut';
  return memory.cut.rule === 'credit' ? 'credit again' : `${memory.cut.rule} is over`;
}

/** Whoever is told of the cut itself, or of emergency credit, is not told of low credit in the same moment. */
function worthTelling(
  look: Look,
  warnings: readonly Warning[],
  { cut, isNew }: Verdict,
  hasEmergency: boolean,
): PolicyNotice[] {
  const saysTheSame = ({ subject, key }: Warning): boolean => {
    if (hasEmergency && subject === 'credit') return true;
    if (!isNew || subject !== cut?.subject) return false;
    // Of other orders than the one that cuts nothing has been said.
    return !cut.warning || cut.warning(look) === key;
  };
  return warnings
    .filter((warning) => !saysTheSame(warning))
    .map(({ rule, kind, figures }) => ({ to: 'customer', kind, rule, figures }));
}

/** A cut and its end are told once each, however often their commands are made anew. */
function supplyNotices(look: Look, { cut, isNew, fired, supply }: Verdict): PolicyNotice[] {
  const { toldSupply } = look.memory;
  // Whoever is dark for another reason than was told is told the new one.
  const isTakenOver = isNew && look.situation.supply === 'off';
  if (cut && (toldSupply === 'on' || isTakenOver))
    return [{ to: 'customer', kind: cut.kind, ...recordOf(cut, { ...look, cut }) }];
  const isBack =
    supply === 'on' && toldSupply === 'off' && (look.situation.supply === 'off' || fired.length === 0);
  return isBack
    ? [{ to: 'customer', kind: 'restored', rule: 'restored', figures: balanceFigures(look) }]
    : [];
}

function emergencyNotice(look: Look): PolicyNotice {
  const { amountMicros, lastsMs } = look.policy.emergency;
  const figures = { ...balanceFigures(look), amountMicros, lastsMs };
  return { to: 'customer', kind: 'emergency-credit', rule: 'emergency credit', figures };
}

/** What staff have to know, each once as long as it is so. */
function officeNotices(
  look: Look,
  { heldBack, cut }: Verdict,
): {
  told: Record<string, Told>;
  notices: PolicyNotice[];
} {
  const told: Record<string, Told> = {};
  const notices: PolicyNotice[] = [];
  const { policy, situation, nowMs } = look;
  // A balance that flutters about the cut-off is one story, not many.
  const isLow = situation.balanceMicros <= policy.cut.atMicros + policy.warnings.hysteresisMicros;
  const tell = (topic: string, isSo: boolean, record: () => RuleRecord): void => {
    const key = `office/${topic}`;
    const before = situation.memory.told[key];
    if (before && (isSo || isLow)) told[key] = before;
    else if (isSo) {
      told[key] = { atMs: nowMs, deliveredMs: null };
      notices.push({ to: 'office', kind: 'office', ...record() });
    }
  };
  for (const topic of ['protected', FLEET_BRAKE.name]) {
    const held = heldBack.find(({ brake }) => brake.name === topic);
    tell(topic, held !== undefined, () =>
      held ? recordOf(held.brake, { ...look, cut: held.cut }) : { rule: topic, figures: {} },
    );
  }
  const isLocking = cut?.name === 'overload' && afterCut(look, cut)?.isLocked === true;
  tell('locked', isLocking, () => ({ rule: 'overload', figures: cut?.figures(look) ?? {} }));
  return { told, notices };
}

function afterCut({ policy, memory, nowMs }: Look, cut: CutRule): PolicyMemory['overload'] {
  const { overload } = memory;
  return overload && cut.name === 'overload' ? afterOverloadCut(policy.overload, overload, nowMs) : overload;
}

function nextMemory(
  look: Look,
  verdict: Verdict,
  said: readonly PolicyNotice[],
  officeTold: Readonly<Record<string, Told>>,
): PolicyMemory {
  const { memory, nowMs, order } = look;
  const { cut, isNew } = verdict;
  const orderId = cut?.isMass ? (order?.orderId ?? null) : null;
  const standing = isNew ? null : memory.cut;
  return {
    told: { ...memory.told, ...officeTold },
    toldSupply: said.length > 0 ? verdict.supply : memory.toldSupply,
    cut: cut && (standing ?? { rule: cut.name, sinceMs: nowMs, orderId }),
    overload: isNew && cut ? afterCut(look, cut) : memory.overload,
    emergency: memory.emergency,
    quarantine: nextQuarantine(look, verdict),
  };
}

function nextQuarantine({ memory, nowMs }: Look, { cut, heldBack }: Verdict): Quarantine | null {
  const held = heldBack.find(({ brake }) => brake === FLEET_BRAKE);
  if (cut) return null;
  return memory.quarantine ?? (held ? enterQuarantine(held.cut.name, nowMs) : null);
}

function balanceFigures({ policy, situation, daysLeft: left }: Look): Figures {
  const { balanceMicros, debtMicros, dataAtMs } = situation;
  return { balanceMicros, cutAtMicros: policy.cut.atMicros, debtMicros, daysLeft: left, dataAtMs };
}

function whyOf(look: Look, { supply, fired, heldBack }: Verdict, warnings: readonly Warning[]): Why {
  const held = new Map<string, RuleRecord>();
  for (const { cut, brake } of heldBack) {
    const seen: CutLook = { ...look, cut };
    if (!held.has(brake.name)) held.set(brake.name, recordOf(brake, seen));
  }
  return {
    atMs: look.nowMs,
    supply,
    fired: fired.map((rule) => recordOf(rule, look)),
    heldBack: [...held.values()],
    warned: warnings.map(({ rule, figures }) => ({ rule, figures })),
    figures: balanceFigures(look),
  };
}

/** The first moment at which time alone can change the decision. */
function nextLook(look: Look, { fired, heldBack }: Verdict, memory: PolicyMemory): number | null {
  const { situation, policy, nowMs } = look;
  const times = [
    ...heldBack.map(({ cut, brake }) => brake.untilMs({ ...look, cut })),
    memory.overload?.cutUntilMs ?? null,
    // Whose own limit is reached has light again with the next period.
    fired.some(({ kind }) => kind === 'limit-reached') ? (situation.period.toMs ?? null) : null,
    // Also of orders that are not announced yet: this moment takes the place of the one that was stored for them.
    ...situation.demandOrders
      .filter(({ groups }) => groups.some((group) => situation.groups.includes(group)))
      .flatMap(({ fromMs, endMs }) => [fromMs - policy.warnings.leadMs, fromMs, endMs]),
  ].filter((atMs) => atMs !== null && atMs > nowMs && Number.isFinite(atMs));
  return times.length === 0 ? null : Math.min(...(times as number[]));
}
