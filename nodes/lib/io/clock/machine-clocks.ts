import { execFile } from 'node:child_process';
import { stat } from 'node:fs/promises';
import { uptime } from 'node:os';
import { promisify } from 'node:util';
import type { MachineClocks } from '../../time/sure-clock';
import { MAX_CONFIRMATION_AGE_MS } from '../../time/sure-time';

/** systemd-timesyncd touches this file each time a server has confirmed the clock. */
const TIMESYNC_FILE = '/run/systemd/timesync/synchronized';
/**
 * Who can say whether the kernel counts the clock as synchronised, whichever program sees to that, such as chrony. Setting
 * the clock by hand ends that. The second is part of small systems and works in a container, where the first does not.
 */
const KERNEL_STATUS = [
  { program: 'timedatectl', args: ['show', '--property=NTPSynchronized', '--value'], says: /^yes\s*$/ },
  { program: 'adjtimex', args: [], says: /^\s*return value: [0-4] \(/m },
];
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
      for (const status of KERNEL_STATUS) if (await isSynchronised(status, env)) return 0;
      return null;
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
async function isSynchronised(
  { program, args, says }: (typeof KERNEL_STATUS)[number],
  env: NodeJS.ProcessEnv,
): Promise<boolean> {
  try {
    const { stdout } = await run(program, args, { env, timeout: ANSWER_WITHIN_MS });
    return says.test(stdout);
  } catch {
    return false;
  }
}
