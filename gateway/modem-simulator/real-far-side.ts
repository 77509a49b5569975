import { connect } from 'node:net';
import type { FarConnection, FarSide, FarSideListener } from './far-side';

/** The network of this machine: what the simulated modem connects to is really connected to. */
export const realFarSide: FarSide = {
  connect(host: string, port: number, listener: FarSideListener): FarConnection {
    const socket = connect({ host, port });
    let isOpen = false;
    socket.on('connect', () => {
      isOpen = true;
      listener.onOpen();
    });
    socket.on('data', (bytes: Buffer) => listener.onData(bytes));
    socket.on('error', () => undefined);
    socket.on('close', () => (isOpen ? listener.onEnd() : listener.onFail()));
    return { write: (bytes) => socket.write(bytes), close: () => socket.destroy() };
  },
};
