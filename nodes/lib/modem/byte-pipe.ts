/** A TCP connection as bytes in and out, whatever carries it. */
export interface BytePipe {
  /** Settles when the bytes have been taken over, which is not yet their arrival at the far side. */
  send(bytes: Uint8Array): Promise<void>;
  onData(hear: (bytes: Buffer) => void): void;
  /** Called once, whoever closed it; null when it was closed on purpose. */
  onClose(hear: (reason: string | null) => void): void;
  /** Stops and goes on handing over bytes. */
  pause(): void;
  resume(): void;
  close(): Promise<void>;
  /** The most bytes that go out in one piece. */
  readonly segmentBytes: number;
}
