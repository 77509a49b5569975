// What an installer types into the simulator in a terminal gets the answer that a SIM800 gives, or a clear ERROR.
import assert from 'node:assert/strict';
import { findScenario } from '../../gateway/modem-simulator/find-scenario';
import { SimulatedModem } from '../../gateway/modem-simulator/simulated-modem';
import { SimulatorPort } from '../../gateway/modem-simulator/simulator-port';
import { readPdu } from '../../nodes/lib/sms/read-pdu';
import { inEveryChunking } from '../lib/modem/chunkings';
import { ModemBench, SUBMIT_PDU } from '../lib/modem/modem-bench';
import { VirtualSchedule } from '../lib/modem/virtual-schedule';

const FROM = '+9779800000001';

/** A terminal at the simulated modem, with echo off and errors by number. */
class Terminal {
  readonly schedule = new VirtualSchedule();
  readonly modem: SimulatedModem;
  private readonly port: SimulatorPort;
  private heard = '';

  private constructor(chunkBytes: number) {
    this.modem = new SimulatedModem({ ...findScenario('plain'), chunkBytes }, this.schedule);
    this.port = new SimulatorPort(this.modem, this.schedule, 115_200);
    this.port.onData((bytes) => (this.heard += Buffer.from(bytes).toString('latin1')));
  }

  static async open(chunkBytes = 0): Promise<Terminal> {
    const terminal = new Terminal(chunkBytes);
    await terminal.type('ATE0;+CMEE=1');
    return terminal;
  }

  /** The lines that come back. */
  async type(line: string, end = '\r'): Promise<string[]> {
    this.heard = '';
    this.port.write(Buffer.from(`${line}${end}`, 'latin1'));
    await this.schedule.pass(10_000);
    return this.lines();
  }

  async hear(): Promise<string[]> {
    await this.schedule.pass(10_000);
    return this.lines();
  }

  get sent(): unknown[] {
    return this.modem.sentPdus.map((pdu) => {
      const read = readPdu(pdu);
      return read.kind === 'submit' ? [read.to.text, read.text, read.wantsReport] : [];
    });
  }

  private lines(): string[] {
    const lines = this.heard.split('\r\n').filter((line) => line !== '');
    this.heard = '';
    return lines;
  }
}

describe('modem simulator, by hand in text mode', function () {
  this.timeout(60_000);

  inEveryChunking('lists and reads what has come in', async (chunkBytes) => {
    const terminal = await Terminal.open(chunkBytes);
    terminal.modem.receiveFrom(FROM, 'Hello [1]');
    assert.deepEqual(await terminal.type('AT+CMGF=1'), ['OK']);
    assert.deepEqual(await terminal.type('AT+CMGF?'), ['+CMGF: 1', 'OK']);
    const time = '"26/11/21,17:15:10+23"';
    assert.deepEqual(await terminal.type('AT+CMGL="REC UNREAD"'), [
      `+CMGL: 1,"REC UNREAD","${FROM}","",${time}`,
      'Hello [1]',
      'OK',
    ]);
    assert.deepEqual(await terminal.type('AT+CMGL="REC UNREAD"'), ['OK'], 'it has been read now');
    assert.deepEqual(await terminal.type('AT+CMGR=1'), [
      `+CMGR: "REC READ","${FROM}","",${time}`,
      'Hello [1]',
      'OK',
    ]);
    assert.deepEqual(await terminal.type('AT+CMGL="ALL"'), [
      `+CMGL: 1,"REC READ","${FROM}","",${time}`,
      'Hello [1]',
      'OK',
    ]);
    assert.deepEqual(await terminal.type('AT+CMGL=4'), ['+CMS ERROR: 302'], 'that is for PDU mode');
    await terminal.type('AT+CMGF=0');
    const pdus = await terminal.type('AT+CMGL=4');
    assert.match(pdus[0] ?? '', /^\+CMGL: 1,1,"",\d+$/);
    assert.equal(readPdu(pdus[1] ?? '').kind, 'deliver');
  });

  inEveryChunking('sends what is typed until Ctrl-Z', async (chunkBytes) => {
    const terminal = await Terminal.open(chunkBytes);
    await terminal.type('AT+CMGF=1');
    assert.deepEqual(await terminal.type(`AT+CMGS="${FROM}"`), ['> ']);
    assert.deepEqual(await terminal.type('Hello {there}\rsecond line', '\x1a'), ['+CMGS: 1', 'OK']);
    assert.deepEqual(terminal.sent, [[FROM, 'Hello {there}\nsecond line', false]]);
    assert.deepEqual(await terminal.type(`AT+CMGS="${FROM}",145`), ['> ']);
    assert.deepEqual(await terminal.type('never mind', '\x1b'), ['OK']);
    assert.equal(terminal.sent.length, 1);
  });

  it('refuses what is no number and what does not fit in one message', async () => {
    const terminal = await Terminal.open();
    await terminal.type('AT+CMGF=1');
    for (const wrong of ['AT+CMGS="me"', 'AT+CMGS=', 'AT+CMGW="x"'])
      assert.deepEqual(await terminal.type(wrong), ['+CMS ERROR: 305'], wrong);
    await terminal.type(`AT+CMGS="${FROM}"`);
    assert.deepEqual(await terminal.type('x'.repeat(161), '\x1a'), ['+CMS ERROR: 305']);
    await terminal.type('AT+CMGF=0');
    assert.deepEqual(await terminal.type(`AT+CMGS="${FROM}"`), ['+CMS ERROR: 304']);
    assert.deepEqual(await terminal.type('AT+CMGF=2'), ['+CMS ERROR: 303']);
    assert.deepEqual(terminal.sent, []);
  });

  it('stores a draft and sends it from there, in either mode', async () => {
    const terminal = await Terminal.open();
    await terminal.type('AT+CMGF=1');
    await terminal.type(`AT+CMGW="${FROM}"`);
    assert.deepEqual(await terminal.type('Later', '\x1a'), ['+CMGW: 1', 'OK']);
    const draft = [`+CMGL: 1,"STO UNSENT","${FROM}",""`, 'Later', 'OK'];
    assert.deepEqual(await terminal.type('AT+CMGL="STO UNSENT"'), draft);
    assert.deepEqual(await terminal.type('AT+CMSS=1'), ['+CMSS: 1', 'OK']);
    assert.deepEqual(await terminal.type('AT+CMGR=1'), [`+CMGR: "STO SENT","${FROM}",""`, 'Later', 'OK']);
    await terminal.type('AT+CMGF=0');
    await terminal.type('AT+CMGW=17');
    assert.deepEqual(await terminal.type(SUBMIT_PDU, '\x1a'), ['+CMGW: 2', 'OK']);
    assert.deepEqual(await terminal.type('AT+CMSS=2'), ['+CMSS: 2', 'OK']);
    assert.deepEqual(await terminal.type('AT+CMSS=9'), ['+CMS ERROR: 321']);
    assert.deepEqual(terminal.sent, [
      [FROM, 'Later', false],
      [FROM, 'Hi', false],
    ]);
  });

  it('asks for a report when AT+CSMP does, and shows it as text', async () => {
    const terminal = await Terminal.open();
    await terminal.type('AT+CMGF=1;+CNMI=2,1,0,1,0;+CSMP=49,167,0,0');
    assert.deepEqual(await terminal.type('AT+CSMP?'), ['+CSMP: 49,167,0,0', 'OK']);
    await terminal.type(`AT+CMGS="${FROM}"`);
    const [reference, done, report] = await terminal.type('Hi', '\x1a');
    assert.deepEqual([reference, done], ['+CMGS: 1', 'OK']);
    assert.match(report ?? '', /^\+CDS: 6,1,"\+9779800000001",145,"26\/11\/21,[\d:]+\+\d\d","[^"]+",0$/);
    assert.deepEqual(await terminal.type('AT+CSMP=81,167,0,0'), ['+CMS ERROR: 303']);
  });

  it('writes other scripts in hex, and reads them so', async () => {
    const terminal = await Terminal.open();
    const hex = '0928091C0941';
    await terminal.type('AT+CMGF=1;+CSMP=17,167,0,8');
    await terminal.type(`AT+CMGS="${FROM}"`);
    await terminal.type(hex, '\x1a');
    assert.deepEqual(terminal.sent, [[FROM, 'नजु', false]]);
    terminal.modem.receiveFrom(FROM, 'नजु');
    assert.equal((await terminal.type('AT+CMGR=1'))[1], hex);
    await terminal.type('AT+CSCS="UCS2"');
    const number = Buffer.from(FROM, 'utf16le').swap16().toString('hex').toUpperCase();
    assert.ok((await terminal.type('AT+CMGR=1'))[0]?.includes(`"${number}"`));
    await terminal.type(`AT+CMGS="${number}"`);
    await terminal.type(hex, '\x1a');
    assert.equal(terminal.sent.length, 2);
    assert.deepEqual(await terminal.type(`AT+CMGS="${FROM}"`), ['+CMS ERROR: 305'], 'not in this set');
  });

  for (const [charset, typed, meant, shown] of [
    ['IRA', 'a?b', 'a?b', 'a??'],
    // An escape would end the typing, so the sign for the euro cannot be typed in this set.
    ['GSM', 'a\x05', 'aé', 'a\x1be\x05'],
    ['HEX', '611B65', 'a€', '611B6505'],
  ] as const)
    it(`keeps to the character set ${charset}`, async () => {
      const terminal = await Terminal.open();
      await terminal.type(`AT+CMGF=1;+CSCS="${charset}"`);
      terminal.modem.receiveFrom(FROM, 'a€é');
      assert.equal((await terminal.type('AT+CMGR=1'))[1], shown);
      await terminal.type(`AT+CMGS="${FROM}"`);
      await terminal.type(typed, '\x1a');
      assert.deepEqual(terminal.sent, [[FROM, meant, false]]);
    });

  it('hands texts on without storing them when AT+CNMI says so, and refuses what it cannot do', async () => {
    const terminal = await Terminal.open();
    await terminal.type('AT+CMGF=1;+CNMI=2,2,0,0,0');
    terminal.modem.receiveFrom(FROM, 'Now');
    const [head, body] = await terminal.hear();
    assert.match(head ?? '', /^\+CMT: "\+9779800000001","","26\/11\/21,/);
    assert.equal(body, 'Now');
    assert.equal(terminal.modem.sim.messages.size, 0);
    await terminal.type('AT+CMGF=0');
    terminal.modem.receiveFrom(FROM, 'Now');
    assert.match((await terminal.hear())[0] ?? '', /^\+CMT: "",\d+$/);
    assert.deepEqual(await terminal.type('AT+CNMI=2,3,0,0,0'), ['+CMS ERROR: 303']);
    assert.deepEqual(await terminal.type('AT+CNMI?'), ['+CNMI: 2,2,0,0,0', 'OK']);
    assert.deepEqual(await terminal.type('AT+CSDH=1'), ['+CMS ERROR: 303']);
  });

  it('forgets text mode with a start, and our modem code takes a modem out of it', async () => {
    const bench = new ModemBench('plain');
    bench.simulated.texts.isTextMode = true;
    bench.simulated.texts.parameters = [49, 167, 0, 8];
    await bench.ready();
    assert.equal(bench.simulated.texts.isTextMode, false);
    assert.equal((await bench.schedule.outcome(bench.modem.submitPdu(SUBMIT_PDU))).state, 'submitted');
    bench.simulated.texts.isTextMode = true;
    bench.simulated.reset(true);
    assert.equal(bench.simulated.texts.isTextMode, false);
    await bench.stop();
  });
});

describe('modem simulator, by hand with data', function () {
  this.timeout(60_000);

  it('has one connection and says so', async () => {
    const terminal = await Terminal.open();
    for (const name of ['+CIPMUX', '+CIPMODE']) {
      assert.deepEqual(await terminal.type(`AT${name}=?`), [`${name}: (0)`, 'OK']);
      assert.deepEqual(await terminal.type(`AT${name}=1`), ['+CME ERROR: 3']);
      assert.deepEqual(await terminal.type(`AT${name}=0`), ['OK']);
      assert.deepEqual(await terminal.type(`AT${name}?`), [`${name}: 0`, 'OK']);
    }
    assert.deepEqual(await terminal.type('AT+CMEE=0;+CIPMUX=1'), ['ERROR']);
    await terminal.type('AT+CGATT=1');
    await terminal.type('AT+CSTT="internet","",""');
    assert.deepEqual(await terminal.type('AT+CIPMUX=0'), ['ERROR'], 'too late, as in a real one');
  });
});
