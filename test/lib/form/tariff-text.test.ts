import assert from 'node:assert/strict';
import { placeText, valueAt, withValueAt } from '../../../nodes/lib/form/value-path';
import { placeOf, problemsWithin } from '../../../nodes/lib/form/problem-place';
import { readTariff, tariffOfText } from '../../../nodes/lib/form/tariff-text';
import { checkTariff } from '../../../nodes/lib/tariff/check-tariff';
import { sampleTariff } from '../tariff/sample-tariff';

const GOOD = sampleTariff([{ kind: 'flat', id: 'energy', rateMicrosPerKwh: 8_000_000 }]);

describe('a tariff as text', () => {
  it('is read when it is right', () => {
    assert.deepEqual(tariffOfText(JSON.stringify(GOOD)), GOOD);
  });

  it('is refused in the words of the check', () => {
    const bad = { ...GOOD, timeZone: 'Mars/Olympus', version: 0 };
    assert.deepEqual(readTariff(JSON.stringify(bad)).problems, checkTariff(bad));
    assert.throws(() => tariffOfText(JSON.stringify(bad)), { message: checkTariff(bad)[0] ?? '' });
  });

  it('is refused when it is no JSON, or endless', () => {
    assert.match(readTariff('{').problems[0] ?? '', /^the tariff must be JSON: /);
    assert.match(readTariff('').problems[0] ?? '', /^the tariff must be JSON: /);
    assert.match(
      readTariff(' '.repeat(1_000_001)).problems[0] ?? '',
      /at most 1000000 characters, got 1000001/,
    );
  });
});

describe('the place of a problem', () => {
  const wrong = { ...GOOD, components: [{ kind: 'flat', id: '', rateMicrosPerKwh: '8,5' }], holidays: ['x'] };

  it('is found in every message of the check', () => {
    assert.deepEqual(checkTariff(wrong).map(placeOf), [
      'holidays[0]',
      'components[0].id',
      'components[0].rateMicrosPerKwh',
    ]);
    assert.equal(placeOf('the tariff must be JSON: x'), '');
  });

  it('is within what holds it, and not within its namesake', () => {
    const problems = checkTariff(wrong);
    assert.equal(problemsWithin(problems, 'components[0]').length, 2);
    assert.equal(problemsWithin(problems, 'components[0].id').length, 1);
    assert.equal(problemsWithin(problems, 'components[0].i').length, 0);
    assert.equal(problemsWithin(problems, 'holidays').length, 1);
  });

  it('is written as the way to a value', () => {
    const path = ['components', 0, 'rateMicrosPerKwh'];
    assert.equal(placeText(path), 'components[0].rateMicrosPerKwh');
    assert.equal(valueAt(GOOD, path), 8_000_000);
    assert.equal(valueAt(GOOD, ['components', 3, 'rateMicrosPerKwh']), undefined);
  });
});

describe('a value in a tariff', () => {
  it('is changed in a copy', () => {
    const changed = withValueAt(GOOD, ['components', 0, 'id'], 'kwh');
    assert.equal(changed.components[0]?.id, 'kwh');
    assert.equal(GOOD.components[0]?.id, 'energy');
    assert.equal(changed.billing, GOOD.billing);
  });

  it('is taken away by undefined, and put where there was none', () => {
    const named = withValueAt(GOOD, ['name'], 'Homes');
    assert.equal(named.name, 'Homes');
    assert.equal('name' in withValueAt(named, ['name'], undefined), false);
    assert.deepEqual(Object.keys(withValueAt(GOOD, ['version'], 2)), Object.keys(GOOD));
  });
});
