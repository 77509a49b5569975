import assert from 'node:assert/strict';
import type { Incident, Scenario } from '../../../gateway/modem-simulator/scenario';
import type { BytePipe } from '../../../nodes/lib/modem/byte-pipe';
import { inEveryChunking } from './chunkings';
import { EchoFarSide } from './echo-far-side';
import { DELIVER_PDU, ModemBench, SUBMIT_PDU } from './modem-bench';

const GPRS = { apn: 'internet', user: 'me', password: 'geheim' };

interface Heard {
  bytes: string;
  closed: (string | null)[];
}

async function bench(rest: Omit<Scenario, 'name' | 'summary'> = {}) {
  const farSide = new EchoFarSide();
  const made = new ModemBench({ name: 'test', summary: '', ...rest }, { settings: { gprs: GPRS }, farSide });
  await made.ready();
  return { farSide, bench: made, schedule: made.schedule, modem: made.modem, simulated: made.simulated };
}

function listenTo(pipe: BytePipe): Heard {
  const heard: Heard = { bytes: '', closed: [] };
  pipe.onData((bytes) => (heard.bytes += bytes.toString('latin1')));
  pipe.onClose((reason) => void heard.closed.push(reason));
  return heard;
}

describe('modem: data bearer', function () {
  this.timeout(60_000);

  inEveryChunking('comes up step by step, reading the state before each', async (chunkBytes) => {
    const { bench: made, schedule, modem, farSide } = await bench({ chunkBytes });
    await schedule.outcome(modem.openTcp('broker.example', 1883));
    const steps = [
      ...made.typed.matchAll(/AT\+(CIPSHUT|CIPSTATUS|CGATT=1|CIPRXGET=1|CSTT|CIICR|CIFSR|CIPSTART)/g),
    ];
    assert.deepEqual(
      steps.map(([, name]) => name),
      [
        ...['CIPSHUT', 'CIPSTATUS', 'CGATT=1', 'CIPRXGET=1', 'CSTT', 'CIPSTATUS', 'CIICR'],
        ...['CIPSTATUS', 'CIFSR', 'CIPSTATUS', 'CIPSTART'],
      ],
    );
    assert.deepEqual(farSide.targets, ['broker.example:1883']);
    assert.equal(made.typed.includes('CIPSSL=1'), false, 'TLS never ends inside the modem');
    await made.stop();
  });

  for (const state of [
    'IP START',
    'IP GPRSACT',
    'IP STATUS',
    'TCP CLOSED',
    'CONNECT OK',
    'PDP DEACT',
  ] as const)
    it(`comes up from ${state}, whatever left it there`, async () => {
      const { bench: made, schedule, modem, simulated } = await bench();
      simulated.bearer.state = state;
      await schedule.outcome(modem.openTcp('broker.example', 1883));
      assert.equal(simulated.bearer.state, 'CONNECT OK');
      await made.stop();
    });

  it('gives up with a reason when the bearer does not come up', async () => {
    const incidents = [
      { when: { command: 'AT+CIICR' }, what: { kind: 'answer' as const, lines: ['+PDP: DEACT', 'ERROR'] } },
    ];
    const { bench: made, schedule, modem } = await bench({ incidents });
    await assert.rejects(schedule.outcome(modem.openTcp('broker.example', 1883)), { kind: 'refused' });
    await made.stop();
  });

  it('needs an APN', async () => {
    const made = new ModemBench('plain');
    await made.ready();
    await assert.rejects(made.modem.openTcp('broker.example', 1883), /no APN/);
    await made.stop();
  });
});

describe('modem: TCP', function () {
  this.timeout(60_000);

  inEveryChunking('carries bytes both ways, whatever they look like', async (chunkBytes) => {
    const { bench: made, schedule, modem } = await bench({ chunkBytes });
    const pipe = await schedule.outcome(modem.openTcp('broker.example', 1883));
    const heard = listenTo(pipe);
    const sent = [
      '\r\nOK\r\n',
      '> ',
      '\x1a\x1b\0\xff',
      '\r\nRDY\r\n',
      '+CIPRXGET: 2,5,0\r\n',
      '\r\nCLOSED\r\n',
    ];
    for (const text of sent) await schedule.outcome(pipe.send(Buffer.from(text, 'latin1')));
    await schedule.pass(2_000);
    assert.equal(heard.bytes, sent.join(''));
    assert.deepEqual(heard.closed, []);
    assert.equal(modem.state.resets, 0);
    await schedule.outcome(pipe.close());
    assert.deepEqual(heard.closed, [null]);
    await made.stop();
  });

  it('sends each call in one piece, and a large one in pieces of a bounded size', async () => {
    const { bench: made, schedule, modem, farSide } = await bench();
    const pipe = await schedule.outcome(modem.openTcp('broker.example', 1883));
    farSide.isSilent = true;
    const sizes = [1, pipe.segmentBytes, pipe.segmentBytes + 1];
    await Promise.all(sizes.map((size) => schedule.outcome(pipe.send(Buffer.alloc(size, 'x')))));
    assert.deepEqual(
      farSide.got.map(({ length }) => length),
      [1, pipe.segmentBytes, pipe.segmentBytes, 1],
    );
    await made.stop();
  });

  it('reads more than one answer can hold', async () => {
    const { bench: made, schedule, modem, farSide } = await bench();
    const heard = listenTo(await schedule.outcome(modem.openTcp('broker.example', 1883)));
    farSide.listener!.onData(Buffer.alloc(10_000, 'y'));
    await schedule.pass(5_000);
    assert.equal(heard.bytes.length, 10_000);
    await made.stop();
  });

  it('finds bytes whose notice was lost', async () => {
    const incidents: Incident[] = [];
    const { bench: made, schedule, modem, farSide, simulated } = await bench({ incidents });
    const heard = listenTo(await schedule.outcome(modem.openTcp('broker.example', 1883)));
    const say = simulated.say.bind(simulated);
    simulated.say = (...lines) => say(...lines.filter((line) => line !== '+CIPRXGET: 1'));
    farSide.listener!.onData(Buffer.from('hello'));
    await schedule.pass(20_000);
    assert.equal(heard.bytes, 'hello');
    await made.stop();
  });

  it('hands over nothing while it is paused, and all of it afterwards', async () => {
    const { bench: made, schedule, modem, farSide } = await bench();
    const pipe = await schedule.outcome(modem.openTcp('broker.example', 1883));
    const heard = listenTo(pipe);
    pipe.pause();
    farSide.listener!.onData(Buffer.from('hello'));
    await schedule.pass(60_000);
    assert.equal(heard.bytes, '');
    pipe.resume();
    await schedule.pass(1_000);
    assert.equal(heard.bytes, 'hello');
    await made.stop();
  });

  inEveryChunking('reads what was sent before the far side closed', async (chunkBytes) => {
    const { bench: made, schedule, modem, farSide } = await bench({ chunkBytes });
    const heard = listenTo(await schedule.outcome(modem.openTcp('broker.example', 1883)));
    farSide.listener!.onData(Buffer.from('goodbye'));
    farSide.listener!.onEnd();
    await schedule.pass(5_000);
    assert.equal(heard.bytes, 'goodbye');
    assert.equal(heard.closed.length, 1);
    await made.stop();
  });

  for (const what of ['farSideCloses', 'bearerLost'] as const)
    inEveryChunking(`ends with ${what}, and can be opened again`, async (chunkBytes) => {
      const { bench: made, schedule, modem, simulated } = await bench({ chunkBytes });
      const heard = listenTo(await schedule.outcome(modem.openTcp('broker.example', 1883)));
      simulated.befall({ kind: what });
      await schedule.pass(2_000);
      assert.equal(heard.closed.length, 1);
      const again = await schedule.outcome(modem.openTcp('broker.example', 1883));
      await schedule.outcome(again.send(Buffer.from('x')));
      await made.stop();
    });

  inEveryChunking("ends with the modem's start, and can be opened again", async (chunkBytes) => {
    const { bench: made, schedule, modem, simulated } = await bench({ chunkBytes });
    const pipe = await schedule.outcome(modem.openTcp('broker.example', 1883));
    const heard = listenTo(pipe);
    const sending = pipe.send(Buffer.from('x'));
    simulated.reset(true);
    await assert.rejects(schedule.outcome(sending));
    assert.equal(heard.closed.length, 1);
    await schedule.outcome(modem.openTcp('broker.example', 1883));
    await made.stop();
  });

  it('sends nothing more on a connection whose send failed', async () => {
    const incidents = [{ when: { command: 'AT+CIPSEND', nth: 2 }, what: { kind: 'noPrompt' as const } }];
    const { bench: made, schedule, modem, farSide } = await bench({ incidents });
    const pipe = await schedule.outcome(modem.openTcp('broker.example', 1883));
    const sends = ['a', 'b', 'c'].map((text) => pipe.send(Buffer.from(text)));
    const states = await schedule.outcome(Promise.allSettled(sends));
    assert.deepEqual(
      states.map(({ status }) => status),
      ['fulfilled', 'rejected', 'rejected'],
    );
    assert.equal(Buffer.concat(farSide.got).toString(), 'a');
    await made.stop();
  });

  inEveryChunking(
    'finds out that it is connected to nobody, and climbs when that happens again',
    async (chunkBytes) => {
      const { bench: made, schedule, modem, simulated } = await bench({ chunkBytes });
      for (let round = 0; round < 3; round += 1) {
        const pipe = await schedule.outcome(modem.openTcp('broker.example', 1883));
        const heard = listenTo(pipe);
        simulated.befall({ kind: 'deadConnection' });
        await schedule.outcome(pipe.send(Buffer.from('is anybody there?')));
        await schedule.until(() => heard.closed.length > 0, 'the dead connection is noticed', 180_000);
        assert.match(heard.closed[0] ?? '', /acknowledged/);
      }
      await made.phase('recovering');
      assert.equal(modem.state.recoveries.shut, 1);
      await made.phase('ready');
      await made.stop();
    },
  );

  it('fails a connection nobody takes', async () => {
    const { bench: made, schedule, modem, farSide } = await bench();
    farSide.isRefusing = true;
    await assert.rejects(schedule.outcome(modem.openTcp('broker.example', 1883)), { kind: 'aborted' });
    farSide.isRefusing = false;
    await schedule.outcome(modem.openTcp('broker.example', 1883));
    await made.stop();
  });

  it('shows no password of the network', async () => {
    const incidents = [
      { when: { command: 'AT+CSTT' }, what: { kind: 'answer' as const, lines: ['+CME ERROR: 3'] } },
    ];
    const { bench: made, schedule, modem } = await bench({ incidents });
    await assert.rejects(schedule.outcome(modem.openTcp('broker.example', 1883)), (fault: Error) => {
      assert.doesNotMatch(fault.message, /geheim|"me"/);
      return true;
    });
    assert.doesNotMatch(JSON.stringify(made.states), /geheim/);
    await made.stop();
  });
});

describe('modem: texts and data at once', function () {
  this.timeout(60_000);

  inEveryChunking('lets neither starve', async (chunkBytes) => {
    const { bench: made, schedule, modem, farSide, simulated } = await bench({ chunkBytes });
    const pipe = await schedule.outcome(modem.openTcp('broker.example', 1883));
    farSide.isSilent = true;
    const flooding = { isOn: true };
    let sends = 0;
    const flood = (async () => {
      while (flooding.isOn) {
        await pipe.send(Buffer.alloc(500, 'x'));
        sends += 1;
      }
    })();
    for (let count = 1; count <= 10; count += 1) {
      const startMs = schedule.nowMs();
      const before = sends;
      const text = modem.submitPdu(SUBMIT_PDU);
      simulated.receiveText(DELIVER_PDU);
      assert.equal((await schedule.outcome(text)).state, 'submitted');
      assert.ok(
        schedule.nowMs() - startMs < 3_000,
        'a text waits for a command of each lane, not for the flood',
      );
      await schedule.pass(500);
      assert.ok(sends > before, 'and the data goes on');
    }
    assert.equal(made.received.length, 10);
    flooding.isOn = false;
    await schedule.outcome(flood);
    await made.stop();
  });

  it('sends texts while a connection is being opened', async () => {
    const { bench: made, schedule, modem } = await bench();
    const opening = modem.openTcp('broker.example', 1883);
    const text = modem.submitPdu(SUBMIT_PDU);
    assert.equal((await schedule.outcome(text)).state, 'submitted');
    await schedule.outcome(opening);
    await made.stop();
  });
});
