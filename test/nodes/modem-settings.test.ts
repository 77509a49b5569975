// What the dialogs of the modem let pass, the running nodes must be able to use, and the other way round.
import assert from 'node:assert/strict';
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { DEFAULTS as GSM } from '../../nodes/gsm-modem/gsm-modem.config';
import { validityFromHours } from '../../nodes/lib/modem/modem-input';
import { targetOf, wholeSetting } from '../../nodes/lib/modem/port-settings';
import { MAX_PARTS } from '../../nodes/lib/sms/text-parts';
import { DEFAULTS as PORT, type ModemPortConfig } from '../../nodes/modem-port/modem-port.config';
import { openModem } from '../../nodes/modem-port/open-modem';
import { editorSources } from './editor-sources';

type Settings = Record<string, unknown>;

let folder: string;

/** Whether the dialog has no red field. */
async function isGreen(type: string, settings: Settings): Promise<boolean> {
  const { defaults, credentials = {} } = (await editorSources(type)).definition;
  const node = { ...settings, _: (key: string) => key };
  const own = Object.entries(defaults).filter(([, field]) => field.type === undefined);
  return [...own, ...Object.entries(credentials)].every(
    ([key, { validate }]) => (validate?.call(node, settings[key], {}) ?? true) === true,
  );
}

async function works(start: () => void | Promise<void>): Promise<boolean> {
  try {
    await start();
    return true;
  } catch {
    return false;
  }
}

async function startPort(settings: Settings): Promise<void> {
  const config = settings as unknown as ModemPortConfig;
  if (config.mode !== 'sms' && targetOf(config.target))
    wholeSetting('localPort', config.localPort, 0, 65_535);
  const { pin = '' } = settings as { pin?: string };
  const dataFolder = mkdtempSync(path.join(folder, 'port-'));
  const { close } = openModem({
    config,
    credentials: { pin },
    dataFolder,
    nodeId: 'n1',
    onError: (error) => assert.fail(error),
  });
  await close();
}

function startModem({ validityHours, maxParts }: Settings): void {
  validityFromHours('validityHours', Number(validityHours));
  wholeSetting('maxParts', String(maxParts), 1, MAX_PARTS);
}

const each = (key: string, values: readonly string[], more: Settings = {}): Settings[] =>
  values.map((value) => ({ [key]: value, ...more }));
const WHOLE = ['0', '1', ' 60 ', '1.5', '-1', '', 'many', '1e2', '9007199254740993'];
const TCP = { via: 'tcp' };
const DATA = { mode: 'both', apn: 'internet' };

const CASES: [
  type: string,
  base: Settings,
  start: (settings: Settings) => void | Promise<void>,
  Settings[],
][] = [
  [
    'modem-port',
    { ...PORT },
    startPort,
    [
      ...each('path', ['/dev/serial0', '', ' ']),
      ...each('baudRate', ['auto', ' auto', '9600', '110', 'fast', '']),
      ...each('host', ['modem.local', ''], TCP),
      ...each('port', ['1', '65535', '65536', ...WHOLE], TCP),
      ...each('pin', ['', '1234', '12345678', '123', '123456789', 'abcd']),
      ...each('country', ['', 'NP', 'np', ' IN ', 'ZZ', 'Nepal', 'constructor']),
      ...each('timeZone', ['Asia/Kathmandu', 'Mars/Olympus', '']),
      ...each('allow', ['', '+977', '+977, 1415', '+977\n+91', 'Nepal', ',,', '++1']),
      ...each('deny', ['', '+1900;+97716', 'x']),
      ...['maxWaiting', 'messagesPerHour', 'monthlyBudget', 'urgentReserve'].flatMap((key) =>
        each(key, WHOLE),
      ),
      ...each('balanceCode', ['', '*400#', '*123*1#', '"', 'नेपाल']),
      ...each('apn', ['internet', '', ' ', 'a"b'], { mode: 'data' }),
      ...each('apnUser', ['', 'me', 'a"b'], DATA),
      ...each(
        'target',
        ['', 'broker.example:8883', 'broker.example', ':1883', 'h:0', 'h:65536', 'mqtt://h:1'],
        DATA,
      ),
      ...each('powerKeyLine', ['', ' ', 'GPIO27', ' GPIO27 ', '-x', 'a=1', 'x'.repeat(33)]),
      ...each('powerKeyPulseMs', ['100', '8000', '99', '8001', ...WHOLE], { powerKeyLine: 'GPIO27' }),
      ...each('powerKeyPulseMs', ['many'], { powerKeyLine: '' }),
      ...each('localPort', WHOLE, { ...DATA, target: 'h:1' }),
    ],
  ],
  [
    'gsm-modem',
    { ...GSM },
    startModem,
    [
      ...each('validityHours', ['0.5', '10584', '10585', ...WHOLE]),
      ...each('maxParts', ['255', '256', ...WHOLE]),
    ],
  ],
];

describe('the dialogs of the modem agree with the running nodes', function () {
  this.timeout(60_000);

  before(() => {
    folder = mkdtempSync(path.join(tmpdir(), 'wattkeeper-modem-settings-'));
  });
  after(() => rmSync(folder, { recursive: true }));

  for (const [type, base, start, changes] of CASES)
    for (const change of [{}, ...changes])
      it(`${type} ${JSON.stringify(change)}`, async () => {
        const settings = { ...base, ...change };
        assert.equal(await isGreen(type, settings), await works(() => start(settings)));
      });
});
