import { knownName } from './field-names';
import { statementOfNames, type NamedValue } from './named-fields';
import { isObisName } from './obis';
import { MAX_FRAME_READINGS } from './frame-limit';
import type { Shape } from './shape';
import { Statement } from './statement';

const PAIR = /^\s*([A-Za-z0-9][\w.:*-]{0,47}?)\s*=\s*(.{0,64}?)\s*$/;
const COLON_PAIR = /^\s*([A-Za-z]\w{0,31})\s*:\s*([^:]{0,64}?)\s*$/;
const MAX_PAIRS = 200;

/** A list of values is a line or two. */
const MAX_LIST_LENGTH = 8_000;

/** Between pairs stands a sign or a new line, or only a space when there is neither. */
const pairsOf = (text: string): string[] => text.split(/[,;&\n]/.test(text) ? /[,;&\r\n]/ : /\s/, MAX_PAIRS);

const isKnown = (name: string | undefined): boolean =>
  name !== undefined && (isObisName(name) || knownName(name) !== undefined);

/** A list of `key=value`, or of `key:value` as an emonTx prints it. */
export const keyValues: Shape = {
  name: 'key=value',
  isPartial: false,
  recognises({ text, json }) {
    if (json !== undefined || text.length > MAX_LIST_LENGTH) return false;
    const parts = pairsOf(text);
    const pattern = text.includes('=') ? PAIR : parts.length > 1 ? COLON_PAIR : null;
    return pattern !== null && parts.some((part) => isKnown(pattern.exec(part)?.[1]));
  },
  read({ text, levels }) {
    const pattern = text.includes('=') ? PAIR : COLON_PAIR;
    const values: NamedValue[] = [];
    let stray: string | undefined;
    for (const part of pairsOf(text)) {
      const [, name, value] = pattern.exec(part) ?? [];
      if (name !== undefined && value !== undefined) values.push([name, value]);
      else if (part.trim() !== '') stray ??= part;
    }
    const statement = statementOfNames(values, levels);
    // `voltage=230,1` falls apart at its comma; half a value is worse than none.
    if (stray !== undefined) statement.refuse('payload', stray, 'is no key=value; decimals take a point');
    return [statement];
  },
};

/** Lines without a header have these columns, as many of them as there are. */
const COLUMNS = ['meterId', 'atMs', 'energyWh', 'powerW', 'voltageV', 'currentA', 'powerFactor'] as const;
const MAX_COLUMNS = 50;
/** 5,000 lines of 200 characters. */
const MAX_TEXT_LENGTH = 1_000_000;

const cellsOf = (line: string): string[] =>
  line
    .split(line.includes(';') ? ';' : line.includes('\t') ? '\t' : ',', MAX_COLUMNS)
    .map((cell) => cell.trim());

const isHeader = (cells: readonly string[]): boolean =>
  cells.length > 1 && cells.filter((cell) => isKnown(cell)).length > cells.length / 2;

/** meter, time, register: a line that begins so needs no header. */
const isPlainLine = (cells: readonly string[]): boolean =>
  cells.length >= 3 &&
  cells.length <= COLUMNS.length &&
  /^\S{1,64}$/.test(cells[0] ?? '') &&
  /\d/.test(cells[2] ?? '');

/** CSV: a header and lines, or lines of meter, time, Wh and what COLUMNS names next. */
export const csvLines: Shape = {
  name: 'CSV',
  isPartial: false,
  recognises({ text, json }) {
    if (json !== undefined || text.length > MAX_TEXT_LENGTH) return false;
    const first = cellsOf(firstLine(text));
    return isHeader(first) ? text.includes('\n') : isPlainLine(first);
  },
  read({ text, levels }) {
    const lines = text.split(/\r?\n/, MAX_FRAME_READINGS + 2).filter((line) => line.trim() !== '');
    const first = cellsOf(lines[0] ?? '');
    const hasHeader = isHeader(first);
    const names: readonly string[] = hasHeader ? first : COLUMNS;
    const rows = hasHeader ? lines.slice(1) : lines;
    if (rows.length > MAX_FRAME_READINGS) {
      return [new Statement('csv').refuse('payload', text, `must hold at most ${MAX_FRAME_READINGS} lines`)];
    }
    return rows.map((line) => {
      const cells = cellsOf(line);
      const values = names.map((name, index): NamedValue => [
        name,
        cells[index] === '' ? undefined : cells[index],
      ]);
      const statement = statementOfNames(values, levels);
      if (cells.length > names.length || (hasHeader && cells.length < names.length)) {
        statement.refuse('payload', line, `has ${cells.length} columns instead of ${names.length}`);
      }
      return statement;
    });
  },
};

function firstLine(text: string): string {
  const end = text.indexOf('\n');
  return end === -1 ? text : text.slice(0, end);
}
