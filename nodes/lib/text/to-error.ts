/** Whatever was thrown, as an Error. */
export function toError(thrown: unknown): Error {
  return thrown instanceof Error ? thrown : new Error(String(thrown));
}

/** The sentence for people in whatever was thrown. */
export function errorText(thrown: unknown): string {
  return toError(thrown).message;
}
