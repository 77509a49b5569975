// One build at a time in a folder: `npm run dev` and `npm test` in a second terminal must not write over each other.
import { linkSync, mkdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import path from 'node:path';
import { setTimeout as delay } from 'node:timers/promises';

const POLL_MS = 50;
const LONGEST_BUILD_MS = 120_000;

/** Runs the work while holding the folder's build lock. A lock whose owner has died is taken over. */
export async function withBuildLock(root, work) {
  const file = path.join(root, 'node_modules', '.cache', 'wattkeeper-build.pid');
  mkdirSync(path.dirname(file), { recursive: true });
  const giveUpAt = performance.now() + LONGEST_BUILD_MS;
  while (!take(file)) {
    if (performance.now() > giveUpAt) throw new Error(`another build still holds ${file}`);
    await delay(POLL_MS);
  }
  try {
    return await work();
  } finally {
    rmSync(file, { force: true });
  }
}

/** The file appears with its content or not at all, so nobody reads a lock without an owner. */
function take(file) {
  const own = `${file}.${process.pid}`;
  writeFileSync(own, String(process.pid));
  try {
    linkSync(own, file);
    return true;
  } catch (error) {
    if (error.code !== 'EEXIST') throw error;
  } finally {
    rmSync(own, { force: true });
  }
  if (!isAlive(ownerOf(file))) rmSync(file, { force: true });
  return false;
}

function ownerOf(file) {
  try {
    return Number(readFileSync(file, 'utf8'));
  } catch {
    return 0;
  }
}

function isAlive(pid) {
  if (!(pid > 0)) return false;
  try {
    process.kill(pid, 0);
    return true;
  } catch (error) {
    return error.code === 'EPERM';
  }
}
