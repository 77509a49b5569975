import type { Micros } from '../money/micros';
import type { Figures } from '../policy/account-situation';
import { ruleInWords, type FigureWriter } from '../policy/why';
import type { NoticeKind, TextKind } from './notice-kinds';
import type { TemplateValues } from './notice-template';

type Figure = Figures[string] | undefined;

/** A notice's text is its own template, unless its figures call for another one or for more sentences. */
const VARIANTS: Readonly<Partial<Record<NoticeKind, (figures: Figures) => TextKind[]>>> = {
  // A warning counts no cuts; after the last try the supply stays off.
  overload: ({ cuts, retries }) => {
    if (typeof cuts !== 'number') return ['overload-warning'];
    return [typeof retries === 'number' && cuts >= retries ? 'overload-locked' : 'overload'];
  },
  // An order for everybody has an end, one of the office for a single account has a reason.
  'cut-announced': ({ endAtMs }) => [isKnown(endAtMs) ? 'shortage-announced' : 'cut-announced'],
  'cut-ordered': ({ endAtMs }) => [isKnown(endAtMs) ? 'shortage' : 'cut-ordered'],
  'emergency-credit': ({ amountMicros }) => [
    isKnown(amountMicros) ? 'emergency-credit' : 'emergency-credit-time',
  ],
  tip: ({ similarWh, hour }) => [
    'tip',
    ...(isKnown(similarWh) ? (['tip-similar'] as const) : []),
    ...(isKnown(hour) ? (['tip-hour'] as const) : []),
  ],
};

/** The templates that make up the text of a notice, one after the other. */
export function templatesFor(kind: NoticeKind, figures: Figures): TextKind[] {
  return VARIANTS[kind]?.(figures) ?? [kind];
}

/** What the templates put in, by the figures' units: money as the site writes it, energy in kWh, power in kW. */
export function noticeValues(figures: Figures, write: FigureWriter): TemplateValues {
  const money = (figure: Figure): string | undefined =>
    typeof figure === 'number' ? write.money(figure as Micros) : undefined;
  const time = (figure: Figure): string | undefined =>
    typeof figure === 'number' ? write.time(figure) : undefined;
  const energy = (figure: Figure): string | undefined => {
    const text = kilo(figure);
    return text === undefined ? undefined : `${text} kWh`;
  };
  const { rule } = figures;
  return {
    account: plain(figures['accountId']),
    balance: money(figures['balanceMicros']),
    amount: money(figures['amountMicros']),
    rate: money(figures['rateMicros']),
    charges: money(figures['chargesMicros']),
    paid: money(figures['paidMicros']),
    saving: money(figures['savingMicros']),
    // Limits are of money, of energy, or of power; what is spent of them is in the same unit.
    limit: money(figures['limitMicros']) ?? energy(figures['limitWh']) ?? kilo(figures['limitW']),
    spent: money(figures['spentMicros']) ?? energy(figures['usedWh']),
    used: kilo(figures['usedWh']),
    usual: kilo(figures['usualWh']),
    before: kilo(figures['beforeWh']),
    similar: kilo(figures['similarWh']),
    power: kilo(figures['powerW']),
    minutes: whole(figures['cutForMs'], MS_PER_MINUTE),
    hours: whole(figures['lastsMs'], MS_PER_HOUR),
    from: time(figures['fromAtMs']),
    until: time(figures['endAtMs']),
    period: plain(figures['period']),
    statements: plain(figures['statements']),
    hour: plain(figures['hour']),
    // Customers read what the office wrote; staff, what the rule says with its figures.
    reason:
      plain(figures['reason']) ??
      (typeof rule === 'string' ? ruleInWords({ rule, figures }, 'staff', write) : undefined),
  };
}

const MS_PER_MINUTE = 60_000;
const MS_PER_HOUR = 3_600_000;
const PER_TENTH = 100;
const TENTHS = 10;

/** To a tenth of the thousandfold unit, rounded down as money is. */
function kilo(figure: Figure): string | undefined {
  return typeof figure === 'number' ? (Math.floor(figure / PER_TENTH) / TENTHS).toFixed(1) : undefined;
}

/** Rounded up: nobody is told of too short a time. */
function whole(figure: Figure, unitMs: number): string | undefined {
  return typeof figure === 'number' ? String(Math.ceil(figure / unitMs)) : undefined;
}

function plain(figure: Figure): string | undefined {
  return isKnown(figure) ? String(figure) : undefined;
}

function isKnown(figure: Figure): figure is number | string {
  return figure !== undefined && figure !== null;
}
