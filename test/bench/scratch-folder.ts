import { mkdtempSync, rmSync } from 'node:fs';
import { createServer, type AddressInfo } from 'node:net';
import { once } from 'node:events';
import os from 'node:os';
import path from 'node:path';

const folders = new Set<string>();
process.once('exit', () => folders.forEach(remove));

/** A folder that is gone when the bench is. */
export function scratchFolder(): string {
  const folder = mkdtempSync(path.join(os.tmpdir(), 'wattkeeper-bench-'));
  folders.add(folder);
  return folder;
}

function remove(folder: string): void {
  // A process that was just killed may still be letting go of its files.
  rmSync(folder, { recursive: true, force: true, maxRetries: 3 });
  folders.delete(folder);
}

export async function withScratchFolder<T>(work: (folder: string) => Promise<T>): Promise<T> {
  const folder = scratchFolder();
  try {
    return await work(folder);
  } finally {
    remove(folder);
  }
}

/** A port that nobody listened on a moment ago. */
export async function freePort(): Promise<number> {
  const server = createServer();
  server.listen(0, '127.0.0.1');
  await once(server, 'listening');
  const { port } = server.address() as AddressInfo;
  server.close();
  await once(server, 'close');
  return port;
}
