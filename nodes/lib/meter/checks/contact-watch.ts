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

interface MeterContact {
  contact: Contact;
  /** Since when it is so. */
  sinceMs: number;
  /** When the meter was last heard, by our clock. */
  heardMs: number;
  /** How often it reports: what was seen, or what it was told. */
  intervalMs: number;
  isIntervalTold: boolean;
  /** When silence becomes an event. */
  deadlineMs: number;
  /** The list that it waits in; NOWHERE for a meter that is known to be gone. */
  slot: number;
}

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
  private readonly meters = new Map<string, MeterContact>();
  private readonly slots = new Map<number, string[]>();
  /** All lists before this one are done. */
  private sweptTo = -Infinity;

  constructor(private readonly limits: ContactLimits = DEFAULT_CONTACT_LIMITS) {}

  /** A meter said something, by our clock. Null when that was expected. */
  heard(meterId: string, nowMs: number, voltageV?: number, nominalV = 230): ContactEvent | null {
    const contact = voltageV !== undefined && voltageV < OUT_SHARE * nominalV ? 'outage' : 'online';
    const known = this.meters.get(meterId);
    if (!known) return this.meet(meterId, nowMs, contact);
    const { contact: before, sinceMs } = known;
    const silentMs = Math.max(0, nowMs - known.heardMs);
    learnInterval(known, silentMs);
    known.heardMs = Math.max(known.heardMs, nowMs);
    this.setDeadline(meterId, known);
    if (contact === before) return null;
    known.contact = contact;
    known.sinceMs = nowMs;
    if (contact === 'outage') return event(meterId, 'supply', 'outage', 'the meter reports no voltage');
    return before === 'outage'
      ? event(meterId, 'supply', 'return', `the supply is back after ${minutes(nowMs - sinceMs)}`)
      : event(meterId, 'contact', 'return', `back after ${minutes(silentMs)} of silence`);
  }

  /** A last will, or a power-fail flag: the meter is gone and said so. Null when that is known. */
  lost(meterId: string, nowMs: number, contact: 'outage' | 'offline'): ContactEvent | null {
    const known = this.meters.get(meterId) ?? this.add(meterId, nowMs, 'online');
    if (known.contact === contact) return null;
    known.contact = contact;
    known.sinceMs = nowMs;
    known.slot = NOWHERE;
    return contact === 'outage'
      ? event(meterId, 'supply', 'outage', 'the meter said that its supply failed')
      : event(meterId, 'contact', 'offline', 'the connection ended without a goodbye');
  }

  /** What a meter was told or is configured to do; it is not learned any more. */
  setInterval(meterId: string, intervalMs: number, nowMs: number): void {
    const known = this.meters.get(meterId) ?? this.add(meterId, nowMs, 'online');
    known.intervalMs = Math.max(1, intervalMs);
    known.isIntervalTold = true;
    if (known.slot !== NOWHERE) this.setDeadline(meterId, known);
  }

  /** Everybody who became late. To be called every few seconds. */
  sweep(nowMs: number): ContactEvent[] {
    const late: ContactEvent[] = [];
    const current = Math.floor(nowMs / SLOT_MS);
    if (!(current > this.sweptTo)) return late;
    // After a long sleep there are fewer lists than slots that passed.
    const isLong = current - this.sweptTo > this.slots.size;
    const due = isLong ? [...this.slots.keys()].filter((slot) => slot < current).sort((a, b) => a - b) : [];
    if (!isLong) for (let slot = this.sweptTo; slot < current; slot += 1) due.push(slot);
    this.sweptTo = current;
    for (const slot of due) this.sweepSlot(slot, nowMs, late);
    return late;
  }

  contactOf(meterId: string): Contact | null {
    return this.meters.get(meterId)?.contact ?? null;
  }

  forget(meterId: string): void {
    this.meters.delete(meterId);
  }

  private meet(meterId: string, nowMs: number, contact: 'online' | 'outage'): ContactEvent {
    this.add(meterId, nowMs, contact);
    return contact === 'outage'
      ? event(meterId, 'supply', 'outage', 'the meter reports no voltage')
      : event(meterId, 'contact', 'online', 'heard for the first time');
  }

  private add(meterId: string, nowMs: number, contact: Contact): MeterContact {
    const known: MeterContact = {
      contact,
      sinceMs: nowMs,
      heardMs: nowMs,
      intervalMs: this.limits.firstIntervalMs,
      isIntervalTold: false,
      deadlineMs: 0,
      slot: NOWHERE,
    };
    this.meters.set(meterId, known);
    this.setDeadline(meterId, known);
    return known;
  }

  /** A meter that waits in an earlier list than its own stays there until that comes up. */
  private setDeadline(meterId: string, known: MeterContact): void {
    const { missedReports, minSilenceMs, maxSilenceMs } = this.limits;
    const silenceMs = Math.min(maxSilenceMs, Math.max(minSilenceMs, missedReports * known.intervalMs));
    known.deadlineMs = known.heardMs + silenceMs;
    const slot = Math.max(this.sweptTo, Math.floor(known.deadlineMs / SLOT_MS));
    if (known.slot !== NOWHERE && known.slot <= slot) return;
    known.slot = slot;
    const waiting = this.slots.get(slot);
    if (waiting) waiting.push(meterId);
    else this.slots.set(slot, [meterId]);
  }

  private sweepSlot(slot: number, nowMs: number, late: ContactEvent[]): void {
    const waiting = this.slots.get(slot) ?? [];
    this.slots.delete(slot);
    for (const meterId of waiting) {
      const known = this.meters.get(meterId);
      // It may have been moved to an earlier list, or be gone.
      if (known?.slot !== slot) continue;
      known.slot = NOWHERE;
      if (known.deadlineMs > nowMs) this.setDeadline(meterId, known);
      else if (known.contact === 'online') {
        known.contact = 'offline';
        known.sinceMs = nowMs;
        late.push(event(meterId, 'contact', 'offline', `silent for ${minutes(nowMs - known.heardMs)}`));
      }
    }
  }
}

/** Readings of one frame arrive together and say nothing of the interval. */
function learnInterval(known: MeterContact, silentMs: number): void {
  if (known.isIntervalTold || silentMs === 0) return;
  const { intervalMs } = known;
  const mostMs = known.contact === 'online' ? silentMs : Math.min(silentMs, LENGTHEN * intervalMs);
  known.intervalMs = Math.max(mostMs, intervalMs + FORGET * (mostMs - intervalMs));
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
