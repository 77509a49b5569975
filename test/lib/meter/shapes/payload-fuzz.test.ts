import assert from 'node:assert/strict';
import { checkProfile } from '../../../../nodes/lib/meter/shapes/check-profile';
import { PayloadReader } from '../../../../nodes/lib/meter/shapes/payload-reader';
import type { MeterReading } from '../../../../nodes/lib/meter/shapes/statement';
import type { Understood } from '../../../../nodes/lib/meter/shapes/understood';
import gatewayList from './profiles/gateway-list.json';
import { DEVICE_PAYLOADS } from './sample-device-payloads';
import { SAMPLE_PAYLOADS } from './sample-payloads';

const SEED = Number(process.env['WATTKEEPER_SEED'] ?? Date.now() % 0x7fffffff);
const PAYLOADS = 100_000;
/** Far more than any payload takes, even on a busy machine; a pattern that runs away takes minutes. */
const MAX_MS_PER_PAYLOAD = 10_000;
const SAMPLES = [...SAMPLE_PAYLOADS, ...DEVICE_PAYLOADS];

/** Marsaglia's xorshift: the same payloads for the same seed. */
class Dice {
  private state: number;
  constructor(seed: number) {
    this.state = seed | 1;
  }
  below(limit: number): number {
    this.state ^= this.state << 13;
    this.state ^= this.state >>> 17;
    this.state ^= this.state << 5;
    return (this.state >>> 0) % limit;
  }
  of<T>(list: readonly T[]): T {
    return list[this.below(list.length)]!;
  }
}

const NASTY_TEXTS = [
  'NaN', '-Infinity', '1e400', '1e-400', '9'.repeat(300), '-0', '1,5', 'null', 'true', '""', '{}', '[]', '\u0000',
  '"__proto__"', '{"__proto__":{"energyWh":1}}', '{"constructor":{"prototype":1}}', '\ud800', '::', '==', '1:2:3',
  '(', '!', '/', '/(!', ' '.repeat(5_000), `${'a'.repeat(5_000)}=`, `${' '.repeat(3_000)}=1`, '='.repeat(3_000),
  '1.8.0(', '('.repeat(2_000), `/${'1-0:1.8.0('.repeat(500)}!`, ':'.repeat(2_000), ','.repeat(5_000), '\n'.repeat(6_000),
  `{"a":${'['.repeat(20_000)}${']'.repeat(20_000)}}`, `${'{"a":'.repeat(5_000)}1${'}'.repeat(5_000)}`, '['.repeat(50_000),
]; // prettier-ignore
const NASTY_VALUES: unknown[] = [
  NaN, Infinity, -Infinity, -0, 1e308, -1, 1.5, 2 ** 53, '5', '', null, undefined, true, [], {}, [[]], { value: 1 },
  { value: { value: 1 }, unit: 'kWh' }, () => 1, Symbol('x'), 10n, new Date(0), new Map(), Object.create(null), 'x'.repeat(10_000),
]; // prettier-ignore
const NAMES = [
  'energyWh', 'kwh', 'energy', 'meterId', 'atMs', 'powerW', 'pulses', 'impPerKwh', 'phases', 'flags', '__proto__', 'constructor',
  'toString', 'ENERGY', 'StatusSNS', 'params', 'method', 'samplesV', 'samplesI', 'meters', '1-0:1.8.0', '1.8.1', '0100010800FF',
  'voltageL1', 'state', 'linkquality', 'emeters', 'data', 'switch:0', 'em:0', 'POWER1', 'Total', 'time', 'serial', 'relay',
]; // prettier-ignore
const TOPICS = [
  ...new Set(SAMPLES.map(({ topic }) => topic)), '', '/', '//', '/'.repeat(200), 'gw/a', '__proto__', 'constructor/status',
  'homeassistant/sensor/a/b/config', 'homeassistant/device/x/config', 'shellies/announce', 'a/sensor/energy/state', 'é'.repeat(500),
]; // prettier-ignore

function mutateText(dice: Dice, text: string): string {
  const at = dice.below(text.length + 1);
  switch (dice.below(5)) {
    case 0:
      return text.slice(0, at);
    case 1:
      return text.slice(0, at) + dice.of(NASTY_TEXTS) + text.slice(at);
    case 2:
      return text.slice(0, at) + String.fromCharCode(dice.below(0x300)) + text.slice(at + 1);
    case 3:
      return text.replace(/-?\d+(\.\d+)?/, () => dice.of(NASTY_TEXTS).slice(0, 400));
    default:
      return text + text.slice(at);
  }
}

function randomValue(dice: Dice, depth: number): unknown {
  if (depth === 0 || dice.below(3) === 0)
    return dice.of([...NASTY_VALUES, dice.below(1e9), String(dice.below(1e9))]);
  if (dice.below(3) === 0) return Array.from({ length: dice.below(6) }, () => randomValue(dice, depth - 1));
  const entries = Array.from({ length: dice.below(6) }, () => [dice.of(NAMES), randomValue(dice, depth - 1)]);
  return Object.fromEntries(entries) as unknown;
}

function mutateValue(dice: Dice, value: unknown): unknown {
  if (typeof value !== 'object' || value === null || dice.below(4) === 0) return randomValue(dice, 2);
  if (Array.isArray(value))
    return value.map((item: unknown) => (dice.below(2) ? item : mutateValue(dice, item)));
  const entries = Object.entries(value);
  const at = dice.below(entries.length + 1);
  return Object.fromEntries([
    ...entries.map(([key, item]: [string, unknown], index) => [
      key,
      index === at ? mutateValue(dice, item) : item,
    ]),
    ...(dice.below(3) === 0 ? [[dice.of(NAMES), randomValue(dice, 1)]] : []),
  ]) as unknown;
}

function randomPayload(dice: Dice, sample: string): unknown {
  switch (dice.below(8)) {
    case 0:
      return Buffer.from(Array.from({ length: dice.below(64) }, () => dice.below(256)));
    case 1:
      return randomValue(dice, 3);
    case 2:
      return dice.of(NASTY_TEXTS);
    case 3:
      return new Uint8Array(Buffer.from(mutateText(dice, sample)));
    case 4:
    case 5:
      return /^[{[].*[}\]]$/.test(sample)
        ? mutateValue(dice, JSON.parse(sample) as unknown)
        : mutateText(dice, sample);
    default:
      return Buffer.from(mutateText(dice, dice.below(3) ? sample : mutateText(dice, sample)));
  }
}

const FINITE_FIELDS = [
  'energyWh',
  'exportWh',
  'powerW',
  'voltageV',
  'currentA',
  'powerFactor',
  'frequencyHz',
] as const;

function assertSound(reading: Partial<MeterReading>): void {
  for (const field of FINITE_FIELDS) {
    const value = reading[field];
    assert.ok(value === undefined || Number.isFinite(value), `${field} is ${String(value)}`);
  }
  assert.ok(typeof reading.meterId === 'string' && reading.meterId !== '' && reading.meterId.length <= 64);
  assert.ok(Number.isSafeInteger(reading.atMs), `atMs is ${String(reading.atMs)}`);
}

function assertUnderstood({ readings, refused, live, noted, total }: Understood): void {
  assert.equal(total, readings.length + refused.length + noted);
  assert.ok(total >= 1 && live.length <= noted);
  for (const reading of readings) {
    assertSound(reading);
    assert.ok(Number.isSafeInteger(reading.energyWh) && reading.energyWh >= 0 && reading.energyWh <= 1e12);
  }
  for (const values of live) assertSound(values);
  for (const { refusal } of refused) {
    assert.ok(refusal.field !== '' && refusal.reason !== '');
    assert.ok(refusal.value.length <= 80);
    // Nothing here throws when it is looked at, so whatever ends in the reader's last resort is a fault of ours.
    assert.notEqual(refusal.reason, 'could not be read');
  }
}

describe('payload fuzz', () => {
  it(`takes ${PAYLOADS} random and mutated payloads apart`, function () {
    this.timeout(300_000);
    console.log(`    random payloads of WATTKEEPER_SEED=${SEED}`);
    const checked = checkProfile(gatewayList);
    assert.ok(checked.ok);
    const settings = { impPerKwh: 1000, register: 'integrated' as const };
    const reader = new PayloadReader({
      settingsOf: (meterId) => (meterId.length % 2 ? settings : {}),
      storedWh: () => null,
      profiles: [checked.profile],
    });
    const dice = new Dice(SEED);
    let slowestMs = 0;
    let nowMs = 1_700_000_000_000;
    const kinds = { readings: 0, refused: 0, noted: 0, total: 0 };
    for (let count = 0; count < PAYLOADS; count += 1) {
      const sample = dice.of(SAMPLES);
      const payload = randomPayload(dice, sample.payload);
      const topic = dice.below(4) === 0 ? dice.of(TOPICS) : sample.topic;
      const startMs = performance.now();
      const isBoundNow = dice.below(4) === 0;
      const understood = reader.read(topic, payload, (nowMs += dice.below(60_000)), () => isBoundNow);
      slowestMs = Math.max(slowestMs, performance.now() - startMs);
      assertUnderstood(understood);
      kinds.readings += understood.readings.length;
      kinds.refused += understood.refused.length;
      kinds.noted += understood.noted;
      kinds.total += understood.total;
    }
    assert.equal(kinds.total, kinds.readings + kinds.refused + kinds.noted);
    assert.ok(kinds.readings > 1_000 && kinds.refused > 1_000 && kinds.noted > 1_000, JSON.stringify(kinds));
    assert.ok(slowestMs < MAX_MS_PER_PAYLOAD, `the slowest payload took ${slowestMs} ms`);
    assert.ok(reader.seen.size <= 20);
    assert.ok(!('energyWh' in {}), 'no prototype was touched');
  });
});
