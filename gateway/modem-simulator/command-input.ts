import type { Prompt } from './answer';

const CTRL_Z = 0x1a;
const ESCAPE = 0x1b;
const CR = 0x0d;
const LF = 0x0a;

export interface InputListener {
  onByte(byte: number): void;
  onLine(line: string): void;
  onBody(bytes: Buffer): void;
  /** A message was left before its end. */
  onEscape(): void;
}

/** What the gateway types: command lines and, after a prompt, a body. Waits while a command is carried out. */
export class CommandInput {
  isPaused = false;
  private input: number[] = [];
  private line: number[] = [];
  private body: { prompt: Pick<Prompt, 'byteCount'>; bytes: number[] } | null = null;

  constructor(private readonly listener: InputListener) {}

  push(bytes: Uint8Array): void {
    for (const byte of bytes) this.input.push(byte);
    this.work();
  }

  wantBody(prompt: Pick<Prompt, 'byteCount'>): void {
    this.body = { prompt, bytes: [] };
  }

  resume(): void {
    this.isPaused = false;
    this.work();
  }

  clear(): void {
    this.isPaused = false;
    this.input = [];
    this.line = [];
    this.body = null;
  }

  private work(): void {
    while (!this.isPaused) {
      const byte = this.input.shift();
      if (byte === undefined) return;
      this.listener.onByte(byte);
      if (this.body) this.takeBodyByte(this.body.prompt.byteCount, this.body.bytes, byte);
      else this.takeLineByte(byte);
    }
  }

  private takeBodyByte(byteCount: number | null, bytes: number[], byte: number): void {
    if (byteCount === null && byte === ESCAPE) {
      this.body = null;
      this.listener.onEscape();
      return;
    }
    const isEnd = byteCount === null ? byte === CTRL_Z : bytes.length + 1 >= byteCount;
    if (byteCount !== null || !isEnd) bytes.push(byte);
    if (!isEnd) return;
    this.body = null;
    this.listener.onBody(Buffer.from(bytes));
  }

  private takeLineByte(byte: number): void {
    if (byte === ESCAPE) this.line = [];
    else if (byte !== CR && byte !== LF) this.line.push(byte);
    if (byte !== CR) return;
    const line = Buffer.from(this.line).toString('latin1');
    this.line = [];
    this.listener.onLine(line);
  }
}
