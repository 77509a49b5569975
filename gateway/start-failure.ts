/** Something a person has to put right. Its message is the one line they read, without a stack trace. */
export class StartFailure extends Error {
  override readonly name = 'StartFailure';
}

/** The code of a system error, such as EADDRINUSE; an empty text for anything else. */
export function errorCode(error: unknown): string {
  return error instanceof Error && 'code' in error && typeof error.code === 'string' ? error.code : '';
}

/** What went wrong in one line. */
export function firstLine(error: unknown): string {
  const text = error instanceof Error ? error.message || error.name : String(error);
  return text.split('\n', 1)[0] ?? '';
}
