// What the build reads, and one short text that changes whenever any of it does.
import { createHash } from 'node:crypto';
import { readdirSync, readFileSync, statSync } from 'node:fs';
import path from 'node:path';

const SOURCE_FOLDERS = ['nodes', 'gateway', 'dashboard', 'flows'];
const SOURCE_FILES = ['package.json', 'tsconfig.json'];

export const stampFile = (root) => path.join(root, 'dist', '.stamp');

/** Every file below a folder as absolute paths, in a stable order; nothing when the folder is missing. */
export function filesBelow(folder) {
  let entries;
  try {
    entries = readdirSync(folder, { withFileTypes: true });
  } catch (error) {
    if (error.code === 'ENOENT') return [];
    throw error;
  }
  entries.sort((a, b) => (a.name < b.name ? -1 : 1));
  return entries.flatMap((entry) => {
    const item = path.join(folder, entry.name);
    return entry.isDirectory() ? filesBelow(item) : [item];
  });
}

/** Paths, sizes and times of change: reading the contents would make every `npm start` slower for nothing. */
export function stampOf(root, files) {
  const hash = createHash('sha256');
  for (const file of files) {
    const { size, mtimeMs } = statSync(file);
    hash.update(`${path.relative(root, file)} ${size} ${mtimeMs}\n`);
  }
  return hash.digest('hex');
}

export function sourceStamp(root) {
  const inFolders = SOURCE_FOLDERS.flatMap((folder) => filesBelow(path.join(root, folder)));
  return stampOf(root, [...SOURCE_FILES.map((file) => path.join(root, file)), ...inFolders]);
}

export const isBuilt = (root) => readIfThere(stampFile(root)) === sourceStamp(root);

export function readIfThere(file) {
  try {
    return readFileSync(file, 'utf8');
  } catch (error) {
    if (error.code === 'ENOENT') return undefined;
    throw error;
  }
}
