import assert from 'node:assert/strict';
import { type ChildProcessByStdio, execFileSync, spawn } from 'node:child_process';
import { once } from 'node:events';
import {
  copyFileSync,
  existsSync,
  mkdirSync,
  mkdtempSync,
  readdirSync,
  readFileSync,
  rmSync,
  writeFileSync,
} from 'node:fs';
import { createInterface } from 'node:readline';
import type { Readable } from 'node:stream';
import os from 'node:os';
import path from 'node:path';
import { manifest, nodeTypes, ROOT, shippedFlows } from './palette';

const ADDON = path.join('node_modules', 'better-sqlite3', 'build', 'Release', 'better_sqlite3.node');

interface NodeSet {
  module: string;
  name: string;
  types: string[];
  enabled: boolean;
  loaded?: boolean;
  err?: unknown;
}

type ExampleFolder = (string | Record<string, unknown> | { fn: string })[];

/** The tarball as npm makes it, in an empty folder, as a user's `npm install` in `~/.node-red` would put it there. */
function installTarball(folder: string): void {
  const npm = (cwd: string, ...words: string[]): void => {
    execFileSync('npm', [...words, '--loglevel=error'], { cwd, stdio: ['ignore', 'ignore', 'inherit'] });
  };
  npm(ROOT, 'pack', '--ignore-scripts', '--pack-destination', folder);
  const tarball = readdirSync(folder).find((file) => file.endsWith('.tgz'));
  assert.ok(tarball, 'npm pack made no tarball');
  const user = path.join(folder, 'user');
  mkdirSync(user);
  writeFileSync(path.join(user, 'package.json'), JSON.stringify({ name: 'user', private: true }));
  npm(user, 'install', path.join(folder, tarball), '--ignore-scripts', '--prefer-offline');
  // The native module is not compiled again: it would be the very same file. From version 13 on it comes compiled.
  if (!existsSync(path.join(ROOT, ADDON))) return;
  mkdirSync(path.dirname(path.join(user, ADDON)), { recursive: true });
  copyFileSync(path.join(ROOT, ADDON), path.join(user, ADDON));
}

const versionOf = (folder: string, name: string): string => {
  const text = readFileSync(path.join(folder, 'node_modules', name, 'package.json'), 'utf8');
  return (JSON.parse(text) as { version: string }).version;
};

describe('the package installed in an empty folder', function () {
  this.timeout(120_000);
  let folder: string;
  let nodeRed: ChildProcessByStdio<null, Readable, null> | undefined;
  let address: string;

  async function ask(url: string, accept = 'application/json'): Promise<Response> {
    const response = await fetch(new URL(url, address), { headers: { accept } });
    assert.equal(response.status, 200, url);
    return response;
  }

  before(async () => {
    folder = mkdtempSync(path.join(os.tmpdir(), 'wattkeeper-install-'));
    installTarball(folder);
    const host = path.join(__dirname, 'node-red-host.cjs');
    nodeRed = spawn(process.execPath, [host, path.join(folder, 'user')], {
      stdio: ['ignore', 'pipe', 'inherit'],
    });
    for await (const line of createInterface({ input: nodeRed.stdout })) {
      if (!line.startsWith('{"port":')) continue;
      address = `http://127.0.0.1:${(JSON.parse(line) as { port: number }).port}/`;
      break;
    }
    assert.ok(address, 'Node-RED ended before it was ready');
  });

  after(async () => {
    if (nodeRed?.exitCode === null) {
      const exited = once(nodeRed, 'exit');
      nodeRed.kill('SIGTERM');
      await exited;
    }
    rmSync(folder, { recursive: true, force: true });
  });

  it('gets a database driver that suits this Node.js', () => {
    const major = (version: string): string | undefined => version.split('.')[0];
    const installed = versionOf(path.join(folder, 'user'), 'better-sqlite3');
    // Version 13 ends a Node.js 20 process; npm has to choose by what the driver says it runs on.
    if (major(process.versions.node) === '20') assert.equal(major(installed), '12');
    else assert.equal(major(installed), major(versionOf(ROOT, 'better-sqlite3')));
  });

  it('registers every node type without an error', async () => {
    const sets = ((await (await ask('nodes')).json()) as NodeSet[]).filter(
      (set) => set.module === manifest.name,
    );
    assert.deepEqual(
      sets.filter((set) => set.err !== undefined || !set.enabled).map((set) => [set.name, set.err]),
      [],
    );
    assert.deepEqual(sets.flatMap((set) => set.types).sort(), [...nodeTypes].sort());
  });

  it('brings every dialog, help and icon', async () => {
    const html = await (await ask('nodes', 'text/html')).text();
    for (const type of nodeTypes) {
      assert.ok(html.includes(`data-template-name="${type}"`), `the dialog of ${type}`);
      assert.ok(html.includes(`data-help-name="${type}"`), `the help of ${type}`);
      const icon = await ask(`icons/${manifest.name}/${type}.svg`, 'image/svg+xml');
      const source = path.join(ROOT, 'nodes', type, 'icons', `${type}.svg`);
      assert.equal(await icon.text(), readFileSync(source, 'utf8'), `the icon of ${type}`);
    }
  });

  it('brings the labels of every dialog', async () => {
    for (const type of nodeTypes) {
      const labels = (await (
        await ask(`nodes/${manifest.name}/${type}/messages?lng=en-US`)
      ).json()) as object;
      assert.deepEqual(Object.keys(labels), [type]);
    }
  });

  it('lists every shipped flow under Import > Examples', async () => {
    for (const { name } of shippedFlows()) {
      const topic = path.posix.dirname(name);
      const listed = (await (
        await ask(`library/examples/flows/${manifest.name}/${topic}`)
      ).json()) as ExampleFolder;
      const files = listed.map((entry) =>
        typeof entry === 'object' && 'fn' in entry ? entry.fn : undefined,
      );
      assert.ok(files.includes(path.posix.basename(name)), `${name} in ${JSON.stringify(listed)}`);
    }
  });
});
