import type { Tariff } from './tariff';

/** The tariff as JSON that is the same whatever the order of its keys. */
export function canonicalTariff(tariff: Tariff): string {
  return JSON.stringify(sorted(tariff));
}

/** Whether two tariffs say the same, apart from which tariff and version they are. */
export function sameTariffBody(a: Tariff, b: Tariff): boolean {
  return bodyOf(a) === bodyOf(b);
}

function bodyOf(tariff: Tariff): string {
  return canonicalTariff({ ...tariff, tariffId: '', version: 1 });
}

function sorted(value: unknown): unknown {
  if (Array.isArray(value)) return value.map(sorted);
  if (typeof value !== 'object' || value === null) return value;
  const entries = Object.entries(value).filter(([, field]) => field !== undefined);
  return Object.fromEntries(
    entries.sort(([a], [b]) => (a < b ? -1 : 1)).map(([key, field]) => [key, sorted(field)]),
  );
}
