import assert from 'node:assert/strict';
import { once } from 'node:events';
import { connect, createServer, type AddressInfo, type Server, type Socket } from 'node:net';
import tls from 'node:tls';
import { ModemStream } from '../../../../nodes/lib/io/serial/modem-stream';
import { ModemTunnel } from '../../../../nodes/lib/io/serial/modem-tunnel';
import { Modem } from '../../../../nodes/lib/modem/modem';
import { SimulatorServer } from '../../../../gateway/modem-simulator/simulator-server';
import { realFarSide } from '../../../../gateway/modem-simulator/real-far-side';
import { realSchedule } from '../../../../nodes/lib/io/serial/real-schedule';
import { TcpPort } from '../../../../nodes/lib/io/serial/tcp-port';
import { PLAIN, quickSchedule } from '../../../gateway/modem-device';
import { inEveryChunking } from '../../modem/chunkings';
import { RememberedPins } from '../../modem/modem-bench';

const GPRS = { apn: 'internet', user: '', password: '' };
const LOCAL = '127.0.0.1';
const portOf = (server: Server): number => (server.address() as AddressInfo).port;

async function listening(server: Server): Promise<Server> {
  server.listen(0, LOCAL);
  await once(server, 'listening');
  return server;
}

describe('through a modem', function () {
  this.timeout(60_000);

  let simulator: SimulatorServer;
  let modem: Modem;
  const open: Server[] = [];

  async function switchOn(chunkBytes: number): Promise<void> {
    const scenario = { ...PLAIN, chunkBytes, setup: { searchMs: 10 } };
    simulator = new SimulatorServer(scenario, quickSchedule, realFarSide);
    const port = await simulator.listen(0, LOCAL);
    // Deadlines in real time: a machine that is busy must not seem to be a silent modem.
    const wiring = { schedule: realSchedule, baudRates: [0], openPort: () => TcpPort.open(LOCAL, port) };
    const ready = new Promise<void>((resolve) => {
      modem = new Modem(wiring, { pin: '', storage: 'SM', gprs: GPRS }, new RememberedPins(), {
        onPdu: () => undefined,
        onState: ({ phase }) => phase === 'ready' && resolve(),
        onLateReference: () => undefined,
      });
    });
    modem.start();
    await ready;
  }
  async function switchOff(): Promise<void> {
    await modem.stop();
    await simulator.close();
  }
  beforeEach(() => switchOn(0));
  afterEach(async () => {
    await switchOff();
    for (const server of open.splice(0)) await new Promise((resolve) => server.close(resolve));
  });

  async function echo(): Promise<number> {
    const server = await listening(
      createServer((socket) => socket.on('error', () => undefined).pipe(socket)),
    );
    open.push(server);
    return portOf(server);
  }

  async function tunnelTo(port: number) {
    const faults: string[] = [];
    const tunnel = new ModemTunnel({
      openTcp: () => modem.openTcp(LOCAL, port),
      onFault: ({ message }) => void faults.push(message),
    });
    return { tunnel, faults, localPort: await tunnel.listen(0) };
  }

  async function say(socket: Socket, text: string): Promise<string> {
    socket.write(text);
    const [heard] = (await once(socket, 'data')) as [Buffer];
    return heard.toString();
  }

  it('a tunnel carries one client, and the next in its place', async () => {
    const { tunnel, faults, localPort } = await tunnelTo(await echo());
    const first = connect(localPort, LOCAL);
    assert.equal(await say(first, 'one'), 'one');
    const ended = once(first, 'close');
    const second = connect(localPort, LOCAL);
    await ended;
    assert.equal(await say(second, 'two'), 'two');
    second.destroy();
    const third = connect(localPort, LOCAL);
    assert.equal(await say(third, 'three'), 'three');
    assert.deepEqual(faults, []);
    await tunnel.close();
  });

  it('a tunnel says why it leads nowhere, and ends its client', async () => {
    const gone = await listening(createServer());
    const port = portOf(gone);
    await new Promise((resolve) => gone.close(resolve));
    const { tunnel, faults, localPort } = await tunnelTo(port);
    const client = connect(localPort, LOCAL);
    await once(client, 'close');
    assert.match(faults[0] ?? '', /no connection to 127\.0\.0\.1:\d+ \(fail\)/);
    await tunnel.close();
  });

  it('a tunnel ends its client when the modem starts anew', async () => {
    const { tunnel, localPort } = await tunnelTo(await echo());
    const client = connect(localPort, LOCAL);
    assert.equal(await say(client, 'one'), 'one');
    const ended = once(client, 'close');
    simulator.modem.reset(true);
    await ended;
    await tunnel.close();
  });

  /** A shared key stands in for certificates: what matters is that both ends of TLS are outside of the modem. */
  const KEY = Buffer.from('00112233445566778899aabbccddeeff', 'hex');
  const CIPHERS = { ciphers: 'PSK', maxVersion: 'TLSv1.2' } as const;

  async function secretEcho(): Promise<number> {
    const server = tls.createServer({ ...CIPHERS, pskCallback: () => KEY }, (socket) => {
      socket.on('error', () => undefined).pipe(socket);
    });
    server.on('tlsClientError', () => undefined);
    open.push(await listening(server));
    return portOf(server);
  }

  function secure(port: number, psk: Buffer): tls.TLSSocket {
    const stream = new ModemStream(() => modem.openTcp(LOCAL, port));
    stream.on('error', () => undefined);
    return tls.connect({
      ...CIPHERS,
      socket: stream,
      pskCallback: () => ({ psk, identity: 'meter' }),
      checkServerIdentity: () => undefined,
    });
  }

  inEveryChunking('TLS is ours from end to end: the modem sees nothing of it', async (chunkBytes) => {
    await switchOff();
    await switchOn(chunkBytes);
    let seen = '';
    const receive = simulator.modem.receive.bind(simulator.modem);
    simulator.modem.receive = (bytes) => {
      seen += Buffer.from(bytes).toString('latin1');
      receive(bytes);
    };
    const socket = secure(await secretEcho(), KEY);
    assert.equal(await say(socket, 'a secret of the meter'), 'a secret of the meter');
    assert.match(seen, /AT\+CIPSEND=/);
    assert.doesNotMatch(seen, /secret/);
    assert.doesNotMatch(seen, /CIPSSL=1/);
    socket.destroy();
  });

  it('TLS refuses whoever does not have the key, whatever the modem thinks', async () => {
    const socket = secure(await secretEcho(), Buffer.alloc(16));
    await assert.rejects(once(socket, 'secureConnect'));
    socket.destroy();
  });
});
