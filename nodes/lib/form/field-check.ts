/** What a check needs of the node whose field it looks at: the texts of its catalogue. */
export interface FormNode {
  _(key: string, values?: Record<string, unknown>): string;
}

/**
 * A validator of a field: `true`, or the sentence that says what is wanted there.
 * The editor shows the sentence only if the function has two parameters, so the second one is part of it.
 */
export type FieldCheck<N extends FormNode> = (this: N, value: string, options?: object) => true | string;

export function fieldCheck<N extends FormNode>(
  isGood: (text: string, node: N) => boolean,
  errorKey: string,
): FieldCheck<N> {
  return function (value, options) {
    return isGood(value, this) || this._(errorKey, { ...options, value });
  };
}

/** Whether a reader of ours takes a value: our readers throw a sentence for whatever they refuse. */
export function accepts(read: () => unknown): boolean {
  try {
    read();
    return true;
  } catch {
    return false;
  }
}

/** A whole number, not negative, as people type it into a form; null for anything else. */
export function wholeNumber(text: string): number | null {
  const value = Number(text);
  return text.trim() !== '' && Number.isSafeInteger(value) && value >= 0 ? value : null;
}

/** `${NAME}` is filled in from the environment when the flows start, so nobody can judge it before. */
export function isFromEnvironment(text: string): boolean {
  return /^\$(?:\{[a-zA-Z_]\w*\}|\([a-zA-Z_]\w*\))$/.test(text);
}
