import type Database from 'better-sqlite3';
import type { ChargeLine } from '../../tariff/charge';
import type { CompiledTariff } from '../../tariff/compile-tariff';
import type { MeterPlan } from '../../tariff/meter-plan';
import type { MeterState } from '../../tariff/meter-state';
import type { StoredLine } from '../../ledger/statement';
import { nextAccrualMs, type PricedPart } from '../../tariff/price-curve';
import type { Books } from './books';
import type { Batch } from './commit-batch';
import type { LiveMeter } from './live-accounts';
import { writeFold, type MeterFolds } from './meter-folds';
import type { TariffBook } from './tariff-book';

/** What the meters' prices leave in the ledger: which tariff they have, what is paid, and the marks to price again from. */
export class MeterPrices {
  private readonly assignTariff;
  private readonly insertCheckpoint;
  private readonly setAccrual;
  private readonly wakeForHeld;

  constructor(
    db: Database.Database,
    private readonly tariffs: TariffBook,
    private readonly folds: MeterFolds,
    private readonly books: Books,
  ) {
    this.assignTariff = db.prepare(
      'UPDATE meter_terms SET tariff_id = ? WHERE meter_key = ? AND tariff_id IS NULL',
    );
    this.insertCheckpoint = db.prepare(
      'INSERT INTO checkpoint (meter_key, at_ms, fold) VALUES (?, ?, ?) ON CONFLICT DO UPDATE SET fold = excluded.fold',
    );
    this.wakeForHeld = db.prepare(
      `UPDATE meter SET accrual_ms = 0 WHERE meter_key = ? AND EXISTS (SELECT 1 FROM refusal
         WHERE refusal.meter_id = meter.meter_id AND kind = 'held' AND settled_as IS NULL AND cause = 'no-price')`,
    );
    this.setAccrual = db.prepare('UPDATE meter SET accrual_ms = ? WHERE meter_key = ?');
  }

  /** Makes sure that a meter has a plan; one without a tariff takes `firstTariffId` for good. Throws when there is none. */
  prepare(meter: LiveMeter, firstTariffId: string): void {
    if (meter.plan !== null) return;
    meter.plan = this.tariffs.planOf(meter.meterKey, null);
    if (meter.plan !== null) return;
    meter.plan = this.tariffs.planOf(meter.meterKey, firstTariffId);
    this.assignTariff.run(firstTariffId, meter.meterKey);
  }

  planOf(meter: LiveMeter): MeterPlan {
    meter.plan ??= this.tariffs.planOf(meter.meterKey, null);
    if (meter.plan === null) throw new RangeError(`meter ${meter.meterId} has no tariff yet`);
    return meter.plan;
  }

  gapOf(tariffId: string, sinceMs: number, untilMs: number): string | null {
    return this.tariffs.gapOf(tariffId, sinceMs, untilMs);
  }

  /** What pricing remembers at the meter's head; null before its first reading. */
  foldOf(meter: LiveMeter): MeterState | null {
    meter.fold ??= this.folds.atHead(meter, this.planOf(meter));
    return meter.fold;
  }

  readFold(text: string): MeterState {
    return this.folds.read(text);
  }

  /** A meter has its first reading. */
  open(meter: LiveMeter, atMs: number, fold: MeterState): void {
    this.keepCheckpoint(meter, atMs, fold);
    this.scheduleAccrual(meter, fold);
    // A meter that was never read is not woken when its tariff has a price again.
    this.wakeForHeld.run(meter.meterKey);
  }

  /** What pricing remembered at a reading, to price again from there one day. */
  keepCheckpoint({ meterKey }: LiveMeter, atMs: number, fold: MeterState): void {
    this.insertCheckpoint.run(meterKey, atMs, writeFold(fold));
  }

  scheduleAccrual(meter: LiveMeter, fold: MeterState): void {
    this.setAccrual.run(nextAccrualMs(this.planOf(meter), fold), meter.meterKey);
  }

  /** There is no price yet; approving one makes it due at once. */
  postponeAccrual({ meterKey }: LiveMeter, untilMs: number): void {
    this.setAccrual.run(untilMs, meterKey);
  }

  endAccrual({ meterKey }: LiveMeter): void {
    this.setAccrual.run(null, meterKey);
  }

  /** One transfer for each tariff version and each account that it pays to. What comes to nothing moves no money. */
  pay(
    batch: Batch,
    meter: LiveMeter,
    parts: readonly PricedPart[],
    kind: number,
    readingMs: number | null,
  ): void {
    for (const { tariff, lines } of parts) {
      const tariffKey = this.tariffs.keyOf(tariff);
      const of = { kind, readingMs, tariffKey };
      const book = onlyBook(tariff, lines);
      if (book !== null) this.payTo(batch, meter, book, lines, of);
      else for (const [one, ofOne] of byBook(tariff, lines)) this.payTo(batch, meter, one, ofOne, of);
    }
  }

  /** The tariff in force at a moment, for transfers that correct what several have charged. */
  tariffKeyAt(tariff: CompiledTariff): number {
    return this.tariffs.keyOf(tariff);
  }

  payTo(
    batch: Batch,
    meter: LiveMeter,
    book: string,
    lines: readonly ChargeLine[],
    { kind, readingMs, tariffKey }: { kind: number; readingMs: number | null; tariffKey: number },
  ): void {
    let amountMicros = 0;
    for (const line of lines) amountMicros += line.amountMicros;
    if (amountMicros === 0) return;
    this.books.move(batch, meter.account, {
      id: null,
      bookKey: this.books.bookKey(book),
      changeMicros: -amountMicros,
      kind,
      ref: null,
      meterKey: meter.meterKey,
      readingMs,
      tariffKey,
      lines: writeLines(lines),
    });
  }
}

/** Where all lines are paid to; null when they are paid to several. Most tariffs have one, and a map for it costs more. */
function onlyBook(tariff: CompiledTariff, lines: readonly ChargeLine[]): string | null {
  let only: string | null = null;
  for (const { component } of lines) {
    const book = tariff.bookOf(component);
    only ??= book;
    if (book !== only) return null;
  }
  return only;
}

function byBook(tariff: CompiledTariff, lines: readonly ChargeLine[]): Map<string, ChargeLine[]> {
  const books = new Map<string, ChargeLine[]>();
  for (const line of lines) {
    const book = tariff.bookOf(line.component);
    const known = books.get(book);
    if (known) known.push(line);
    else books.set(book, [line]);
  }
  return books;
}

/** The JSON of stored lines, written out: there is one for every reading. */
function writeLines(lines: readonly ChargeLine[]): string {
  let text = '';
  for (const { component, energyWh, rateMicrosPerKwh, amountMicros } of lines) {
    const line = `[${quoted(component)},${energyWh},${rateMicrosPerKwh},${amountMicros}]`;
    text = text === '' ? line : `${text},${line}`;
  }
  return `[${text}]`;
}

const quotedNames = new Map<string, string>();
const MAX_QUOTED_NAMES = 1_000;

/** The few names of components, each made JSON once. */
function quoted(name: string): string {
  const known = quotedNames.get(name);
  if (known !== undefined) return known;
  const text = JSON.stringify(name);
  if (quotedNames.size < MAX_QUOTED_NAMES) quotedNames.set(name, text);
  return text;
}

export function readLines(text: string): StoredLine[] {
  return JSON.parse(text) as StoredLine[];
}
