import assert from 'node:assert/strict';
import { cpSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';
import manifest from '../../package.json';
import { Launched, REPOSITORY, SOURCE } from './launched';

describe('wattkeeper on the command line', function () {
  this.timeout(60_000);
  let folder: string;
  beforeEach(() => {
    folder = mkdtempSync(path.join(tmpdir(), 'wattkeeper-'));
  });
  afterEach(() => rmSync(folder, { recursive: true, force: true }));

  it('explains itself', async () => {
    const { code, out } = await new Launched(['--help']).ended();
    assert.equal(code, 0);
    for (const word of ['start', 'password', 'PORT', 'HOST', 'WATTKEEPER_MQTT_PORT', 'WATTKEEPER_DATA']) {
      assert.ok(out.includes(word), word);
    }
  });

  it('tells its version', async () => {
    const { code, out } = await new Launched(['--version']).ended();
    assert.equal(code, 0);
    assert.equal(out.trim(), manifest.version);
  });

  it('refuses a command it does not know', async () => {
    const { code, err } = await new Launched(['fly']).ended();
    assert.equal(code, 1);
    assert.match(err, /^Wattkeeper does not know "fly"[^\n]*\n$/);
  });

  it('tells how to install what it lacks', async () => {
    cpSync(path.join(REPOSITORY, 'gateway'), path.join(folder, 'gateway'), { recursive: true });
    cpSync(path.join(REPOSITORY, 'package.json'), path.join(folder, 'package.json'));
    const { code, err } = await new Launched(['start'], { env: { WATTKEEPER_DATA: 'data' }, folder }).ended();
    assert.equal(code, 1);
    assert.match(err, /^Missing: [^\n]*npm install node-red @flowfuse\/node-red-dashboard\n$/);
  });

  it('refuses a Node.js that is too old', async () => {
    const pretend = path.join(folder, 'pretend.cjs');
    writeFileSync(
      pretend,
      `Object.defineProperty(process, 'versions', { value: { ...process.versions, node: '20.18.1' } });`,
    );
    const { code, err } = await new Launched(['start'], {
      program: ['--require', pretend, ...SOURCE],
    }).ended();
    assert.equal(code, 1);
    assert.match(err, /^Wattkeeper needs Node\.js 20\.19 or later; this is 20\.18\.1\.\n$/);
  });
});
