// What the two sides say to each other in items of their own, sealed like all others.
import { MOST_DISTRUSTED } from './distrust';
import { isGatewayId } from './frame';
import { DISCARDED_HOW, DISCARDED_LANES, type Discarded } from './room-policy';

/** No MQTT client may publish to a topic that begins with a dollar sign, so nobody's message is taken for one. */
export const CONTROL_TOPIC = '$bypass';

/** What a gateway saw of a neighbour. */
export const OBSERVATIONS = [
  'silent',
  'crc',
  'replayed',
  'unauthenticated',
  'clone',
  'sequence',
  'unheard',
] as const;
export type ObservationKind = (typeof OBSERVATIONS)[number];

export interface Observation {
  gatewayId: string;
  kind: ObservationKind;
  count: number;
  /** Whoever was seen doing it knows the key of the links; without one it proves nothing. */
  isKeyed?: boolean;
}

export type Control =
  | { control: 'report'; observations: Observation[] }
  /** What an outbox that was full had to throw away. */
  | { control: 'discarded'; discarded: Discarded[] }
  /** Whom the head-end wants to be left alone; a higher change is a later one. */
  | { control: 'distrust'; gatewayIds: string[]; change: number }
  /** The sender's next public key, in hexadecimal. */
  | { control: 'key'; publicKey: string }
  /** The next key of the receiver is known and may be used. */
  | { control: 'key taken'; publicKey: string };

const KEY = /^[0-9a-f]{64}$/;
const MOST_OBSERVATIONS = 100;

/** Reads what came under the control topic; null for what is not ours. */
export function readControl(payload: unknown): Control | null {
  if (typeof payload !== 'object' || payload === null || !('control' in payload)) return null;
  const { control } = payload;
  if (control === 'key' || control === 'key taken') {
    const publicKey: unknown = 'publicKey' in payload ? payload.publicKey : null;
    return typeof publicKey === 'string' && KEY.test(publicKey) ? { control, publicKey } : null;
  }
  if (control === 'distrust') return readDistrust(payload);
  if (control === 'discarded') return readDiscarded(payload);
  if (control !== 'report' || !('observations' in payload) || !Array.isArray(payload.observations))
    return null;
  const observations = payload.observations as unknown[];
  if (observations.length > MOST_OBSERVATIONS || !observations.every(isObservation)) return null;
  return { control, observations };
}

function readDiscarded(payload: object): Control | null {
  const discarded: unknown = 'discarded' in payload ? payload.discarded : null;
  const most = DISCARDED_LANES.length * DISCARDED_HOW.length;
  if (!Array.isArray(discarded) || discarded.length > most || !discarded.every(isDiscarded)) return null;
  return { control: 'discarded', discarded };
}

function isDiscarded(value: unknown): value is Discarded {
  if (typeof value !== 'object' || value === null) return false;
  const { lane, how, items } = value as Partial<Discarded>;
  const isKnown =
    DISCARDED_LANES.some((known) => known === lane) && DISCARDED_HOW.some((known) => known === how);
  return isKnown && Number.isSafeInteger(items) && (items ?? 0) > 0;
}

function readDistrust(payload: object): Control | null {
  const gatewayIds: unknown = 'gatewayIds' in payload ? payload.gatewayIds : null;
  const change: unknown = 'change' in payload ? payload.change : null;
  if (!Array.isArray(gatewayIds) || gatewayIds.length > MOST_DISTRUSTED || !gatewayIds.every(isGatewayId))
    return null;
  return Number.isSafeInteger(change) ? { control: 'distrust', gatewayIds, change: change as number } : null;
}

function isObservation(value: unknown): value is Observation {
  if (typeof value !== 'object' || value === null) return false;
  const { gatewayId, kind, count, isKeyed = false } = value as Partial<Observation>;
  const isKnown = OBSERVATIONS.some((known) => known === kind);
  if (typeof isKeyed !== 'boolean') return false;
  return typeof gatewayId === 'string' && isKnown && Number.isSafeInteger(count) && (count ?? 0) > 0;
}
