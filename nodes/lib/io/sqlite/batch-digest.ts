import { createHash } from 'node:crypto';

/** A reading as it is stored. */
export interface ReadingRow {
  atMs: number;
  meterKey: number;
  energyWh: number;
  fromMs: number;
  exportWh: number | null;
  powerFactorThousandths: number | null;
  isLate: 1 | null;
}

/** A transfer as it is stored. */
export interface TransferRow {
  transferKey: number;
  id: string | null;
  debit: number;
  credit: number;
  amountMicros: number;
  kind: number;
  atMs: number;
  previous: number | null;
  ref: string | null;
  meterKey: number | null;
  readingMs: number | null;
  tariffKey: number | null;
  lines: string | null;
}

const READING_NUMBERS = 7;
const TRANSFER_NUMBERS = 10;
/** What is absent counts as a number that no row can hold. */
const ABSENT = -1;
/** Room for a batch of usual size; it grows with larger ones. */
const FIRST_ROWS = 512;

/**
 * The hash of a batch: of readings by time and meter, the order in which a ledger stores them and so can read them again,
 * and of transfers in their own order. All numbers are hashed as one run of little-endian doubles, which is far cheaper
 * than writing them out, and texts as lines after them.
 */
export class BatchDigest {
  private readings = new Float64Array(FIRST_ROWS * READING_NUMBERS);
  private readingEnd = 0;
  private isSorted = true;
  private transfers = new Float64Array(FIRST_ROWS * TRANSFER_NUMBERS);
  private transferEnd = 0;
  private texts = '';

  get isEmpty(): boolean {
    return this.readingEnd === 0 && this.transferEnd === 0;
  }

  addReading(row: ReadingRow): void {
    const at = this.readingEnd;
    if (at === this.readings.length) this.readings = grown(this.readings);
    const numbers = this.readings;
    numbers[at] = row.atMs;
    numbers[at + 1] = row.meterKey;
    numbers[at + 2] = row.energyWh;
    numbers[at + 3] = row.fromMs;
    numbers[at + 4] = row.exportWh ?? ABSENT;
    numbers[at + 5] = row.powerFactorThousandths ?? ABSENT;
    numbers[at + 6] = row.isLate ?? ABSENT;
    if (at > 0 && compareReadings(numbers, at - READING_NUMBERS, at) > 0) this.isSorted = false;
    this.readingEnd = at + READING_NUMBERS;
  }

  addTransfer(row: TransferRow): void {
    const at = this.transferEnd;
    if (at === this.transfers.length) this.transfers = grown(this.transfers);
    const numbers = this.transfers;
    numbers[at] = row.transferKey;
    numbers[at + 1] = row.debit;
    numbers[at + 2] = row.credit;
    numbers[at + 3] = row.amountMicros;
    numbers[at + 4] = row.kind;
    numbers[at + 5] = row.atMs;
    numbers[at + 6] = row.previous ?? ABSENT;
    numbers[at + 7] = row.meterKey ?? ABSENT;
    numbers[at + 8] = row.readingMs ?? ABSENT;
    numbers[at + 9] = row.tariffKey ?? ABSENT;
    this.transferEnd = at + TRANSFER_NUMBERS;
    this.texts += textOf(row);
  }

  hash(previousHash: Buffer, batch: number, atMs: number): Buffer {
    const { readingEnd, transferEnd } = this;
    const counts = [batch, atMs, readingEnd / READING_NUMBERS, transferEnd / TRANSFER_NUMBERS];
    return createHash('sha256')
      .update(previousHash)
      .update(Float64Array.from(counts))
      .update(this.isSorted ? this.readings.subarray(0, readingEnd) : this.sorted())
      .update(this.transfers.subarray(0, transferEnd))
      .update(this.texts)
      .digest();
  }

  clear(): void {
    this.readingEnd = 0;
    this.transferEnd = 0;
    this.isSorted = true;
    this.texts = '';
  }

  private sorted(): Float64Array {
    const { readings, readingEnd } = this;
    const places = Array.from({ length: readingEnd / READING_NUMBERS }, (_, row) => row * READING_NUMBERS);
    places.sort((a, b) => compareReadings(readings, a, b));
    const sorted = new Float64Array(readingEnd);
    for (const [row, at] of places.entries())
      sorted.set(readings.subarray(at, at + READING_NUMBERS), row * READING_NUMBERS);
    return sorted;
  }
}

/** By time, then by meter. */
function compareReadings(numbers: Float64Array, a: number, b: number): number {
  return (numbers[a] ?? 0) - (numbers[b] ?? 0) || (numbers[a + 1] ?? 0) - (numbers[b + 1] ?? 0);
}

function grown(numbers: Float64Array): Float64Array<ArrayBuffer> {
  const larger = new Float64Array(numbers.length * 2);
  larger.set(numbers);
  return larger;
}

/** Texts from outside are written as JSON, so that no choice of id or ref can make two different rows look alike. */
function textOf({ id, ref, lines }: TransferRow): string {
  return id === null && ref === null ? `${lines ?? ''}\n` : `${JSON.stringify([id, ref, lines])}\n`;
}
