import assert from 'node:assert/strict';
import { once } from 'node:events';
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { type AddressInfo, createServer } from 'node:net';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { checkScenario } from '../../gateway/modem-simulator/check-scenario';
import { realFarSide } from '../../gateway/modem-simulator/real-far-side';
import { findScenario } from '../../gateway/modem-simulator/find-scenario';
import { SCENARIOS } from '../../gateway/modem-simulator/known-scenarios';
import { SimulatedModem } from '../../gateway/modem-simulator/simulated-modem';
import { SimulatorPort } from '../../gateway/modem-simulator/simulator-port';
import { SimulatorServer } from '../../gateway/modem-simulator/simulator-server';
import { realSchedule } from '../../nodes/lib/io/serial/real-schedule';
import { TcpPort } from '../../nodes/lib/io/serial/tcp-port';
import { Modem } from '../../nodes/lib/modem/modem';
import { inEveryChunking } from '../lib/modem/chunkings';
import { ModemBench, RememberedPins, SUBMIT_PDU } from '../lib/modem/modem-bench';
import { Launched } from './launched';
import { quickSchedule as quick } from './modem-device';
import { VirtualSchedule } from '../lib/modem/virtual-schedule';

/** Types into the simulator and reads what comes back. */
async function talk(schedule: VirtualSchedule, modem: SimulatedModem, text: string, waitMs = 10_000) {
  let heard = '';
  const port = new SimulatorPort(modem, schedule, 115_200);
  port.onData((bytes) => (heard += Buffer.from(bytes).toString('latin1')));
  port.write(Buffer.from(text, 'latin1'));
  await schedule.pass(waitMs);
  await port.close();
  return heard;
}

function plainModem() {
  const schedule = new VirtualSchedule();
  return { schedule, modem: new SimulatedModem(findScenario('plain'), schedule) };
}

describe('modem simulator', function () {
  this.timeout(60_000);

  it('echoes, answers and tells errors as AT+CMEE says', async () => {
    const { schedule, modem } = plainModem();
    assert.equal(await talk(schedule, modem, 'AT\r'), 'AT\r\r\nOK\r\n');
    assert.equal(await talk(schedule, modem, 'ATE0\r'), 'ATE0\r\r\nOK\r\n');
    assert.equal(await talk(schedule, modem, 'AT+NONSENSE\r'), '\r\nERROR\r\n');
    assert.equal(await talk(schedule, modem, 'AT+CMGR=99\r'), '\r\nERROR\r\n');
    assert.equal(await talk(schedule, modem, 'AT+CMEE=1;+CMGR=99\r'), '\r\n+CMS ERROR: 321\r\n');
  });

  it('takes a text at a prompt without a line end, and leaves it at an escape', async () => {
    const { schedule, modem } = plainModem();
    await talk(schedule, modem, 'ATE0\r');
    assert.equal(await talk(schedule, modem, 'AT+CMGS=17\r'), '\r\n> ');
    assert.equal(await talk(schedule, modem, '0011\x1b'), '\r\nOK\r\n');
    assert.equal(
      await talk(schedule, modem, `AT+CMGS=17\r${SUBMIT_PDU}\x1a`),
      '\r\n> \r\n+CMGS: 1\r\n\r\nOK\r\n',
    );
    assert.deepEqual(modem.sentPdus, [SUBMIT_PDU]);
  });

  it('counts the states of the data bearer as the SIM800 does', async () => {
    const { schedule, modem } = plainModem();
    const steps: [string, string][] = [
      ['AT+CIPSTATUS', '\r\nOK\r\n\r\nSTATE: IP INITIAL\r\n'],
      ['AT+CIICR', '\r\nERROR\r\n'],
      ['AT+CGATT=1', '\r\nOK\r\n'],
      ['AT+CSTT="internet","",""', '\r\nOK\r\n'],
      ['AT+CIPSTATUS', '\r\nOK\r\n\r\nSTATE: IP START\r\n'],
      ['AT+CIICR', '\r\nOK\r\n'],
      ['AT+CIPSTATUS', '\r\nOK\r\n\r\nSTATE: IP GPRSACT\r\n'],
      ['AT+CIFSR', '\r\n10.64.12.7\r\n'],
      ['AT+CIPSTATUS', '\r\nOK\r\n\r\nSTATE: IP STATUS\r\n'],
      ['AT+CIPSTART="TCP","h",1', '\r\nOK\r\n\r\nSTATE: TCP CLOSED\r\n\r\nCONNECT FAIL\r\n'],
      ['AT+CIPSHUT', '\r\nSHUT OK\r\n'],
    ];
    await talk(schedule, modem, 'ATE0\r');
    for (const [line, answer] of steps) assert.equal(await talk(schedule, modem, `${line}\r`), answer, line);
  });

  it('is deaf and garbled at a wrong rate', async () => {
    const schedule = new VirtualSchedule();
    const modem = new SimulatedModem({ name: 'test', summary: '', setup: { baudRate: 9_600 } }, schedule);
    modem.later(100, () => modem.say('RING'));
    const heard = await talk(schedule, modem, 'AT\r');
    assert.doesNotMatch(heard, /[A-Z]/);
    assert.ok(heard.length > 0);
  });

  // With a wrong key nothing can be sent, so these two have their tests where PINs are.
  for (const { name, summary } of SCENARIOS.filter((each) => !['pin', 'puk'].includes(each.name)))
    inEveryChunking(`"${name}": ${summary} - the modem is brought through it`, async (chunkBytes) => {
      const played = { ...findScenario(name), chunkBytes };
      const bench = new ModemBench(played, {
        settings: { gprs: { apn: 'internet', user: '', password: '' } },
      });
      await bench.ready();
      await bench.schedule.pass(10 * 60_000);
      let tries = 0;
      let state = 'failed';
      while (state === 'failed' && (tries += 1) < 6)
        ({ state } = await bench.schedule.outcome(bench.modem.submitPdu(SUBMIT_PDU)));
      assert.equal(state, name === 'silent-after-text' ? 'unknown' : 'submitted');
      assert.equal(bench.simulated.sentPdus.length, 1);
      await bench.stop();
    });

  it('names its scenarios once, and says so when there is none of a name', () => {
    assert.equal(new Set(SCENARIOS.map(({ name }) => name)).size, SCENARIOS.length);
    assert.throws(() => findScenario('nothing'), /There is no scenario "nothing"; there are plain,/);
  });

  it('serves a modem by TCP, with the real network behind it', async () => {
    const echo = createServer((socket) => socket.pipe(socket)).listen(0, '127.0.0.1');
    await once(echo, 'listening');
    const fast = { setup: { searchMs: 10, submitMs: 10 }, name: 'test', summary: '' };
    const server = new SimulatorServer(fast, quick, realFarSide);
    const port = await server.listen(0, '127.0.0.1');
    let isReady: () => void = () => undefined;
    const ready = new Promise<void>((resolve) => (isReady = resolve));
    const gprs = { apn: 'internet', user: '', password: '' };
    const wiring = {
      schedule: realSchedule,
      baudRates: [0],
      openPort: () => TcpPort.open('127.0.0.1', port),
    };
    const modem = new Modem(wiring, { pin: '', storage: 'SM', gprs }, new RememberedPins(), {
      onPdu: () => undefined,
      onState: ({ phase }) => phase === 'ready' && isReady(),
      onLateReference: () => undefined,
    });
    modem.start();
    await ready;
    assert.equal((await modem.submitPdu(SUBMIT_PDU)).state, 'submitted');
    const pipe = await modem.openTcp('127.0.0.1', (echo.address() as AddressInfo).port);
    const heard = new Promise((resolve) => pipe.onData(resolve));
    await pipe.send(Buffer.from('hello'));
    assert.equal(String(await heard), 'hello');
    await modem.stop();
    await server.close();
    await new Promise<void>((resolve) => void echo.close(() => resolve()));
  });
});

const READY = { setup: { searchMs: 0 }, incidents: [] };
const WRONG: [scenario: unknown, error: RegExp][] = [
  [null, /a scenario is an object/],
  [{ summary: 1 }, /summary must be a text/],
  [{ chunkBytes: -1 }, /chunkBytes must be a whole number from 0/],
  [{ setup: [] }, /setup must be an object/],
  [{ setup: { colour: 1 } }, /setup\.colour is unknown; there are baudRate, /],
  [{ setup: { pin: 1234 } }, /setup\.pin must be like ""/],
  [{ setup: { halfTyped: 'letter' } }, /setup\.halfTyped must be like "nothing"/],
  [{ incidents: {} }, /incidents must be a list/],
  [{ incidents: [1] }, /incidents\[0\] must be an object/],
  [
    { incidents: [{ when: { atMs: 1, everyMs: 1 }, what: { kind: 'reset' } }] },
    /incidents\[0\]\.when must be/,
  ],
  [
    { incidents: [{ when: { atMs: 1 }, what: { kind: 'fire' } }] },
    /incidents\[0\]\.what\.kind must be one of silence, /,
  ],
  [
    { incidents: [{ when: { atMs: 1 }, what: { kind: 'simOut' } }] },
    /incidents\[0\]\.what of kind simOut needs forMs/,
  ],
];

describe('scenarios of others', function () {
  this.timeout(60_000);

  let folder: string;
  beforeEach(() => {
    folder = mkdtempSync(path.join(tmpdir(), 'wattkeeper-scenario-'));
  });
  afterEach(() => rmSync(folder, { recursive: true, force: true }));

  it('are read from a file', () => {
    const file = path.join(folder, 'mine.json');
    writeFileSync(file, JSON.stringify(READY));
    assert.deepEqual(findScenario(file), { name: 'mine', summary: '', chunkBytes: 0, ...READY });
    writeFileSync(file, '{');
    assert.throws(() => findScenario(file), /The scenario .*mine\.json cannot be used: /);
    assert.throws(() => findScenario(path.join(folder, 'none.json')), /cannot be used: ENOENT/);
  });

  it('take all that ours are made of', () => {
    for (const { name, ...rest } of SCENARIOS) {
      const { summary, setup = {}, chunkBytes = 0, incidents = [] } = rest;
      const read = checkScenario(JSON.parse(JSON.stringify(rest)), name);
      assert.deepEqual(read, { name, summary, setup, chunkBytes, incidents });
    }
  });

  for (const [scenario, error] of WRONG)
    it(`are refused when they are ${JSON.stringify(scenario)}`, () => {
      assert.throws(() => checkScenario(scenario, 'mine'), error);
    });
});

describe('wattkeeper modem-simulator', function () {
  this.timeout(120_000);

  it('runs until it is told to end, and shows what is sent', async () => {
    const folder = mkdtempSync(path.join(tmpdir(), 'wattkeeper-scenario-'));
    const file = path.join(folder, 'mine.json');
    writeFileSync(file, JSON.stringify({ ...READY, chunkBytes: 1 }));
    const launched = new Launched(['modem-simulator', '--port', '0', file]);
    await launched.until(() => launched.out.includes('listens on'), 'listening');
    const [, name, port] = /\((\w+)\) listens on 127\.0\.0\.1:(\d+)\./.exec(launched.out) ?? [];
    assert.equal(name, 'mine');
    const open = await TcpPort.open('127.0.0.1', Number(port));
    let heard = '';
    open.onData((bytes) => (heard += Buffer.from(bytes).toString('latin1')));
    open.write(Buffer.from('AT+CMGS=17\r'));
    while (!heard.includes('> ')) await new Promise(setImmediate);
    open.write(Buffer.from(`${SUBMIT_PDU}\x1a`));
    await launched.until(() => launched.out.includes('to +9779800000001: Hi'), 'the text');
    await open.close();
    launched.child.kill('SIGTERM');
    assert.equal((await launched.ended()).code, 0);
    rmSync(folder, { recursive: true });
  });

  it('explains itself, and says in one line what is wrong', async () => {
    const { code, out } = await new Launched(['modem-simulator', '--help']).ended();
    assert.equal(code, 0);
    for (const { name } of SCENARIOS) assert.ok(out.includes(`  ${name} `), name);
    for (const [args, error] of [
      [['--port', 'x'], /^--port is a number from 0 to 65535, not x\.\n$/],
      [['--colour'], /^Unknown option '--colour'[^\n]*\n$/],
      [['nothing'], /^There is no scenario "nothing"; [^\n]*\n$/],
      [['--port', '0', '--device', '/proc/none/tty'], /^[^\n]+\n$/],
    ] as const) {
      const wrong = await new Launched(['modem-simulator', ...args]).ended();
      assert.equal(wrong.code, 1);
      assert.match(wrong.err, error);
    }
  });
});
