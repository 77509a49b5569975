import assert from 'node:assert/strict';
import {
  COMPONENT_KINDS,
  withComponent,
  withComponentId,
  withoutComponent,
  withoutHourlyPeriod,
  withoutSeason,
  withSeason,
} from '../../../nodes/lib/form/tariff-edit';
import { isShowable } from '../../../nodes/lib/form/tariff-shape';
import { checkTariff } from '../../../nodes/lib/tariff/check-tariff';
import type { Component, Tariff } from '../../../nodes/lib/tariff/tariff';
import { TARIFF_PRESETS } from '../../../nodes/lib/tariff/tariff-presets';
import { sampleTariff } from '../tariff/sample-tariff';
import { withMoved } from '../../../nodes/lib/form/list-order';

const FLAT: Component = { kind: 'flat', id: 'energy', rateMicrosPerKwh: 8_000_000 };
const DUTY: Component = { kind: 'tax', id: 'duty', ppm: 50_000, of: ['energy'], code: 'duty' };

const ids = ({ components }: Tariff): string[] => components.map(({ id }) => id);
const componentAt = (tariff: Tariff, index: number): Component => {
  const component = tariff.components[index];
  assert.ok(component);
  return component;
};

describe('a tariff that is edited', () => {
  for (const kind of COMPONENT_KINDS) {
    it(`gets a ${kind} that is right but for what only a person knows`, () => {
      const tariff = withComponent(sampleTariff([FLAT]), kind);
      assert.ok(isShowable(tariff));
      const missing = kind === 'fuelSurcharge' ? ['components[1].fromDate must be a date'] : [];
      const problems = checkTariff(tariff).map((problem) => problem.slice(0, missing[0]?.length));
      assert.deepEqual(problems, missing);
    });
  }

  it('gives every component an id of its own', () => {
    let tariff = sampleTariff([{ ...FLAT, id: 'flat' }]);
    for (let count = 0; count < 2; count += 1) tariff = withComponent(tariff, 'flat');
    assert.deepEqual(ids(tariff), ['flat', 'flat2', 'flat3']);
  });

  it('keeps references to a component that gets another id', () => {
    const credit: Component = {
      kind: 'exportCredit',
      id: 'sun',
      settle: 'paid',
      price: { kind: 'same', as: 'energy' },
    };
    const tariff = withComponentId(sampleTariff([FLAT, credit, DUTY]), 0, 'kwh');
    assert.deepEqual(ids(tariff), ['kwh', 'sun', 'duty']);
    assert.deepEqual(componentAt(tariff, 1), { ...credit, price: { kind: 'same', as: 'kwh' } });
    assert.deepEqual(componentAt(tariff, 2), { ...DUTY, of: ['kwh'] });
  });

  it('leaves references alone where two components have the same id', () => {
    const twice = sampleTariff([FLAT, FLAT, DUTY]);
    assert.deepEqual(componentAt(withComponentId(twice, 1, 'second'), 2), DUTY);
  });

  it('forgets references to a component that is removed, and finds fault with what has none left', () => {
    const tariff = withoutComponent(sampleTariff([FLAT, { ...FLAT, id: 'other' }, DUTY]), 0);
    assert.deepEqual(componentAt(tariff, 1), { ...DUTY, of: [] });
    assert.match(checkTariff(tariff)[0] ?? '', /^components\[1\]\.of must be/);
  });

  it('moves an item to a place', () => {
    assert.deepEqual(withMoved(['a', 'b', 'c'], 0, 2), ['b', 'c', 'a']);
    assert.deepEqual(withMoved(['a', 'b', 'c'], 2, 0), ['c', 'a', 'b']);
  });

  it('has a week for every season, and one when there are none', () => {
    const withHours = (): Tariff => withComponent(sampleTariff([FLAT]), 'timeOfUse');
    const grids = (tariff: Tariff): number => {
      const component = componentAt(tariff, 1);
      assert.ok(component.kind === 'timeOfUse');
      return component.grids.length;
    };
    const one = withSeason(withHours(), { name: 'Summer', from: '04-01' });
    const two = withSeason(one, { name: 'Winter', from: '10-01' });
    assert.deepEqual([withHours(), one, two, withoutSeason(two, 0)].map(grids), [1, 1, 2, 1]);
    assert.equal(grids(withoutSeason(one, 0)), 1);
    assert.deepEqual(checkTariff(two), []);
    assert.equal(grids(withComponent({ ...two, components: [FLAT] }, 'timeOfUse')), 2);
  });

  it('has weeks for export by the hour too', () => {
    const tariff = withSeason(
      withSeason(withComponent(sampleTariff([FLAT]), 'timeOfUse'), { name: 'Dry', from: '01-01' }),
      { name: 'Wet', from: '06-01' },
    );
    const hours = componentAt(tariff, 1);
    assert.ok(hours.kind === 'timeOfUse');
    const { periods, grids } = hours;
    const credit: Component = {
      kind: 'exportCredit',
      id: 'sun',
      settle: 'paid',
      price: { kind: 'timeOfUse', periods, grids },
    };
    const dry = withoutSeason({ ...tariff, components: [FLAT, credit] }, 1);
    assert.deepEqual(checkTariff(dry), []);
  });

  it('loses a period with its paint', () => {
    const rates = {
      periods: ['a', 'b', 'c'].map((name) => ({ name, rateMicrosPerKwh: 1 })),
      grids: [{ week: [[0, 1, 2]], holiday: [2, 1, 0] }],
    };
    const left = withoutHourlyPeriod(rates, 1);
    assert.deepEqual(
      left.periods.map(({ name }) => name),
      ['a', 'c'],
    );
    assert.deepEqual(left.grids, [{ week: [[0, 0, 1]], holiday: [1, 0, 0] }]);
  });
});

describe('a tariff that a dialog can show', () => {
  it('is every one that is right', () => {
    for (const { title, tariff } of TARIFF_PRESETS) assert.ok(isShowable(tariff), title);
  });

  it('may have values that are wrong', () => {
    const wrong = { ...FLAT, rateMicrosPerKwh: '8,5' as unknown as number };
    assert.ok(isShowable(sampleTariff([wrong], { timeZone: '', holidays: ['never'] })));
  });

  const sample = sampleTariff([FLAT]);
  const SHAPELESS: [string, unknown][] = [
    ['nothing', undefined],
    ['a list', [sample]],
    ['a text', 'tariff'],
    ['no billing', { ...sample, billing: undefined }],
    ['an unknown billing', { ...sample, billing: { kind: 'week' } }],
    [
      'a list of billing periods that is none',
      { ...sample, billing: { kind: 'list', periods: {}, endDate: '' } },
    ],
    ['an unknown component', { ...sample, components: [{ kind: 'magic', id: 'a' }] }],
    ['an inherited kind', { ...sample, components: [{ kind: 'constructor', id: 'a' }] }],
    [
      'slabs that are no list',
      { ...sample, components: [{ kind: 'slabs', id: 'a', slabs: 5, prorate: false }] },
    ],
    [
      'a short day',
      {
        ...sample,
        components: [{ kind: 'timeOfUse', id: 'a', periods: [], grids: [{ week: [[0]], holiday: [0] }] }],
      },
    ],
    [
      'an export price of no kind',
      {
        ...sample,
        components: [{ kind: 'exportCredit', id: 'a', settle: 'paid', price: { kind: 'toString' } }],
      },
    ],
  ];
  for (const [name, value] of SHAPELESS) {
    it(`is not ${name}`, () => assert.equal(isShowable(value), false));
  }
});
