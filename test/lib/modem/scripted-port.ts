import type { BytePort } from '../../../nodes/lib/modem/byte-port';

/** A port whose other end is the test: it reads what was written and says what comes back. */
export class ScriptedPort implements BytePort {
  written = '';
  isClosed = false;
  private hearData: (bytes: Uint8Array) => void = () => undefined;
  private hearClose: (reason: string) => void = () => undefined;

  constructor(private readonly chunkBytes = 0) {}

  write(bytes: Uint8Array): void {
    this.written += Buffer.from(bytes).toString('latin1');
  }

  onData(hear: (bytes: Uint8Array) => void): void {
    this.hearData = hear;
  }

  onClose(hear: (reason: string) => void): void {
    this.hearClose = hear;
  }

  close(): Promise<void> {
    this.isClosed = true;
    return Promise.resolve();
  }

  /** Bytes from the modem. */
  say(text: string): void {
    const bytes = Buffer.from(text, 'latin1');
    const size = this.chunkBytes || bytes.length;
    for (let at = 0; at < bytes.length; at += size) this.hearData(bytes.subarray(at, at + size));
  }

  /** Lines from the modem, each with the line ends modems put around them. */
  lines(...lines: readonly string[]): void {
    for (const line of lines) this.say(`\r\n${line}\r\n`);
  }

  lose(reason: string): void {
    this.hearClose(reason);
  }
}
