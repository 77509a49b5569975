import { execFile } from 'node:child_process';
import { stat } from 'node:fs/promises';
import { uptime } from 'node:os';
import { promisify } from 'node:util';
import type { MachineClocks } from '../../time/sure-clock';
import { MAX_CONFIRMATION_AGE_MS } from '../../time/sure-time';

/** systemd-timesyncd touches this file each time a server has confirmed the clock. */
const TIMESYNC_FILE = '/run/systemd/timesync/synchronized';
/** Says whether the kernel counts the clock as synchronised, whichever program sees to that, such as chrony. */
const KERNEL_STATUS = { program: 'timedatectl', args: ['show', '--property=NTPSynchronized', '--value'] };
const ANSWER_WITHIN_MS = 5_000;
const MS_PER_S = 1_000;

const run = promisify(execFile);

/** The clocks of this machine. Elsewhere than on Linux, and mostly in a container, its time service says nothing. */
export function machineClocks(timesyncFile = TIMESYNC_FILE, env = process.env): MachineClocks {
  const wallMs = (): number => Date.now();
  return {
    wallMs,
    monotonicMs: () => performance.now(),
    uptimeMs: () => uptime() * MS_PER_S,
    confirmedAgoMs: async () => {
      const agoMs = await touchedAgoMs(timesyncFile, wallMs);
      if (agoMs !== null && agoMs >= 0 && agoMs <= MAX_CONFIRMATION_AGE_MS) return agoMs;
      return (await isSynchronised(env)) ? 0 : null;
    },
  };
}

async function touchedAgoMs(file: string, wallMs: () => number): Promise<number | null> {
  try {
    const { mtimeMs } = await stat(file);
    return wallMs() - mtimeMs;
  } catch {
    return null;
  }
}

/** A machine without the program has nobody to ask, which is no fault. */
async function isSynchronised(env: NodeJS.ProcessEnv): Promise<boolean> {
  try {
    const { program, args } = KERNEL_STATUS;
    const { stdout } = await run(program, args, { env, timeout: ANSWER_WITHIN_MS });
    return stdout.trim() === 'yes';
  } catch {
    return false;
  }
}
