import type { TimeOfUse } from '../tariff/tariff';

type Grid = TimeOfUse['grids'][number];

/** A place in the painted week: rows 0 to 6 are Monday to Sunday, the one below them is any holiday. */
export interface GridCell {
  row: number;
  hour: number;
}

export const HOLIDAY_ROW = 7;
export const GRID_ROWS = 8;
export const GRID_HOURS = 24;

export function periodAt({ week, holiday }: Grid, { row, hour }: GridCell): number {
  return (row === HOLIDAY_ROW ? holiday : week[row])?.[hour] ?? 0;
}

/** Paints everything between two corners. */
export function withPainted(grid: Grid, from: GridCell, to: GridCell, period: number): Grid {
  const isBetween = (value: number, one: number, other: number): boolean =>
    value >= Math.min(one, other) && value <= Math.max(one, other);
  const paint = (hours: readonly number[], row: number): number[] =>
    isBetween(row, from.row, to.row)
      ? hours.map((old, hour) => (isBetween(hour, from.hour, to.hour) ? period : old))
      : [...hours];
  return { week: grid.week.map(paint), holiday: paint(grid.holiday, HOLIDAY_ROW) };
}

/** Hours of a removed period go to the first one, and the periods after it move up. */
export function withoutPeriod(grid: Grid, removed: number): Grid {
  const shift = (hours: readonly number[]): number[] =>
    hours.map((period) => (period === removed ? 0 : period > removed ? period - 1 : period));
  return { week: grid.week.map(shift), holiday: shift(grid.holiday) };
}

/** Where an arrow key leads; it stops at the edges. */
export function neighbourOf({ row, hour }: GridCell, key: string): GridCell | null {
  const steps: Partial<Record<string, GridCell>> = {
    ArrowUp: { row: row - 1, hour },
    ArrowDown: { row: row + 1, hour },
    ArrowLeft: { row, hour: hour - 1 },
    ArrowRight: { row, hour: hour + 1 },
    Home: { row, hour: 0 },
    End: { row, hour: GRID_HOURS - 1 },
  };
  const to = steps[key];
  if (!to) return null;
  const within = (value: number, count: number): number => Math.max(0, Math.min(count - 1, value));
  return { row: within(to.row, GRID_ROWS), hour: within(to.hour, GRID_HOURS) };
}
