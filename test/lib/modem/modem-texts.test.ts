import assert from 'node:assert/strict';
import type { Incident, Scenario } from '../../../gateway/modem-simulator/scenario';
import { pduBody, tpduLength } from '../../../nodes/lib/modem/message-shelf';
import { inEveryChunking } from './chunkings';
import {
  DELIVER_PDU,
  ModemBench,
  OTHER_DELIVER_PDU,
  SUBMIT_PDU,
  SUBMIT_WITH_REPORT_PDU,
} from './modem-bench';

const scenario = (rest: Omit<Scenario, 'name' | 'summary'>): Scenario => ({
  name: 'test',
  summary: '',
  ...rest,
});
const atText = (nth: number, what: Incident['what']): Incident => ({
  when: { command: 'AT+CMGS', nth },
  what,
});

async function submitted(bench: ModemBench, pdu = SUBMIT_PDU) {
  return bench.schedule.outcome(bench.modem.submitPdu(pdu));
}

describe('modem: sending texts', function () {
  this.timeout(60_000);

  inEveryChunking('hands a PDU to the network', async (chunkBytes) => {
    const bench = new ModemBench(scenario({ chunkBytes }));
    await bench.ready();
    assert.deepEqual(await submitted(bench), { state: 'submitted', reference: 1 });
    assert.deepEqual(bench.simulated.sentPdus, [SUBMIT_PDU]);
    await bench.stop();
  });

  inEveryChunking('hears the delivery report', async (chunkBytes) => {
    const bench = new ModemBench(scenario({ chunkBytes }));
    await bench.ready();
    await submitted(bench, SUBMIT_WITH_REPORT_PDU);
    await bench.schedule.until(() => bench.received.length > 0, 'the report comes');
    assert.deepEqual(bench.received, [
      { pdu: '0006010D91799708000000F1621112710000326211127100003200', slot: null },
    ]);
    await bench.stop();
  });

  inEveryChunking('gets through a storm of unsolicited lines', async (chunkBytes) => {
    const storm = new ModemBench({ ...scenario({ chunkBytes }), incidents: stormIncidents() });
    await storm.ready();
    for (let count = 1; count <= 5; count += 1)
      assert.deepEqual(await submitted(storm), { state: 'submitted', reference: count });
    assert.equal(storm.modem.state.resets, 0);
    await storm.stop();
  });

  inEveryChunking('calls a text without a prompt failed, and may send it again', async (chunkBytes) => {
    const bench = new ModemBench(scenario({ chunkBytes, incidents: [atText(1, { kind: 'noPrompt' })] }));
    await bench.ready();
    const result = await submitted(bench);
    assert.equal(result.state === 'failed' && result.mayRetry, true);
    assert.deepEqual(bench.simulated.sentPdus, []);
    assert.equal((await submitted(bench)).state, 'submitted');
    await bench.stop();
  });

  for (const isSent of [true, false])
    inEveryChunking(
      `calls silence after Ctrl-Z unknown (${isSent ? 'sent' : 'not sent'})`,
      async (chunkBytes) => {
        const incidents = [atText(1, { kind: 'silentAfterBody', isSent })];
        const bench = new ModemBench(scenario({ chunkBytes, incidents }));
        await bench.ready();
        assert.equal((await submitted(bench)).state, 'unknown');
        await bench.schedule.pass(3_600_000);
        assert.equal(bench.simulated.sentPdus.length, isSent ? 1 : 0, 'it is never sent again by itself');
        await bench.stop();
      },
    );

  inEveryChunking('hears the reference that comes after the deadline', async (chunkBytes) => {
    const incidents = [atText(1, { kind: 'silentAfterBody', isSent: true, lateByMs: 63_000 })];
    const bench = new ModemBench(scenario({ chunkBytes, incidents }));
    await bench.ready();
    assert.equal((await submitted(bench)).state, 'unknown');
    await bench.schedule.pass(10_000);
    assert.deepEqual(bench.lateReferences, [1]);
    assert.deepEqual(await submitted(bench), { state: 'submitted', reference: 2 });
    await bench.stop();
  });

  inEveryChunking('does not take the late answer of one text for that of another', async (chunkBytes) => {
    for (const isLastAnswered of [true, false]) {
      const incidents = [atText(2, { kind: 'silentAfterBody', isSent: true, lateByMs: 61_000 })];
      if (!isLastAnswered) incidents.push(atText(4, { kind: 'silentAfterBody', isSent: false }));
      const bench = new ModemBench(scenario({ chunkBytes, incidents }));
      await bench.ready();
      const states = [];
      for (let count = 1; count <= 4; count += 1) states.push((await submitted(bench)).state);
      assert.deepEqual(states, ['submitted', 'unknown', 'submitted', 'unknown'], 'the last was told 2');
      await bench.schedule.pass(70_000);
      assert.deepEqual(bench.lateReferences, isLastAnswered ? [4] : []);
      await bench.schedule.pass(300_000);
      assert.equal((await submitted(bench)).state, 'submitted', 'after a while all is clear again');
      await bench.stop();
    }
  });

  inEveryChunking('believes a reference that comes just after the deadline', async (chunkBytes) => {
    const incidents = [atText(1, { kind: 'silentAfterBody', isSent: true, lateByMs: 59_200 })];
    const bench = new ModemBench(scenario({ chunkBytes, incidents }));
    await bench.ready();
    assert.deepEqual(await submitted(bench), { state: 'submitted', reference: 1 });
    assert.deepEqual(await submitted(bench), { state: 'submitted', reference: 2 });
    await bench.stop();
  });

  inEveryChunking('calls a start under a sent text unknown', async (chunkBytes) => {
    const bench = new ModemBench(scenario({ chunkBytes, setup: { submitMs: 20_000 } }));
    await bench.ready();
    const result = bench.modem.submitPdu(SUBMIT_PDU);
    await bench.schedule.pass(5_000);
    bench.simulated.reset(true);
    assert.equal((await bench.schedule.outcome(result)).state, 'unknown');
    await bench.phase('ready');
    assert.equal(bench.simulated.sentPdus.length, 1);
    await bench.stop();
  });

  for (const [line, mayRetry] of [
    ['+CMS ERROR: 42', true],
    ['+CMS ERROR: 21', false],
    ['ERROR', false],
  ] as const)
    it(`tells what ${line} means`, async () => {
      const incidents = [atText(1, { kind: 'answer', lines: [line] })];
      const bench = new ModemBench(scenario({ incidents }));
      await bench.ready();
      const result = await submitted(bench);
      assert.ok(result.state === 'failed');
      assert.equal(result.mayRetry, mayRetry);
      await bench.stop();
    });

  it('waits for the network, and gives the text back when that takes too long', async () => {
    const bench = new ModemBench('plain');
    await bench.ready();
    bench.simulated.befall({ kind: 'noNetwork', forMs: 100_000 });
    await bench.phase('searching');
    const patient = bench.modem.submitPdu(SUBMIT_PDU);
    const impatient = await bench.schedule.outcome(bench.modem.submitPdu(SUBMIT_PDU, 20_000));
    assert.equal(impatient.state, 'failed');
    assert.equal((await bench.schedule.outcome(patient)).state, 'submitted');
    assert.equal(bench.simulated.sentPdus.length, 1);
    await bench.stop();
  });

  it('takes no more texts than it has room for', async () => {
    const bench = new ModemBench('plain');
    const results = Array.from({ length: 65 }, () => bench.modem.submitPdu(SUBMIT_PDU));
    const last = await results[64]!;
    assert.match(last.state === 'failed' ? last.reason : '', /too many/);
    const stopping = bench.stop();
    for (const result of results)
      assert.equal((await result).state, 'failed', 'each gets its answer at the end');
    await stopping;
  });

  it('refuses what is no PDU before it reaches the modem', async () => {
    const bench = new ModemBench('plain');
    await bench.ready();
    for (const pdu of ['', '0', 'hello', '00', '0011\r', 'FF00', '00'.repeat(200)]) {
      const result = await submitted(bench, pdu);
      assert.equal(result.state === 'failed' && !result.mayRetry, true, pdu);
    }
    assert.equal(bench.countTyped('AT+CMGS'), 0);
    await bench.stop();
  });

  it('counts the octets after the service centre', () => {
    assert.equal(tpduLength(SUBMIT_PDU), SUBMIT_PDU.length / 2 - 1);
    assert.equal(tpduLength(DELIVER_PDU), DELIVER_PDU.length / 2 - 9);
    assert.equal(pduBody('00').toString('latin1'), '00\x1a');
  });
});

function stormIncidents(): Incident[] {
  const lines = ['RING', '+CREG: 1', '+CMTE: 1', 'Call Ready', '+CLIP: "+977980",145,"",0,"",0', '+CGREG: 1'];
  const commands = ['AT+CMGS', 'AT+CREG', 'AT+CMGL', 'AT+CPMS', 'AT+CSQ', 'AT+CMGR', 'AT+CPIN'];
  return [
    ...commands.map((command) => ({ when: { command }, what: { kind: 'say' as const, lines } })),
    { when: { everyMs: 900 }, what: { kind: 'say', lines } },
  ];
}

describe('modem: receiving texts', function () {
  this.timeout(60_000);

  inEveryChunking('tells a text once, and deletes it when it was taken', async (chunkBytes) => {
    const bench = new ModemBench(scenario({ chunkBytes }));
    await bench.ready();
    bench.simulated.receiveText(DELIVER_PDU);
    await bench.schedule.until(() => bench.received.length === 1, 'the text is told');
    assert.deepEqual(bench.received, [{ pdu: DELIVER_PDU, slot: 1 }]);
    await bench.schedule.pass(3_600_000);
    assert.equal(bench.received.length, 1, 'sweeps do not tell it again');
    assert.equal(bench.simulated.sim.messages.size, 1, 'it is not deleted before somebody took it');
    await bench.schedule.outcome(bench.modem.release(bench.received[0]!));
    assert.equal(bench.simulated.sim.messages.size, 0);
    await bench.stop();
  });

  inEveryChunking('sweeps what was stored before', async (chunkBytes) => {
    const setup = { storedPdus: [DELIVER_PDU, OTHER_DELIVER_PDU] };
    const bench = new ModemBench(scenario({ chunkBytes, setup }));
    await bench.ready();
    await bench.schedule.until(() => bench.received.length === 2, 'both are told');
    assert.deepEqual(bench.received, [
      { pdu: DELIVER_PDU, slot: 1 },
      { pdu: OTHER_DELIVER_PDU, slot: 2 },
    ]);
    await bench.stop();
  });

  it('finds a text whose notice was lost', async () => {
    const bench = new ModemBench('plain');
    await bench.ready();
    bench.simulated.sim.store(DELIVER_PDU, 0);
    await bench.schedule.until(() => bench.received.length === 1, 'the sweep finds it', 700_000);
    await bench.stop();
  });

  it('tells an untaken text again to the next process', async () => {
    const bench = new ModemBench(scenario({ setup: { storedPdus: [DELIVER_PDU] } }));
    await bench.ready();
    await bench.schedule.until(() => bench.received.length === 1, 'it is told');
    await bench.stop();
    assert.equal(bench.simulated.sim.messages.size, 1);
  });

  inEveryChunking('deletes the slot that was taken and no other', async (chunkBytes) => {
    const setup = { storedPdus: [DELIVER_PDU, OTHER_DELIVER_PDU] };
    const bench = new ModemBench(scenario({ chunkBytes, setup }));
    await bench.ready();
    await bench.schedule.until(() => bench.received.length === 2, 'both are told');
    await bench.schedule.outcome(bench.modem.release(bench.received[1]!));
    assert.deepEqual([...bench.simulated.sim.messages.keys()], [1]);
    await bench.stop();
  });

  it('does not delete another text that lies in the slot after a start', async () => {
    const bench = new ModemBench(scenario({ setup: { storedPdus: [DELIVER_PDU] } }));
    await bench.ready();
    await bench.schedule.until(() => bench.received.length === 1, 'it is told');
    bench.simulated.reset(true);
    bench.simulated.sim.messages.set(1, { status: 0, pdu: OTHER_DELIVER_PDU });
    await bench.schedule.outcome(bench.modem.release(bench.received[0]!));
    await bench.phase('ready');
    await bench.schedule.until(() => bench.received.length === 2, 'the other one is told');
    assert.equal(bench.simulated.sim.messages.get(1)?.pdu, OTHER_DELIVER_PDU);
    await bench.stop();
  });

  it('deletes a taken text after a start too', async () => {
    const bench = new ModemBench(scenario({ setup: { storedPdus: [DELIVER_PDU] } }));
    await bench.ready();
    await bench.schedule.until(() => bench.received.length === 1, 'it is told');
    bench.simulated.reset(true);
    await bench.phase('starting');
    await bench.phase('ready');
    await bench.schedule.outcome(bench.modem.release(bench.received[0]!));
    assert.equal(bench.simulated.sim.messages.size, 0);
    assert.equal(bench.received.length, 1, 'the same text is not told twice');
    await bench.stop();
  });

  inEveryChunking('warns of a full storage, and hears what waited when there is room', async (chunkBytes) => {
    const setup = { storageSize: 2, storedPdus: [DELIVER_PDU, OTHER_DELIVER_PDU] };
    const bench = new ModemBench(scenario({ chunkBytes, setup }));
    await bench.ready();
    assert.equal(bench.modem.state.isStorageFull, true);
    bench.simulated.receiveText(DELIVER_PDU);
    await bench.schedule.pass(5_000);
    await bench.schedule.outcome(bench.modem.release(bench.received[0]!));
    await bench.schedule.until(() => bench.received.length === 3, 'the waiting text comes');
    await bench.schedule.outcome(bench.modem.release(bench.received[1]!));
    await bench.schedule.until(() => !bench.modem.state.isStorageFull, 'the warning ends', 70_000);
    await bench.stop();
  });

  it('reads, lists and writes stored texts', async () => {
    const bench = new ModemBench('plain');
    await bench.ready();
    const slot = await bench.schedule.outcome(bench.modem.writeText(SUBMIT_PDU));
    assert.equal(slot, 1);
    const list = await bench.schedule.outcome(bench.modem.listTexts());
    assert.deepEqual(list, [{ slot: 1, status: 2, pdu: SUBMIT_PDU }]);
    await bench.schedule.pass(700_000);
    assert.deepEqual(bench.received, [], 'a draft is no received text');
    await bench.stop();
  });
});
