import type { FarConnection, FarSide, FarSideListener } from '../../../gateway/modem-simulator/far-side';

/** A server that sends back what it gets, and a test can speak through. */
export class EchoFarSide implements FarSide {
  /** One entry per write of the modem, so that the packets' boundaries can be seen. */
  readonly got: Buffer[] = [];
  readonly targets: string[] = [];
  isSilent = false;
  isRefusing = false;
  listener: FarSideListener | null = null;

  connect(host: string, port: number, listener: FarSideListener): FarConnection {
    this.targets.push(`${host}:${port}`);
    if (this.isRefusing) listener.onFail();
    else listener.onOpen();
    this.listener = listener;
    return {
      write: (bytes) => {
        this.got.push(bytes);
        if (!this.isSilent) listener.onData(bytes);
      },
      close: () => undefined,
    };
  }
}
