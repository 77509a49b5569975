// Remembers what a build wrote, so that files whose source has vanished can be removed afterwards.
import {
  existsSync,
  mkdirSync,
  readdirSync,
  readFileSync,
  renameSync,
  rmdirSync,
  rmSync,
  writeFileSync,
} from 'node:fs';
import path from 'node:path';

export class Outputs {
  #kept = new Set();

  keep(file) {
    this.#kept.add(file);
  }

  /** Leaves an unchanged file alone, so that a watcher sees only real changes, and never shows half a file. */
  write(file, content) {
    this.keep(file);
    const bytes = Buffer.from(content);
    if (existsSync(file) && readFileSync(file).equals(bytes)) return;
    mkdirSync(path.dirname(file), { recursive: true });
    const half = `${file}.${process.pid}.half`;
    writeFileSync(half, bytes);
    renameSync(half, file);
  }

  copy(from, to) {
    this.write(to, readFileSync(from));
  }

  /** Removes every file below the folder that was neither written nor kept, and the folders this leaves empty. */
  prune(folder) {
    if (!existsSync(folder)) return;
    for (const entry of readdirSync(folder, { withFileTypes: true })) {
      const item = path.join(folder, entry.name);
      if (entry.isDirectory()) this.prune(item);
      else if (!this.#kept.has(item)) rmSync(item);
    }
    if (readdirSync(folder).length === 0) rmdirSync(folder);
  }
}
