import { readFileSync, renameSync, writeFileSync } from 'node:fs';

const OWNER_ONLY = 0o600;

/** What a file holds, or undefined when it is not there or holds no JSON: whoever asks must do without then. */
export function readJsonFile(file: string): unknown {
  try {
    return JSON.parse(readFileSync(file, 'utf8'));
  } catch {
    return undefined;
  }
}

/** Replaces a file in one step, so that a process that dies in the middle leaves the old one. */
export function writeJsonFile(file: string, value: unknown): void {
  const half = `${file}.half`;
  writeFileSync(half, JSON.stringify(value), { mode: OWNER_ONLY });
  renameSync(half, file);
}
