// What becomes of a tariff-calc that was saved before tariffs had components.
import assert from 'node:assert/strict';
import { tariffOfText } from '../../nodes/lib/form/tariff-text';
import { migrateConfig } from '../../nodes/lib/red/config-migration';
import { DEFAULTS, MIGRATIONS, type TariffCalcConfig } from '../../nodes/tariff-calc/tariff-calc.config';
import { editorSources } from './editor-sources';

/** As version 0 stored it. */
const FORMER = {
  id: 'a',
  type: 'tariff-calc',
  configVersion: 0,
  name: 'Homes',
  tariffId: 'home',
  version: 3,
  pricePerKwh: '7.25',
};

const migrated = (stored: object): TariffCalcConfig => migrateConfig(stored, MIGRATIONS, DEFAULTS);

describe('the settings of tariff-calc', () => {
  it('bill at once when the node is new', () => {
    const { tariff, state, inForceFrom } = migrated({ configVersion: 1 });
    const { components, version, timeZone } = tariffOfText(tariff);
    assert.deepEqual(components, [{ kind: 'flat', id: 'energy', rateMicrosPerKwh: 8_000_000 }]);
    assert.deepEqual({ version, state, inForceFrom }, { version: 1, state: 'approved', inForceFrom: '' });
    assert.equal(timeZone, Intl.DateTimeFormat().resolvedOptions().timeZone);
  });

  it('keep price, id and version of version 0', () => {
    const config = migrated(FORMER);
    assert.deepEqual(tariffOfText(config.tariff), {
      tariffId: 'home',
      version: 3,
      timeZone: 'UTC',
      billing: { kind: 'month', anchorDay: 1 },
      holidays: [],
      seasons: [],
      components: [{ kind: 'flat', id: 'energy', rateMicrosPerKwh: 7_250_000 }],
    });
    const { configVersion, name, site, state, inForceFrom } = config;
    assert.deepEqual(
      { configVersion, name, site, state, inForceFrom },
      { configVersion: 1, name: 'Homes', site: '', state: 'approved', inForceFrom: '' },
    );
    assert.equal('pricePerKwh' in config, false);
  });

  it('keep them as text too, as forms used to store them', () => {
    assert.equal(tariffOfText(migrated({ ...FORMER, version: '12' }).tariff).version, 12);
  });

  it('say what is wrong with a price of version 0', () => {
    assert.throws(() => migrated({ ...FORMER, pricePerKwh: 'cheap' }), /"cheap"/);
  });

  it('of version 0 are known to the editor, which forgets what it does not know', async () => {
    const { definition } = await editorSources('tariff-calc');
    const kept = Object.keys(definition.defaults);
    const lost = Object.keys(FORMER).filter((key) => !['id', 'type', ...kept].includes(key));
    assert.deepEqual(lost, []);
  });

  it('are refused in the dialog in the words of the running node', async () => {
    const { definition } = await editorSources('tariff-calc');
    const wrong = JSON.stringify({ ...tariffOfText(DEFAULTS.tariff), timeZone: 'Mars/Olympus' });
    const node = { ...DEFAULTS, _: (_key: string, { problem }: { problem: string }) => problem };
    const said = definition.defaults['tariff']?.validate?.call(node, wrong, {});
    assert.throws(() => tariffOfText(wrong), { message: said as string });
    assert.match(said as string, /^timeZone must be .* got "Mars\/Olympus"$/);
  });
});
