import { isTimeZone } from '../time/local-days';
import { checkComponent, isEnergyKind } from './check-component';
import { FieldProblems, type Fields } from './field-problems';
import {
  MAX_BILLING_DAYS,
  MAX_BILLING_PERIODS,
  MAX_COMPONENTS,
  MAX_HOLIDAYS,
  MAX_SEASONS,
} from './tariff-limits';

/** A month from the 29th would not exist in every February. */
const MAX_ANCHOR_DAY = 28;

const BILLING_CHECKS: Partial<Record<string, (problems: FieldProblems, rule: Fields) => void>> = {
  month: (problems, rule) => {
    problems.whole('billing.anchorDay', rule['anchorDay'], 1, MAX_ANCHOR_DAY);
  },
  days: (problems, rule) => {
    problems.date('billing.firstDate', rule['firstDate']);
    problems.whole('billing.days', rule['days'], 1, MAX_BILLING_DAYS);
  },
  list: checkPeriodList,
};

/** What is wrong with a tariff; nothing when it can be used. Each message names the field and the value. */
export function checkTariff(value: unknown): string[] {
  const problems = new FieldProblems();
  const tariff = problems.fields('the tariff', value);
  if (!tariff) return problems.messages;
  problems.text('tariffId', tariff['tariffId']);
  if (tariff['name'] !== undefined) problems.text('name', tariff['name']);
  problems.whole('version', tariff['version'], 1, Number.MAX_SAFE_INTEGER);
  const timeZone = tariff['timeZone'];
  if (typeof timeZone !== 'string' || !isTimeZone(timeZone))
    problems.add('timeZone', 'an IANA time zone such as Asia/Kathmandu', timeZone);
  checkBilling(problems, tariff['billing']);
  const holidays = problems.list('holidays', tariff['holidays'], 0, MAX_HOLIDAYS) ?? [];
  for (const [index, date] of holidays.entries()) problems.date(`holidays[${index}]`, date);
  const seasons = problems.list('seasons', tariff['seasons'], 0, MAX_SEASONS) ?? [];
  checkSeasons(problems, seasons);
  checkComponents(problems, tariff['components'], Math.max(1, seasons.length));
  return problems.messages;
}

function checkBilling(problems: FieldProblems, value: unknown): void {
  const rule = problems.fields('billing', value);
  if (!rule) return;
  const kind = rule['kind'];
  const check = typeof kind === 'string' && Object.hasOwn(BILLING_CHECKS, kind) && BILLING_CHECKS[kind];
  if (check) check(problems, rule);
  else problems.add('billing.kind', `one of ${Object.keys(BILLING_CHECKS).join(', ')}`, kind);
}

function checkPeriodList(problems: FieldProblems, rule: Fields): void {
  const periods = problems.list('billing.periods', rule['periods'], 1, MAX_BILLING_PERIODS) ?? [];
  let reachedDay = -1;
  const rises = (field: string, date: unknown) => {
    const day = problems.date(field, date);
    if (day === undefined) return;
    if (day <= reachedDay) problems.add(field, 'after the date before it', date);
    reachedDay = day;
  };
  for (const [index, value] of periods.entries()) {
    const field = `billing.periods[${index}]`;
    const period = problems.fields(field, value);
    if (!period) continue;
    problems.text(`${field}.label`, period['label']);
    rises(`${field}.fromDate`, period['fromDate']);
  }
  rises('billing.endDate', rule['endDate']);
}

function checkSeasons(problems: FieldProblems, seasons: unknown[]): void {
  let before = '';
  const seen = new Set<unknown>();
  for (const [index, value] of seasons.entries()) {
    const field = `seasons[${index}]`;
    const season = problems.fields(field, value);
    if (!season) continue;
    const { name, from } = season;
    if (problems.text(`${field}.name`, name) && seen.has(name))
      problems.add(`${field}.name`, 'another name than an earlier season', name);
    seen.add(name);
    // 2025 has no 29 February, so a season starts on a day that every year has.
    if (typeof from !== 'string' || new FieldProblems().date('', `2025-${from}`) === undefined) {
      problems.add(`${field}.from`, 'a date MM-DD that every year has', from);
    } else {
      if (from <= before) problems.add(`${field}.from`, 'later in the year than the season before it', from);
      before = from;
    }
  }
}

function checkComponents(problems: FieldProblems, value: unknown, gridCount: number): void {
  const list = problems.list('components', value, 1, MAX_COMPONENTS) ?? [];
  const components = list.map((item, index) => problems.fields(`components[${index}]`, item));
  const kindById = (some: (Fields | undefined)[]) =>
    new Map(some.flatMap((item) => (item ? [[String(item['id']), String(item['kind'])] as const] : [])));
  const all = kindById(components);
  const energy = new Map([...all].filter(([, kind]) => isEnergyKind(kind)));
  for (const [index, component] of components.entries()) {
    if (!component) continue;
    const at = `components[${index}]`;
    const earlier = kindById(components.slice(0, index));
    const { id } = component;
    if (problems.text(`${at}.id`, id) && earlier.has(id))
      problems.add(`${at}.id`, 'another id than an earlier component', id);
    const isBanked = components.slice(0, index).some((item) => item?.['settle'] === 'banked');
    checkComponent(component, { problems, at, earlier, all, energy, gridCount, isBanked });
  }
}
