import type { Schedule } from '../../modem/byte-port';

/** The machine's own time: never jumps when somebody sets the clock. */
export const realSchedule: Schedule = {
  nowMs: () => performance.now(),
  after(delayMs, run) {
    const timer = setTimeout(run, delayMs);
    return () => clearTimeout(timer);
  },
};
