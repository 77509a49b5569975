/** A way to the modem that carries bytes and nothing else: a serial line, a TCP connection, a simulator. */
export interface BytePort {
  write(bytes: Uint8Array): void;
  onData(hear: (bytes: Uint8Array) => void): void;
  /** Called once, when the way is gone without anybody having called close. */
  onClose(hear: (reason: string) => void): void;
  close(): Promise<void>;
}

/** Time as the modem code sees it. `nowMs` never jumps; `after` gives back what cancels it. */
export interface Schedule {
  nowMs(): number;
  after(delayMs: number, run: () => void): () => void;
}

/** How the port is opened and what else reaches the modem. */
export interface ModemWiring {
  openPort(baudRate: number): Promise<BytePort>;
  /** Rates to look for the modem at, the likeliest first. A port that has no rate gives one number, whatever it is. */
  readonly baudRates: readonly number[];
  readonly schedule: Schedule;
  /** Presses the power key of a modem that has it wired to the gateway. */
  readonly pressPowerKey?: () => Promise<void>;
}
