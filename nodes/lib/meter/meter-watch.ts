import { checkReading, type CheckedReading, type EarlierReading } from './checks/check-reading';
import { ContactWatch } from './checks/contact-watch';
import { DEFAULT_FILTER_LIMITS, MeterFilters } from './checks/meter-filters';
import { FlagWatch } from './checks/tamper-flags';
import { verdict, type CheckVerdict } from './checks/verdict';
import { newsOf, type MeterNews } from './meter-news';
import { MeterNumbers, NO_NUMBER } from './meter-numbers';
import type { MeterRules } from './meter-rules';
import type { Reading } from './reading';
import { RecentMap } from './recent-map';

/** Two-way meters whose last reading is remembered, to see which way the energy went. */
const MAX_REMEMBERED = 250_000;
/** Meters with something wrong. Past it, what was told of those that were quiet for long is told again. */
const MAX_RAISED = 20_000;
/** News that nobody has taken yet. Beyond it the oldest are dropped: they are about how things were. */
const MAX_NEWS = 10_000;
/** The flag of a meter with a last breath: its supply is gone, and so will it be. */
const POWER_FAIL = 'power-fail';

/** Watches what meters say: what can not be true is refused, what should be looked at becomes news. Changes no register. */
export class MeterWatch {
  readonly filters: MeterFilters;
  private readonly flags = new FlagWatch();
  private readonly contacts: ContactWatch;
  /** What is wrong with a meter now, and was told. Few meters have anything, and strangers can make up names. */
  private readonly raised = new RecentMap<string, Map<string, CheckVerdict>>(MAX_RAISED);
  /** By the numbers of meters. */
  private readonly earlier = new Map<number, EarlierReading>();
  private readonly stopHearing: () => void;
  private news: MeterNews[] = [];
  /** While nobody can be heard, silence says nothing; this clock stands still then. */
  private deafSinceMs: number | null = null;
  private deafMs = 0;

  constructor(
    private readonly rules: MeterRules,
    private readonly filtersSignals: boolean,
    private readonly numbers = new MeterNumbers(),
  ) {
    this.filters = new MeterFilters(DEFAULT_FILTER_LIMITS, numbers);
    this.contacts = new ContactWatch(undefined, numbers);
    this.stopHearing = numbers.onForgotten((number) => {
      this.filters.drop(number);
      this.contacts.drop(number);
      this.earlier.delete(number);
    });
  }

  /** The numbers of meters live on with others. */
  close(): void {
    this.stopHearing();
  }

  /** What keeps a reading from being billed, or null. */
  judge(reading: CheckedReading, nowMs: number): CheckVerdict | null {
    const { meterId } = reading;
    const { meterClass, limits } = this.rules.of(meterId);
    const earlier = reading.exportWh === undefined ? undefined : this.earlier.get(this.numbers.find(meterId));
    const found = checkReading(reading, meterClass, earlier ?? null, nowMs, limits);
    const [gravest] = found;
    if (gravest && (gravest.kind === 'rejected' || gravest.kind === 'held')) return gravest;
    if (found.length > 0 || (this.raised.size > 0 && this.raised.has(meterId)))
      this.compare(meterId, reading.atMs, found);
    return null;
  }

  /** Takes note of a reading that was accepted as its meter's latest. */
  observe(reading: Reading, nowMs: number): void {
    const { meterId, atMs, flags, voltageV, currentA, powerW } = reading;
    this.hear(meterId, nowMs, voltageV);
    if (flags !== undefined) this.readFlags(meterId, flags, atMs, nowMs);
    if (reading.exportWh !== undefined) this.remember(reading);
    if (voltageV === undefined && currentA === undefined && powerW === undefined) return;
    if (!this.filtersSignals) return;
    for (const one of this.filters.observe(reading, this.rules.of(meterId).meterClass))
      this.tell(one, meterId, atMs);
  }

  /** A meter said something, whatever it was. */
  hear(meterId: string, nowMs: number, voltageV?: number): void {
    const isMet = this.contacts.contactOf(meterId) === null;
    // Below a tenth of its nominal a supply is out; a battery has a nominal of its own.
    const nominalV = this.rules.of(meterId).meterClass.name === 'direct-current' ? 0 : undefined;
    const event = this.contacts.heard(meterId, this.heardClock(nowMs), voltageV, nominalV);
    // Being heard for the first time since the start is no news.
    if (event && !(isMet && event.value === 'online')) this.tell(event, meterId, nowMs);
  }

  /** A meter's connection or supply is gone, and somebody said so. */
  lose(meterId: string, nowMs: number, contact: 'outage' | 'offline'): void {
    const event = this.contacts.lost(meterId, this.heardClock(nowMs), contact);
    if (event) this.tell(event, meterId, nowMs);
  }

  setInterval(meterId: string, intervalMs: number, nowMs: number): void {
    this.contacts.setInterval(meterId, intervalMs, this.heardClock(nowMs));
  }

  /** Looks who became silent. To be called every few seconds. */
  sweep(nowMs: number): void {
    if (this.deafSinceMs !== null) return;
    for (const event of this.contacts.sweep(this.heardClock(nowMs))) this.tell(event, event.meterId, nowMs);
  }

  /** Whether anybody can be heard at all. */
  setHearing(isHearing: boolean, nowMs: number): void {
    if (isHearing && this.deafSinceMs !== null) {
      this.deafMs += Math.max(0, nowMs - this.deafSinceMs);
      this.deafSinceMs = null;
    } else if (!isHearing) this.deafSinceMs ??= nowMs;
  }

  add(news: MeterNews): void {
    if (this.news.length >= MAX_NEWS) this.news.shift();
    this.news.push(news);
  }

  /** Everything new since the last time. */
  takeNews(): MeterNews[] {
    if (this.news.length === 0) return NONE;
    const { news } = this;
    this.news = [];
    return news;
  }

  private readFlags(meterId: string, flags: readonly string[], atMs: number, nowMs: number): void {
    for (const one of this.flags.observe(meterId, flags)) {
      if (one.value !== POWER_FAIL) this.tell(one, meterId, atMs);
      else if (one.kind === 'flag') this.lose(meterId, nowMs, 'outage');
    }
  }

  private heardClock(nowMs: number): number {
    return (this.deafSinceMs ?? nowMs) - this.deafMs;
  }

  private remember({ meterId, atMs, energyWh, exportWh, powerW }: Reading): void {
    const number = this.numbers.find(meterId);
    if (number === NO_NUMBER || (this.earlier.size >= MAX_REMEMBERED && !this.earlier.has(number))) return;
    this.earlier.set(number, {
      atMs,
      energyWh,
      ...(exportWh !== undefined && { exportWh }),
      ...(powerW !== undefined && { powerW }),
    });
  }

  /** Tells what came up and what is over; what was told and still holds is told once. */
  private compare(meterId: string, atMs: number, found: readonly CheckVerdict[]): void {
    const before = this.raised.get(meterId);
    const now = new Map(found.map((one) => [`${one.check} ${one.field}`, one]));
    for (const [name, one] of now) {
      if (!before?.has(name)) this.tell({ ...one, kind: 'flag' }, meterId, atMs);
    }
    for (const [name, { check, field, value }] of before ?? []) {
      if (!now.has(name))
        this.tell(verdict('event', check, field, value, 'over: as usual again'), meterId, atMs);
    }
    if (now.size === 0) this.raised.delete(meterId);
    else this.raised.set(meterId, now);
  }

  private tell(found: CheckVerdict, meterId: string, atMs: number): void {
    this.add(newsOf(found, meterId, atMs));
  }
}

const NONE: MeterNews[] = [];
