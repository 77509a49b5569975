import { pieceAt, type MeterPlan } from '../../../nodes/lib/tariff/meter-plan';
import type { ExactBooks } from './slow-books';
import { MINUTE_MS, periodDates, shiftDate, type ReadWall } from './slow-calendar';
import type { Tariff } from '../../../nodes/lib/tariff/tariff';

/** The standing charges of every date that the wall clock shows between the first reading and `untilMs`. */
export function chargeDays(
  plan: MeterPlan,
  books: ExactBooks,
  startMs: number,
  untilMs: number,
  readWallOf: (tariff: Tariff) => ReadWall,
): void {
  let lastDate = '';
  const look = (atMs: number) => {
    const piece = pieceAt(plan, atMs);
    const readWall = readWallOf(piece.tariff.tariff);
    const { date } = readWall(atMs);
    // The calendar goes on date by date, also over one that the zone skipped.
    while (lastDate < date) {
      const isFirst = lastDate === '';
      lastDate = isFirst ? date : shiftDate(lastDate, 1);
      chargeDate(piece, books, lastDate, isFirst, isShown(lastDate, atMs, readWall));
    }
  };
  for (let atMs = startMs; atMs <= untilMs; atMs = (Math.floor(atMs / MINUTE_MS) + 1) * MINUTE_MS) look(atMs);
}

/** Whether a clock shows this date at all. */
function isShown(date: string, aroundMs: number, readWall: ReadWall): boolean {
  for (let minutes = -60 * 60; minutes <= 60 * 60; minutes += 30)
    if (readWall(aroundMs + minutes * MINUTE_MS).date === date) return true;
  return false;
}

function chargeDate(
  piece: MeterPlan[number],
  books: ExactBooks,
  date: string,
  isFirst: boolean,
  isShownByClock: boolean,
): void {
  const { tariff } = piece.tariff;
  for (const component of tariff.components) {
    if (component.kind !== 'standingDay' && component.kind !== 'standingMonth') continue;
    const load = component.perKw ? BigInt(piece.terms.sanctionedLoadW) : 1_000n;
    const amount = (BigInt(component.amountMicros) * load) / 1_000n;
    const dates = periodDates(date, tariff.billing);
    const place = BigInt(dates.indexOf(date));
    const days = BigInt(dates.length);
    let due: bigint;
    if (component.kind === 'standingDay') due = isShownByClock ? amount : 0n;
    else if (component.spread) due = (amount * (place + 1n)) / days - (amount * place) / days;
    else due = isFirst || place === 0n ? amount : 0n;
    books.addWhole(piece, component.id, 'days', due);
  }
}
