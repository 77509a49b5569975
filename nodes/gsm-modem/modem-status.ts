import type { NodeAPI } from 'node-red';
import type { ServiceState } from '../lib/modem/modem-service';
import type { ModemPhase } from '../lib/modem/modem-state';
import type { StatusLine, StatusLook } from '../lib/red/status';

/** How each phase looks, unless something about a modem that is ready matters more. */
const LOOK_BY_PHASE: Readonly<Record<ModemPhase, StatusLook>> = {
  closed: 'idle',
  opening: 'waiting',
  starting: 'waiting',
  noSim: 'broken',
  pinMissing: 'broken',
  pinRefused: 'broken',
  pukNeeded: 'broken',
  simLocked: 'broken',
  searching: 'waiting',
  denied: 'broken',
  ready: 'well',
  recovering: 'broken',
};

/** The one thing that a person should know first. */
export function showModem(RED: NodeAPI, status: StatusLine, state: ServiceState): void {
  const { phase, waitingTexts, isStorageFull, isPowerSupplySuspect } = state;
  const bars = state.signal?.bars ?? null;
  if (isPowerSupplySuspect) status.show('broken', () => RED._('gsm-modem.status.power'));
  else if (phase !== 'ready')
    status.show(LOOK_BY_PHASE[phase], () => RED._(`gsm-modem.status.phase.${phase}`));
  else if (isStorageFull) status.show('waiting', () => RED._('gsm-modem.status.full'));
  else if (waitingTexts > 0)
    status.show('waiting', () => RED._('gsm-modem.status.queue', { waiting: waitingTexts }));
  else if (bars !== null) status.show('well', () => RED._('gsm-modem.status.signal', { bars }));
  else status.show('well', () => RED._('gsm-modem.status.phase.ready'));
}
