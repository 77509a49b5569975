import type { MeterClassName } from '../meter/checks/meter-class';
import { MeterRules, type MeterRow } from '../meter/meter-rules';
import { checkProfile } from '../meter/shapes/check-profile';
import { listenedTopics } from '../meter/shapes/listened-topics';
import { isObject } from '../meter/shapes/statement';
import { showValue } from '../text/show-value';
import { accepts } from './field-check';

/** What is wrong with rows of meters, in the words of the running node, each with the place that it speaks of. */
export function meterProblems(rows: unknown): string[] {
  if (!Array.isArray(rows)) return [`meters must be a list, got ${showValue(rows)}`];
  const problems = rows.flatMap((row, index) => rowProblems(row, `meters[${index}]`));
  if (problems.length > 0) return problems;
  return faultOf(() => new MeterRules(rows as MeterRow[], {}));
}

function rowProblems(row: unknown, place: string): string[] {
  if (!isObject(row) || typeof row['meters'] !== 'string')
    return [`${place}.meters must be numbers of meters, got ${showValue(row)}`];
  const meters = row['meters'];
  return faultOf(() => new MeterRules([row as unknown as MeterRow], {})).map((fault) =>
    fault
      .replace('meters[0].', `${place}.`)
      .replace(`class of meters ${meters} must `, `${place}.meterClass must `)
      .replace(`impPerKwh of meters ${meters} must `, `${place}.impPerKwh must `)
      .replace(`shuntOhm of meters ${meters} must `, `${place}.shuntOhm must `)
      .replace(/^(calibration(?:\.\w+)?) of meters .* must /, `${place}.$1 must `),
  );
}

function faultOf(start: () => unknown): string[] {
  try {
    start();
    return [];
  } catch (error) {
    return [error instanceof Error ? error.message : String(error)];
  }
}

/** What is wrong with one profile, as the running node says it. */
export function profileProblems(profile: unknown): readonly string[] {
  const checked = checkProfile(profile);
  return checked.ok ? [] : checked.problems;
}

/** The same with the place of the profile before the place in it. */
export function placedProfileProblems(profiles: readonly unknown[]): string[] {
  return profiles.flatMap((profile, index) =>
    profileProblems(profile).map((problem) => `profiles[${index}].${problem}`),
  );
}

/** What the node would say of its profiles when it starts: the first that is wrong, by its number. */
export function firstProfileProblem(profiles: unknown): string | null {
  if (!Array.isArray(profiles)) return `must be a list, got ${showValue(profiles)}`;
  for (const [index, profile] of profiles.entries()) {
    const problems = profileProblems(profile);
    if (problems.length > 0) return `profile ${index + 1} of the dialog: ${problems.join('; ')}`;
  }
  return null;
}

/** A profile that reads any topic; only its topic is asked about. */
const ANY_PROFILE = { name: 'any', fields: [{ field: 'energyWh', path: 'energyWh', unit: 'Wh' }] };

/** Topics to listen to, as they are typed into one field; each has to be one that a profile could name too. */
export function topicsAreGood(typed: string): boolean {
  return listenedTopics(typed, true).every((topic) => checkProfile({ ...ANY_PROFILE, topic }).ok);
}

/** Whether the node can start with what holds for meters that no row names. */
export function othersAreGood(others: { meterClass?: unknown; maxAgeDays?: unknown }): boolean {
  const { meterClass = 'single-phase', maxAgeDays = 0 } = others;
  const typed = { meterClass: meterClass as MeterClassName, maxAgeDays: Number(maxAgeDays) };
  return accepts(() => new MeterRules([], typed));
}
