import assert from 'node:assert/strict';
import { findScenario } from '../../../gateway/modem-simulator/find-scenario';
import type { Scenario } from '../../../gateway/modem-simulator/scenario';
import { inEveryChunking } from './chunkings';
import { ModemBench, RememberedPins, SUBMIT_PDU } from './modem-bench';

const scenario = (rest: Omit<Scenario, 'name' | 'summary'>): Scenario => ({
  name: 'test',
  summary: '',
  ...rest,
});

describe('modem: boot', function () {
  this.timeout(60_000);

  inEveryChunking('goes from a closed port to ready', async (chunkBytes) => {
    const bench = new ModemBench(scenario({ chunkBytes }));
    await bench.ready();
    assert.deepEqual(bench.phases, ['opening', 'starting', 'searching', 'ready']);
    const { identity, charset, baudRate, storage } = bench.modem.state;
    assert.equal(identity?.imei, '490154203237518');
    assert.equal(identity.iccid, '8997701234567890123');
    assert.equal(identity.model, 'SIMCOM_SIM800L');
    assert.deepEqual([charset, baudRate, storage], ['UCS2', 115_200, { used: 0, total: 20 }]);
    const order = [
      'ATE0V1',
      'AT+CMEE=1',
      'AT+CPIN?',
      'AT+CMGF=0',
      'AT+CSCS=',
      'AT+CPMS=',
      'AT+CNMI=',
      'AT+CREG=1',
      'AT+CMGL=4',
    ];
    const places = order.map((command) => bench.typed.lastIndexOf(command));
    assert.deepEqual(
      places,
      [...places].sort((a, b) => a - b),
      'the steps come in their order',
    );
    assert.ok(places.every((place) => place >= 0));
    await bench.stop();
    assert.equal(bench.schedule.pendingTimers, 0, 'nothing is left running');
  });

  for (const halfTyped of ['message', 'data'] as const)
    inEveryChunking(`leaves a half-typed ${halfTyped} without sending it`, async (chunkBytes) => {
      const bench = new ModemBench(scenario({ chunkBytes, setup: { halfTyped } }));
      await bench.ready();
      assert.equal(bench.typed.includes('\x1a'), false, 'no Ctrl-Z');
      assert.deepEqual(bench.simulated.sentPdus, []);
      await bench.stop();
    });

  it('looks for the modem at every rate', async () => {
    const bench = new ModemBench(scenario({ setup: { baudRate: 9_600 } }), {
      baudRates: [115_200, 57_600, 9_600],
    });
    await bench.ready();
    assert.deepEqual(bench.opened, [115_200, 57_600, 9_600]);
    assert.equal(bench.modem.state.baudRate, 9_600);
    await bench.stop();
  });

  it('tells a modem that finds its rate by itself to keep it', async () => {
    const bench = new ModemBench(scenario({ setup: { baudRate: 0 } }));
    await bench.ready();
    assert.equal(bench.simulated.baudRate, 115_200);
    await bench.stop();
  });

  it('takes another character set when UCS2 is not known', async () => {
    const bench = new ModemBench(scenario({ setup: { knowsUcs2: false } }));
    await bench.ready();
    assert.equal(bench.modem.state.charset, 'GSM');
    await bench.stop();
  });

  it('waits for a SIM that is busy after its PIN', async () => {
    const incidents = [1, 2, 3].map((nth) => ({
      when: { command: 'AT+CMGF=0', nth },
      what: { kind: 'answer' as const, lines: ['+CMS ERROR: 314'] },
    }));
    const bench = new ModemBench(scenario({ incidents }));
    await bench.ready();
    assert.equal(bench.countTyped('AT+CMGF=0\r'), 4);
    await bench.stop();
  });

  it('says that the network does not want this SIM', async () => {
    const bench = new ModemBench(scenario({ setup: { registration: 3 } }));
    bench.modem.start();
    await bench.phase('denied');
    const result = bench.schedule.outcome(bench.modem.submitPdu(SUBMIT_PDU, 30_000));
    assert.equal((await result).state, 'failed');
    assert.equal(bench.simulated.sentPdus.length, 0);
    await bench.stop();
  });
});

describe('modem: PIN', function () {
  this.timeout(60_000);

  const PIN = '1234';
  const withPin = (tries = 3): Scenario => scenario({ setup: { pin: PIN, pinTries: tries } });

  inEveryChunking('opens the SIM', async (chunkBytes) => {
    const bench = new ModemBench({ ...withPin(), chunkBytes }, { settings: { pin: PIN } });
    await bench.ready();
    assert.equal(bench.simulated.sim.pinEntries, 1);
    await bench.stop();
  });

  it('opens it again after every start', async () => {
    const bench = new ModemBench(withPin(), { settings: { pin: PIN } });
    await bench.ready();
    bench.simulated.reset(true);
    await bench.phase('starting');
    await bench.phase('ready');
    assert.equal(bench.simulated.sim.pinEntries, 2);
    await bench.stop();
  });

  inEveryChunking('never sends a wrong PIN twice, whatever starts anew', async (chunkBytes) => {
    const pins = new RememberedPins();
    const bench = new ModemBench({ ...withPin(), chunkBytes }, { settings: { pin: '9999' }, pins });
    bench.modem.start();
    await bench.phase('pinRefused');
    bench.simulated.reset(true);
    await bench.schedule.pass(3_600_000);
    assert.equal(bench.modem.state.phase, 'pinRefused');
    await bench.stop();
    assert.equal(bench.simulated.sim.triesLeft, 2);

    const next = new ModemBench({ ...withPin(2), chunkBytes }, { settings: { pin: '9999' }, pins });
    next.modem.start();
    await next.schedule.pass(3_600_000);
    assert.equal(next.modem.state.phase, 'pinRefused', 'remembered by the next process');
    assert.equal(next.simulated.sim.pinEntries, 0);
    await next.stop();
  });

  it('sends the right PIN again to a SIM that was only busy', async () => {
    for (const line of ['+CME ERROR: 14', 'ERROR']) {
      const incidents = [
        { when: { command: 'AT+CPIN="', nth: 1 }, what: { kind: 'answer' as const, lines: [line] } },
      ];
      const bench = new ModemBench({ ...withPin(), incidents }, { settings: { pin: PIN } });
      const { sim } = bench.simulated;
      const enter = sim.enter.bind(sim);
      sim.enter = () => {
        sim.enter = enter;
        return false;
      };
      await bench.ready();
      assert.deepEqual([bench.countTyped('AT+CPIN="'), [...bench.pins.records.values()]], [2, ['accepted']]);
      await bench.stop();
    }
  });

  it('takes a refusal without a reason for a wrong PIN when a try was lost', async () => {
    const incidents = [
      { when: { command: 'AT+CPIN="', nth: 1 }, what: { kind: 'answer' as const, lines: ['ERROR'] } },
    ];
    const bench = new ModemBench({ ...withPin(), incidents }, { settings: { pin: '9999' } });
    bench.modem.start();
    await bench.phase('pinRefused');
    await bench.schedule.pass(3_600_000);
    assert.equal(bench.countTyped('AT+CPIN="'), 1);
    await bench.stop();
  });

  it('tries another PIN and another SIM', async () => {
    const pins = new RememberedPins();
    pins.records.set('8997701234567890123 9999', 'refused');
    const other = new ModemBench(withPin(2), { settings: { pin: PIN }, pins });
    await other.ready();
    await other.stop();
    const sim = scenario({ setup: { pin: '9999', iccid: '8997709999999999999' } });
    const another = new ModemBench(sim, { settings: { pin: '9999' }, pins });
    await another.ready();
    await another.stop();
  });

  it('does not send a PIN whose fate a power cut has hidden, unless no try was lost', async () => {
    for (const [tries, phase, entries] of [
      [2, 'pinRefused', 0],
      [3, 'ready', 1],
    ] as const) {
      const pins = new RememberedPins();
      pins.records.set(`8997701234567890123 ${PIN}`, 'trying');
      const bench = new ModemBench(withPin(tries), { settings: { pin: PIN }, pins });
      bench.modem.start();
      await bench.phase(phase);
      assert.equal(bench.simulated.sim.pinEntries, entries);
      await bench.stop();
    }
  });

  it('writes the try down before it is made', async () => {
    const incidents = [
      { when: { command: 'AT+CPIN=' }, what: { kind: 'silence' as const, isCarriedOut: false } },
    ];
    const bench = new ModemBench({ ...withPin(2), incidents }, { settings: { pin: PIN } });
    bench.modem.start();
    await bench.schedule.until(() => bench.countTyped('AT+CPIN="') > 0, 'the PIN is sent');
    assert.deepEqual([...bench.pins.records.values()], ['trying']);
    await bench.schedule.pass(3_600_000);
    assert.equal(bench.countTyped('AT+CPIN="'), 1, 'and not made again while its fate is unknown');
    await bench.stop();
  });

  inEveryChunking('never touches a PUK', async (chunkBytes) => {
    const bench = new ModemBench({ ...findScenario('puk'), chunkBytes }, { settings: { pin: PIN } });
    bench.modem.start();
    await bench.phase('pukNeeded');
    await bench.schedule.pass(600_000);
    assert.equal(bench.countTyped('AT+CPIN='), 0);
    assert.equal(bench.simulated.sim.pinEntries, 0);
    await bench.stop();
  });

  it('says when a PIN is missing', async () => {
    const bench = new ModemBench(withPin());
    bench.modem.start();
    await bench.phase('pinMissing');
    await bench.stop();
  });

  it('shows the PIN to nobody', async () => {
    const bench = new ModemBench(withPin(), { settings: { pin: '9876' } });
    bench.modem.start();
    await bench.phase('pinRefused');
    assert.doesNotMatch(JSON.stringify(bench.states), /9876/);
    await bench.stop();
  });
});

describe('modem: SIM', function () {
  this.timeout(60_000);

  inEveryChunking('notices that the SIM is pulled out and put back', async (chunkBytes) => {
    const bench = new ModemBench(scenario({ chunkBytes }));
    await bench.ready();
    bench.simulated.befall({ kind: 'simOut', forMs: 60_000 });
    await bench.phase('noSim');
    await bench.phase('ready');
    assert.equal(bench.modem.state.resets, 0, 'that is no start of the modem');
    await bench.stop();
  });

  it('waits for a SIM that is not there yet', async () => {
    const bench = new ModemBench(scenario({ setup: { isSimIn: false } }));
    bench.modem.start();
    await bench.phase('noSim');
    bench.simulated.sim.isIn = true;
    await bench.phase('ready');
    await bench.stop();
  });
});
