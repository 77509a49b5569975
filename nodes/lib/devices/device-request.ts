import { MAX_OVERLAP_MS } from './device-book';
import { parseDeviceDialect, type DeviceDialect } from './device-dialect';
import { showValue } from '../text/show-value';
import { parseDeviceName } from './device-name';

/** What staff can have done to the password of a device. */
export type DeviceRequest =
  | { kind: 'add'; name: string; dialect: DeviceDialect }
  | { kind: 'rotate'; name: string; overlapMs: number }
  | { kind: 'revoke'; name: string };

const MS_PER_HOUR = 3_600_000;
/** A device on a bench is told at once, one in the field by somebody who has to go there. */
const DEFAULT_OVERLAP_HOURS = 24;
const KINDS = ['add', 'rotate', 'revoke'] as const;

/** Reads `{add: name, dialect?}`, `{rotate: name, overlapHours?}` or `{revoke: name}`; throws a sentence. */
export function parseDeviceRequest(value: unknown): DeviceRequest {
  const fields = typeof value === 'object' && value !== null ? (value as Record<string, unknown>) : {};
  const asked = KINDS.filter((kind) => fields[kind] !== undefined);
  const [kind] = asked;
  if (kind === undefined || asked.length > 1)
    throw new RangeError(`say what to do with a device: one of ${KINDS.join(', ')}, with its name`);
  const name = parseDeviceName(fields[kind]);
  switch (kind) {
    case 'add':
      return { kind, name, dialect: parseDeviceDialect(fields['dialect']) };
    case 'rotate':
      return { kind, name, overlapMs: parseOverlap(fields['overlapHours']) };
    case 'revoke':
      return { kind, name };
  }
}

function parseOverlap(value: unknown): number {
  const isOpen = value === undefined || value === null || value === '';
  const isNumber = typeof value === 'number' || typeof value === 'string';
  const hours = isOpen ? DEFAULT_OVERLAP_HOURS : isNumber ? Number(value) : NaN;
  const overlapMs = Math.round(hours * MS_PER_HOUR);
  if (overlapMs >= 0 && overlapMs <= MAX_OVERLAP_MS) return overlapMs;
  throw new RangeError(
    `the former password can stay good for 0 to ${MAX_OVERLAP_MS / MS_PER_HOUR} hours, got ${showValue(value)}`,
  );
}
