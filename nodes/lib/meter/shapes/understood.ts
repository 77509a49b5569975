import type { Refusal } from '../reading';
import { belongsTo, senderNamedBy } from './device-message';
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

/** Whether the device that writes to a topic may speak for itself only. Asked when it speaks for another. */
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

/**
 * Whose meters a message may speak of: those of the device that wrote to the topic, where topics say who that is. Who
 * that is, and whether it is bound, is found out once per message, since a frame may speak of thousands of meters.
 */
export class Speaker {
  private sender: string | null | undefined;
  private isBoundSender: boolean | undefined;

  constructor(
    private readonly topic: string,
    /** The device that the topic names. */
    readonly deviceId: string,
    private readonly isBound: Binding,
  ) {}

  /** What is wrong with speaking for a meter; null when nothing is. */
  refusalFor(meterId: string): Refusal | null {
    if (this.sender === undefined) this.sender = senderNamedBy(this.topic);
    const { sender } = this;
    if (sender === null || belongsTo(meterId, sender)) return null;
    this.isBoundSender ??= this.isBound(sender);
    // Without the meter's own number, so that nobody fills the records of another.
    return this.isBoundSender
      ? refusalOf('meterId', meterId, `must be the meter of the topic, ${sender}`)
      : null;
  }
}

/** A message that is one reading in our own words. Nearly all are, so nothing is made that is not needed. */
export function understandOwn(value: Record<string, unknown>, speaker: Speaker, nowMs: number): Understood {
  const { deviceId } = speaker;
  const result = readOwn(value, deviceId, nowMs);
  const refusal = result.ok ? speaker.refusalFor(result.reading.meterId) : result.refusal;
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
    private readonly speaker: Speaker,
    readonly nowMs: number,
  ) {}

  get deviceId(): string {
    return this.speaker.deviceId;
  }

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
    const refusal = result.ok ? this.speaker.refusalFor(result.reading.meterId) : result.refusal;
    if (refusal) this.refuse(refusal, value);
    else if (result.ok) this.take(result.reading);
  }

  /** What is wrong with speaking for a meter; null when nothing is. */
  refusalFor(meterId: string): Refusal | null {
    return this.speaker.refusalFor(meterId);
  }

  hearEvents({ meterId, atMs, event, reported }: Statement): void {
    const at = atMs ?? this.nowMs;
    if (event) this.events.push({ kind: event, meterId, atMs: at });
    if (reported) this.events.push({ kind: 'relay', meterId, atMs: at, reported });
  }
}
