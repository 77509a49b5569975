import type { Component, Tariff } from '../../../nodes/lib/tariff/tariff';

/** A tariff of these components in a zone without clock changes, by calendar month. */
export function sampleTariff(components: Component[], changed: Partial<Tariff> = {}): Tariff {
  return {
    tariffId: 'home',
    version: 1,
    timeZone: 'Asia/Kolkata',
    billing: { kind: 'month', anchorDay: 1 },
    holidays: [],
    seasons: [],
    components,
    ...changed,
  };
}

/** One grid with the same hours on every day, from a text of 24 digits; `others` changes weekdays (0 is Monday). */
export function grid(hours: string, others: { weekday?: Record<number, string>; holiday?: string } = {}) {
  const read = (digits: string) => Array.from(digits, Number);
  return {
    week: Array.from({ length: 7 }, (_, weekday) => read(others.weekday?.[weekday] ?? hours)),
    holiday: read(others.holiday ?? hours),
  };
}
