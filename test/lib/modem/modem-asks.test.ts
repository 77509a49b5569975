import assert from 'node:assert/strict';
import type { AtFault } from '../../../nodes/lib/modem/at-fault';
import {
  readBattery,
  readClock,
  readOperator,
  readRegistration,
  readSignal,
} from '../../../nodes/lib/modem/modem-facts';
import { inEveryChunking } from './chunkings';
import { ModemBench } from './modem-bench';

const ucs2 = (text: string) => Buffer.from(text, 'utf16le').swap16().toString('hex').toUpperCase();

describe('modem: facts', function () {
  this.timeout(60_000);

  it('reads the signal', () => {
    assert.deepEqual(readSignal('+CSQ: 20,0'), { rssi: 20, dbm: -73, bars: 4, errorClass: 0 });
    assert.deepEqual(readSignal('+CSQ: 0,7'), { rssi: 0, dbm: -113, bars: 0, errorClass: 7 });
    assert.deepEqual(readSignal('+CSQ: 31,99'), { rssi: 31, dbm: -51, bars: 5, errorClass: null });
    for (const line of ['+CSQ: 99,99', '+CSQ: 32,99', '+CSQ: -1,99', '+CSQ:'])
      assert.deepEqual(readSignal(line), { rssi: null, dbm: null, bars: null, errorClass: null }, line);
  });

  it('reads network, operator and battery', () => {
    assert.equal(readRegistration('+CREG: 2,5,"00A1","1F2C"'), 'roaming');
    assert.equal(readRegistration('+CREG: 0,9'), 'unknown');
    assert.equal(readOperator('+COPS: 0,0,"Nepal, Telecom"'), 'Nepal, Telecom');
    assert.equal(readOperator('+COPS: 0'), null);
    assert.deepEqual(readBattery('+CBC: 1,85,4012'), { source: 'charging', percent: 85, milliVolts: 4012 });
    assert.deepEqual(readBattery('+CBC: 7'), { source: 'unknown', percent: null, milliVolts: null });
  });

  it('reads the clock in its zone, and no clock that was never set', () => {
    assert.equal(readClock('+CCLK: "26/11/21,17:24:00+23"'), Date.UTC(2026, 10, 21, 11, 39));
    assert.equal(readClock('+CCLK: "26/11/21,00:10:00-20"'), Date.UTC(2026, 10, 21, 5, 10));
    for (const line of ['+CCLK: "04/01/01,00:00:09+00"', '+CCLK: ""']) assert.equal(readClock(line), null);
  });
});

describe('modem: questions', function () {
  this.timeout(60_000);

  inEveryChunking('answers all of them', async (chunkBytes) => {
    const bench = new ModemBench({ name: 'test', summary: '', chunkBytes });
    await bench.ready();
    const { schedule, modem } = bench;
    assert.equal((await schedule.outcome(modem.ask('signal'))).dbm, -77);
    assert.deepEqual(await schedule.outcome(modem.ask('network')), { registration: 'home' });
    assert.deepEqual(await schedule.outcome(modem.ask('operator')), { name: 'Nepal Telecom' });
    assert.deepEqual(await schedule.outcome(modem.ask('imei')), { imei: '490154203237518' });
    assert.deepEqual(await schedule.outcome(modem.ask('iccid')), { iccid: '8997701234567890123' });
    assert.deepEqual(await schedule.outcome(modem.ask('storage')), { used: 0, total: 20 });
    assert.equal((await schedule.outcome(modem.ask('battery'))).milliVolts, 4012);
    assert.equal((await schedule.outcome(modem.ask('clock'))).atMs, Date.UTC(2026, 10, 21, 11, 39));
    await bench.stop();
  });

  inEveryChunking('asks for the balance by USSD', async (chunkBytes) => {
    const bench = new ModemBench({ name: 'test', summary: '', chunkBytes });
    await bench.ready();
    const { schedule, modem } = bench;
    const answer = await schedule.outcome(modem.ussd(ucs2('*400#')));
    assert.deepEqual(answer, { outcome: 'done', rawText: ucs2('Balance: Rs 87.50'), coding: 72 });
    assert.equal((await schedule.outcome(modem.ussd(ucs2('*999#')))).outcome, 'unsupported');
    await bench.stop();
  });

  it('gives a USSD code up that nobody answers, and takes the next one', async () => {
    const incidents = [
      { when: { command: 'AT+CUSD=1', nth: 1 }, what: { kind: 'silence' as const, isCarriedOut: false } },
      { when: { command: 'AT+CUSD=1', nth: 2 }, what: { kind: 'answer' as const, lines: ['OK'] } },
    ];
    const bench = new ModemBench({ name: 'test', summary: '', incidents });
    await bench.ready();
    const { schedule, modem } = bench;
    for (const atMostMs of [60_000, 90_000])
      await assert.rejects(schedule.outcome(modem.ussd(ucs2('*400#')), atMostMs), { kind: 'silent' });
    assert.equal((await schedule.outcome(modem.ussd(ucs2('*400#')))).outcome, 'done');
    await bench.stop();
  });

  it("has one USSD code under way at a time, and loses it with the modem's start", async () => {
    const bench = new ModemBench('plain');
    await bench.ready();
    const first = bench.modem.ussd(ucs2('*400#'));
    await assert.rejects(bench.modem.ussd(ucs2('*400#')), /under way/);
    await bench.schedule.pass(500);
    bench.simulated.reset(true);
    await assert.rejects(bench.schedule.outcome(first), { kind: 'reset' });
    await bench.stop();
  });

  it('keeps the phone book', async () => {
    const bench = new ModemBench('plain');
    await bench.ready();
    const { schedule } = bench;
    const { phoneBook } = bench.modem;
    assert.deepEqual(await schedule.outcome(phoneBook.range()), { first: 1, last: 250 });
    await schedule.outcome(phoneBook.write(null, '+9779800000001', ucs2('Office, north')));
    await schedule.outcome(phoneBook.write(7, '9800000002', ucs2('Store')));
    assert.deepEqual(await schedule.outcome(phoneBook.read(1, 250)), [
      { index: 1, number: '+9779800000001', rawName: ucs2('Office, north') },
      { index: 7, number: '9800000002', rawName: ucs2('Store') },
    ]);
    assert.equal((await schedule.outcome(phoneBook.search(ucs2('Sto')))).length, 1);
    assert.deepEqual(await schedule.outcome(phoneBook.search(ucs2('Nobody'))), []);
    await schedule.outcome(phoneBook.erase(7));
    assert.deepEqual(await schedule.outcome(phoneBook.read(7)), []);
    await bench.stop();
  });

  it('lets no text of a caller become another command', async () => {
    const bench = new ModemBench('plain', { settings: { gprs: { apn: 'a"b', user: '', password: '' } } });
    await bench.ready();
    const { schedule, modem } = bench;
    const invalid = (fault: AtFault) => fault.kind === 'invalid';
    await assert.rejects(schedule.outcome(modem.ussd('1"\rATD112;')), invalid);
    await assert.rejects(schedule.outcome(modem.phoneBook.search('x",1\r')), invalid);
    await assert.rejects(schedule.outcome(modem.phoneBook.write(1, '1"', 'x')), invalid);
    await assert.rejects(schedule.outcome(modem.openTcp('h"\r', 1)), invalid);
    await assert.rejects(schedule.outcome(modem.openTcp('host', 1)), invalid);
    assert.equal(bench.typed.includes('ATD'), false);
    await bench.stop();
  });

  it('switches the modem off', async () => {
    const bench = new ModemBench('plain');
    await bench.ready();
    await bench.schedule.outcome(bench.modem.powerDown());
    assert.equal(bench.modem.state.phase, 'closed');
    await bench.stop();
  });
});
