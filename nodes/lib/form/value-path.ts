/** The way to a value in what a dialog edits: names of fields and places in lists. */
export type Path = readonly (string | number)[];

/** As our checks write it: `components[2].slabs[1].uptoWh`. */
export function placeText(path: Path): string {
  return path.reduce<string>(
    (text, step) => (typeof step === 'number' ? `${text}[${step}]` : text === '' ? step : `${text}.${step}`),
    '',
  );
}

export function valueAt(whole: unknown, path: Path): unknown {
  return path.reduce<unknown>(
    (value, step) =>
      typeof value === 'object' && value !== null ? (value as Record<string, unknown>)[step] : undefined,
    whole,
  );
}

/** A copy with another value there; undefined takes the field away. What is not on the way is shared with the original. */
export function withValueAt<T>(whole: T, path: Path, value: unknown): T {
  const [step, ...rest] = path;
  if (step === undefined) return value as T;
  const inner = withValueAt(valueAt(whole, [step]), rest, value);
  if (Array.isArray(whole)) return whole.map((item: unknown, at) => (at === step ? inner : item)) as T;
  const fields = Object.entries({ ...whole, [step]: inner });
  return Object.fromEntries(fields.filter(([field]) => field !== step || inner !== undefined)) as T;
}
