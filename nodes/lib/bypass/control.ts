// What the two sides say to each other in items of their own, sealed like all others.

/** No MQTT client may publish to a topic that begins with a dollar sign, so nobody's message is taken for one. */
export const CONTROL_TOPIC = '$bypass';

/** What a gateway saw of a neighbour. */
export const OBSERVATIONS = ['silent', 'crc', 'replayed', 'unauthenticated', 'clone', 'sequence'] as const;
export type ObservationKind = (typeof OBSERVATIONS)[number];

export interface Observation {
  gatewayId: string;
  kind: ObservationKind;
  count: number;
}

export type Control =
  | { control: 'report'; observations: Observation[] }
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
  if (control !== 'report' || !('observations' in payload) || !Array.isArray(payload.observations))
    return null;
  const observations = payload.observations as unknown[];
  if (observations.length > MOST_OBSERVATIONS || !observations.every(isObservation)) return null;
  return { control, observations };
}

function isObservation(value: unknown): value is Observation {
  if (typeof value !== 'object' || value === null) return false;
  const { gatewayId, kind, count } = value as Partial<Observation>;
  const isKnown = OBSERVATIONS.some((known) => known === kind);
  return typeof gatewayId === 'string' && isKnown && Number.isSafeInteger(count) && (count ?? 0) > 0;
}
