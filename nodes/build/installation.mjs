// Whether node_modules is what package-lock.json asks for and fits the Node.js that runs us. Built-in modules only,
// since this is asked before anything is installed.
import { spawnSync } from 'node:child_process';
import { createHash } from 'node:crypto';
import { readFileSync, writeFileSync } from 'node:fs';
import { createRequire } from 'node:module';
import path from 'node:path';
import { readIfThere } from './sources.mjs';

/** Cheap on every start: one hash of the lock file. Only when it is new do we look at the packages themselves. */
export function isInstalled(root) {
  const stamp = installStamp(root);
  if (readIfThere(stampFile(root)) === stamp) return true;
  if (!packagesMatchTheLock(root) || !nativeModuleLoads(root)) return false;
  writeFileSync(stampFile(root), stamp);
  return true;
}

/** @returns the exit code of npm */
export function install(root) {
  const npm = process.env.npm_execpath;
  const options = { cwd: root, stdio: 'inherit' };
  const { status, error } = npm?.endsWith('.js')
    ? spawnSync(process.execPath, [npm, 'ci'], options)
    : spawnSync('npm', ['ci'], { ...options, shell: process.platform === 'win32' });
  if (error) throw error;
  if (status === 0) writeFileSync(stampFile(root), installStamp(root));
  return status ?? 1;
}

const stampFile = (root) => path.join(root, 'node_modules', '.wattkeeper-install');

/** A native module is compiled for one module version, one system and one processor. */
function installStamp(root) {
  const lock = createHash('sha256')
    .update(readFileSync(path.join(root, 'package-lock.json')))
    .digest('hex');
  return `${lock} ${process.versions.modules} ${process.platform} ${process.arch}\n`;
}

/** npm keeps its own record of what it has put into node_modules, whoever called it. */
function packagesMatchTheLock(root) {
  const installed = readIfThere(path.join(root, 'node_modules', '.package-lock.json'));
  if (installed === undefined) return false;
  const there = JSON.parse(installed).packages;
  const wanted = JSON.parse(readFileSync(path.join(root, 'package-lock.json'), 'utf8')).packages;
  return Object.entries(wanted).every(([folder, { version, optional, devOptional, extraneous }]) => {
    if (folder === '') return true;
    const mayBeMissing = optional || devOptional || extraneous;
    return there[folder] === undefined ? mayBeMissing : there[folder].version === version;
  });
}

function nativeModuleLoads(root) {
  try {
    const Database = createRequire(path.join(root, 'package.json'))('better-sqlite3');
    new Database(':memory:').close();
    return true;
  } catch {
    return false;
  }
}
