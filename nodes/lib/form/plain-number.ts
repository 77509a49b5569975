/** A number as it is typed; what is none is kept as it stands, for the check to refuse. */
export function readPlainNumber(text: string): number | string | undefined {
  if (text.trim() === '') return undefined;
  const value = Number(text);
  return Number.isFinite(value) ? value : text;
}
