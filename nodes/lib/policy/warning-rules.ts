import type { NoticeKind } from '../notice/notice';
import { waitsInQuiet } from '../notice/notice-rules';
import { afterQuiet } from '../notice/quiet-hours';
import type { Figures, Look, RuleWords, Told } from './account-situation';
import { isEmergencyOnOffer } from './emergency-credit';

const PPM = 1_000_000;

/** Notices that customers get because of the policy. Those of its own have no templates by language yet. */
export type WarningKind = NoticeKind | 'cut-announced' | 'limit-near' | 'emergency-offer';

/** A line that can be crossed. It is told once, and again only after it was left by more than the hysteresis. */
interface WarningLine {
  /** What the line is about, such as its amount: another amount is another line. */
  key: string;
  isCrossed: boolean;
  isLeft: boolean;
  /** Of several lines that are crossed at once, only the one with the highest urgency is told. */
  urgency: number;
  figures: Figures;
}

export interface WarningRule {
  name: string;
  /** Warnings about the same thing; a cut needs one of its own subject. */
  subject: string;
  kind: WarningKind;
  /** Whether every line is told, instead of the most urgent one of its subject; and counts for its own cut alone. */
  isEachTold?: boolean;
  /** Whether money that comes in ends what was said before: too little of it is worth a new warning. */
  endsWithRecharge: boolean;
  lines: (look: Look) => WarningLine[];
  words: RuleWords;
}

function partOf(amount: number, ppm: number): number {
  return Number((BigInt(amount) * BigInt(ppm)) / BigInt(PPM));
}

/** A line below which the balance must not fall; the lower it is, the more urgent. */
function balanceLine(look: Look, key: string, lineMicros: number, figures: Figures = {}): WarningLine {
  const { balanceMicros } = look.situation;
  return {
    key,
    isCrossed: balanceMicros <= lineMicros,
    isLeft: balanceMicros > lineMicros + look.policy.warnings.hysteresisMicros,
    urgency: -lineMicros,
    figures: { balanceMicros, lineMicros, ...figures },
  };
}

function ownLimitLine(
  look: Look,
  used: number,
  limit: number | null,
  hysteresis: number,
  figures: Figures,
): WarningLine[] {
  if (limit === null) return [];
  // Rounded up, so that nothing used is never near a limit.
  const line = limit - partOf(limit, PPM - look.policy.warnings.ownLimitPpm);
  // A new period is another line, since use begins again at zero.
  const key = `${limit}@${look.situation.period.fromMs}`;
  return [{ key, isCrossed: used >= line, isLeft: used < line - hysteresis, urgency: 0, figures }];
}

export const WARNING_RULES: readonly WarningRule[] = [
  {
    name: 'part of recharge',
    subject: 'credit',
    kind: 'low-credit',
    endsWithRecharge: true,
    lines: (look) => {
      const { lastRecharge } = look.situation;
      if (lastRecharge === null) return [];
      const rechargeMicros = lastRecharge.amountMicros;
      return look.policy.warnings.percentagesPpm.map((ppm) =>
        balanceLine(look, String(ppm), partOf(rechargeMicros, ppm), { partPpm: ppm, rechargeMicros }),
      );
    },
    words: {
      staff: 'Balance {balanceMicros} is at or below {partPpm} of the last recharge of {rechargeMicros}.',
      customer: '{partPpm} or less of your last recharge is left: {balanceMicros}.',
    },
  },
  {
    name: 'amount',
    subject: 'credit',
    kind: 'low-credit',
    endsWithRecharge: true,
    lines: (look) =>
      look.policy.warnings.amountsMicros.map((amount) => balanceLine(look, String(amount), amount)),
    words: {
      staff: 'Balance {balanceMicros} is at or below the warning line {lineMicros}.',
      customer: 'Your credit is low: {balanceMicros}.',
    },
  },
  {
    name: 'days left',
    subject: 'credit',
    kind: 'low-credit',
    endsWithRecharge: true,
    lines: ({ policy, situation, daysLeft }) =>
      policy.warnings.daysLeft.map((lineDays) => ({
        key: String(lineDays),
        // Too little data says neither the one nor the other, so whatever was told stands.
        isCrossed: daysLeft !== null && daysLeft <= lineDays,
        isLeft: daysLeft !== null && daysLeft > lineDays + policy.warnings.hysteresisDays,
        urgency: -Infinity,
        figures: { balanceMicros: situation.balanceMicros, daysLeft, lineDays },
      })),
    words: {
      staff:
        'Balance {balanceMicros} lasts {daysLeft} days at the usual use; the warning line is {lineDays} days.',
      customer: 'At your usual use your credit of {balanceMicros} lasts {daysLeft} more days.',
    },
  },
  {
    name: 'used up',
    subject: 'credit',
    kind: 'low-credit',
    endsWithRecharge: true,
    lines: (look) => [{ ...balanceLine(look, 'cut', look.policy.cut.atMicros), urgency: Infinity }],
    words: {
      staff: 'Balance {balanceMicros} has reached the cut-off at {lineMicros}.',
      customer: 'Your credit is used up: {balanceMicros}. Buy credit to keep the light on.',
    },
  },
  {
    name: 'own threshold',
    subject: 'own threshold',
    kind: 'low-credit',
    endsWithRecharge: true,
    lines: (look) => {
      const line = look.situation.own.warnBelowMicros;
      return line === null ? [] : [balanceLine(look, String(line), line)];
    },
    words: {
      staff: "Balance {balanceMicros} is at or below the customer's own threshold {lineMicros}.",
      customer: 'Your credit of {balanceMicros} has reached your own threshold of {lineMicros}.',
    },
  },
  {
    name: 'own spending limit near',
    subject: 'own spending limit',
    kind: 'limit-near',
    endsWithRecharge: false,
    lines: (look) => {
      const { own, period } = look.situation;
      const figures = { spentMicros: period.spentMicros, limitMicros: own.spendMicros };
      const { hysteresisMicros } = look.policy.warnings;
      return ownLimitLine(look, period.spentMicros, own.spendMicros, hysteresisMicros, figures);
    },
    words: {
      staff: "Spent {spentMicros} of the customer's own limit of {limitMicros} for the period.",
      customer: 'You have spent {spentMicros} of your own limit of {limitMicros}.',
    },
  },
  {
    name: 'own energy limit near',
    subject: 'own energy limit',
    kind: 'limit-near',
    endsWithRecharge: false,
    lines: (look) => {
      const { own, period } = look.situation;
      const figures = { usedWh: period.usedWh, limitWh: own.energyWh };
      return ownLimitLine(look, period.usedWh, own.energyWh, look.policy.warnings.hysteresisWh, figures);
    },
    words: {
      staff: "Used {usedWh} of the customer's own limit of {limitWh} for the period.",
      customer: 'You have used {usedWh} of your own limit of {limitWh}.',
    },
  },
  {
    name: 'high use',
    subject: 'high use',
    kind: 'high-use',
    endsWithRecharge: false,
    lines: ({ policy: { highUse }, situation: { today }, fleet, nowMs }) => {
      const { abovePpm, leastWh } = highUse;
      const { usedWh, usualWh } = today;
      if (abovePpm === null) return [];
      const isCrossed = usualWh !== null && usedWh >= leastWh && usedWh >= partOf(usualWh, abovePpm);
      // Once a day is enough: only another day is another line.
      const key = fleet.days.dayAt(nowMs).date;
      return [{ key, isCrossed, isLeft: false, urgency: 0, figures: { usedWh, usualWh } }];
    },
    words: {
      staff: 'Used {usedWh} today; {usualWh} is usual by this time.',
      customer: 'Today you have used {usedWh}; usually it is {usualWh} by this time.',
    },
  },
  {
    name: 'next slab',
    subject: 'next slab',
    kind: 'next-slab',
    endsWithRecharge: false,
    lines: ({ policy, situation: { slabs, period } }) =>
      (policy.warnings.nextSlab ? slabs : []).map(({ fromWh, rateMicrosPerKwh }) => ({
        key: `${fromWh}@${period.fromMs}`,
        isCrossed: period.usedWh >= fromWh,
        isLeft: period.usedWh < fromWh - policy.warnings.hysteresisWh,
        urgency: fromWh,
        figures: { usedWh: period.usedWh, fromWh, rateMicros: rateMicrosPerKwh },
      })),
    words: {
      staff: 'Used {usedWh} in the period, past {fromWh}: a kWh costs {rateMicros} now.',
      customer: 'You have used {usedWh} in this period. From here a kWh costs {rateMicros}.',
    },
  },
  {
    name: 'overload begins',
    subject: 'overload',
    kind: 'overload',
    endsWithRecharge: false,
    lines: ({ policy: { overload }, situation, memory }) => [
      {
        key: 'limit',
        isCrossed: memory.overload !== null && memory.overload.overSinceMs !== null,
        isLeft: memory.overload === null,
        urgency: 0,
        figures: {
          powerW: situation.demand?.powerW ?? null,
          limitW: overload.limitW,
          cutForMs: overload.cutMs,
        },
      },
    ],
    words: {
      staff: 'Demand {powerW} is above the limit of {limitW}; a cut is for {cutForMs}.',
      customer: 'You use {powerW}; {limitW} are allowed. Please switch something off.',
    },
  },
  {
    name: 'cut ordered by staff',
    subject: 'staff',
    kind: 'cut-announced',
    endsWithRecharge: false,
    lines: ({ situation: { staffCut } }) =>
      staffCut === null
        ? []
        : [
            {
              key: String(staffCut.atMs),
              isCrossed: true,
              isLeft: false,
              urgency: 0,
              figures: { ...staffCut },
            },
          ],
    words: {
      staff: '{by} ordered a cut: {reason}.',
      customer: 'The office is going to switch your supply off: {reason}. Please call the office.',
    },
  },
  {
    name: 'demand order comes',
    subject: 'demand control',
    kind: 'cut-announced',
    isEachTold: true,
    endsWithRecharge: false,
    lines: ({ toTell }) =>
      toTell.map((order) => ({
        key: order.orderId,
        isCrossed: true,
        isLeft: false,
        urgency: 0,
        figures: orderFigures(order),
      })),
    words: {
      staff: 'Order {orderId} allows {limitW} from {fromAtMs} until {endAtMs}.',
      customer: 'From {fromAtMs} until {endAtMs} please use no more than {limitW}, or the supply goes off.',
    },
  },
  {
    name: 'emergency credit on offer',
    subject: 'emergency offer',
    kind: 'emergency-offer',
    endsWithRecharge: false,
    lines: (look) => {
      const { mode, offerBelowMicros, amountMicros } = look.policy.emergency;
      if (mode !== 'activated') return [];
      const line = balanceLine(look, 'offer', offerBelowMicros, { amountMicros });
      // Repaid credit can be had again, but the offer need not be repeated at each small change.
      return [{ ...line, isCrossed: isEmergencyOnOffer(look) }];
    },
    words: {
      staff: 'Balance {balanceMicros} is below {lineMicros}: the customer may take emergency credit.',
      customer: 'You can switch on emergency credit: answer EMERGENCY.',
    },
  },
];

/** Under which key it is remembered that an order was announced. */
export function orderWarning(orderId: string): string {
  return `demand control/demand order comes/${orderId}`;
}

export function orderFigures(order: NonNullable<Look['order']>): Figures {
  const { orderId, limitW, fromMs, endMs } = order;
  return { orderId, limitW, fromAtMs: fromMs, endAtMs: endMs };
}

/** A warning that is to be given now. */
export interface Warning {
  /** Under which it is remembered. */
  key: string;
  rule: string;
  subject: string;
  kind: WarningKind;
  figures: Figures;
}

/** What has been told after this look, and which warnings are new: of most subjects only the most urgent one. */
export function stepWarnings(look: Look): { told: Readonly<Record<string, Told>>; warnings: Warning[] } {
  const told: Record<string, Told> = {};
  const worthTelling = new Map<string, { urgency: number; warning: Warning }>();
  const { policy, situation, memory, nowMs } = look;
  const isUsedUp = situation.balanceMicros <= policy.cut.atMicros;
  for (const { name, subject, kind, isEachTold = false, endsWithRecharge, lines } of WARNING_RULES) {
    for (const { key, isCrossed, isLeft, urgency, figures } of lines(look)) {
      const fullKey = `${subject}/${name}/${key}`;
      const before = memory.told[fullKey];
      const isOutdated =
        before &&
        endsWithRecharge &&
        (situation.lastRecharge?.atMs ?? -Infinity) > (before.againMs ?? before.atMs);
      if (before && !isOutdated && !isLeft) {
        told[fullKey] = before;
      } else if (isCrossed) {
        // Money that leaves the credit used up puts no cut off, or a coin an hour would keep the light on for ever.
        const isSame = before && !isLeft && isUsedUp;
        told[fullKey] = isSame ? { ...before, againMs: nowMs } : newlyTold(look, kind, name);
        const about = isEachTold ? fullKey : subject;
        const other = worthTelling.get(about);
        if (!other || urgency > other.urgency)
          worthTelling.set(about, { urgency, warning: { key: fullKey, rule: name, subject, kind, figures } });
      }
    }
  }
  return { told, warnings: [...worthTelling.values()].map(({ warning }) => warning) };
}

/** Whoever is warned at night is told in the morning, unless it is urgent. */
function newlyTold({ fleet: { quiet = null, days }, nowMs }: Look, kind: WarningKind, rule: string): Told {
  const leavesMs = waitsInQuiet(kind, rule) ? afterQuiet(quiet, days, nowMs) : nowMs;
  return { atMs: nowMs, deliveredMs: null, ...(leavesMs > nowMs ? { heldUntilMs: leavesMs } : {}) };
}
