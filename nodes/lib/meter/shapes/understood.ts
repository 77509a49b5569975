import type { Refusal } from '../reading';
import { belongsTo } from './device-message';
import { readOwn, refusalOf } from './own-json';
import type { MeterEvent, MeterReading, Statement } from './statement';

/** A reading that could not be read, with what was sent. */
export interface Unreadable {
  refusal: Refusal;
  content: unknown;
}

/** What a meter says that is not where its register stands. For display only. */
export type LiveValues = Omit<MeterReading, 'energyWh'>;

/** A message taken apart. Every item of it is counted once: total = readings + refused + noted. */
export interface Understood {
  /** The name of the shape, for the status. */
  shape: string;
  /** The device that the topic names. */
  deviceId: string;
  isFrame: boolean;
  total: number;
  readings: readonly MeterReading[];
  refused: readonly Unreadable[];
  /** Items that said something, or nothing, but not where a register stands. */
  noted: number;
  /** What such items said, completed by what was said before. */
  live: readonly LiveValues[];
  events: readonly MeterEvent[];
}

/** Whether the device that a topic names may speak for itself only. Asked when it speaks for another. */
export type Binding = (deviceId: string) => boolean;

export const OWN_SHAPE = 'own JSON';
const UNKNOWN_SHAPE = 'unknown';

const NONE: readonly never[] = Object.freeze([]);

/** Whether a value is a reading in our own words. A register as a text goes the longer way. */
export function isOwn(value: unknown): value is Record<string, unknown> {
  return (
    typeof value === 'object' &&
    value !== null &&
    typeof (value as Record<string, unknown>)['energyWh'] === 'number'
  );
}

/** A message that is one reading in our own words. Nearly all are, so nothing is made that is not needed. */
export function understandOwn(
  value: Record<string, unknown>,
  deviceId: string,
  nowMs: number,
  isBound: Binding,
): Understood {
  const result = readOwn(value, deviceId, nowMs);
  const foreign =
    result.ok && !belongsTo(result.reading.meterId, deviceId) && isBound(deviceId)
      ? result.reading.meterId
      : null;
  const refusal = result.ok ? (foreign === null ? null : foreignRefusal(foreign, deviceId)) : result.refusal;
  return {
    shape: OWN_SHAPE,
    deviceId,
    isFrame: false,
    total: 1,
    readings: result.ok && refusal === null ? [result.reading] : NONE,
    refused: refusal === null ? NONE : [{ refusal, content: value }],
    noted: 0,
    live: NONE,
    events: NONE,
  };
}

/** A message that could not be read at all: only an object from a flow can do this, with a getter that throws. */
export function unreadable(): Understood {
  const refusal = refusalOf('payload', undefined, 'could not be read');
  return {
    shape: UNKNOWN_SHAPE,
    deviceId: '',
    isFrame: false,
    total: 1,
    readings: NONE,
    refused: [{ refusal, content: '' }],
    noted: 0,
    live: NONE,
    events: NONE,
  };
}

function foreignRefusal(meterId: string, deviceId: string): Refusal {
  return refusalOf('meterId', meterId, `must be the meter of the topic, ${deviceId}`);
}

/** A message while it is taken apart. */
export class Gathering implements Understood {
  shape = UNKNOWN_SHAPE;
  isFrame = false;
  total = 0;
  noted = 0;
  readonly readings: MeterReading[] = [];
  readonly refused: Unreadable[] = [];
  readonly live: LiveValues[] = [];
  readonly events: MeterEvent[] = [];

  constructor(
    readonly deviceId: string,
    readonly nowMs: number,
    private readonly isBound: Binding,
  ) {}

  take(reading: MeterReading): void {
    this.total += 1;
    this.readings.push(reading);
  }

  refuse(refusal: Refusal, content: unknown): void {
    this.total += 1;
    this.refused.push({ refusal, content });
  }

  note(live?: LiveValues): void {
    this.total += 1;
    this.noted += 1;
    if (live) this.live.push(live);
  }

  takeOwn(value: Record<string, unknown>): void {
    const result = readOwn(value, this.deviceId, this.nowMs);
    if (!result.ok) this.refuse(result.refusal, value);
    else if (this.isForeign(result.reading.meterId)) this.refuseForeign(result.reading.meterId, value);
    else this.take(result.reading);
  }

  /** Whether a meter is another's than the device that speaks, where topics say who speaks. */
  isForeign(meterId: string): boolean {
    return !belongsTo(meterId, this.deviceId) && this.isBound(this.deviceId);
  }

  refuseForeign(meterId: string, content: unknown): void {
    this.refuse(foreignRefusal(meterId, this.deviceId), content);
  }

  hearEvents({ meterId, atMs, event, reported }: Statement): void {
    const at = atMs ?? this.nowMs;
    if (event) this.events.push({ kind: event, meterId, atMs: at });
    if (reported) this.events.push({ kind: 'relay', meterId, atMs: at, reported });
  }
}
