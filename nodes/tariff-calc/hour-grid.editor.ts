// A week of hours to paint, by pointer or by keyboard: arrows go, digits paint, Shift and an arrow paint on the way.
import {
  GRID_HOURS,
  GRID_ROWS,
  HOLIDAY_ROW,
  neighbourOf,
  periodAt,
  withPainted,
  type GridCell,
} from '../lib/form/tariff-grid';
import { valueAt, type Path } from '../lib/form/value-path';
import type { HourlyRates } from '../lib/tariff/tariff';
import type { OpenTariff } from './open-tariff.editor';

/** Told apart by people who see red and green alike; the number in each cell says the same. */
export const PERIOD_COLOURS = [
  '#f0e442',
  '#d55e00',
  '#56b4e9',
  '#009e73',
  '#cc79a7',
  '#e69f00',
  '#8fa4c8',
  '#bbbbbb',
];

type Grid = HourlyRates['grids'][number];

interface Canvas {
  open: OpenTariff;
  /** Leads to the grid of one season. */
  path: Path;
  /** The period in hand. */
  brush: { period: number };
  cells: JQuery[][];
}

const HOUR_MARKS_EVERY = 3;

export function hourGrid(open: OpenTariff, path: Path, brush: { period: number }): JQuery {
  const canvas: Canvas = { open, path, brush, cells: [] };
  const table = $('<table role="grid" class="tariff-calc-grid">').attr(
    'aria-label',
    open.text('tariff-calc.field.week'),
  );
  table.append(hourHeads(canvas));
  for (let weekday = 0; weekday < GRID_ROWS; weekday += 1) table.append(weekRow(canvas, weekday));
  canvas.cells[0]?.[0]?.attr('tabindex', 0);
  paintByPointer(canvas, table);
  table.on('keydown', 'td', (event) => pressKey(canvas, event));
  show(canvas);
  return table;
}

const gridOf = ({ open, path }: Canvas): Grid => valueAt(open.tariff, path) as Grid;

function paint(canvas: Canvas, from: GridCell, to: GridCell, on = gridOf(canvas)): void {
  canvas.open.set(canvas.path, withPainted(on, from, to, canvas.brush.period));
  show(canvas);
}

/** A click on an hour paints it on every day; a click on a day paints all its hours. */
function hourHeads(canvas: Canvas): JQuery {
  const heads = Array.from({ length: GRID_HOURS }, (_, hour) =>
    $('<th scope="col">')
      .text(hour % HOUR_MARKS_EVERY === 0 ? hour : '')
      .attr('aria-label', `${hour}:00`)
      .on('click', () => paint(canvas, { row: 0, hour }, { row: HOLIDAY_ROW, hour })),
  );
  return $('<tr>').append($('<td role="presentation">'), heads);
}

function weekRow(canvas: Canvas, index: number): JQuery {
  const head = $('<th scope="row">')
    .text(dayName(canvas, index))
    .on('click', () => paint(canvas, { row: index, hour: 0 }, { row: index, hour: GRID_HOURS - 1 }));
  const cells = Array.from({ length: GRID_HOURS }, (_, hour) =>
    $('<td role="gridcell" tabindex="-1">').attr({ 'data-row': index, 'data-hour': hour }),
  );
  canvas.cells[index] = cells;
  return $('<tr>').append(head, cells);
}

function dayName({ open }: Canvas, index: number): string {
  return open.text(`tariff-calc.day.${index}`);
}

/** Colours, numbers and what a screen reader says, as the grid stands now. */
function show(canvas: Canvas): void {
  const grid = gridOf(canvas);
  const { periods } = valueAt(canvas.open.tariff, canvas.path.slice(0, -2)) as HourlyRates;
  canvas.cells.forEach((cells, index) =>
    cells.forEach((cell, hour) => {
      const period = periodAt(grid, { row: index, hour });
      const name = periods[period]?.name ?? String(period + 1);
      const said = `${dayName(canvas, index)} ${hour}:00, ${name}`;
      cell.text(period + 1).css('background', PERIOD_COLOURS[period] ?? '');
      cell.attr({ 'aria-label': said, title: said });
    }),
  );
}

function cellOf(element: Element | null): GridCell | null {
  const found = element?.closest<HTMLElement>('td[data-row]');
  return found ? { row: Number(found.dataset['row']), hour: Number(found.dataset['hour']) } : null;
}

/** From where the pointer went down to where it is, a rectangle is painted over the week as it was. */
function paintByPointer(canvas: Canvas, table: JQuery): void {
  let stroke: { from: GridCell; before: Grid } | null = null;
  table.on('pointerdown', 'td[data-row]', (event) => {
    const from = cellOf(event.target as Element);
    if (!from || event.button !== 0) return;
    event.preventDefault();
    stroke = { from, before: gridOf(canvas) };
    goTo(canvas, from);
    paint(canvas, from, from);
    $(document).one('pointerup pointercancel', () => (stroke = null));
  });
  table.on('pointermove', (event) => {
    if (!stroke) return;
    // A finger keeps the cell it went down on as its target, so the place is asked for.
    const to = cellOf(document.elementFromPoint(event.clientX ?? 0, event.clientY ?? 0));
    if (to) paint(canvas, stroke.from, to, stroke.before);
  });
}

function goTo({ cells }: Canvas, { row, hour }: GridCell): void {
  for (const cell of cells.flat()) cell.attr('tabindex', -1);
  cells[row]?.[hour]?.attr('tabindex', 0).trigger('focus');
}

function pressKey(canvas: Canvas, event: JQuery.KeyDownEvent): void {
  const at = cellOf(event.target as Element);
  if (!at || event.ctrlKey || event.altKey || event.metaKey) return;
  const { periods } = valueAt(canvas.open.tariff, canvas.path.slice(0, -2)) as HourlyRates;
  const digit = /^[1-8]$/.test(event.key) ? Number(event.key) : null;
  const to = neighbourOf(at, event.key);
  if (digit !== null && digit <= periods.length) {
    canvas.open.set(canvas.path, withPainted(gridOf(canvas), at, at, digit - 1));
    show(canvas);
  } else if (event.key === ' ' || event.key === 'Enter') {
    paint(canvas, at, at);
  } else if (to) {
    goTo(canvas, to);
    if (event.shiftKey) paint(canvas, at, to);
  } else {
    return;
  }
  // Otherwise arrows would scroll the dialog and Enter would leave it.
  event.preventDefault();
  event.stopPropagation();
}
