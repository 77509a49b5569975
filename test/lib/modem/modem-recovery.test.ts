import assert from 'node:assert/strict';
import type { Scenario } from '../../../gateway/modem-simulator/scenario';
import { RUNGS, RecoveryLadder, type Rung, isCureDue } from '../../../nodes/lib/modem/recovery-ladder';
import { ResetWatch } from '../../../nodes/lib/modem/reset-watch';
import { inEveryChunking } from './chunkings';
import { ModemBench, SUBMIT_PDU } from './modem-bench';

const scenario = (rest: Omit<Scenario, 'name' | 'summary'>): Scenario => ({
  name: 'test',
  summary: '',
  ...rest,
});
const MINUTE_MS = 60_000;

describe('recovery ladder', function () {
  this.timeout(60_000);

  it('climbs rung by rung and counts', () => {
    const ladder = new RecoveryLadder(true);
    const climbed = Array.from({ length: 9 }, (_, at) => ladder.climb('retry', at * MINUTE_MS));
    assert.deepEqual(climbed, [...RUNGS, 'powerKey', 'retry', 'shut']);
    const expected: Record<Rung, number> = {
      retry: 2,
      shut: 2,
      radio: 1,
      restart: 1,
      reopen: 1,
      powerKey: 2,
    };
    assert.deepEqual(ladder.counts, expected);
  });

  it('presses the key once more, as it may have switched the modem off, and not a third time', () => {
    const ladder = new RecoveryLadder(true);
    const climb = (): Rung => ladder.climb('reopen', 0);
    assert.deepEqual(Array.from({ length: 6 }, climb), [
      'reopen',
      'powerKey',
      'powerKey',
      'reopen',
      'powerKey',
      'powerKey',
    ]);
    ladder.onWell(0);
    assert.equal(ladder.climb('reopen', 0), 'reopen', 'one that was well in between is on');
  });

  it('ends with the port where no power key is wired', () => {
    const ladder = new RecoveryLadder(false);
    const climbed = Array.from({ length: 4 }, () => ladder.climb('radio', 0));
    assert.deepEqual(climbed, ['radio', 'restart', 'reopen', 'radio']);
    assert.equal(ladder.climb('powerKey', 0), 'reopen');
    assert.equal(ladder.counts.powerKey, 0);
  });

  it('begins where it is told, and gently again after a steady while', () => {
    const ladder = new RecoveryLadder(true);
    assert.equal(ladder.climb('radio', 0), 'radio');
    ladder.onWell(0);
    ladder.onWell(5 * MINUTE_MS);
    assert.equal(ladder.climb('retry', 10 * MINUTE_MS), 'restart', 'ten minutes are not steady yet');
    assert.equal(ladder.climb('retry', 30 * MINUTE_MS), 'reopen', 'it was not well in between');
    ladder.onWell(30 * MINUTE_MS);
    assert.equal(ladder.climb('retry', 40 * MINUTE_MS + 1), 'retry');
  });

  it('waits twice as long for every further cure of failures in a row', () => {
    const due = Array.from({ length: 100 }, (_, count) => count).filter(isCureDue);
    assert.deepEqual(due, [3, 6, 12, 24, 48, 96]);
  });

  it('waits longer after every cure that did not help, up to five minutes', () => {
    const ladder = new RecoveryLadder(false);
    const rests = Array.from({ length: 12 }, () => {
      ladder.climb('reopen', 0);
      return ladder.restMs();
    });
    assert.deepEqual(rests.slice(0, 4), [2_000, 4_000, 8_000, 16_000]);
    assert.equal(rests.at(-1), 300_000);
    ladder.onWell(0);
    ladder.climb('reopen', 0);
    assert.equal(ladder.restMs(), 2_000);
  });
});

describe('reset watch', function () {
  this.timeout(60_000);

  it('suspects the power supply at the third start in ten minutes', () => {
    const watch = new ResetWatch();
    for (const atMs of [0, 5 * MINUTE_MS]) watch.onReset(atMs);
    assert.equal(watch.isPowerSuspect(5 * MINUTE_MS), false);
    watch.onReset(10 * MINUTE_MS);
    assert.equal(watch.isPowerSuspect(10 * MINUTE_MS), true);
    assert.equal(watch.isPowerSuspect(10 * MINUTE_MS + 1), false);
    assert.equal(watch.total, 3);
  });
});

describe('modem: resets', function () {
  this.timeout(60_000);

  inEveryChunking('boots again after a start nobody ordered', async (chunkBytes) => {
    const bench = new ModemBench(scenario({ chunkBytes }));
    await bench.ready();
    const asked = bench.modem.ask('battery');
    bench.simulated.reset(true);
    await bench.phase('starting');
    await bench.phase('ready');
    assert.equal(bench.modem.state.resets, 1);
    assert.equal((await bench.schedule.outcome(asked)).percent, 85, 'a question outlives the start');
    assert.equal(bench.simulated.isEchoOn, false);
    assert.equal((await bench.schedule.outcome(bench.modem.submitPdu(SUBMIT_PDU))).state, 'submitted');
    await bench.stop();
  });

  inEveryChunking('names the power supply when it happens again and again', async (chunkBytes) => {
    const bench = new ModemBench(scenario({ chunkBytes }));
    await bench.ready();
    for (let count = 1; count <= 3; count += 1) {
      assert.equal(bench.modem.state.isPowerSupplySuspect, false);
      bench.simulated.reset(true);
      await bench.phase('starting');
      await bench.phase('ready');
    }
    assert.equal(bench.modem.state.isPowerSupplySuspect, true);
    await bench.stop();
  });

  it('believes a modem that complains about its voltage', async () => {
    const bench = new ModemBench('plain');
    await bench.ready();
    bench.simulated.say('UNDER-VOLTAGE WARNNING');
    await bench.schedule.pass(100);
    assert.equal(bench.modem.state.isPowerSupplySuspect, true);
    await bench.stop();
  });

  inEveryChunking('notices a start that is not said', async (chunkBytes) => {
    const bench = new ModemBench(scenario({ chunkBytes, setup: { baudRate: 0 } }));
    await bench.ready();
    await bench.schedule.pass(3 * MINUTE_MS);
    bench.simulated.reset(false);
    await bench.phase('starting');
    await bench.phase('ready');
    assert.equal(bench.modem.state.resets, 1);
    await bench.stop();
  });

  it('does not take a line that echoes, or a talkative modem, for a start', async () => {
    const bench = new ModemBench('plain');
    await bench.ready();
    await bench.schedule.pass(2 * MINUTE_MS);
    bench.simulated.isEchoOn = true;
    bench.simulated.say('SMS Ready');
    await bench.schedule.pass(10 * MINUTE_MS);
    assert.equal((await bench.schedule.outcome(bench.modem.submitPdu(SUBMIT_PDU))).state, 'submitted');
    assert.equal(bench.modem.state.resets, 0);
    assert.ok(bench.countTyped('AT+CMEE?') < 10);
    await bench.stop();
  });

  it('boots through starts in the middle of booting', async () => {
    const incidents = ['AT+CMGF=0', 'AT+CNMI', 'AT+CPIN?', 'ATE0', 'AT+CMGL'].map((command) => ({
      when: { command, nth: 1 },
      what: { kind: 'reset' as const },
    }));
    const bench = new ModemBench(scenario({ incidents }));
    await bench.ready();
    assert.equal(bench.simulated.starts, 6);
    await bench.stop();
  });
});

describe('modem: ladder', function () {
  this.timeout(60_000);

  inEveryChunking('repeats a question that was not answered', async (chunkBytes) => {
    const incidents = [
      { when: { command: 'AT+CSQ', nth: 1 }, what: { kind: 'silence' as const, isCarriedOut: false } },
    ];
    const bench = new ModemBench(scenario({ chunkBytes, incidents }));
    await bench.ready();
    assert.equal((await bench.schedule.outcome(bench.modem.ask('signal'))).rssi, 18);
    assert.equal(bench.modem.retries, 1);
    assert.equal(bench.modem.state.recoveries.reopen, 0);
    await bench.stop();
  });

  inEveryChunking('opens the port anew for a deaf modem', async (chunkBytes) => {
    const bench = new ModemBench(scenario({ chunkBytes }));
    await bench.ready();
    bench.simulated.befall({ kind: 'deaf', cure: 'reopen' });
    await bench.phase('recovering');
    await bench.phase('ready');
    assert.equal(bench.modem.state.recoveries.reopen, 1);
    await bench.stop();
  });

  inEveryChunking(
    'presses the power key when nothing else helps, and again when that has switched it off',
    async (chunkBytes) => {
      const bench = new ModemBench(scenario({ chunkBytes }), { pressPowerKey: () => Promise.resolve() });
      await bench.ready();
      bench.simulated.befall({ kind: 'deaf', cure: 'powerKey' });
      await bench.phase('recovering');
      await bench.phase('ready');
      const { reopen, powerKey } = bench.modem.state.recoveries;
      assert.ok(reopen >= 1 && powerKey === 2, `${reopen} reopened, ${powerKey} keys`);
      await bench.stop();
    },
  );

  it('switches a modem on again that has switched itself off', async () => {
    const bench = new ModemBench('plain', { pressPowerKey: () => Promise.resolve() });
    await bench.ready();
    bench.simulated.say('UNDER-VOLTAGE POWER DOWN', 'NORMAL POWER DOWN');
    bench.simulated.switchOff();
    await bench.phase('recovering');
    await bench.phase('ready');
    assert.equal(bench.modem.state.recoveries.powerKey, 1);
    await bench.stop();
  });

  it('goes on when the key cannot be pressed', async () => {
    let presses = 0;
    const pressPowerKey = (): Promise<void> => {
      presses += 1;
      return presses === 1 ? Promise.reject(new Error('the line is busy')) : Promise.resolve();
    };
    const bench = new ModemBench('plain', { pressPowerKey });
    await bench.ready();
    bench.simulated.switchOff();
    await bench.phase('recovering');
    await bench.phase('ready');
    assert.equal(presses, 2);
    await bench.stop();
  });

  it('goes on trying for days, without hurry and without growing', async () => {
    const bench = new ModemBench('plain');
    await bench.ready();
    bench.simulated.befall({ kind: 'deaf', cure: 'powerKey' });
    await bench.schedule.pass(24 * 60 * MINUTE_MS);
    const { reopen } = bench.modem.state.recoveries;
    assert.ok(reopen > 24 && reopen < 24 * 20, `${reopen} times in a day`);
    assert.ok(bench.schedule.pendingTimers < 20, `${bench.schedule.pendingTimers} timers`);
    bench.simulated.pressPowerKey();
    await bench.schedule.pass(MINUTE_MS);
    bench.simulated.pressPowerKey();
    await bench.phase('ready');
    await bench.stop();
  });

  inEveryChunking('comes back when the port went away', async (chunkBytes) => {
    const bench = new ModemBench(scenario({ chunkBytes }));
    await bench.ready();
    bench.simulated.befall({ kind: 'portGone' });
    await bench.phase('recovering');
    await bench.phase('ready');
    await bench.stop();
  });

  inEveryChunking(
    'switches the radio off and on when texts are not taken although the network is there',
    async (chunkBytes) => {
      const bench = new ModemBench(scenario({ chunkBytes }));
      await bench.ready();
      bench.simulated.befall({ kind: 'staleRadio' });
      for (let count = 0; count < 3; count += 1)
        assert.equal((await bench.schedule.outcome(bench.modem.submitPdu(SUBMIT_PDU))).state, 'failed');
      await bench.phase('recovering');
      await bench.phase('ready');
      assert.equal(bench.modem.state.recoveries.radio, 1);
      assert.ok(bench.typed.indexOf('AT+CFUN=4') < bench.typed.indexOf('AT+CFUN=1\r'));
      assert.equal((await bench.schedule.outcome(bench.modem.submitPdu(SUBMIT_PDU))).state, 'submitted');
      await bench.stop();
    },
  );

  it('climbs to a restart while the network stays away, with growing patience', async () => {
    const bench = new ModemBench('plain', { pressPowerKey: () => Promise.resolve() });
    await bench.ready();
    bench.simulated.befall({ kind: 'noNetwork', forMs: 100 * 60 * MINUTE_MS });
    await bench.schedule.pass(24 * 60 * MINUTE_MS);
    const { recoveries, resets } = bench.modem.state;
    const all = Object.values(recoveries).reduce((sum, count) => sum + count, 0);
    assert.ok(recoveries.radio >= 1 && recoveries.restart >= 1, JSON.stringify(recoveries));
    assert.ok(all < 40, `${all} cures in a day without a network`);
    assert.equal(resets, 0, 'an ordered restart is none the supply is blamed for');
    await bench.stop();
  });

  it('begins no cure when it is stopped while a text is heard out', async () => {
    const incidents = [
      {
        when: { command: 'AT+CMGS', nth: 1 },
        what: { kind: 'silentAfterBody' as const, isSent: true },
      },
    ];
    const bench = new ModemBench(scenario({ incidents }));
    await bench.ready();
    const text = bench.modem.submitPdu(SUBMIT_PDU);
    await bench.schedule.pass(5_000);
    bench.simulated.say('NORMAL POWER DOWN');
    await bench.schedule.pass(1_000);
    const stopped = bench.modem.stop();
    await bench.schedule.outcome(stopped, 9_000);
    assert.equal((await text).state, 'unknown');
    assert.ok(!bench.phases.includes('recovering'), bench.phases.join());
    bench.simulated.close();
  });

  it('stops at any moment, leaving nothing behind', async () => {
    for (let atMs = 0; atMs < 12_000; atMs += 137) {
      const bench = new ModemBench('plain', { baudRates: [9_600, 115_200] });
      bench.modem.start();
      await bench.schedule.pass(atMs);
      await bench.stop();
      assert.equal(bench.modem.state.phase, 'closed');
      await bench.schedule.pass(1_000);
      assert.equal(bench.schedule.pendingTimers, 0, `stopped at ${atMs} ms`);
    }
  });
});
