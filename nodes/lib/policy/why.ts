import type { SupplyState } from '../ledger/account';
import type { Micros } from '../money/micros';
import type { Figures, Rule, RuleWords } from './account-situation';
import { BRAKE_RULES, FLEET_BRAKE } from './brake-rules';
import { CUT_RULES } from './cut-rules';
import { WARNING_RULES } from './warning-rules';

/** One rule that had a say, with the figures it saw. */
export interface RuleRecord {
  rule: string;
  figures: Figures;
}

/** Why a decision is what it is. Plain data, kept with the decision; words are made when somebody asks. */
export interface Why {
  atMs: number;
  /** After the decision. */
  supply: SupplyState;
  fired: RuleRecord[];
  heldBack: RuleRecord[];
  warned: RuleRecord[];
  figures: Figures;
}

export function recordOf<Seen>(rule: Rule<Seen>, seen: Seen): RuleRecord {
  return { rule: rule.name, figures: rule.figures(seen) };
}

/** Tells whether two decisions are alike: the same rules spoke for and against. Empty when none did and the supply is on. */
export function markOf({ supply, fired, heldBack }: Why): string {
  if (supply === 'on' && fired.length === 0) return '';
  const names = (records: readonly RuleRecord[]): string => records.map(({ rule }) => rule).join(', ');
  return `${supply}: ${names(fired)}; ${names(heldBack)}`;
}

/** How a site writes money and times. */
export interface FigureWriter {
  money: (amount: Micros) => string;
  time: (atMs: number) => string;
}

const ON: RuleWords = {
  staff: 'The supply is on. Balance {balanceMicros}, cut-off at {cutAtMicros}, days left: {daysLeft}.',
  customer: 'Your supply is on. Your credit is {balanceMicros}.',
};
const OFF: RuleWords = {
  staff: 'The supply is off. Balance {balanceMicros}, cut-off at {cutAtMicros}.',
  customer: 'Your supply is off. Your credit is {balanceMicros}.',
};

const WORDS: ReadonlyMap<string, RuleWords> = new Map(
  [...CUT_RULES, ...BRAKE_RULES, FLEET_BRAKE, ...WARNING_RULES].map(({ name, words }) => [name, words]),
);

/** The record in short English sentences: where the supply stands, what fired, what held it back, what was told. */
export function whyInWords(why: Why, reader: keyof RuleWords, write: FigureWriter): string[] {
  const standing = why.supply === 'on' ? ON : OFF;
  const records = [...why.fired, ...why.heldBack, ...(reader === 'staff' ? why.warned : [])];
  return [
    fill(standing[reader], why.figures, write),
    ...records.map((record) => ruleInWords(record, reader, write)),
  ];
}

/** One rule in a sentence; also the English text of a notice that has no template. */
export function ruleInWords(
  { rule, figures }: RuleRecord,
  reader: keyof RuleWords,
  write: FigureWriter,
): string {
  const words = WORDS.get(rule);
  // A record may be older than the rules of today.
  return words ? fill(words[reader], figures, write) : `${rule}.`;
}

function fill(text: string, figures: Figures, write: FigureWriter): string {
  return text.replace(/\{(\w+)\}/g, (_, name: string) => figureText(name, figures[name] ?? null, write));
}

const MS_PER_MINUTE = 60_000;
const MINUTES_PER_HOUR = 60;
const HOURS_PER_DAY = 24;

/** By the unit at the end of a name, the first that fits. */
const UNITS: readonly { ending: string; text: (value: number, write: FigureWriter) => string }[] = [
  { ending: 'Micros', text: (value, write) => write.money(value as Micros) },
  { ending: 'AtMs', text: (value, write) => write.time(value) },
  { ending: 'Ms', text: durationText },
  { ending: 'Ppm', text: (value) => `${value / 10_000} %` },
  { ending: 'Wh', text: (value) => `${value / 1_000} kWh` },
  { ending: 'W', text: (value) => (Math.abs(value) < 1_000 ? `${value} W` : `${value / 1_000} kW`) },
];

function figureText(name: string, value: number | string | null, write: FigureWriter): string {
  if (value === null) return 'not known';
  if (typeof value === 'string') return value;
  const unit = UNITS.find(({ ending }) => name.endsWith(ending));
  return unit ? unit.text(value, write) : String(value);
}

function durationText(durationMs: number): string {
  const minutes = Math.ceil(durationMs / MS_PER_MINUTE);
  if (minutes < 2 * MINUTES_PER_HOUR) return minutes === 1 ? '1 minute' : `${minutes} minutes`;
  const hours = Math.ceil(minutes / MINUTES_PER_HOUR);
  return hours < 2 * HOURS_PER_DAY ? `${hours} hours` : `${Math.ceil(hours / HOURS_PER_DAY)} days`;
}
