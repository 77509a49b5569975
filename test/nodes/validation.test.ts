// What a dialog lets pass, the running node must be able to use, and the other way round.
import assert from 'node:assert/strict';
import { mkdtempSync, rmSync } from 'node:fs';
import os from 'node:os';
import path from 'node:path';
import { guardPolicy } from '../../nodes/lib/form/guard-settings';
import { DEFAULTS as GUARD } from '../../nodes/balance-guard/balance-guard.config';
import { EmbeddedBroker } from '../../nodes/lib/io/mqtt/embedded-broker';
import { MeterRules } from '../../nodes/lib/meter/meter-rules';
import { inForceMs } from '../../nodes/lib/form/tariff-in-force';
import { tariffOfText } from '../../nodes/lib/form/tariff-text';
import { migrateConfig } from '../../nodes/lib/red/config-migration';
import { compileTariff } from '../../nodes/lib/tariff/compile-tariff';
import {
  DEFAULTS as TARIFF,
  MIGRATIONS as TARIFF_MIGRATIONS,
} from '../../nodes/tariff-calc/tariff-calc.config';
import { loadProfiles } from '../../nodes/meter-ingest/load-profiles';
import {
  DEFAULTS as INGEST,
  MIGRATIONS as INGEST_MIGRATIONS,
  type MeterIngestConfig,
} from '../../nodes/meter-ingest/meter-ingest.config';
import { openSite } from '../../nodes/prepaid-site/open-site';
import { topUpSettings } from '../../nodes/lib/payment/top-up-settings';
import { DEFAULTS as NOTICES } from '../../nodes/prepaid-notices/prepaid-notices.config';
import { noticeSettings } from '../../nodes/lib/notice/notice-settings';
import { DEFAULTS as TOPUP } from '../../nodes/prepaid-topup/prepaid-topup.config';
import { editorSources, type Definition } from './editor-sources';

type Settings = Record<string, unknown>;

/** Whether a node with these settings is free of red fields. */
function isValid({ defaults, credentials = {} }: Definition, settings: Settings): boolean {
  const node = { ...settings, _: (key: string) => key };
  const ownSettings = Object.entries(defaults).filter(([, { type }]) => type === undefined);
  return [...ownSettings, ...Object.entries(credentials)].every(
    ([key, { validate }]) => (validate?.call(node, settings[key], {}) ?? true) === true,
  );
}

const works = (start: () => void): boolean => {
  try {
    start();
    return true;
  } catch {
    return false;
  }
};

interface Case {
  type: string;
  start: (settings: Settings) => void;
  base: Settings;
  changes: Settings[];
}

let folder: string;

function startTariff(settings: Settings): void {
  const config = migrateConfig(settings, TARIFF_MIGRATIONS, TARIFF);
  const tariff = tariffOfText(config.tariff);
  compileTariff(tariff);
  inForceMs(config.inForceFrom, tariff.timeZone);
}

function flatTariffJson(changes: Settings): string {
  return JSON.stringify({ ...tariffOfText(TARIFF.tariff), ...changes });
}

const AMOUNTS = [
  '0',
  '30',
  '30.00',
  '-5',
  '+1',
  ' 7 ',
  '1.123456',
  '1.1234567',
  '',
  'ten',
  '1e3',
  '1,5',
  '99999999999',
];
const WHOLE = ['0', '1', ' 60 ', '1.5', '-1', '', 'many', '1e2', '9007199254740993'];
const TIMES = ['00:00', '9:30', '12:59', '24:00', '24:01', '10:60', '10', '', 'noon', ' 08:00 '];

const eachOf = (key: string, values: string[]): Settings[] => values.map((value) => ({ [key]: value }));

/** What the node makes of its settings when it starts, apart from the site and the broker. */
function startIngest(settings: Settings): void {
  const config = migrateConfig<MeterIngestConfig>(settings, INGEST_MIGRATIONS, INGEST);
  new MeterRules(config.meters, config);
  loadProfiles(config.profiles, folder);
}

const PROFILE = { name: 'plant', topic: 'plant/+/out', fields: [{ field: 'powerW', path: 'p', unit: 'W' }] };

const CASES: Case[] = [
  {
    type: 'meter-ingest',
    start: startIngest,
    base: { ...INGEST },
    changes: [
      ...eachOf('meterClass', ['ct', 'pulse', 'steam', '']),
      ...eachOf('maxAgeDays', ['35', '0', '0.5', '-1', '1e9', 'long']),
      ...[
        [{ meters: 'M1, M2, plant-*' }],
        [{ meters: '' }],
        [{ meters: 'M*1' }],
        [{ meters: 'M1' }, { meters: 'M2,' }],
        [{ meters: 'M1', meterClass: 'pulse', impPerKwh: 1000, shuntOhm: 0.001 }],
        [{ meters: 'M1', meterClass: 'steam' }],
        [{ meters: 'M1', impPerKwh: 0 }],
        [{ meters: 'M1', impPerKwh: 'many' }],
        [{ meters: 'M1', shuntOhm: -1 }],
      ].map((meters) => ({ meters })),
      ...[
        [PROFILE],
        [{ ...PROFILE, name: '' }],
        [{ ...PROFILE, topic: 'plant/#/out' }],
        [PROFILE, { ...PROFILE, fields: [{ field: 'powerW', path: 'p', unit: 'kWh' }] }],
        [{ ...PROFILE, fields: [] }],
        [{ ...PROFILE, pulses: { path: 'n', impPerKwh: 'many' } }],
        [{ ...PROFILE, colour: 'red' }],
        [null],
      ].map((profiles) => ({ profiles })),
    ],
  },
  {
    type: 'tariff-calc',
    start: startTariff,
    base: { ...TARIFF },
    changes: [
      ...eachOf('tariff', ['', '{', 'null', '{}', '[]', flatTariffJson({}), flatTariffJson({ version: 0 })]),
      ...eachOf('inForceFrom', ['', '2026-04-01T00:00', '2026-02-30T00:00', 'tomorrow']),
    ],
  },
  {
    // As it was saved before tariffs had components.
    type: 'tariff-calc',
    start: startTariff,
    base: { configVersion: 0, tariffId: 'home', version: 1, pricePerKwh: '8.00' },
    changes: [
      ...eachOf('pricePerKwh', [...AMOUNTS, '1000000', '1000000.000001']),
      ...eachOf('version', ['1', '7', '0', '-1', '1.5', '', 'x']),
      { tariffId: '' },
    ],
  },
  {
    type: 'balance-guard',
    start: (settings) => guardPolicy({ ...GUARD, ...settings }),
    base: { ...GUARD },
    changes: [
      ...eachOf('cutAt', AMOUNTS),
      ...eachOf('warnBelow', AMOUNTS),
      { cutAt: '30', warnBelow: '30' },
      { cutAt: '30.000001', warnBelow: '30' },
      ...['warnLeadMinutes', 'freshMinutes', 'maxCutsPerHour'].flatMap((key) => eachOf(key, WHOLE)),
      ...eachOf('cutFrom', TIMES),
      ...eachOf('cutTo', TIMES),
      { cutFrom: '10:00', cutTo: '10:00' },
      { cutFrom: '00:00', cutTo: '24:00' },
      ...eachOf('warnBelow', ['', '30, 10', '30,, 10', '30; 10']),
      ...eachOf('warnPercents', ['', '30, 10', '0', '101', '1.5', 'x']),
      ...eachOf('warnDaysLeft', ['', '3, 1', '367', '-1']),
      ...eachOf('highUsePercent', ['', '100', '99', '150', 'x']),
      ...eachOf('preset', ['own', 'uk', 'uttar-pradesh', 'bihar', 'karnataka', 'mars', '']),
      ...eachOf('emergencyMode', ['off', 'activated', 'automatic', 'maybe']),
      { emergencyMode: 'activated', emergencyAmount: '0' },
      { emergencyMode: 'activated', emergencyAmount: '', emergencyBelow: '1' },
      { emergencyMode: 'automatic', emergencyBelow: '0' },
      { emergencyMode: 'automatic', emergencyBelow: '0', cutAt: '-5' },
      { emergencyMode: 'off', emergencyAmount: 'x' },
      ...eachOf('overloadLimitW', ['', '5000', '0', '-1', 'x']),
      ...eachOf('policy', [
        '',
        '{',
        '[]',
        'null',
        '{}',
        '{"cut": {"conversionGraceMs": 0}}',
        '{"cut": {"at": 0}}',
        '{"cut": 5}',
        '{"fleet": {"partPpm": 20000}}',
        '{"fleet": {"partPpm": -1}}',
        '{"extra": {}}',
      ]),
    ],
  },
  {
    type: 'prepaid-topup',
    start: (settings) => topUpSettings({ ...TOPUP, ...settings }),
    base: { ...TOPUP },
    changes: [
      ...['minimum', 'maximum', 'firstMinimum', 'multiple', 'fee', 'taxPercent', 'secondPersonAbove'].flatMap(
        (key) => eachOf(key, AMOUNTS),
      ),
      ...eachOf('taxPercent', ['100', '100.0001', '7.7777', '7.77777']),
      ...['channel', 'taxCode'].flatMap((key) => eachOf(key, ['', 'bank', ' bank ', 'a b', 'x'.repeat(65)])),
      { minimum: '5', maximum: '5' },
      { minimum: '5', maximum: '4.999999' },
      { smsSenders: '', smsPattern: '' },
      ...['', ' , ', 'MYPAY, 123'].flatMap((smsSenders) =>
        [
          '',
          '{reference} {amount} {account}',
          '{reference} {amount}',
          '{amount} {account} {reference} {phone}',
        ].map((smsPattern) => ({ smsGateway: 'own', smsSenders, smsPattern })),
      ),
    ],
  },
  {
    type: 'prepaid-notices',
    start: (settings) => noticeSettings({ ...NOTICES, ...settings }),
    base: { ...NOTICES },
    changes: [
      ...['quietFrom', 'quietTo', 'calendarAt'].flatMap((key) => eachOf(key, TIMES)),
      ...eachOf('channel', ['sms', 'email', 'mqtt', 'fax', '']),
      ...eachOf('country', ['', 'NP', ' np ', 'XX', 'Nepal']),
      ...eachOf('mqttPrefix', ['a', 'a/b', '/a', 'a/', 'a/#', '+', '', 'x'.repeat(201)]),
    ],
  },
  {
    type: 'prepaid-site',
    start: ({ timeZone, currency, clockRate, database }) =>
      openSite({
        siteName: '',
        timeZone: String(timeZone),
        currency: String(currency),
        databaseFile: path.join(mkdtempSync(path.join(folder, 'site-')), String(database)),
        dataFolder: folder,
        clockRate: Number(clockRate),
        onThrown: (error) => assert.fail(error),
      }).close(),
    base: { timeZone: 'UTC', currency: 'USD', database: 'ledger.sqlite', clockRate: '1' },
    changes: [
      ...eachOf('timeZone', ['Asia/Kolkata', 'Africa/Nairobi', 'Mars/Olympus', '', 'Kolkata']),
      ...eachOf('currency', ['INR', 'inr', 'KES', 'XYZ', 'RUPEE', '', '12']),
      ...eachOf('clockRate', ['1', '60', '3600', '1.5', '3601', '0.5', '0', '-1', '', 'fast', 'Infinity']),
      ...eachOf('database', ['sub/ledger.sqlite', '']),
    ],
  },
  {
    type: 'meter-broker',
    start: ({ host, password }) =>
      new EmbeddedBroker({ host: String(host), port: 0, password: String(password), isOpen: false }),
    base: { kind: 'embedded', host: '127.0.0.1', port: '1883', url: '', password: '' },
    changes: ['127.0.0.1', '::1', 'localhost', '0.0.0.0', '::', '192.168.1.7'].flatMap((host) => [
      { host, password: '' },
      { host, password: 'secret' },
    ]),
  },
];

describe('the dialogs agree with the running nodes', () => {
  before(() => {
    folder = mkdtempSync(path.join(os.tmpdir(), 'wattkeeper-validation-'));
  });

  after(() => {
    rmSync(folder, { recursive: true });
  });

  for (const { type, start, base, changes } of CASES) {
    for (const change of [{}, ...changes]) {
      it(`${type} ${JSON.stringify(change)}`, async () => {
        const { definition } = await editorSources(type);
        const settings = { ...base, ...change };
        assert.equal(
          isValid(definition, settings),
          works(() => start(settings)),
        );
      });
    }
  }
});
