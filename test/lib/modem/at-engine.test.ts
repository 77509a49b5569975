import assert from 'node:assert/strict';
import { AtEngine, type AtReply } from '../../../nodes/lib/modem/at-engine';
import { AtFault } from '../../../nodes/lib/modem/at-fault';
import type { Unsolicited } from '../../../nodes/lib/modem/unsolicited';
import { inEveryChunking } from './chunkings';
import { ScriptedPort } from './scripted-port';
import { VirtualSchedule } from './virtual-schedule';

function bench(chunkBytes = 0) {
  const port = new ScriptedPort(chunkBytes);
  const schedule = new VirtualSchedule();
  const heard: Unsolicited[] = [];
  const closed: string[] = [];
  let echoes = 0;
  const engine = new AtEngine(port, schedule, {
    onUnsolicited: (message) => {
      heard.push(message);
      if (message.kind === 'started') engine.interrupt(new AtFault('reset', 'the modem started anew'));
    },
    onEcho: () => (echoes += 1),
    onPortClosed: (reason) => void closed.push(reason),
  });
  return { port, schedule, heard, closed, engine, echoCount: () => echoes };
}

async function faultIn(reply: Promise<AtReply>): Promise<AtFault> {
  try {
    await reply;
  } catch (thrown) {
    return thrown as AtFault;
  }
  return assert.fail('the command succeeded');
}

describe('AT engine', () => {
  inEveryChunking('gives the lines of an answer', async (chunk) => {
    const { port, engine } = bench(chunk);
    const reply = engine.run('AT+CSQ');
    assert.equal(port.written, 'AT+CSQ\r');
    port.lines('+CSQ: 20,0', 'OK');
    assert.deepEqual((await reply).lines, ['+CSQ: 20,0']);
  });

  inEveryChunking('routes unsolicited lines inside an answer', async (chunk) => {
    const { port, engine, heard } = bench(chunk);
    const reply = engine.run('AT+CMGL=4');
    port.lines('+CMGL: 1,0,"",25', '+CMTI: "SM",7', '0791', 'RING', '+CMGL: 2,1,"",25', '0792', 'OK');
    assert.deepEqual((await reply).lines, ['+CMGL: 1,0,"",25', '0791', '+CMGL: 2,1,"",25', '0792']);
    assert.deepEqual(heard, [
      { kind: 'textStored', storage: 'SM', slot: 7 },
      { kind: 'other', line: 'RING' },
    ]);
  });

  inEveryChunking('keeps the PDU of an unsolicited text out of a list', async (chunk) => {
    const { port, engine, heard } = bench(chunk);
    const reply = engine.run('AT+CMGL=4');
    port.lines('+CMGL: 1,0,"",25', 'AA11', '+CMT: "",25', 'BB22', 'OK');
    assert.deepEqual((await reply).lines, ['+CMGL: 1,0,"",25', 'AA11']);
    assert.deepEqual(heard, [{ kind: 'textDirect', pdu: 'BB22' }]);
  });

  inEveryChunking('sends the body at a prompt without a line end', async (chunk) => {
    const { port, engine } = bench(chunk);
    const reply = engine.run('AT+CMGS=2', Buffer.from('0011\x1a'));
    port.say('\r\n> ');
    assert.equal(port.written, 'AT+CMGS=2\r0011\x1a');
    port.lines('+CMGS: 17', 'OK');
    assert.deepEqual((await reply).lines, ['+CMGS: 17']);
  });

  inEveryChunking('understands a modem that repeats what it is told', async (chunk) => {
    const { port, engine, echoCount } = bench(chunk);
    const reply = engine.run('AT+CMGS=2', Buffer.from('0011\x1a'));
    port.say('AT+CMGS=2\r\r\n> ');
    port.say('0011\x1a\r\n\r\n+CMGS: 17\r\n\r\nOK\r\n');
    assert.deepEqual((await reply).lines, ['+CMGS: 17']);
    assert.equal(echoCount(), 2);
  });

  inEveryChunking('does not let unsolicited lines move a deadline', async (chunk) => {
    const { port, schedule, engine } = bench(chunk);
    const fault = faultIn(engine.run('AT+CSQ'));
    for (let second = 0; second < 5; second += 1) {
      port.lines('RING');
      await schedule.pass(1_000);
    }
    assert.equal((await schedule.outcome(fault, 0)).kind, 'silent');
    assert.equal(schedule.nowMs(), 5_000);
  });

  it('gives a command up when the prompt stays out, and says that nothing was sent', async () => {
    const { schedule, port, engine } = bench();
    const fault = await schedule.outcome(faultIn(engine.run('AT+CMGS=2', Buffer.from('0011\x1a'))));
    assert.equal(fault.kind, 'noPrompt');
    assert.equal(fault.wasBodySent, false);
    assert.equal(port.written, 'AT+CMGS=2\r');
    assert.equal(schedule.nowMs(), 5_000);
  });

  inEveryChunking('says that the body was out when silence follows it', async (chunk) => {
    const { schedule, port, engine } = bench(chunk);
    const faulted = faultIn(engine.run('AT+CMGS=2', Buffer.from('0011\x1a')));
    port.say('\r\n> ');
    const fault = await schedule.outcome(faulted);
    assert.equal(fault.kind, 'silent');
    assert.equal(fault.wasBodySent, true);
    assert.equal(schedule.nowMs(), 60_000);
  });

  inEveryChunking('waits for the state after the OK of CIPSTATUS', async (chunk) => {
    const { port, engine, heard } = bench(chunk);
    const reply = engine.run('AT+CIPSTATUS');
    port.lines('STATE: TCP CLOSED', 'CONNECT FAIL');
    assert.equal(engine.isBusy, true, 'a state before the OK belongs to the failed connection');
    port.lines('OK', 'STATE: IP STATUS');
    assert.equal((await reply).final, 'STATE: IP STATUS');
    assert.deepEqual(heard.at(-1), { kind: 'connect', result: 'fail' });
  });

  inEveryChunking('ends CIFSR with a bare address', async (chunk) => {
    const { port, engine } = bench(chunk);
    const reply = engine.run('AT+CIFSR');
    port.lines('10.64.12.7');
    assert.equal((await reply).final, '10.64.12.7');
  });

  inEveryChunking('reads exactly the raw bytes of CIPRXGET', async (chunk) => {
    const { port, engine, heard } = bench(chunk);
    const reply = engine.run('AT+CIPRXGET=2,1460');
    const data = '\r\nOK\r\nRDY\r\n> \0';
    port.say(`\r\n+CIPRXGET: 1\r\n\r\n+CIPRXGET: 2,${data.length},3\r\n${data}\r\nOK\r\n`);
    assert.equal((await reply).raw.toString('latin1'), data);
    assert.deepEqual(heard, [{ kind: 'dataWaiting' }]);
  });

  it('hears a start in the place of data that never came', async () => {
    const { port, schedule, engine, heard } = bench();
    const fault = faultIn(engine.run('AT+CIPRXGET=2,1460'));
    port.say('\r\n+CIPRXGET: 2,100,0\r\nabc\r\nRDY\r\n');
    await schedule.pass(5_000);
    assert.equal((await fault).kind, 'silent');
    assert.deepEqual(heard, [{ kind: 'started' }]);
  });

  for (const [end, isGood] of [
    ['SEND OK', true],
    ['DATA ACCEPT:3', true],
    ['SEND FAIL', false],
    ['+CME ERROR: 3', false],
  ] as const)
    inEveryChunking(`ends a send with ${end}`, async (chunk) => {
      const { port, engine } = bench(chunk);
      const reply = engine.run('AT+CIPSEND=3', Buffer.from([0x1a, 0x1b, 0]));
      port.say('\r\n> ');
      assert.equal(port.written, 'AT+CIPSEND=3\r\x1a\x1b\0');
      port.lines(end);
      if (isGood) assert.equal((await reply).final, end);
      else assert.equal((await faultIn(reply)).kind, 'refused');
    });

  it('ends a send with the connection', async () => {
    const { port, engine, heard } = bench();
    const fault = faultIn(engine.run('AT+CIPSEND=3', Buffer.from('abc')));
    port.say('\r\n> ');
    port.lines('CLOSED');
    assert.equal((await fault).kind, 'aborted');
    assert.deepEqual(heard, [{ kind: 'tcpClosed' }]);
  });

  it('tells the number of an error', async () => {
    const { port, engine } = bench();
    const fault = faultIn(engine.run('AT+CMGR=3'));
    port.lines('+CMS ERROR: 321');
    const { kind, code, family } = await fault;
    assert.deepEqual([kind, code, family], ['refused', 321, 'CMS']);
  });

  inEveryChunking('puts the lines of a USSD text together', async (chunk) => {
    const { port, engine, heard } = bench(chunk);
    const reply = engine.run('AT+CUSD=1,"*400#",15');
    port.say('\r\n+CUSD: 1,"Menu, "old" one\r\n> 1 balance\r\nRING\r\n2 data",15\r\n\r\nOK\r\n');
    await reply;
    assert.deepEqual(heard, [
      { kind: 'ussd', status: 1, text: 'Menu, "old" one\n> 1 balance\nRING\n2 data', coding: 15 },
    ]);
  });

  it('lets a quotation mark that never closes swallow no answers', async () => {
    const { port, engine } = bench();
    const reply = engine.run('AT+CSQ');
    port.lines('+CUSD: 0,"broken', '+CSQ: 1,0', 'OK');
    // What came between is lost with the broken text, so the answer is one without its line, not a hanging command.
    assert.equal((await reply).final, 'OK');
  });

  inEveryChunking('takes no late OK for the answer to a question', async (chunk) => {
    const { port, schedule, engine } = bench(chunk);
    const first = faultIn(engine.run('AT+CMGD=1'));
    await schedule.pass(25_000);
    assert.equal((await first).kind, 'silent');
    const heard = engine.resync();
    await schedule.pass(200);
    port.lines('OK');
    await schedule.pass(200);
    assert.equal(engine.isBusy, true, 'the late OK ends nothing');
    port.lines('+CMEE: 1', 'OK');
    assert.equal(await schedule.outcome(heard), true);
  });

  it('asks another question when the first stayed out, and is not misled by its late answer', async () => {
    const { port, schedule, engine } = bench();
    const heard = engine.resync();
    await schedule.pass(1_300);
    port.lines('+CMEE: 1', 'OK');
    assert.equal(engine.isBusy, true);
    port.lines('+CFUN: 1', 'OK');
    assert.equal(await schedule.outcome(heard), true);
    assert.equal(port.written, '\x1bAT+CMEE?\r\x1bAT+CFUN?\r');
  });

  it('finds a modem that never answers deaf', async () => {
    const { schedule, engine } = bench();
    assert.equal(await schedule.outcome(engine.resync()), false);
    assert.ok(schedule.nowMs() < 10_000);
  });

  inEveryChunking('fails the running command when the modem starts anew', async (chunk) => {
    const { port, engine } = bench(chunk);
    const fault = faultIn(engine.run('AT+CIICR'));
    port.lines('RDY');
    assert.equal((await fault).kind, 'reset');
    assert.equal(engine.isBusy, false);
  });

  it('fails everything when the port goes away, once', async () => {
    const { port, engine, closed, schedule } = bench();
    const fault = faultIn(engine.run('AT+CIICR'));
    port.lose('unplugged');
    port.lose('unplugged');
    assert.equal((await fault).kind, 'closed');
    assert.deepEqual(closed, ['unplugged']);
    assert.equal((await faultIn(engine.run('AT'))).kind, 'closed');
    assert.equal(schedule.pendingTimers, 0);
  });

  inEveryChunking('shows no secret in any fault', async (chunk) => {
    const { port, engine, schedule } = bench(chunk);
    const refused = faultIn(engine.run('AT+CPIN="4711"'));
    port.lines('+CME ERROR: 16');
    const silent = schedule.outcome(faultIn(engine.run('AT+CSTT="apn","user","geheim"')));
    for (const fault of [await refused, await silent])
      assert.doesNotMatch(`${fault.message} ${fault.stack} ${JSON.stringify(fault)}`, /4711|geheim/);
  });

  it('refuses a command of two lines and a second command at once', async () => {
    const { engine } = bench();
    assert.throws(() => engine.run('AT\rATD112;'), /one line/);
    void engine.run('AT').catch(() => undefined);
    assert.throws(() => engine.run('AT'), /under way/);
    await engine.close();
  });
});
