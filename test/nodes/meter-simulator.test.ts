import assert from 'node:assert/strict';
import { readdirSync, readFileSync, rmSync, statSync } from 'node:fs';
import path from 'node:path';
import type { PrepaidMessage } from '../../nodes/lib/meter/prepaid-message';
import type { Reading } from '../../nodes/lib/meter/reading';
import { RunningFlow, withDeadline } from './running-flow';

const BROKER = {
  id: 'broker',
  type: 'meter-broker',
  kind: 'embedded',
  host: '127.0.0.1',
  port: '0',
  isOpen: false,
};
const SIMULATOR = {
  id: 'simulator',
  type: 'meter-simulator',
  site: 'site',
  broker: 'broker',
  houses: '8',
  seed: '42',
  reportEveryMinutes: '5',
  residentsBuy: true,
  wires: [['events'], ['guard', 'top-ups'], ['register', 'accounts']],
};
const GUARD = {
  id: 'guard',
  type: 'balance-guard',
  site: 'site',
  cutAt: '0',
  warnBelow: '30.00',
  warnLeadMinutes: '0',
  freshMinutes: '120',
  maxCutsPerHour: '5',
  cutFrom: '00:00',
  cutTo: '24:00',
  workdaysOnly: false,
  wires: [['states'], ['switch', 'intents'], ['notices']],
};
const HELPERS = [
  'events',
  'top-ups',
  'accounts',
  'states',
  'intents',
  'notices',
  'relays',
  'readings',
  'heard',
  'error',
];
/** Five minutes of the site in half a second, so that a command still lives for half a second. */
const CLOCK_RATE = '600';

interface FlowNode {
  id: string;
  type: string;
  [field: string]: unknown;
}

interface Counters {
  taken: number;
  held: number;
  rejected: number;
}

describe('meter-simulator', function () {
  this.timeout(60_000);
  let flow: RunningFlow;
  beforeEach(async () => {
    flow = await RunningFlow.open();
  });
  afterEach(() => flow.close());

  const nodes = (simulator: object = {}): FlowNode[] => [
    flow.site({ clockRate: CLOCK_RATE }),
    BROKER,
    { ...SIMULATOR, ...simulator },
    { id: 'register', type: 'prepaid-register', site: 'site', wires: [[]] },
    {
      id: 'ingest',
      type: 'meter-ingest',
      site: 'site',
      broker: 'broker',
      wires: [['tariff', 'readings'], [], ['switch', 'heard']],
    },
    {
      id: 'tariff',
      type: 'tariff-calc',
      site: 'site',
      tariffId: 'domestic',
      version: 1,
      pricePerKwh: '8.00',
      wires: [['guard']],
    },
    GUARD,
    {
      id: 'switch',
      type: 'relay-switch',
      site: 'site',
      broker: 'broker',
      retrySeconds: '1',
      maxTries: '9',
      wires: [[], ['relays']],
    },
    { id: 'catch', type: 'catch', scope: null, uncaught: false, wires: [['error']] },
    ...HELPERS.map((id) => ({ id, type: 'helper' })),
  ];

  /** The first message at a helper node that is what the test waits for. */
  const until = (
    id: string,
    what: string,
    isIt: (payload: unknown, message: PrepaidMessage) => boolean,
  ): Promise<PrepaidMessage> =>
    withDeadline(what, (resolve) => {
      flow.node(id).on('input', ((message: PrepaidMessage) => {
        if (isIt(message.payload, message)) resolve(message);
      }) as never);
    });
  const readingOf = (meterId: string): Promise<PrepaidMessage> =>
    until('readings', `a reading of ${meterId}`, (payload) => (payload as Reading).meterId === meterId);
  const billed = (meterId: string): Promise<PrepaidMessage> =>
    until(
      'states',
      `a committed reading of ${meterId}`,
      (payload) => (payload as { meterId: string }).meterId === meterId,
    );
  const counters = async (): Promise<Counters> => {
    const answer = until(
      'heard',
      'the counters',
      (payload) => (payload as { kind: string }).kind === 'counters',
    );
    flow.send('ingest', { payload: { ask: 'counters' } });
    return (await answer).payload as Counters;
  };
  const memoryFile = (): string => {
    const name = readdirSync(flow.folder).find((file) => /^simulator-.*\.json$/.test(file));
    assert.ok(name, 'the simulator keeps a file beside the ledger');
    return path.join(flow.folder, name);
  };

  /** The ledger's folder is where a site keeps its files, unless the environment says otherwise. */
  const environment = process.env['WATTKEEPER_DATA'];
  beforeEach(() => {
    process.env['WATTKEEPER_DATA'] = flow.folder;
  });
  afterEach(() => {
    if (environment === undefined) delete process.env['WATTKEEPER_DATA'];
    else process.env['WATTKEEPER_DATA'] = environment;
  });

  it('registers its houses, pays in, and only then lets their meters report', async () => {
    await flow.start(nodes());
    const warned: unknown[] = [];
    flow.node('notices').on('input', (message) => {
      if ((message.payload as { kind: string }).kind === 'low-credit') warned.push(message.payload);
    });
    const { payload } = await readingOf('meter-003');
    assert.equal((payload as Reading).exportWh !== undefined, true, 'the third house has a roof');
    assert.equal(flow.ledger.store.countMeters(), 8);
    assert.ok((flow.ledger.store.balanceOf('house-003') ?? 0) >= 290_000_000);
    await readingOf('meter-001');
    assert.deepEqual(warned, [], 'nobody is warned for want of the opening credit');
    const { held, rejected } = await counters();
    assert.deepEqual({ held, rejected }, { held: 0, rejected: 0 });
  });

  it('warns and cuts a house that uses too much, and gives it light again after a recharge', async () => {
    await flow.start(nodes());
    await readingOf('meter-007');
    const notice = until(
      'notices',
      'a warning',
      (payload) => (payload as { kind: string }).kind === 'low-credit',
    );
    const cut = until('relays', 'a confirmed cut', (payload) => {
      const { meterId, reported, confirmed, tries } = payload as {
        meterId: string;
        reported: string;
        confirmed: boolean;
        tries: number;
      };
      return meterId === 'meter-007' && reported === 'off' && confirmed && tries > 0;
    });
    flow.send('simulator', { payload: { house: 'Mill Lane 7', loadW: 20_000 } });
    assert.equal(((await notice).payload as { accountId: string }).accountId, 'house-007');
    await cut;
    const dark = (await readingOf('meter-007')).payload as Reading;
    const stillDark = (await readingOf('meter-007')).payload as Reading;
    assert.deepEqual([dark.powerW, stillDark.powerW], [0, 0]);
    assert.equal(stillDark.energyWh, dark.energyWh);

    const light = until(
      'events',
      'the light',
      (payload, { topic }) => topic === 'relay' && (payload as { detail: string }).detail === 'on',
    );
    const topUp = {
      accountId: 'house-007',
      amount: '200.00',
      reference: 'counter-1',
      channel: 'counter',
      by: 'test',
    };
    flow.send('guard', { payload: { topUp } });
    assert.equal(((await light).payload as { house: string }).house, 'Mill Lane 7');
  });

  for (const [what, forget] of [
    ['from its file', () => undefined],
    ['from the ledger when its file is lost', () => rmSync(memoryFile())],
  ] as const) {
    it(`goes on after a restart ${what}, and no register falls`, async () => {
      await flow.start(nodes());
      await billed('meter-007');
      await flow.stop();
      assert.equal(statSync(memoryFile()).mode & 0o777, 0o600);
      forget();
      await flow.start(nodes());
      const before = flow.ledger.store.knownMeter('meter-007')?.head;
      const after = (await readingOf('meter-007')).payload as Reading;
      assert.ok(before && after.energyWh >= before.energyWh && after.atMs > before.atMs);
      await readingOf('meter-007');
      const { held, rejected } = await counters();
      assert.deepEqual({ held, rejected }, { held: 0, rejected: 0 });
    });
  }

  it('keeps a house dark over a restart', async () => {
    await flow.start(nodes());
    await readingOf('meter-007');
    const cut = until(
      'events',
      'a cut',
      (payload, { topic }) => topic === 'relay' && (payload as { detail: string }).detail === 'off',
    );
    flow.send('simulator', { payload: { house: 'Mill Lane 7', loadW: 20_000 } });
    await cut;
    await flow.stop();
    const kept = JSON.parse(readFileSync(memoryFile(), 'utf8')) as Record<
      string,
      { meter: { relay: string } }
    >;
    assert.equal(kept['meter-007']?.meter.relay, 'off');
    await flow.start(nodes());
    assert.equal(((await readingOf('meter-007')).payload as Reading).powerW, 0);
  });

  it('pays opening credits once, however often it starts', async () => {
    await flow.start(nodes());
    await readingOf('meter-003');
    await flow.stop();
    await flow.start(nodes());
    const repeated = await until(
      'top-ups',
      'the opening credit',
      (payload) => (payload as { topUp: { reference: string } }).topUp.reference === 'opening-house-003',
    );
    const { amount } = (repeated.payload as { topUp: { amount: string } }).topUp;
    await readingOf('meter-003');
    assert.ok((flow.ledger.store.balanceOf('house-003') ?? 0) <= Number(amount) * 1_000_000);
  });

  it('falls silent and speaks again when asked', async () => {
    await flow.start(nodes());
    await readingOf('meter-001');
    flow.send('simulator', { payload: { publish: false } });
    const { taken } = await counters();
    await untilSiteMinutes(12);
    const silent = await counters();
    // What was on its way when the meters fell silent may still arrive.
    assert.ok(silent.taken - taken <= 8, `${silent.taken - taken} readings in silence`);
    flow.send('simulator', { payload: { publish: true } });
    await readingOf('meter-001');
  });

  /** Waits on the simulated clock, which the registers of a paused neighbourhood still follow. */
  const untilSiteMinutes = (minutes: number): Promise<void> => {
    const endMs = flow.ledger.nowMs() + minutes * 60_000;
    return withDeadline('site time', (resolve) => {
      const look = setInterval(() => {
        if (flow.ledger.nowMs() < endMs) return;
        clearInterval(look);
        resolve();
      }, 20);
    });
  };

  const REFUSED: [unknown, RegExp][] = [
    ['go', /publish: true or false/],
    [{ publish: 'yes' }, /payload\.publish must be true or false, got "yes"/],
    [{ house: 7, loadW: 1 }, /payload\.house must be the name of a house, got 7/],
    [{ house: 'Mill Lane 99', loadW: 1 }, /payload\.house must be one of Mill Lane 1, .*got "Mill Lane 99"/],
    [{ house: 'Mill Lane 3', loadW: -1 }, /payload\.loadW must be a number from 0 to 20000, got -1/],
    [{ house: 'Mill Lane 3', loadW: 20_001 }, /got 20001/],
    [{ house: 'Mill Lane 3' }, /got undefined/],
  ];

  it('refuses what it does not understand, and names the field and the value', async () => {
    await flow.start(nodes());
    await readingOf('meter-001');
    for (const [payload, says] of REFUSED) {
      const error = await flow.ask('simulator', { payload }, 'error');
      assert.match((error['error'] as { message: string }).message, says);
    }
  });

  for (const [what, settings, says] of [
    ['no site', { site: '' }, /choose a site/],
    ['no broker', { broker: '' }, /choose a broker/],
    ['no house', { houses: '0' }, /houses must be a whole number from 1 to 500, got "0"/],
    ['no seed', { seed: 'x' }, /seed must be a whole number/],
    ['no interval', { reportEveryMinutes: '' }, /reportEveryMinutes must be a whole number from 1 to 1440/],
  ] as const) {
    it(`starts with ${what} and says so when asked`, async () => {
      await flow.start(nodes(settings));
      const error = await flow.ask('simulator', { payload: { publish: true } }, 'error');
      assert.match((error['error'] as { message: string }).message, says);
    });
  }

  it('logs every meter in to a broker with a password', async () => {
    await flow.start(nodes(), { broker: { password: 'open sesame' } });
    await readingOf('meter-008');
  });
});
