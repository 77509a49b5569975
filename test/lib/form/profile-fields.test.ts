import assert from 'node:assert/strict';
import { listPathsIn, pathsIn } from '../../../nodes/lib/form/json-paths';
import { firstProfileProblem, meterProblems, topicsAreGood } from '../../../nodes/lib/form/ingest-problems';
import { tryPayload } from '../../../nodes/lib/form/payload-trial';
import { readPlainNumber } from '../../../nodes/lib/form/plain-number';
import {
  asField,
  newProfile,
  profileFileName,
  readMatch,
  showMatch,
  withField,
  withoutField,
} from '../../../nodes/lib/form/profile-fields';
import { checkProfile } from '../../../nodes/lib/meter/shapes/check-profile';
import { parseJsonPath, valueAt } from '../../../nodes/lib/meter/shapes/json-path';

describe('the paths of a message', () => {
  const message = { 'a b': [{ c: 1 }, { c: 2 }], 'it"s': { d: null }, e: 'x' };

  it('are paths that a profile takes, each to the value it was found at', () => {
    const paths = pathsIn(message);
    assert.deepEqual(paths, ['["a b"][0].c', '["a b"][1].c', `['it"s'].d`, 'e']);
    const values = paths.map((path) => valueAt(message, parseJsonPath(path) ?? []));
    assert.deepEqual(values, [1, 2, null, 'x']);
  });

  it('lead to the lists of meters too', () => {
    assert.deepEqual(listPathsIn(message), ['["a b"]']);
  });

  it('are bounded, however large and deep the message is', () => {
    let deep: unknown = 1;
    for (let depth = 0; depth < 1_000; depth += 1) deep = [deep];
    assert.deepEqual(pathsIn(deep), []);
    assert.equal(pathsIn(Array.from({ length: 5_000 }, () => 0)).length, 200);
  });
});

describe('a profile that is edited', () => {
  it('is good from the start, under a name of its own', () => {
    const first = newProfile([]);
    const second = newProfile([first]);
    for (const profile of [first, second]) assert.equal(checkProfile(profile).ok, true);
    assert.notEqual(first['name'], second['name']);
  });

  it('gets a value that it does not have yet, and loses one', () => {
    const more = withField(newProfile([]));
    assert.deepEqual(more['fields'], [
      { field: 'energyWh', path: 'energy', unit: 'kWh' },
      { field: 'exportWh', path: '', unit: 'Wh' },
    ]);
    assert.deepEqual(withoutField(more, 0)['fields'], [{ field: 'exportWh', path: '', unit: 'Wh' }]);
    const counter = { ...newProfile([]), pulses: { path: 'n' } };
    assert.equal('fields' in withoutField(counter, 0), false);
  });

  it('keeps the unit of a value where it can', () => {
    assert.equal(asField({ field: 'energyWh', unit: 'kWh' }, 'exportWh')['unit'], 'kWh');
    assert.equal(asField({ field: 'energyWh', unit: 'kWh' }, 'voltageV')['unit'], 'V');
  });

  it('compares with what was typed: a number, true, false or text', () => {
    for (const [text, value] of [
      ['1', 1],
      ['"1"', '1'],
      ['true', true],
      ['"true"', 'true'],
      ['on', 'on'],
    ] as const) {
      assert.equal(readMatch(text), value);
      assert.equal(showMatch(value), text);
    }
  });

  it('has a file name that no file system minds', () => {
    assert.equal(profileFileName({ name: 'Plant (old)/2' }), 'Plant-old-2.json');
    assert.equal(profileFileName({ name: '../..' }), 'profile.json');
  });
});

describe('what a dialog says of meters and profiles', () => {
  it('is what the running node says, with the place', () => {
    assert.deepEqual(meterProblems([{ meters: 'M1' }, { meters: 'M2', impPerKwh: 'x' }]), [
      'meters[1].impPerKwh must be above 0, got x',
    ]);
    assert.match(
      meterProblems([{ meters: 'M1', meterClass: 'steam' }])[0] ?? '',
      /^meters\[0\]\.meterClass must be/,
    );
    assert.deepEqual(meterProblems([{ meters: 'M1', calibration: { voltCal: 'x', ampCal: 1 } }]), [
      'meters[0].calibration.voltCal must be a number from 0.000001 to 1000000, got x',
    ]);
    assert.deepEqual(meterProblems([{ meters: 'M1', calibration: { bits: 12 } }]), []);
    assert.match(firstProfileProblem([newProfile([]), {}]) ?? '', /^profile 2 of the dialog: name must/);
  });

  it('takes topics with spaces or commas between them', () => {
    assert.equal(topicsAreGood('plant/+/out, wm/#'), true);
    assert.equal(topicsAreGood(''), true);
    assert.equal(topicsAreGood('plant/#/out'), false);
  });

  it('takes any number as such, and keeps what is none as it was typed', () => {
    assert.deepEqual([' 12 ', '0x10', '1e3', '', '1,5'].map(readPlainNumber), [
      12,
      16,
      1000,
      undefined,
      '1,5',
    ]);
  });
});

describe('a message that is tried', () => {
  it('is read by the profiles that are in order, and by the node itself', () => {
    const sample = { topic: 'plant/7/data', payload: '{"energy": 1.5}' };
    const profile = newProfile([]);
    const [meter] = tryPayload(sample, [], [{}, profile], 0).meters;
    assert.deepEqual(meter, {
      meterId: '7',
      isReading: true,
      lines: [
        { field: 'energyWh', value: '1500' },
        { field: 'atMs', value: '1970-01-01T00:00:00.000Z' },
      ],
    });
    assert.match(tryPayload(sample, [], [], 0).refused[0] ?? '', /has no unit/);
  });
});
