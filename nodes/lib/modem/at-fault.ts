export type FaultKind =
  /** The modem said no. */
  | 'refused'
  /** No answer before the deadline. */
  | 'silent'
  /** The prompt did not come; nothing was sent after it. */
  | 'noPrompt'
  /** The TCP connection or the bearer ended under the command. */
  | 'aborted'
  /** The modem started anew by itself. */
  | 'reset'
  /** The port is gone. */
  | 'closed'
  /** The modem was not ready in time to take the command. */
  | 'notReady'
  /** The queue in front of the modem is full. */
  | 'full'
  /** We are shutting down. */
  | 'stopped'
  /** The answer makes no sense. */
  | 'garbled'
  /** What was asked for is not possible or not allowed. */
  | 'invalid';

/** Why a command has no good answer. The text never holds a secret. */
export class AtFault extends Error {
  override readonly name = 'AtFault';

  constructor(
    readonly kind: FaultKind,
    message: string,
    /** What the modem may have acted on: whether the bytes after the prompt had gone out. */
    readonly wasBodySent = false,
    /** The number of a +CME or +CMS error. */
    readonly code: number | null = null,
    readonly family: 'CME' | 'CMS' | null = null,
  ) {
    super(message);
  }
}

/** Whatever was thrown, as a fault. */
export function toFault(thrown: unknown): AtFault {
  if (thrown instanceof AtFault) return thrown;
  return new AtFault('garbled', thrown instanceof Error ? thrown.message : String(thrown));
}
