import { FieldProblems, type Fields } from '../tariff/field-problems';
import { mergePolicy, type Policy, type PolicyOverride } from './policy';
import { MINUTES_PER_DAY } from './no-cut-windows';

type Check = (problems: FieldProblems, field: string, value: unknown) => void;

const PPM = 1_000_000;
const MAX_MICROS = 1_000_000_000_000_000;
const MAX_MS = 366 * 86_400_000;
const MAX_WH = 1_000_000_000;
const MAX_W = 10_000_000;
const MAX_METERS = 100_000_000;
/** More lines of one kind would be more messages than anybody reads. */
const MAX_LINES = 8;
const MAX_SETS = 20;
const MAX_DATES = 500;
const MAX_WINDOWS = 12;
const MAX_MONTH_DAYS = 35;

const whole =
  (min: number, max: number): Check =>
  (problems, field, value) =>
    void problems.whole(field, value, min, max);

const flag: Check = (problems, field, value) => problems.flag(field, value);

const orNull =
  (check: Check): Check =>
  (problems, field, value) => {
    if (value !== null) check(problems, field, value);
  };

const listOf =
  (check: Check, max: number, min = 0): Check =>
  (problems, field, value) =>
    problems
      .list(field, value, min, max)
      ?.forEach((item, index) => check(problems, `${field}[${index}]`, item));

const oneOf =
  (...choices: string[]): Check =>
  (problems, field, value) => {
    if (!choices.includes(value as string)) problems.add(field, `one of ${choices.join(', ')}`, value);
  };

const date: Check = (problems, field, value) => void problems.date(field, value);

const object =
  (fields: Readonly<Record<string, Check>>): Check =>
  (problems, field, value) => {
    const source = problems.fields(field, value);
    if (!source) return;
    checkNames(problems, field, source, fields);
    for (const [name, check] of Object.entries(fields)) check(problems, `${field}.${name}`, source[name]);
  };

const dayWindow: Check = (problems, field, value) => {
  const source = problems.fields(field, value);
  if (!source || !problems.whole(`${field}.fromMinute`, source['fromMinute'], 0, MINUTES_PER_DAY - 1)) return;
  problems.whole(`${field}.toMinute`, source['toMinute'], source['fromMinute'] + 1, MINUTES_PER_DAY);
};

const money = whole(-MAX_MICROS, MAX_MICROS);
const amount = whole(0, MAX_MICROS);
const duration = whole(0, MAX_MS);
const windows = listOf(dayWindow, MAX_WINDOWS);

const noCutSet = object({
  fromDate: orNull(date),
  week: listOf(windows, 7, 7),
  holidays: listOf(date, MAX_DATES),
  monthDays: listOf(object({ nth: whole(1, 5), weekday: whole(0, 6) }), MAX_MONTH_DAYS),
  specialDays: listOf(object({ date, windows }), MAX_DATES),
});

/** What each field has to be; the compiler sees to it that none is missing. */
const FIELDS: { readonly [S in keyof Policy]: { readonly [F in keyof Policy[S]]: Check } } = {
  cut: { atMicros: money, freshWithinMs: whole(1, MAX_MS), conversionGraceMs: duration },
  warnings: {
    percentagesPpm: listOf(whole(0, PPM), MAX_LINES),
    amountsMicros: listOf(money, MAX_LINES),
    daysLeft: listOf(whole(0, 366), MAX_LINES),
    ownLimitPpm: whole(1, PPM),
    nextSlab: flag,
    hysteresisMicros: amount,
    hysteresisDays: whole(0, 366),
    hysteresisWh: whole(0, MAX_WH),
    leadMs: duration,
    needsDelivery: flag,
  },
  highUse: { abovePpm: orNull(whole(PPM, 100 * PPM)), leastWh: whole(0, MAX_WH) },
  overload: {
    limitW: orNull(whole(1, MAX_W)),
    hysteresisPpm: whole(0, PPM),
    warnMs: duration,
    cutMs: whole(1, MAX_MS),
    retries: whole(0, 100),
    calmMs: duration,
  },
  noCut: { sets: listOf(noCutSet, MAX_SETS) },
  emergency: {
    mode: oneOf('off', 'automatic', 'activated'),
    amountMicros: orNull(whole(1, MAX_MICROS)),
    lastsMs: orNull(whole(1, MAX_MS)),
    offerBelowMicros: money,
  },
  fleet: {
    leastCuts: whole(0, MAX_METERS),
    partPpm: whole(0, PPM),
    withinMs: whole(1, MAX_MS),
    releaseLastsMs: whole(1, MAX_MS),
  },
};
const SITE_ONLY = new Set<string>(['fleet']);

/** What is wrong with a site's policy; every message names the field and the value. None is a policy that can be used. */
export function checkPolicy(value: unknown): string[] {
  const problems = new FieldProblems();
  const policy = problems.fields('policy', value);
  if (!policy) return problems.messages;
  checkNames(problems, 'policy', policy, FIELDS);
  for (const [section, fields] of Object.entries(FIELDS)) object(fields)(problems, section, policy[section]);
  if (problems.messages.length === 0) checkTogether(problems, value as Policy);
  return problems.messages;
}

/** What is wrong with what a tariff group or an account wants to have otherwise, by itself and with the site's policy. */
export function checkPolicyOverride(value: unknown, site: Policy): string[] {
  const problems = new FieldProblems();
  const override = problems.fields('policy', value);
  if (!override) return problems.messages;
  for (const [section, own] of Object.entries(override)) {
    const fields: Readonly<Record<string, Check>> | undefined =
      Object.hasOwn(FIELDS, section) && !SITE_ONLY.has(section) ? FIELDS[section as keyof Policy] : undefined;
    if (!fields) {
      problems.add(`policy.${section}`, 'absent, since it is no part that can be overridden', own);
      continue;
    }
    const source = problems.fields(section, own);
    if (!source) continue;
    checkNames(problems, section, source, fields);
    for (const [name, item] of Object.entries(source)) fields[name]?.(problems, `${section}.${name}`, item);
  }
  if (problems.messages.length === 0) checkTogether(problems, mergePolicy(site, value as PolicyOverride));
  return problems.messages;
}

/** A misspelt field would silently do nothing. */
function checkNames(problems: FieldProblems, field: string, source: Fields, known: object): void {
  for (const name of Object.keys(source))
    if (!Object.hasOwn(known, name))
      problems.add(`${field}.${name}`, 'absent, since nothing knows it', source[name]);
}

function checkTogether(problems: FieldProblems, { cut, emergency, overload }: Policy): void {
  if (emergency.mode !== 'off') {
    if (emergency.amountMicros === null && emergency.lastsMs === null)
      problems.add(
        'emergency.amountMicros',
        'an amount when emergency.lastsMs is none, or it never ends',
        null,
      );
    if (emergency.offerBelowMicros <= cut.atMicros)
      problems.add(
        'emergency.offerBelowMicros',
        `more than cut.atMicros, which is ${cut.atMicros}`,
        emergency.offerBelowMicros,
      );
  }
  if (overload.limitW !== null && overload.calmMs < overload.warnMs)
    problems.add('overload.calmMs', `at least overload.warnMs, which is ${overload.warnMs}`, overload.calmMs);
}
