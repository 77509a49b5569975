// What the dialog of relay-switch lets pass, the running node can use, and the other way round.
import assert from 'node:assert/strict';
import { migrateConfig } from '../../nodes/lib/red/config-migration';
import { dialectContext, drivingRules } from '../../nodes/relay-switch/driving-rules';
import {
  BOUNDS,
  DEFAULTS,
  MIGRATIONS,
  type NumberField,
  type RelaySwitchConfig,
} from '../../nodes/relay-switch/relay-switch.config';
import { editorSources } from './editor-sources';

const FIELDS = Object.keys(BOUNDS) as NumberField[];

/** A node as it was saved before relays were protected. */
const FIRST = {
  id: 'ba55ae27245e859d',
  type: 'relay-switch',
  configVersion: 0,
  name: 'Drive the relays',
  site: 's',
  broker: 'b',
  retrySeconds: '5',
  maxTries: '5',
};
const migrated = (changes: object = {}): RelaySwitchConfig =>
  migrateConfig<RelaySwitchConfig>({ ...FIRST, ...changes }, MIGRATIONS, DEFAULTS);

describe('the settings of relay-switch', () => {
  for (const field of FIELDS) {
    const [least, most] = BOUNDS[field];
    for (const value of [
      String(least),
      String(most),
      String(least - 1),
      String(most + 1),
      '',
      'x',
      '1.5',
      ' 20 ',
    ]) {
      it(`${field} "${value}"`, async () => {
        const { definition } = await editorSources('relay-switch');
        const config = { ...DEFAULTS, [field]: value };
        const validate = definition.defaults[field]?.validate;
        const passes = validate?.call({ ...config, _: (key: string) => key }, value, {}) === true;
        let works = true;
        try {
          drivingRules(config, 1);
        } catch (error) {
          works = false;
          assert.match(String(error), new RegExp(`${field} must be a whole number from ${least} to ${most}`));
        }
        assert.equal(passes, works);
      });
    }
  }

  it('lets an old node go on as it was: without rest, spreading or budget', () => {
    const rules = drivingRules(migrated(), 1);
    assert.deepEqual(
      [rules.retryMs, rules.maxTries, rules.minOnMs, rules.minOffMs, rules.spreadMs, rules.switchesPerHour],
      [5_000, 5, 0, 0, 0, 3_600],
    );
    assert.deepEqual(
      [migrated().signing, migrated().failState, migrated().closing],
      ['none', 'keep', 'direct'],
    );
  });

  it('brings a wait of an old node within a minute, and leaves a wrong one to be told', () => {
    assert.equal(migrated({ retrySeconds: '90' }).retrySeconds, '60');
    assert.throws(() => drivingRules(migrated({ retrySeconds: 'soon' }), 1), /retrySeconds/);
  });

  it('counts in the time of the site', () => {
    const [real, fast] = [drivingRules(DEFAULTS, 1), drivingRules(DEFAULTS, 60)];
    assert.equal(fast.lifeMs, real.lifeMs * 60);
    assert.equal(real.lifeMs, 300_000);
  });

  it('signs with no key that is missing or short', async () => {
    const { definition } = await editorSources('relay-switch');
    const validate = definition.credentials?.['signingKey']?.validate;
    for (const [signing, key, isGood] of [
      ['none', '', true],
      ['site', '', false],
      ['device', '123456789012345', false],
      ['site', '1234567890123456', true],
    ] as const) {
      const config = { ...DEFAULTS, signing };
      const passes = validate?.call({ ...config, _: (text: string) => text }, key, {}) === true;
      assert.equal(passes, isGood, `${signing} ${key}`);
      const make = (): unknown => dialectContext(config, { signingKey: key }, 'UTC');
      if (isGood) assert.doesNotThrow(make);
      else assert.throws(make, /16 characters/);
    }
  });

  it('tells meters on a wire the time on the wall', () => {
    const { wallTime } = dialectContext(DEFAULTS, {}, 'Asia/Kathmandu');
    assert.deepEqual(wallTime(Date.UTC(2026, 2, 9, 18, 20, 42)), {
      year: 2026,
      month: 3,
      day: 10,
      hour: 0,
      minute: 5,
      second: 42,
    });
  });
});
