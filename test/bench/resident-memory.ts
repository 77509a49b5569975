import { execFileSync } from 'node:child_process';
import { readFileSync } from 'node:fs';

const KB_PER_MB = 1024;

/** How much memory a process holds, as the operating system counts it. */
export function residentMb(pid: number): number {
  return residentKb(pid) / KB_PER_MB;
}

function residentKb(pid: number): number {
  if (process.platform !== 'linux') {
    return Number(execFileSync('ps', ['-o', 'rss=', '-p', String(pid)], { encoding: 'utf8' }));
  }
  const found = /^VmRSS:\s+(\d+) kB$/m.exec(readFileSync(`/proc/${pid}/status`, 'utf8'));
  if (!found) throw new Error(`process ${pid} has no memory`);
  return Number(found[1]);
}
