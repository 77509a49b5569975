/** What a figure should reach. A ratio compares it with its limit, a value stands for itself. */
export interface Target {
  of: 'ratio' | 'value';
  rule: 'at least' | 'below';
  bound: number;
}

export interface Figure {
  figure: string;
  value: number;
  unit: string;
  /** What the machine itself could do at that moment; null for a figure that is such a limit. */
  limit: number | null;
  target?: Target;
}

export function ratioOf({ value, limit }: Figure): number | null {
  return limit === null ? null : value / limit;
}

/** Null when there is nothing to meet. */
export function isTargetMet(figure: Figure): boolean | null {
  const { target } = figure;
  const measured = target?.of === 'ratio' ? ratioOf(figure) : figure.value;
  if (!target || measured === null) return null;
  return target.rule === 'at least' ? measured >= target.bound : measured < target.bound;
}

/** One line for programs. */
export function figureJson(bench: string, figure: Figure): string {
  const { figure: name, value, unit, limit } = figure;
  return JSON.stringify({ bench, figure: name, value, unit, limit, ratio: ratioOf(figure) });
}

const HEADINGS = ['figure', 'value', 'unit', 'limit', 'ratio', 'target'];
const IS_NUMBER = [false, true, false, true, true, false];

/** A table for people, one line per figure. */
export function figureTable(figures: readonly Figure[]): string {
  const rows = [HEADINGS, ...figures.map(cellsOf)];
  const widths = HEADINGS.map((_, column) => Math.max(...rows.map((row) => row[column]!.length)));
  const lines = rows.map((row) =>
    row
      .map((cell, column) =>
        IS_NUMBER[column] ? cell.padStart(widths[column]!) : cell.padEnd(widths[column]!),
      )
      .join('  ')
      .trimEnd(),
  );
  return lines.map((line) => `  ${line}`).join('\n');
}

function cellsOf(figure: Figure): string[] {
  const ratio = ratioOf(figure);
  return [
    figure.figure,
    showNumber(figure.value),
    figure.unit,
    figure.limit === null ? '' : showNumber(figure.limit),
    ratio === null ? '' : ratio.toFixed(2),
    showTarget(figure),
  ];
}

const SIGNS = { 'at least': '≥', below: '<' } as const;

function showTarget(figure: Figure): string {
  const { target } = figure;
  if (!target) return '';
  const what = target.of === 'ratio' ? target.bound.toFixed(2) : `${showNumber(target.bound)} ${figure.unit}`;
  return `${SIGNS[target.rule]} ${what} ${isTargetMet(figure) === true ? 'met' : 'not met'}`;
}

/** Three digits that mean something and no more than a person takes in. */
function showNumber(value: number): string {
  if (Math.abs(value) >= 100) return Math.round(value).toLocaleString('en-US');
  return value.toLocaleString('en-US', { maximumSignificantDigits: 3 });
}
