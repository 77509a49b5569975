const CR = 0x0d;
const LF = 0x0a;
const PROMPT = '> ';

/** The longest honest line is a USSD text in UCS2 hex, below 1,000 characters. What is longer is noise. */
export const MAX_LINE_BYTES = 4_096;

export interface FrameListener {
  onLine(line: string): void;
  onPrompt(): void;
  onRaw(bytes: Buffer): void;
}

/**
 * Cuts the modem's bytes into lines, prompts and runs of raw bytes. The cut does not depend on how the bytes were
 * split on their way, since every byte is looked at alone and in order.
 */
export class ByteFramer {
  /** Lines that were thrown away because they never ended. */
  overlongLines = 0;
  private line: number[] = [];
  private isDropping = false;
  private isPromptExpected = false;
  private raw: Buffer | null = null;
  private rawFilled = 0;

  constructor(private readonly listener: FrameListener) {}

  /** A prompt has no line end, and a text may begin with its two characters: it counts only when it is waited for. */
  expectPrompt(isExpected: boolean): void {
    this.isPromptExpected = isExpected;
  }

  /** The next `count` bytes are data, whatever they look like. To be called from `onLine`, for the bytes after that line. */
  takeRaw(count: number): void {
    this.raw = Buffer.alloc(count);
    this.rawFilled = 0;
    if (count === 0) this.endRaw();
  }

  /** Stops waiting for raw bytes and gives back what had come of them. */
  abandonRaw(): Buffer {
    const got = this.raw?.subarray(0, this.rawFilled) ?? Buffer.alloc(0);
    this.raw = null;
    return got;
  }

  /** Forgets everything half received. */
  clear(): void {
    this.abandonRaw();
    this.line = [];
    this.isDropping = false;
    this.isPromptExpected = false;
  }

  push(bytes: Uint8Array): void {
    for (let at = 0; at < bytes.length;) {
      if (this.raw) at += this.fillRaw(bytes, at);
      else this.takeByte(bytes[at++] ?? 0);
    }
  }

  private fillRaw(bytes: Uint8Array, from: number): number {
    const raw = this.raw ?? Buffer.alloc(0);
    const count = Math.min(raw.length - this.rawFilled, bytes.length - from);
    raw.set(bytes.subarray(from, from + count), this.rawFilled);
    this.rawFilled += count;
    if (this.rawFilled === raw.length) this.endRaw();
    return count;
  }

  private endRaw(): void {
    const raw = this.raw;
    this.raw = null;
    if (raw) this.listener.onRaw(raw);
  }

  private takeByte(byte: number): void {
    if (byte === LF) {
      this.endLine();
      return;
    }
    // What a line begins with after a baud change or a power-up is no letter.
    const isNoise = this.line.length === 0 && (byte === 0 || byte >= 0x80 || byte === CR);
    if (this.isDropping || isNoise) return;
    this.line.push(byte);
    if (this.line.length > MAX_LINE_BYTES) {
      this.overlongLines += 1;
      this.line = [];
      this.isDropping = true;
    } else if (this.isPromptExpected && this.line.length === PROMPT.length) {
      if (String.fromCharCode(...this.line) === PROMPT) this.takePrompt();
    }
  }

  private takePrompt(): void {
    this.line = [];
    this.isPromptExpected = false;
    this.listener.onPrompt();
  }

  private endLine(): void {
    const text = Buffer.from(this.line).toString('latin1').replace(/\r+$/, '');
    this.line = [];
    this.isDropping = false;
    if (text !== '') this.listener.onLine(text);
  }
}
