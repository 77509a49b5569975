/** What the simulated network hears from a TCP connection. */
export interface FarSideListener {
  onOpen(): void;
  onFail(): void;
  onData(bytes: Buffer): void;
  onEnd(): void;
}

export interface FarConnection {
  write(bytes: Buffer): void;
  close(): void;
}

/** The internet behind the simulated network: the real one, or whatever a test puts there. */
export interface FarSide {
  connect(host: string, port: number, listener: FarSideListener): FarConnection;
}

/** Nobody answers. */
export const NOWHERE: FarSide = {
  connect(_host, _port, listener) {
    listener.onFail();
    return { write: () => undefined, close: () => undefined };
  },
};
