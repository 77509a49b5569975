import { wholeNumber } from './field-check';
import { micros, parseAmount, type Micros } from '../money/micros';
import { checkPolicy } from '../policy/check-policy';
import { noCutOutside } from '../policy/office-hours';
import { mergePolicy, type Policy, type PolicyOverride } from '../policy/policy';
import { POLICY_PRESETS, SAFE_POLICY } from '../policy/policy-presets';
import { showValue } from '../text/show-value';
import { errorText } from '../text/to-error';

/** A policy as people enter it: the common settings as texts, and everything else as JSON. */
export interface GuardSettings {
  /** Below these amounts the customer is warned; several are separated by commas. */
  warnBelow: string;
  /** At these percentages of the last recharge. */
  warnPercents: string;
  /** When the credit lasts so many more days at the usual use. */
  warnDaysLeft: string;
  /** Whether the begin of a dearer slab is told. */
  warnNextSlab: boolean;
  /** Told when today's use is so many percent of what is usual by this time; empty is never. */
  highUsePercent: string;
  /** At or below this balance the supply is cut. */
  cutAt: string;
  /** No cut before a warning is this old. */
  warnLeadMinutes: string;
  /** No cut on data older than this. */
  freshMinutes: string;
  /** At most this many cuts in the whole fleet within an hour, but never fewer than 1 % of it. */
  maxCutsPerHour: string;
  /** Id of a policy preset, or `own` for the hours below. */
  preset: string;
  /** Cuts happen only from this local time of day … */
  cutFrom: string;
  /** … to this one. From 00:00 to 24:00 is the whole day. */
  cutTo: string;
  /** No cuts on Saturdays and Sundays. */
  workdaysOnly: boolean;
  emergencyMode: string;
  /** How far below the cut-off emergency credit reaches. */
  emergencyAmount: string;
  /** Below this balance it can be had, and at this balance it is paid back. */
  emergencyBelow: string;
  /** More power than this is an overload; empty is no limit. */
  overloadLimitW: string;
  /** Everything else of a policy, as JSON, over all of the above. */
  policy: string;
}

/** The hours of the settings instead of those of a preset. */
export const OWN_HOURS = 'own';

const MS_PER_MINUTE = 60_000;
const PPM_PER_PERCENT = 10_000;
/** A warning clears only when the balance is a tenth above the line that gave it. */
const HYSTERESIS_PARTS = 10;

/** What the settings can say of a policy as JSON: also what concerns the whole fleet. */
type WrittenPolicy = PolicyOverride & { fleet?: Partial<Policy['fleet']> };

/** The policy that a node's settings describe. Throws with the field and its value when one is wrong. */
export function guardPolicy(config: GuardSettings): Policy {
  const written = writtenPolicy(config.policy);
  checkSections(written);
  const { fleet, ...override } = written;
  const merged = mergePolicy(SAFE_POLICY, ofFields(config), presetOverride(config.preset), override);
  const leastCuts = required('maxCutsPerHour', config.maxCutsPerHour);
  const policy: Policy = { ...merged, fleet: { ...merged.fleet, leastCuts, ...fleet } };
  const [problem] = checkPolicy(policy);
  if (problem !== undefined) throw new RangeError(problem);
  return policy;
}

function ofFields(config: GuardSettings): PolicyOverride {
  const atMicros = parseAmount(config.cutAt);
  const amountsMicros = listOf(config.warnBelow).map(parseAmount);
  if (amountsMicros.some((amount) => amount < atMicros))
    throw new RangeError(`warnBelow must not be below cutAt ${config.cutAt}, got ${config.warnBelow}`);
  return {
    cut: { atMicros, freshWithinMs: minutes('freshMinutes', config.freshMinutes) },
    warnings: {
      amountsMicros,
      percentagesPpm: numbers('warnPercents', config.warnPercents).map((part) => part * PPM_PER_PERCENT),
      daysLeft: numbers('warnDaysLeft', config.warnDaysLeft),
      nextSlab: config.warnNextSlab,
      leadMs: minutes('warnLeadMinutes', config.warnLeadMinutes),
      ...hysteresisOf(amountsMicros),
    },
    highUse: { abovePpm: optional('highUsePercent', config.highUsePercent, PPM_PER_PERCENT) },
    overload: { limitW: optional('overloadLimitW', config.overloadLimitW, 1) },
    noCut: { sets: [noCutOutside(config.cutFrom, config.cutTo, config.workdaysOnly)] },
    ...emergencyOf(config),
  };
}

function hysteresisOf(amounts: readonly Micros[]): { hysteresisMicros?: Micros } {
  if (amounts.length === 0) return {};
  return { hysteresisMicros: micros(Math.floor(Math.max(...amounts.map(Math.abs)) / HYSTERESIS_PARTS)) };
}

function emergencyOf({ emergencyMode, emergencyAmount, emergencyBelow }: GuardSettings): PolicyOverride {
  if (emergencyMode === 'off') return {};
  return {
    emergency: {
      mode: emergencyMode as Policy['emergency']['mode'],
      amountMicros: parseAmount(emergencyAmount),
      offerBelowMicros: parseAmount(emergencyBelow),
    },
  };
}

function presetOverride(id: string): PolicyOverride | null {
  if (id === OWN_HOURS) return null;
  const preset = POLICY_PRESETS.find((candidate) => candidate.id === id);
  if (preset) return preset.override;
  const known = [OWN_HOURS, ...POLICY_PRESETS.map((candidate) => candidate.id)];
  throw new RangeError(`preset must be one of ${known.join(', ')}, got "${showValue(id)}"`);
}

function writtenPolicy(text: string): WrittenPolicy {
  if (text.trim() === '') return {};
  let value: unknown;
  try {
    value = JSON.parse(text);
  } catch (error) {
    throw new RangeError(`policy must be JSON: ${errorText(error)}`, { cause: error });
  }
  if (typeof value === 'object' && value !== null && !Array.isArray(value)) return value;
  throw new RangeError(`policy must be an object such as {"cut": {…}}, got ${showValue(value)}`);
}

/** A section that nothing knows would be dropped without a word, and what is no object would be read as letters. */
function checkSections(written: object): void {
  for (const [section, part] of Object.entries(written)) {
    if (!Object.hasOwn(SAFE_POLICY, section))
      throw new RangeError(
        `policy.${section} must be absent, since nothing knows it, got ${showValue(part)}`,
      );
    if (typeof part !== 'object' || part === null || Array.isArray(part))
      throw new RangeError(`policy.${section} must be an object, got ${showValue(part)}`);
  }
}

const listOf = (text: string): string[] =>
  text
    .split(',')
    .map((part) => part.trim())
    .filter((part) => part !== '');

function numbers(field: string, text: string): number[] {
  return listOf(text).map((part) => required(field, part));
}

function minutes(field: string, text: string): number {
  return required(field, text) * MS_PER_MINUTE;
}

function optional(field: string, text: string, factor: number): number | null {
  return text.trim() === '' ? null : required(field, text) * factor;
}

function required(field: string, text: string): number {
  const value = wholeNumber(text);
  if (value === null) throw new RangeError(`${field} must be a whole number, not negative, got "${text}"`);
  return value;
}
