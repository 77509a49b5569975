import assert from 'node:assert/strict';
import { once } from 'node:events';
import { connect as connectSocket, createServer, type AddressInfo } from 'node:net';
import { realFarSide } from '../../gateway/modem-simulator/real-far-side';
import { SimulatorServer } from '../../gateway/modem-simulator/simulator-server';
import type { ModemSetup, Scenario } from '../../gateway/modem-simulator/scenario';
import type { PrepaidMessage } from '../../nodes/lib/meter/prepaid-message';
import { readPdu } from '../../nodes/lib/sms/read-pdu';
import { quickSchedule } from '../gateway/modem-device';
import { RunningFlow, withDeadline } from './running-flow';

type Payload = Record<string, unknown>;

/** The last net: the machine may be busy with other things. */
const DEADLINE_MS = 60_000;
const MODEM = {
  id: 'modem',
  type: 'gsm-modem',
  modem: 'port',
  wires: [['result'], ['incoming'], ['state']],
};

describe('gsm-modem', function () {
  this.timeout(2 * DEADLINE_MS);
  let flow: RunningFlow;
  let simulator: SimulatorServer;
  let tcpPort: number;
  const before = process.env['WATTKEEPER_DATA'];

  beforeEach(async () => {
    flow = await RunningFlow.open();
    flow.deadlineMs = DEADLINE_MS;
    process.env['WATTKEEPER_DATA'] = flow.folder;
    await switchOn();
  });
  afterEach(async () => {
    await flow.close();
    await simulator.close();
    if (before === undefined) delete process.env['WATTKEEPER_DATA'];
    else process.env['WATTKEEPER_DATA'] = before;
  });

  async function switchOn(
    setup: Partial<ModemSetup> = {},
    incidents: NonNullable<Scenario['incidents']> = [],
  ): Promise<void> {
    const scenario = { name: 'test', summary: '', setup, incidents };
    simulator = new SimulatorServer(scenario, quickSchedule, realFarSide);
    tcpPort = await simulator.listen(0, '127.0.0.1');
  }

  const port = (extra: object = {}) => ({
    id: 'port',
    type: 'modem-port',
    via: 'tcp',
    host: '127.0.0.1',
    port: String(tcpPort),
    country: 'NP',
    ...extra,
  });
  const start = (portExtra: object = {}, modemExtra: object = {}, credentials: object = {}): Promise<void> =>
    flow.start(
      [
        port(portExtra),
        { ...MODEM, ...modemExtra },
        ...['result', 'incoming', 'state', 'error'].map((id) => ({ id, type: 'helper' })),
        { id: 'catch', type: 'catch', scope: null, uncaught: false, wires: [['error']] },
      ],
      credentials,
    );

  /** The first message at a node that is as wanted; listens from now on. */
  const when = (id: string, isWanted: (payload: Payload) => boolean): Promise<PrepaidMessage> =>
    withDeadline(
      `what is wanted at ${id}`,
      (resolve) =>
        flow.node(id).on('input', (message) => {
          if (isWanted(message.payload as Payload)) resolve(message as PrepaidMessage);
        }),
      DEADLINE_MS,
    );
  const state = (wanted: string) => when('result', ({ state: told }) => told === wanted);
  const phase = (wanted: string) => when('state', ({ phase: told }) => told === wanted);
  const onSent = (hear: (pdu: string) => void): void => {
    simulator.modem.onSent = hear;
  };
  const sentTexts = () =>
    simulator.modem.sentPdus.map((pdu) => {
      const read = readPdu(pdu);
      return read.kind === 'submit' ? [read.to.text, read.text] : [];
    });

  it('sends a text and tells of it until it is delivered', async () => {
    await start();
    const told = [state('queued'), state('submitted'), state('delivered')];
    flow.send('modem', {
      topic: 'hello',
      payload: { to: '980-0000001', text: 'Good evening', messageId: 'm1' },
    });
    const [queued, submitted, delivered] = await Promise.all(told);
    assert.deepEqual(sentTexts(), [['+9779800000001', 'Good evening']]);
    const { messageId, to, parts, sentParts } = delivered!.payload as Payload;
    assert.deepEqual([messageId, to, parts, sentParts], ['m1', '+9779800000001', 1, 1]);
    for (const message of [queued, submitted, delivered]) assert.equal(message!.topic, 'hello');
  });

  it('sends a notice of balance-guard once, however often it is handed over', async () => {
    await start({}, { wantsReport: false });
    const notice = {
      noticeId: 7,
      kind: 'low-credit',
      accountId: 'A1',
      name: 'House 1',
      to: '9800000001',
      language: 'en',
      text: 'Your credit is low',
      atMs: 1_000,
      data: { balanceMicros: 5 },
    };
    const submitted = state('submitted');
    flow.send('modem', { payload: notice });
    const { payload } = await submitted;
    assert.deepEqual((payload as Payload)['subject'], { noticeId: 7, kind: 'low-credit', accountId: 'A1' });
    const again = await flow.ask('modem', { payload: notice }, 'result');
    assert.equal((again.payload as Payload)['state'], 'submitted');
    assert.equal(sentTexts().length, 1);
  });

  it('hands on a text that came in, in parts too, and deletes it then', async () => {
    await start();
    const texts = [when('incoming', () => true), when('incoming', ({ parts }) => parts === 2)];
    simulator.modem.receiveFrom('+9779800000009', 'BALANCE');
    const long = 'ं'.repeat(100);
    simulator.modem.receiveFrom('+9779800000009', long);
    const [short, joined] = await Promise.all(texts);
    assert.equal(short!.topic, '+9779800000009');
    assert.equal((short!.payload as Payload)['text'], 'BALANCE');
    assert.equal((joined!.payload as Payload)['text'], long);
    await untilEmpty();
  });

  /** Asks until nothing lies in the SIM any more; the runner's deadline ends it. */
  async function untilEmpty(): Promise<void> {
    for (;;) {
      const { payload } = await flow.ask('modem', { payload: { ask: 'storage' } }, 'result');
      if ((payload as Payload)['used'] === 0) return;
    }
  }

  it('keeps a text until the flow confirms it, over a restart', async () => {
    await start({}, { confirms: true });
    const first = when('incoming', () => true);
    simulator.modem.receiveFrom('+9779800000009', 'BALANCE');
    const { incomingId } = (await first).payload as Payload;
    assert.equal(simulator.modem.sim.messages.size, 1);
    await flow.stop();
    await start({}, { confirms: true });
    const again = (await when('incoming', () => true)).payload as Payload;
    assert.equal(again['incomingId'], incomingId);
    flow.send('modem', { payload: { took: incomingId } });
    await untilEmpty();
    const error = flow.next('error');
    flow.send('modem', { payload: { took: incomingId } });
    assert.match(errorOf(await error), /payload.took must be a text that is kept/);
  });

  it('leaves texts where they are while nobody is wired to hear of them', async () => {
    await start({}, { wires: [['result'], [], ['state']] });
    const untaken = when('state', ({ untakenTexts }) => untakenTexts === 1);
    simulator.modem.receiveFrom('+9779800000009', 'BALANCE');
    await untaken;
    assert.equal(simulator.modem.sim.messages.size, 1);
  });

  it('answers questions', async () => {
    await start({ balanceCode: '*400#' });
    await phase('ready');
    const ask = async (payload: Payload): Promise<Payload> =>
      (await flow.ask('modem', { payload }, 'result')).payload as Payload;
    assert.equal((await ask({ ask: 'signal' }))['dbm'], -77);
    assert.equal((await ask({ ask: 'operator' }))['name'], 'Nepal Telecom');
    assert.equal((await ask({ ask: 'battery' }))['percent'], 85);
    assert.deepEqual(await ask({ ask: 'imei' }), { ask: 'imei', imei: '490154203237518' });
    assert.equal((await ask({ ask: 'balance' }))['text'], 'Balance: Rs 87.50');
    assert.equal((await ask({ ask: 'ussd', code: '*999#' }))['outcome'], 'unsupported');
    await ask({ ask: 'saveContact', name: 'Märta', number: '+9779800000001' });
    const contact = { index: 1, number: '+9779800000001', name: 'Märta' };
    assert.deepEqual((await ask({ ask: 'contacts' }))['contacts'], [contact]);
    assert.deepEqual((await ask({ ask: 'contacts', search: 'Mä' }))['contacts'], [contact]);
    assert.deepEqual((await ask({ ask: 'contacts', search: 'X' }))['contacts'], []);
    await ask({ ask: 'eraseContact', index: 1 });
    assert.deepEqual((await ask({ ask: 'contacts' }))['contacts'], []);
    assert.deepEqual((await ask({ ask: 'storeText', to: '9800000001', text: 'Later' }))['slots'], [1]);
    assert.deepEqual((await ask({ ask: 'texts' }))['texts'], [
      { slot: 1, stored: 'draft', to: '+9779800000001', text: 'Later' },
    ]);
    await ask({ ask: 'eraseText', slot: 1 });
    assert.deepEqual((await ask({ ask: 'texts' }))['texts'], []);
  });

  const WRONG: [payload: unknown, error: RegExp][] = [
    [undefined, /payload must be a notice, \{to, text\}, \{ask\} or \{took\}, got missing/],
    ['hello', /payload must be a notice/],
    [{ to: '9800000001' }, /payload.text must be a text, got missing/],
    [{ to: '12', text: 'x' }, /to must be a phone number: 10 digits in NP/],
    [{ text: 'x' }, /to must be a phone number as text, got "missing"/],
    [
      { to: '9800000001', text: 'x', priority: 'soon' },
      /payload.priority must be urgent, normal, low, got soon/,
    ],
    [{ to: '9800000001', text: 'x', validityHours: 0 }, /payload.validityHours must be more than 0/],
    [{ to: '9800000001', text: 'x'.repeat(1_000) }, /text must fit in 4 messages, got one that needs 7/],
    [{ ask: 'weather' }, /payload.ask must be one of signal, .*contacts.*, got weather/],
    [{ ask: 'constructor' }, /payload.ask must be one of/],
    [{ ask: 'ussd' }, /payload.code must be a text, got missing/],
    [{ ask: 'eraseText', slot: 'one' }, /payload.slot must be a whole number, got one/],
    [{ ask: 'text', messageId: 'nobody' }, /payload.messageId must be a text that waits or is known/],
    [{ ask: 'balance' }, /set the code for the SIM's balance at the modem port first/],
  ];
  it('says what is wrong with a message, by field and value', async () => {
    await start();
    for (const [payload, expected] of WRONG) {
      const error = flow.next('error');
      flow.send('modem', { payload });
      assert.match(errorOf(await error), expected);
    }
    assert.equal(simulator.modem.sentPdus.length, 0);
  });

  it('refuses what the lists and the budget do not allow, with the reason', async () => {
    await start({ deny: '+97716, +1900', monthlyBudget: '1' });
    const result = async (payload: Payload) =>
      (await flow.ask('modem', { payload }, 'result')).payload as Payload;
    const denied = await result({ to: '+1 900 555 0100', text: 'x' });
    assert.deepEqual(
      [denied['state'], denied['reason']],
      ['failed', '+19005550100 is on the list of denied numbers (+1900)'],
    );
    assert.equal((await result({ to: '9800000001', text: 'x' }))['state'], 'queued');
    const dear = await result({ to: '9800000001', text: 'y' });
    assert.equal(dear['state'], 'failed');
    assert.match(String(dear['reason']), /^the budget of 1 normal messages for \d{4}-\d\d has no room/);
  });

  it('sends in the end what waited while Node-RED was down, and nothing twice', async () => {
    await simulator.close();
    await switchOn({ registration: 0 });
    await start({}, { wantsReport: false });
    for (const text of ['one', 'two'])
      await flow.ask('modem', { payload: { to: '9800000001', text, messageId: text } }, 'result');
    await flow.stop();
    await simulator.close();
    await switchOn();
    await start({}, { wantsReport: false });
    const both = ['one', 'two'].map((text) =>
      when('result', ({ messageId, state: told }) => messageId === text && told === 'submitted'),
    );
    await Promise.all(both);
    assert.deepEqual(
      sentTexts().map(([, text]) => text),
      ['one', 'two'],
    );
  });

  it('calls a text unknown that was under way when Node-RED stopped, and sends it once more only when told', async () => {
    await simulator.close();
    const silent = { kind: 'silentAfterBody', isSent: true } as const;
    await switchOn({}, [{ when: { command: 'AT+CMGS', nth: 1 }, what: silent }]);
    await start({}, { wantsReport: false });
    await flow.ask('modem', { payload: { to: '9800000001', text: 'x', messageId: 'm' } }, 'result');
    const isSent = withDeadline<string>('the text', onSent, DEADLINE_MS);
    await isSent;
    await flow.stop();
    await start({}, { wantsReport: false });
    const { payload } = await flow.ask('modem', { payload: { ask: 'text', messageId: 'm' } }, 'result');
    assert.equal((payload as Payload)['state'], 'unknown');
    await phase('ready');
    assert.equal(simulator.modem.sentPdus.length, 1);
    const again = withDeadline<string>('the text again', onSent, DEADLINE_MS);
    flow.send('modem', { payload: { ask: 'sendAgain', messageId: 'm' } });
    await again;
    assert.equal(simulator.modem.sentPdus.length, 2);
  });

  it('opens the SIM with the PIN, and never sends a wrong one again', async () => {
    await simulator.close();
    await switchOn({ pin: '1234' });
    const withPin = (pin: string) => start({}, {}, { port: { pin } });
    await withPin('9999');
    await phase('pinRefused');
    await flow.stop();
    await withPin('9999');
    await phase('pinRefused');
    assert.equal(simulator.modem.sim.pinEntries, 1);
    await flow.stop();
    await withPin('1234');
    await phase('ready');
    assert.equal(simulator.modem.sim.pinEntries, 2);
  });

  it('lets go of the modem although a program waits for a connection', async () => {
    await simulator.close();
    const localPort = await freePort();
    const data = { mode: 'both', apn: 'internet', target: '127.0.0.1:9', localPort: String(localPort) };
    await start(data);
    const socket = connectSocket(localPort, '127.0.0.1');
    await once(socket, 'connect');
    // However it ends: the tunnel cuts it off.
    socket.on('error', () => undefined);
    const ended = new Promise((resolve) => socket.once('close', resolve));
    socket.write('x');
    await phase('recovering');
    await flow.stop();
    await ended;
    await switchOn();
    await start();
    await phase('ready');
  });

  it('leads other programs through the modem', async () => {
    const echo = createServer((socket) => socket.pipe(socket)).listen(0, '127.0.0.1');
    await once(echo, 'listening');
    const localPort = await freePort();
    const target = `127.0.0.1:${(echo.address() as AddressInfo).port}`;
    await start({ mode: 'both', apn: 'internet', target, localPort: String(localPort) });
    await phase('ready');
    for (const text of ['hello', 'again']) {
      const socket = connectSocket(localPort, '127.0.0.1');
      socket.write(text);
      const [heard] = (await once(socket, 'data')) as [Buffer];
      assert.equal(heard.toString(), text);
      socket.destroy();
      await once(socket, 'close');
    }
    const submitted = state('submitted');
    flow.send('modem', { payload: { to: '9800000001', text: 'beside the data' } });
    await submitted;
    await new Promise((resolve) => echo.close(resolve));
  });

  it('sends no texts where the modem is for data only', async () => {
    await start({ mode: 'data', apn: 'internet' });
    const error = flow.next('error');
    flow.send('modem', { payload: { to: '9800000001', text: 'x' } });
    assert.match(errorOf(await error), /this modem is set up for data only/);
  });

  it('names the setting that is wrong, also on every message', async () => {
    for (const [extra, expected] of [
      [{ country: 'ZZ' }, /country must be empty or a known ISO 3166 code/],
      [{ port: '0' }, /port must be a whole number from 1 to 65535/],
      [{ via: 'serial', baudRate: 'fast' }, /baudRate must be a whole number/],
      [{ mode: 'both' }, /apn must be given for data/],
      [{ messagesPerHour: '0' }, /messagesPerHour must be a whole number from 1 to 3600/],
      [{ configVersion: 9 }, /saved by a newer version \(9\)/],
    ] as const) {
      await start(extra);
      const error = flow.next('error');
      flow.send('modem', { payload: { ask: 'signal' } });
      assert.match(errorOf(await error), expected);
      await flow.stop();
    }
  });

  it('goes on when the modem is gone and comes back', async () => {
    await start();
    await phase('ready');
    const recovering = phase('recovering');
    simulator.modem.befall({ kind: 'portGone' });
    await recovering;
    await phase('ready');
    const submitted = state('submitted');
    flow.send('modem', { payload: { to: '9800000001', text: 'back' } });
    await submitted;
  });
});

async function freePort(): Promise<number> {
  const free = createServer().listen(0, '127.0.0.1');
  await once(free, 'listening');
  const { port } = free.address() as AddressInfo;
  await new Promise((resolve) => free.close(resolve));
  return port;
}

function errorOf(message: PrepaidMessage): string {
  return (message['error'] as { message: string }).message;
}
