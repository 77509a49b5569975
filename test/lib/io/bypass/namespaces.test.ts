import assert from 'node:assert/strict';
import { spawn, spawnSync, type ChildProcess } from 'node:child_process';
import { existsSync, mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { GATEWAY_ID, identityOf } from './bypass-process';

/** How often the link is taken down; `WATTKEEPER_PULLS=20` looks longer. */
const PULLS = Number(process.env['WATTKEEPER_PULLS'] ?? 2);
const POLL_MS = 20;
const DEADLINE_MS = 90_000;
const HEAD_ADDRESS = '10.231.77.1';
const GATEWAY_ADDRESS = '10.231.77.2';
/** Short, since the names of links are, and nobody else's. */
const NAME = `wk${process.pid}`;
const HOUSE = `${NAME}h`;
const TOWN = `${NAME}t`;

/** A process that says what happens to it. */
class Told {
  text = '';
  readonly ended: Promise<string>;

  constructor(readonly child: ChildProcess) {
    child.stdout?.on('data', (chunk: Buffer) => (this.text += chunk.toString()));
    this.ended = new Promise((resolve) =>
      child.once('close', (code, signal) => resolve(`ended with ${code ?? signal}`)),
    );
  }

  count(line: RegExp): number {
    return this.text.match(line)?.length ?? 0;
  }

  /** What it said last of its way; a busy machine may have it change its mind more than once. */
  get hasWay(): boolean {
    return [...this.text.matchAll(/^way (up|down)$/gm)].at(-1)?.[1] !== 'down';
  }
}

const PROGRAM = require.resolve('./network-process.ts');
/** Debian keeps it where only the administrator's PATH looks. */
const IP = ['/usr/sbin/ip', '/sbin/ip', '/usr/bin/ip'].find((file) => existsSync(file)) ?? 'no program "ip"';

/** Runs `ip`; the reason when it is refused. */
function ip(...words: string[]): string | null {
  const { error, status, stderr } = spawnSync(IP, words, { encoding: 'utf8' });
  if (error) return error.message;
  return status === 0 ? null : stderr.trim() || `ended with ${status}`;
}

describe('a gateway and a head-end in two network namespaces', function () {
  this.timeout(DEADLINE_MS * 2);
  const folder = mkdtempSync(join(tmpdir(), 'wattkeeper-namespaces-'));
  const running: Told[] = [];
  const made: string[] = [];

  before(function () {
    const steps: string[][] = [
      ['netns', 'add', HOUSE],
      ['netns', 'add', TOWN],
      ['link', 'add', HOUSE, 'netns', HOUSE, 'type', 'veth', 'peer', 'name', TOWN, 'netns', TOWN],
      ['-n', HOUSE, 'address', 'add', `${GATEWAY_ADDRESS}/30`, 'dev', HOUSE],
      ['-n', TOWN, 'address', 'add', `${HEAD_ADDRESS}/30`, 'dev', TOWN],
      ['-n', HOUSE, 'link', 'set', HOUSE, 'up'],
      ['-n', TOWN, 'link', 'set', TOWN, 'up'],
    ];
    for (const step of steps) {
      const refused = ip(...step);
      if (refused !== null) {
        console.log(
          `    skipped: this machine makes no network namespaces ("ip ${step.join(' ')}": ${refused})`,
        );
        this.skip();
      }
      if (step[0] === 'netns') made.push(step[2]!);
    }
  });
  after(async () => {
    for (const { child } of running) child.kill('SIGKILL');
    await Promise.all(running.map(({ ended }) => ended));
    for (const name of made) ip('netns', 'delete', name);
    rmSync(folder, { recursive: true, force: true });
  });

  function start(namespace: string, ...words: string[]): Told {
    const program = [process.execPath, '--import=tsx', PROGRAM, ...words];
    const child = spawn(IP, ['netns', 'exec', namespace, ...program], {
      stdio: ['pipe', 'pipe', 'inherit'],
    });
    const told = new Told(child);
    running.push(told);
    return told;
  }

  async function until(what: string, holds: () => boolean): Promise<void> {
    const endMs = performance.now() + DEADLINE_MS;
    while (!holds()) {
      const dead = running.find(({ child }) => child.exitCode !== null);
      if (dead) throw new Error(`${what}: a process ended with ${dead.child.exitCode}`);
      if (performance.now() > endMs) throw new Error(`${what} did not come`);
      await new Promise((resolve) => setTimeout(resolve, POLL_MS));
    }
  }

  function introduce(): string {
    const head = identityOf('head-end', folder);
    const code = head.keys.inUse.publicKey.toString('hex');
    const gateway = identityOf('gateway', folder, code);
    head.peers.replace(GATEWAY_ID, gateway.keys.inUse.publicKey);
    gateway.close();
    head.close();
    return code;
  }

  it(`finds the way broken while no answer comes, and brings every reading through once, over ${PULLS} pulls`, async () => {
    const code = introduce();
    const head = start(TOWN, 'head-end', folder, HEAD_ADDRESS);
    await until('the broker', () => head.count(/^listens$/m) > 0);
    const gateway = start(HOUSE, 'gateway', folder, HEAD_ADDRESS, code);
    for (let pull = 1; pull <= PULLS; pull += 1) {
      const before = head.count(/^stored /gm);
      const closed = gateway.count(/^closed$/gm);
      await until('readings', () => head.count(/^stored /gm) > before + 20);
      assert.equal(ip('-n', HOUSE, 'link', 'set', HOUSE, 'down'), null);
      await until('the loss of the way', () => !gateway.hasWay);
      assert.equal(gateway.count(/^closed$/gm), closed, 'no socket has closed');
      assert.equal(ip('-n', HOUSE, 'link', 'set', HOUSE, 'up'), null);
      await until('the way again', () => gateway.hasWay);
    }
    gateway.child.stdin?.write('enough\n');
    assert.equal(await Promise.race([gateway.ended, head.ended]), 'ended with 0');
    const kept = Number(/^kept (\d+)$/m.exec(gateway.text)?.[1]);
    head.child.kill('SIGKILL');
    await head.ended;
    const stored = [...head.text.matchAll(/^stored (.*)$/gm)].map(([, name]) => name);
    assert.equal(new Set(stored).size, kept, 'every reading is there');
    assert.equal(stored.length, kept, 'and none twice');
  });
});
