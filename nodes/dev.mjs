// `npm run dev`: Node-RED from this folder, rebuilt and started again whenever a source changes.
import { spawn } from 'node:child_process';
import { watch } from 'node:fs';
import { once } from 'node:events';
import path from 'node:path';

const WATCHED_FOLDERS = ['nodes', 'gateway', 'dashboard', 'flows'];
/** An editor that saves several files at once should cause one build. */
const QUIET_MS = 200;
/** Node-RED closes its nodes and the ledger in well under this. */
const STOP_WITHIN_MS = 15_000;

const root = path.join(import.meta.dirname, '..');
const say = (text) => console.log(`dev: ${text}`);

let nodeRed;
let quietTimer;
let busy = false;
let changedAgain = false;
let stopping = false;

function startNodeRed() {
  const child = spawn(process.execPath, ['dist/gateway/wattkeeper.js', 'start'], {
    cwd: root,
    stdio: 'inherit',
  });
  child.once('exit', (code) => {
    if (nodeRed !== child) return;
    nodeRed = undefined;
    if (!stopping) say(`Node-RED ended with code ${code}; it starts again after the next change`);
  });
  nodeRed = child;
}

async function stopNodeRed() {
  const child = nodeRed;
  if (!child) return;
  nodeRed = undefined;
  const exited = once(child, 'exit');
  child.kill('SIGTERM');
  const lastResort = setTimeout(() => child.kill('SIGKILL'), STOP_WITHIN_MS);
  await exited;
  clearTimeout(lastResort);
}

async function build() {
  const child = spawn(process.execPath, ['nodes/build.mjs'], { cwd: root, stdio: 'inherit' });
  const [code] = await once(child, 'exit');
  return code === 0;
}

/** What changes during a rebuild causes one more, never two at the same time. */
async function rebuild() {
  if (busy) {
    changedAgain = true;
    return;
  }
  busy = true;
  do {
    changedAgain = false;
    say('building…');
    if (!(await build())) {
      if (!stopping) say('the build failed; Node-RED keeps running what it has');
      continue;
    }
    await stopNodeRed();
    if (!stopping) startNodeRed();
  } while (changedAgain && !stopping);
  busy = false;
}

function onChange(file) {
  if (stopping || path.basename(file ?? '').startsWith('.')) return;
  clearTimeout(quietTimer);
  quietTimer = setTimeout(() => void rebuild(), QUIET_MS);
}

async function stop() {
  if (stopping) return;
  stopping = true;
  clearTimeout(quietTimer);
  for (const watcher of watchers) watcher.close();
  await stopNodeRed();
  process.exit(0);
}

const watchers = WATCHED_FOLDERS.map((folder) =>
  watch(path.join(root, folder), { recursive: true }, (_kind, file) => onChange(file)),
);
process.on('SIGINT', () => void stop());
process.on('SIGTERM', () => void stop());
say(`watching ${WATCHED_FOLDERS.join(', ')}`);
startNodeRed();
