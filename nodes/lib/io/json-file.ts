import { closeSync, fsyncSync, openSync, readFileSync, renameSync, writeSync } from 'node:fs';

const OWNER_ONLY = 0o600;

/** What a file holds, or undefined when it is not there or holds no JSON: whoever asks must do without then. */
export function readJsonFile(file: string): unknown {
  try {
    return JSON.parse(readFileSync(file, 'utf8'));
  } catch {
    return undefined;
  }
}

/** Replaces a file in one step, so that a process that dies in the middle leaves the old one; with `mustLast` a power cut too. */
export function writeJsonFile(file: string, value: unknown, mustLast = false): void {
  const half = `${file}.half`;
  const descriptor = openSync(half, 'w', OWNER_ONLY);
  try {
    writeSync(descriptor, JSON.stringify(value));
    if (mustLast) fsyncSync(descriptor);
  } finally {
    closeSync(descriptor);
  }
  renameSync(half, file);
}
