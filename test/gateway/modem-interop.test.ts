// Programs nobody here wrote use the simulated modem: what they take for a modem, a flow may be tried against.
import assert from 'node:assert/strict';
import { execFile, spawn } from 'node:child_process';
import { once } from 'node:events';
import { mkdirSync, readdirSync, readFileSync, watch, writeFileSync } from 'node:fs';
import path from 'node:path';
import { promisify } from 'node:util';
import { readPdu } from '../../nodes/lib/sms/read-pdu';
import { needs, pathOrSkip } from '../needs';
import { ModemDevice } from './modem-device';

const run = promisify(execFile);
const ANSWER_MS = 60_000;

function submitted(pdu: string) {
  const read = readPdu(pdu);
  assert.ok(read.kind === 'submit');
  return { to: read.to.text, text: read.text };
}

describe('Gammu at the simulated modem', function () {
  this.timeout(180_000);
  let gammu: string;
  let device: ModemDevice;

  before(async function () {
    gammu = pathOrSkip(needs.gammu, this);
    device = await ModemDevice.open(pathOrSkip(needs.socat, this));
    writeFileSync(
      path.join(device.folder, 'gammurc'),
      `[gammu]\ndevice=${device.path}\nconnection=at115200\n`,
    );
  });
  after(async () => {
    // Without its programs nothing was opened.
    await (device as ModemDevice | undefined)?.close();
  });

  const ask = async (...args: string[]): Promise<string> => {
    const config = path.join(device.folder, 'gammurc');
    const { stdout } = await run(gammu, ['-c', config, ...args], { timeout: ANSWER_MS });
    return stdout;
  };

  it('knows what it is', async () => {
    const answer = await ask('identify');
    assert.match(answer, /SIMCOM_SIM800L/);
    assert.match(answer, /490154203237518/);
    assert.match(answer, /429011234567890/);
  });

  it('reads a text, with what cannot be said in the GSM alphabet, and deletes it', async () => {
    device.modem.receiveFrom('+9779800000002', 'Hello from the network {€}');
    device.modem.receiveFrom('+9779800000002', 'बिजुली');
    const answer = await ask('getallsms');
    assert.match(answer, /\+9779800000002/);
    assert.match(answer, /Hello from the network \{€\}/);
    assert.equal(device.modem.sim.messages.size, 2);
    await ask('deleteallsms', '1');
    assert.equal(device.modem.sim.messages.size, 0);
  });

  it('puts a long text of ours together', async () => {
    const text = Array.from({ length: 40 }, (_, at) => `word${at}`).join(' ');
    device.modem.receiveFrom('+9779800000002', text);
    assert.equal(device.modem.sim.messages.size, 2);
    const answer = await ask('geteachsms');
    assert.ok(answer.includes(text), answer);
    assert.match(answer, /2 SMS parts in 1 SMS sequences/);
    await ask('deleteallsms', '1');
  });

  it('sends a text, which we read as it was written', async () => {
    const sent = device.sent();
    const answer = await ask('sendsms', 'TEXT', '+9779800000003', '-text', 'From Gammu [1]');
    assert.match(answer, /OK, message reference=\d+/);
    assert.deepEqual(submitted(await sent), { to: '+9779800000003', text: 'From Gammu [1]' });
  });
});

describe('SMS Server Tools at the simulated modem', function () {
  this.timeout(180_000);

  it('sends what lies in its folder, and takes what comes in', async function () {
    const smsd = pathOrSkip(needs.smstools, this);
    const device = await ModemDevice.open(pathOrSkip(needs.socat, this));
    const { folder } = device;
    const folders = ['outgoing', 'checked', 'incoming', 'sent', 'failed'];
    for (const name of folders) mkdirSync(path.join(folder, name));
    const config = path.join(folder, 'smsd.conf');
    writeFileSync(
      config,
      [
        'devices = GSM1',
        ...folders.map((name) => `${name} = ${path.join(folder, name)}`),
        `logfile = ${path.join(folder, 'smsd.log')}`,
        `infofile = ${path.join(folder, 'smsd.working')}`,
        `pidfile = ${path.join(folder, 'smsd.pid')}`,
        'delaytime = 1',
        '[GSM1]',
        `device = ${device.path}`,
        'incoming = yes',
        'baudrate = 115200',
        '',
      ].join('\n'),
    );
    writeFileSync(path.join(folder, 'outgoing', 'text1'), 'To: 9779800000004\n\nFrom smstools');
    device.modem.receiveFrom('+9779800000002', 'Hello smstools');
    const sent = device.sent();
    const isTaken = appears(path.join(folder, 'incoming'), /^From: [^]*Hello smstools$/);
    const isFiled = appears(path.join(folder, 'sent'), /^To: /);

    const daemon = spawn(smsd, ['-t', `-c${config}`], { stdio: 'ignore' });
    try {
      assert.deepEqual(submitted(await sent), { to: '+9779800000004', text: 'From smstools' });
      assert.match(await isTaken, /^From: 9779800000002\n[^]*\n\nHello smstools$/);
      assert.match(await isFiled, /^To: 9779800000004\n/);
      assert.equal(device.modem.sim.messages.size, 0, 'it deletes what it has taken');
    } finally {
      const ended = once(daemon, 'exit');
      daemon.kill('SIGTERM');
      await ended;
      await device.close();
    }
  });
});

/** The text of the first file in a folder that is as it should be; smsd also tries out whether it can write there. */
async function appears(folder: string, wanted: RegExp): Promise<string> {
  const stop = new AbortController();
  const changes = watch(folder, { signal: stop.signal });
  const timer = setTimeout(() => changes.emit('error', new Error(`nothing came into ${folder}`)), ANSWER_MS);
  try {
    for (;;) {
      const texts = readdirSync(folder).map((file) => readIfThere(path.join(folder, file)));
      const found = texts.find((text) => wanted.test(text));
      if (found !== undefined) return found;
      await once(changes, 'change');
    }
  } finally {
    clearTimeout(timer);
    stop.abort();
  }
}

/** A file may be gone again between being listed and being read. */
function readIfThere(file: string): string {
  try {
    return readFileSync(file, 'utf8');
  } catch {
    return '';
  }
}
