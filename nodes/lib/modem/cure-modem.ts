import type { AtEngine } from './at-engine';
import { AtFault } from './at-fault';
import type { ModemWiring } from './byte-port';
import type { Rung } from './recovery-ladder';

/** Why a modem cannot go on serving, and what that calls for. */
export type Trouble =
  /** It works, but has to be set up again. */
  { kind: 'boot'; fault: AtFault } | { kind: 'cure'; gentlest: Rung; fault: AtFault };

/** Between radio off and on, so that the network notices. */
const RADIO_OFF_MS = 5_000;
const RESTART_MS = 15_000;
const POWER_UP_MS = 5_000;

export function troubleOf(fault: AtFault): Trouble {
  if (fault.kind === 'reset') return { kind: 'boot', fault };
  return { kind: 'cure', gentlest: fault.kind === 'closed' ? 'reopen' : 'retry', fault };
}

/** Does what a rung of the ladder says. Gives back the engine when the port is still open. */
export async function cureModem(
  rung: Rung,
  engine: AtEngine | null,
  wiring: ModemWiring,
): Promise<AtEngine | null> {
  try {
    switch (rung) {
      case 'reopen':
        await engine?.close(new AtFault('closed', 'the port is opened anew'));
        return null;
      case 'powerKey':
        await engine?.close(new AtFault('closed', 'the modem is switched off and on'));
        await wiring.pressPowerKey?.();
        await new Promise<void>((resolve) => void wiring.schedule.after(POWER_UP_MS, resolve));
        return null;
      case 'retry':
      case 'shut':
      case 'radio':
      case 'restart':
        if (engine && (await engine.resync())) await CURES[rung](engine);
        return engine;
    }
  } catch {
    // A cure that fails is followed by a boot that fails, and that by a harder cure.
    return rung === 'reopen' || rung === 'powerKey' ? null : engine;
  }
}

/** Cures that the modem itself has to carry out; one that does not answer is left to the port. */
const CURES: Readonly<Record<'retry' | 'shut' | 'radio' | 'restart', (engine: AtEngine) => Promise<void>>> = {
  retry: () => Promise.resolve(),
  shut: async (engine) => {
    await engine.run('AT+CIPSHUT');
  },
  radio: async (engine) => {
    await engine.run('AT+CFUN=4');
    await engine.pause(RADIO_OFF_MS);
    await engine.run('AT+CFUN=1');
  },
  restart: async (engine) => {
    const started = engine.until((heard) => (heard.kind === 'started' ? true : undefined), RESTART_MS);
    await Promise.all([started, engine.run('AT+CFUN=1,1')]);
  },
};
