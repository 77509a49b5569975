import assert from 'node:assert/strict';
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { DeviceDesk } from '../../nodes/lib/io/mqtt/device-desk';
import { Launched, type Ended } from './launched';

describe('wattkeeper devices', function () {
  this.timeout(60_000);
  let folder: string;
  before(() => {
    folder = mkdtempSync(path.join(tmpdir(), 'wattkeeper-devices-'));
  });
  after(() => rmSync(folder, { recursive: true, force: true }));

  const run = (...args: string[]): Promise<Ended> =>
    new Launched(['devices', ...args], { env: { WATTKEEPER_DATA: folder } }).ended();

  it('makes a password that the broker here takes, lists the device, and takes the password back', async () => {
    assert.match((await run()).out, /^No device has a password of its own\.\n$/);
    const { code, out } = await run('add', 'plug', 'tasmota');
    assert.equal(code, 0);
    const password = /Password {2}(\S+) /.exec(out)?.[1] ?? '';
    const desk = new DeviceDesk(path.join(folder, 'devices.json'), Date.now);
    assert.equal((await desk.check('plug', Buffer.from(password))).kind, 'right');
    assert.match((await run()).out, /^plug {2}tasmota {2}active {2}since \d{4}-/);
    await run('revoke', 'plug');
    assert.equal((await desk.check('plug', Buffer.from(password))).kind, 'wrong');
  });

  it('says in one line what is wrong and what it knows', async () => {
    for (const args of [
      ['add'],
      ['add', 'a/b'],
      ['fly', 'M1'],
      ['revoke', 'nobody'],
      ['add', 'M1', 'own', 'x'],
    ]) {
      const { code, err } = await run(...args);
      assert.equal(code, 1);
      assert.match(err, /^[^\n]+Usage: wattkeeper devices [^\n]+\n$/);
    }
  });
});
