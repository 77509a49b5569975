import { longerBytes, longerFloats, longerWholes, MeterNumbers, NO_NUMBER, roomFor } from '../meter-numbers';
import { figure, verdict, type CheckVerdict } from './verdict';

export interface ContactLimits {
  /** A meter is missing after this many of its own intervals, so that one lost message is no event. */
  missedReports: number;
  /** Never sooner than this, for meters that report at a run. */
  minSilenceMs: number;
  /** Never later than this, whatever interval was seen. */
  maxSilenceMs: number;
  /** The interval of a meter that has been heard once. */
  firstIntervalMs: number;
}

const DEFAULT_CONTACT_LIMITS: ContactLimits = {
  missedReports: 3,
  minSilenceMs: 60_000,
  maxSilenceMs: 26 * 3_600_000,
  firstIntervalMs: 15 * 60_000,
};

export interface ContactEvent extends CheckVerdict {
  meterId: string;
}

type Contact = 'online' | 'offline' | 'outage';

/** As they are kept: 0 is a meter that was never heard. */
const UNHEARD = 0;
const CONTACTS: readonly (Contact | null)[] = [null, 'online', 'offline', 'outage'];
const ONLINE = 1;
const codeOf = (contact: Contact): number => CONTACTS.indexOf(contact);

/** No list: for a meter that is known to be gone. */
const NOWHERE = -1;
/** What is late is found within this time; there is one list of meters for each. */
const SLOT_MS = 5_000;
/** How quickly the learned interval comes down again after a long one. A longer one is believed at once. */
const FORGET = 0.1;
/** What a silence that was an event may lengthen the interval to. A meter that was set slower is learned in a few rounds. */
const LENGTHEN = 2;
/** Below this share of its nominal a supply is out; EN 50160 calls less than 5 % an interruption, and sensors float. */
const OUT_SHARE = 0.1;

/**
 * Notices who is silent. Each meter waits in the list of the moment when it would be late. Hearing it only moves its
 * deadline; when its list comes up it is put into a later one, so a million meters cost a look each per deadline.
 */
export class ContactWatch {
  private contact: Uint8Array = new Uint8Array();
  /** Whether the interval was told, so that it is not learned any more. */
  private isTold: Uint8Array = new Uint8Array();
  /** When each meter was last heard, by our clock. */
  private heardMs: Float64Array = new Float64Array();
  /** How often it reports: what was seen, or what it was told. */
  private intervalMs: Float64Array = new Float64Array();
  /** The list that it waits in. */
  private listedIn: Int32Array = new Int32Array();
  /** Since when those without supply are so. */
  private readonly outSinceMs = new Map<number, number>();
  private readonly lists = new Map<number, number[]>();
  /** All lists before this one are done. */
  private sweptTo = -Infinity;

  constructor(
    private readonly limits: ContactLimits = DEFAULT_CONTACT_LIMITS,
    private readonly numbers = new MeterNumbers(),
  ) {}

  /** A meter said something, by our clock. Null when that was expected. */
  heard(meterId: string, nowMs: number, voltageV?: number, nominalV = 230): ContactEvent | null {
    const isOut = voltageV !== undefined && voltageV < OUT_SHARE * nominalV;
    const contact = isOut ? 'outage' : 'online';
    const meter = this.numbers.find(meterId);
    const code = this.contact[meter] ?? UNHEARD;
    if (code === UNHEARD) return this.meet(meterId, nowMs, contact);
    const silentMs = Math.max(0, nowMs - (this.heardMs[meter] ?? 0));
    this.learnInterval(meter, silentMs);
    if (silentMs > 0) this.heardMs[meter] = nowMs;
    this.putInList(meter);
    if (code === codeOf(contact)) return null;
    const before = CONTACTS[code];
    const outMs = nowMs - (this.outSinceMs.get(meter) ?? nowMs);
    this.setContact(meter, contact, nowMs);
    if (isOut) return event(meterId, 'supply', 'outage', 'the meter reports no voltage');
    return before === 'outage'
      ? event(meterId, 'supply', 'return', `the supply is back after ${minutes(outMs)}`)
      : event(meterId, 'contact', 'return', `back after ${minutes(silentMs)} of silence`);
  }

  /**
   * A last will, or a power-fail flag: the meter is gone and said so. Null when that is known. Of devices without a number
   * nothing is kept, since anybody may call itself anything.
   */
  lost(meterId: string, nowMs: number, contact: 'outage' | 'offline'): ContactEvent | null {
    if (this.numbers.find(meterId) !== NO_NUMBER) {
      const meter = this.known(meterId) ?? this.add(meterId, nowMs, 'online');
      if (this.contact[meter] === codeOf(contact)) return null;
      this.setContact(meter, contact, nowMs);
      this.listedIn[meter] = NOWHERE;
    }
    return contact === 'outage'
      ? event(meterId, 'supply', 'outage', 'the meter said that its supply failed')
      : event(meterId, 'contact', 'offline', 'the connection ended without a goodbye');
  }

  /** What a meter was told or is configured to do; it is not learned any more. */
  setInterval(meterId: string, intervalMs: number, nowMs: number): void {
    const meter = this.known(meterId) ?? this.add(meterId, nowMs, 'online');
    this.intervalMs[meter] = Math.max(1, intervalMs);
    this.isTold[meter] = 1;
    if (this.listedIn[meter] !== NOWHERE) this.putInList(meter);
  }

  /** Everybody who became late. To be called every few seconds. */
  sweep(nowMs: number): ContactEvent[] {
    const late: ContactEvent[] = [];
    const current = Math.floor(nowMs / SLOT_MS);
    if (!(current > this.sweptTo)) return late;
    // After a long sleep there are fewer lists than slots that passed.
    const isLong = current - this.sweptTo > this.lists.size;
    const due = isLong ? [...this.lists.keys()].filter((slot) => slot < current).sort((a, b) => a - b) : [];
    if (!isLong) for (let slot = this.sweptTo; slot < current; slot += 1) due.push(slot);
    this.sweptTo = current;
    for (const slot of due) this.sweepList(slot, nowMs, late);
    return late;
  }

  contactOf(meterId: string): Contact | null {
    return CONTACTS[this.contact[this.numbers.find(meterId)] ?? UNHEARD] ?? null;
  }

  forget(meterId: string): void {
    const meter = this.known(meterId);
    if (meter !== undefined) this.drop(meter);
  }

  private known(meterId: string): number | undefined {
    const meter = this.numbers.find(meterId);
    return meter !== NO_NUMBER && this.contact[meter] ? meter : undefined;
  }

  /** The meter of this number is forgotten. */
  drop(meter: number): void {
    if (meter >= this.contact.length) return;
    this.contact[meter] = UNHEARD;
    this.listedIn[meter] = NOWHERE;
    this.outSinceMs.delete(meter);
  }

  private setContact(meter: number, contact: Contact, nowMs: number): void {
    this.contact[meter] = codeOf(contact);
    if (contact === 'outage') this.outSinceMs.set(meter, nowMs);
    else this.outSinceMs.delete(meter);
  }

  private meet(meterId: string, nowMs: number, contact: 'online' | 'outage'): ContactEvent {
    this.add(meterId, nowMs, contact);
    return contact === 'outage'
      ? event(meterId, 'supply', 'outage', 'the meter reports no voltage')
      : event(meterId, 'contact', 'online', 'heard for the first time');
  }

  private add(meterId: string, nowMs: number, contact: Contact): number {
    const meter = this.numbers.take(meterId);
    if (meter >= this.contact.length) this.grow(roomFor(meter, this.contact.length));
    this.setContact(meter, contact, nowMs);
    this.isTold[meter] = 0;
    this.heardMs[meter] = nowMs;
    this.intervalMs[meter] = this.limits.firstIntervalMs;
    this.listedIn[meter] = NOWHERE;
    this.putInList(meter);
    return meter;
  }

  private grow(room: number): void {
    this.contact = longerBytes(this.contact, room);
    this.isTold = longerBytes(this.isTold, room);
    this.heardMs = longerFloats(this.heardMs, room);
    this.intervalMs = longerFloats(this.intervalMs, room);
    this.listedIn = longerWholes(this.listedIn, room);
  }

  /** When silence becomes an event. */
  private deadlineMs(meter: number): number {
    const { missedReports, minSilenceMs, maxSilenceMs } = this.limits;
    const usualMs = missedReports * (this.intervalMs[meter] ?? 0);
    return (this.heardMs[meter] ?? 0) + Math.min(maxSilenceMs, Math.max(minSilenceMs, usualMs));
  }

  /** A meter that waits in an earlier list than its own stays there until that comes up. */
  private putInList(meter: number): void {
    const slot = Math.max(this.sweptTo, Math.floor(this.deadlineMs(meter) / SLOT_MS));
    const before = this.listedIn[meter] ?? NOWHERE;
    if (before !== NOWHERE && before <= slot) return;
    this.listedIn[meter] = slot;
    const waiting = this.lists.get(slot);
    if (waiting) waiting.push(meter);
    else this.lists.set(slot, [meter]);
  }

  private sweepList(slot: number, nowMs: number, late: ContactEvent[]): void {
    const waiting = this.lists.get(slot) ?? [];
    this.lists.delete(slot);
    for (const meter of waiting) {
      // It may have been moved to an earlier list, or be gone.
      if (this.listedIn[meter] !== slot) continue;
      this.listedIn[meter] = NOWHERE;
      if (this.deadlineMs(meter) > nowMs) this.putInList(meter);
      else if (this.contact[meter] === ONLINE) {
        const silentMs = nowMs - (this.heardMs[meter] ?? 0);
        this.setContact(meter, 'offline', nowMs);
        late.push(event(this.numbers.idOf(meter), 'contact', 'offline', `silent for ${minutes(silentMs)}`));
      }
    }
  }

  /** Readings of one frame arrive together and say nothing of the interval. */
  private learnInterval(meter: number, silentMs: number): void {
    if (silentMs === 0 || this.isTold[meter] === 1) return;
    const intervalMs = this.intervalMs[meter] ?? 0;
    const mostMs = this.contact[meter] === ONLINE ? silentMs : Math.min(silentMs, LENGTHEN * intervalMs);
    this.intervalMs[meter] = Math.max(mostMs, intervalMs + FORGET * (mostMs - intervalMs));
  }
}

const minutes = (ms: number): string => `${figure(ms / 60_000)} min`;

function event(
  meterId: string,
  check: 'contact' | 'supply',
  what: Contact | 'return',
  reason: string,
): ContactEvent {
  return { ...verdict('event', check, check, what, reason), meterId };
}
