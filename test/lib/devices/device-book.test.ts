import assert from 'node:assert/strict';
import {
  bookFromJson,
  bookToJson,
  EMPTY_BOOK,
  liveCredentials,
  summaries,
  withDevice,
  withNewPassword,
  withoutPasswords,
  type PasswordHash,
} from '../../../nodes/lib/devices/device-book';
import { parseDeviceRequest } from '../../../nodes/lib/devices/device-request';

const HOUR_MS = 3_600_000;
const hash = (name: string): PasswordHash => ({ scrypt: `scrypt-${name}`, mosquitto: `$7$${name}` });
const M1 = { name: 'M1', dialect: 'own' } as const;
const live = (book: typeof EMPTY_BOOK, nowMs: number): string[] =>
  liveCredentials(book, 'M1', nowMs).map(({ scrypt }) => scrypt);

describe('the book of devices', () => {
  const first = withDevice(EMPTY_BOOK, M1, hash('first'), 0);

  it('keeps the former password for a while and not longer', () => {
    const second = withNewPassword(first, 'M1', hash('second'), 1_000, HOUR_MS);
    assert.deepEqual(live(second, 1_000), ['scrypt-second', 'scrypt-first']);
    assert.deepEqual(live(second, 1_000 + HOUR_MS - 1), ['scrypt-second', 'scrypt-first']);
    assert.deepEqual(live(second, 1_000 + HOUR_MS), ['scrypt-second']);
    assert.deepEqual(live(withNewPassword(first, 'M1', hash('second'), 1_000, 0), 1_000), ['scrypt-second']);
    assert.deepEqual(summaries(second, 2_000), [
      { name: 'M1', dialect: 'own', state: 'changing', sinceMs: 1_000, overlapEndsMs: 1_000 + HOUR_MS },
    ]);
  });

  it('never has more than two passwords good for a device', () => {
    let book = first;
    for (const name of ['b', 'c', 'd']) book = withNewPassword(book, 'M1', hash(name), 5, HOUR_MS);
    assert.deepEqual(live(book, 6), ['scrypt-d', 'scrypt-c']);
  });

  it('takes all passwords back at once, and gives a new one only then', () => {
    const changing = withNewPassword(first, 'M1', hash('second'), 1, HOUR_MS);
    assert.throws(() => withDevice(changing, M1, hash('x'), 2), /has a password already/);
    const revoked = withoutPasswords(changing, 'M1', 2);
    assert.deepEqual(live(revoked, 2), []);
    assert.equal(summaries(revoked, 2)[0]!.state, 'revoked');
    assert.throws(() => withoutPasswords(revoked, 'M1', 3), /taken back already/);
    assert.throws(() => withNewPassword(revoked, 'M1', hash('x'), 3, 0), /taken back already/);
    assert.throws(() => withoutPasswords(first, 'M2', 3), /there is no device M2/);
    assert.deepEqual(live(withDevice(revoked, M1, hash('third'), 4), 4), ['scrypt-third']);
  });

  it('reads back what it wrote, and refuses anything damaged as a whole', () => {
    const book = withoutPasswords(withDevice(first, { name: 'T', dialect: 'tasmota' }, hash('t'), 7), 'T', 8);
    const json = JSON.stringify(bookToJson(book));
    assert.deepEqual(bookFromJson(JSON.parse(json)), book);
    const damages = [
      json.replace('"own"', '"other"'),
      json.replace('"M1"', '"wk"'),
      json.replace('"T"', '"M1"'),
      json.replace('"revokedMs":8', '"revokedMs":null'),
      json.replace('"madeMs":0', '"madeMs":"0"'),
      json.replace('devices-1', 'devices-2'),
      '[]',
      'null',
    ];
    for (const damaged of damages) {
      assert.notEqual(damaged, json);
      assert.throws(() => bookFromJson(JSON.parse(damaged)), damaged);
    }
  });

  it('reads requests, and says what is wanted otherwise', () => {
    assert.deepEqual(parseDeviceRequest({ add: 'M1' }), { kind: 'add', name: 'M1', dialect: 'own' });
    const rotated = { kind: 'rotate', name: 'M1', overlapMs: 24 * HOUR_MS };
    assert.deepEqual(parseDeviceRequest({ rotate: 'M1' }), rotated);
    assert.deepEqual(parseDeviceRequest({ rotate: 'M1', overlapHours: 0.5 }), {
      ...rotated,
      overlapMs: HOUR_MS / 2,
    });
    assert.deepEqual(parseDeviceRequest({ revoke: 'M1' }), { kind: 'revoke', name: 'M1' });
    for (const bad of [
      null,
      'M1',
      {},
      { add: 'M1', revoke: 'M1' },
      { add: '' },
      { add: 'a/b' },
      { add: ['M1'] },
    ])
      assert.throws(() => parseDeviceRequest(bad), RangeError, JSON.stringify(bad));
    for (const overlapHours of [-1, 721, 'long', NaN, [5], true])
      assert.throws(() => parseDeviceRequest({ rotate: 'M1', overlapHours }), /0 to 720 hours/);
  });
});
