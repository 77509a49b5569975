import assert from 'node:assert/strict';
import { spawn, type ChildProcess } from 'node:child_process';
import { existsSync, mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { needs, pathOrSkip } from '../../../needs';
import { GATEWAY_ID, identityOf } from './bypass-process';

/** How often the cable is pulled; `WATTKEEPER_PULLS=20` looks longer. */
const PULLS = Number(process.env['WATTKEEPER_PULLS'] ?? 3);
const READINGS_PER_PULL = 100;
const PLUGGED_MS = 2_000;
const PULLED_MS = 500;
const POLL_MS = 20;

const pause = (ms: number): Promise<void> => new Promise((resolve) => setTimeout(resolve, ms));

describe('two neighbours on a real serial line whose cable is pulled', () => {
  const folder = mkdtempSync(join(tmpdir(), 'wattkeeper-serial-'));
  const ends = ['left', 'right'].map((name) => join(folder, name));
  const children: ChildProcess[] = [];
  after(() => {
    for (const child of children) child.kill('SIGKILL');
    rmSync(folder, { recursive: true, force: true });
  });

  async function plug(socat: string): Promise<ChildProcess> {
    const cable = spawn(
      socat,
      ends.map((link) => `pty,raw,echo=0,link=${link}`),
    );
    children.push(cable);
    while (!ends.every((link) => existsSync(link))) await pause(POLL_MS);
    return cable;
  }

  interface Told {
    child: ChildProcess;
    /** Everything it said, once it has ended and the last of it has come through the pipe. */
    told: Promise<string[]>;
    ended: Promise<string>;
  }

  function start(...words: string[]): Told {
    const child = spawn(process.execPath, ['--import=tsx', join(__dirname, 'serial-process.ts'), ...words], {
      stdio: ['ignore', 'pipe', 'inherit'],
    });
    children.push(child);
    let text = '';
    child.stdout.on('data', (chunk: Buffer) => (text += chunk.toString()));
    const ended = new Promise<string>((resolve) =>
      child.once('close', (code, signal) => resolve(`${words[0]} ended with ${code ?? signal}`)),
    );
    return { child, ended, told: ended.then(() => text.trim().split('\n')) };
  }

  it(`brings every reading through exactly once, over ${PULLS} pulls`, async function () {
    this.timeout(60_000 + PULLS * 20_000);
    const socat = pathOrSkip(needs.socat, this);
    const head = identityOf('head-end', folder);
    const code = head.keys.inUse.publicKey.toString('hex');
    const gatewayIdentity = identityOf('gateway', folder, code);
    head.peers.replace(GATEWAY_ID, gatewayIdentity.keys.inUse.publicKey);
    gatewayIdentity.close();
    head.close();

    let cable = await plug(socat);
    const carrier = start('carrier', folder, ends[1]!);
    const gateway = start('gateway', folder, ends[0]!, code, String(PULLS * READINGS_PER_PULL));
    for (let pull = 0; pull < PULLS; pull += 1) {
      await pause(PLUGGED_MS * (0.5 + Math.random()));
      const gone = new Promise((resolve) => cable.once('close', resolve));
      cable.kill('SIGKILL');
      await gone;
      for (const end of ends) rmSync(end, { force: true });
      await pause(PULLED_MS);
      cable = await plug(socat);
    }
    // Whoever dies before its time is not waited for.
    assert.equal(await Promise.race([gateway.ended, carrier.ended]), 'gateway ended with 0');
    carrier.child.kill('SIGKILL');
    const stored = (await carrier.told).filter((line) => line.startsWith('stored '));
    assert.equal(stored.length, PULLS * READINGS_PER_PULL);
    assert.equal(new Set(stored).size, stored.length, 'something came twice');
  });
});
