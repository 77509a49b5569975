import type { Load } from './publisher';

/** Single readings from meters of their own, and from a few concentrators that do not wait for each answer. */
export const SINGLE_LOADS: readonly Load[] = [
  { connections: 1_000, inFlight: 1, readingsPerMessage: 1 },
  { connections: 4, inFlight: 500, readingsPerMessage: 1 },
];

/** Readings that gateways send together. */
export const FRAME_READINGS = 500;
export const FRAME_LOAD: Load = { connections: 2, inFlight: 2, readingsPerMessage: FRAME_READINGS };

/** As long as it takes a slow memory card to commit all that is in flight one by one. */
export const LAST_ACKS_WITHIN_MS = 60_000;
