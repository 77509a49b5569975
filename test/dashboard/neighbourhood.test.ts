import assert from 'node:assert/strict';
import { bareWidget } from './widget';

interface Supply {
  mark: string;
  text: string;
}

interface Row {
  name: string;
  balance: string;
  power: string;
  age: string;
  isLate: boolean;
  supply: Supply;
}

interface Neighbourhood {
  answer: object;
  search: string;
  view: { filter: string; sortKey: string; isDescending: boolean };
  rows: Row[];
  filters: { key: string; count: number }[];
  sortBy(key: string): void;
}

const METER = {
  meterId: 'meter-001',
  name: 'Mill Lane 1',
  balance: 'INR 12.50',
  balanceMicros: 12_500_000,
  supply: 'on',
  reported: 'on' as string | null,
  relayState: 'confirmed',
  isWarned: false,
  powerW: 420 as number | null,
  ageMs: (5 * 60_000) as number | null,
};

function widgetWith(...meters: Partial<typeof METER>[]): Neighbourhood {
  const widget = bareWidget('neighbourhood.vue') as Neighbourhood;
  widget.answer = { currency: 'INR', meters: meters.map((meter) => ({ ...METER, ...meter })) };
  return widget;
}

const rowWith = (meter: Partial<typeof METER>): Row => widgetWith(meter).rows[0]!;
const names = (widget: Neighbourhood): string[] => widget.rows.map(({ name }) => name);

describe('neighbourhood.vue', () => {
  for (const [supply, reported, relayState, mark, text] of [
    ['on', 'on', 'idle', 'on', 'On'],
    ['off', 'off', 'confirmed', 'off', 'Off'],
    ['off', 'on', 'sent', 'half', 'On → off'],
    ['on', 'off', 'issued', 'half', 'Off → on'],
    ['on', null, 'idle', 'half', 'On?'],
    ['off', 'on', 'failed', 'stuck', 'Not off'],
    ['on', 'off', 'expired', 'stuck', 'Not on'],
  ] as const) {
    it(`shows "${text}" when ${supply} is wanted, ${String(reported)} reported, and the command ${relayState}`, () => {
      assert.deepEqual({ ...rowWith({ supply, reported, relayState }).supply }, { mark, text });
    });
  }

  for (const [minutes, text, isLate] of [
    [0.5, 'now', false],
    [59.9, '59 min', false],
    [60, '1 h', false],
    [120, '2 h', false],
    [120.1, '2 h', true],
    [47 * 60, '47 h', true],
    [48 * 60, '2 d', true],
  ] as const) {
    it(`calls a reading of ${minutes} minutes ago "${text}"${isLate ? ' and late' : ''}`, () => {
      const row = rowWith({ ageMs: minutes * 60_000 });
      assert.deepEqual([row.age, row.isLate], [text, isLate]);
    });
  }

  it('shows what a meter has never said as such', () => {
    const row = rowWith({ ageMs: null, powerW: null });
    assert.deepEqual([row.age, row.power, row.isLate], ['never', '–', false]);
  });

  it('writes the currency once, in the head of the column', () => {
    assert.equal(rowWith({}).balance, '12.50');
  });

  it('sorts names as people count, and figures by their size in both directions', () => {
    const widget = widgetWith(
      { name: 'Mill Lane 10', balanceMicros: 5_000_000 },
      { name: 'Mill Lane 9', balanceMicros: 30_000_000 },
      { name: 'Mill Lane 1', balanceMicros: -1_000_000 },
    );
    assert.deepEqual(names(widget), ['Mill Lane 1', 'Mill Lane 9', 'Mill Lane 10']);
    widget.sortBy('balance');
    assert.deepEqual(names(widget), ['Mill Lane 1', 'Mill Lane 10', 'Mill Lane 9']);
    widget.sortBy('balance');
    assert.deepEqual(names(widget), ['Mill Lane 9', 'Mill Lane 10', 'Mill Lane 1']);
  });

  it('finds by name and number within the chosen kind, and counts each kind', () => {
    const widget = widgetWith(
      { name: 'Mill Lane 1' },
      { name: 'Mill Lane 2', meterId: 'meter-002', isWarned: true },
      { name: 'Mill Lane 3', isWarned: true, supply: 'off', reported: 'off' },
    );
    assert.deepEqual(
      widget.filters.map(({ key, count }) => [key, count]),
      [
        ['all', 3],
        ['low', 2],
        ['dark', 1],
      ],
    );
    widget.view.filter = 'low';
    assert.deepEqual(names(widget), ['Mill Lane 2', 'Mill Lane 3']);
    widget.search = 'METER-002';
    assert.deepEqual(names(widget), ['Mill Lane 2']);
  });
});
