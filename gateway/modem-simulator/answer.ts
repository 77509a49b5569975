/** What a command comes to. */
export interface Answer {
  /** Lines and raw bytes before the end; raw bytes follow the line before them. */
  readonly info: readonly (string | Buffer)[];
  /** The last line; null for none. */
  readonly end: string | null;
  /** How long the network takes. */
  readonly delayMs?: number;
  /** What happens after the last line. */
  readonly then?: () => void;
  /** Another input is wanted before the answer. */
  readonly prompt?: Prompt;
}

export interface Prompt {
  /** Null: until Ctrl-Z. */
  readonly byteCount: number | null;
  readonly take: (bytes: Buffer) => Answer;
}

export const ok = (...info: readonly (string | Buffer)[]): Answer => ({ info, end: 'OK' });
export const plainError: Answer = { info: [], end: 'ERROR' };
/** Marked, since how an error is told depends on AT+CMEE. */
export const cmeError = (code: number): Answer => ({ info: [], end: `+CME ERROR: ${code}` });
export const cmsError = (code: number): Answer => ({ info: [], end: `+CMS ERROR: ${code}` });

/** The last line as AT+CMEE wants it: errors with their numbers, or without. */
export const endAt = (errorLevel: number, end: string): string =>
  errorLevel === 0 && /^\+CM[ES] ERROR/.test(end) ? 'ERROR' : end;
