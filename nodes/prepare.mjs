// Runs before every npm script: installs and builds what is missing, and says nothing when nothing is.
// `node nodes/prepare.mjs packages` stops after the packages, for the scripts that build anyway.
import { spawnSync } from 'node:child_process';
import path from 'node:path';
import { install, isInstalled } from './build/installation.mjs';
import { isBuilt } from './build/sources.mjs';

const OLDEST_NODE = [20, 19];

function prepare() {
  const [major, minor] = process.versions.node.split('.').map(Number);
  if (major < OLDEST_NODE[0] || (major === OLDEST_NODE[0] && minor < OLDEST_NODE[1])) {
    console.error(`Node.js ${OLDEST_NODE.join('.')} or later is needed; this is ${process.versions.node}.`);
    return 1;
  }
  const root = path.join(import.meta.dirname, '..');
  if (!isInstalled(root)) {
    console.log('Installing packages (about two minutes the first time)…');
    const code = install(root);
    if (code !== 0) return code;
  }
  if (process.argv[2] === 'packages' || isBuilt(root)) return 0;
  console.error('Building…');
  const build = spawnSync(process.execPath, [path.join(root, 'nodes', 'build.mjs')], {
    cwd: root,
    stdio: 'inherit',
  });
  return build.status ?? 1;
}

process.exitCode = prepare();
