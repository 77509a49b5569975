import { timingSafeEqual } from 'node:crypto';
import { createServer, type Server, type Socket } from 'node:net';
import type { Aedes, AuthenticateError, Client, PublishPacket, Subscription } from 'aedes';
import { isThisMachine } from '../../meter/listen-address';
import type { LinkState, MeterLink, MeterMessageHandler } from '../../meter/meter-link';
import { isMeterId } from '../../meter/meter-id';
import { isMeterData, mayPublish, maySubscribe } from '../../meter/topics';
import { HandlerTable } from './handler-table';
import { LinkStateBoard } from './link-state';

export interface EmbeddedBrokerOptions {
  host: string;
  port: number;
  /** One password for all devices; empty lets everybody in and is only allowed on this machine itself. */
  password: string;
  /** Lifts the topic rules: whoever connects may publish and hear everything. For gateways on a trusted wire. */
  isOpen: boolean;
}

/** MQTT 3.1.1 §3.2.2.3, return code 4. */
const BAD_USERNAME_OR_PASSWORD = 4;
/** A device may let this much pile up unread before it is cut off, so that a frozen one cannot hold memory. */
const DRAIN_TIMEOUT_MS = 20_000;
/** More devices than this on one broker are a mistake or an attack. */
const MAX_CONNECTIONS = 20_000;
/** A frame of 5,000 readings has about half of this; whoever sends more is cut off. */
const MAX_PAYLOAD_BYTES = 1_048_576;

/**
 * An MQTT broker inside this process. A QoS 1 publish is handed to its listener before it is acknowledged,
 * so that an acknowledgement can mean that the money is durable.
 */
export class EmbeddedBroker implements MeterLink {
  private readonly handlers = new HandlerTable();
  private readonly board = new LinkStateBoard();
  private readonly sockets = new Set<Socket>();
  private server: Server | null = null;
  private aedes: Aedes | null = null;
  private isClosed = false;
  private readonly passwordBytes: Buffer;

  constructor(private readonly options: EmbeddedBrokerOptions) {
    if (options.password === '' && !isThisMachine(options.host)) {
      throw new RangeError(
        `a broker that listens on ${options.host} needs a password: set one, or listen on 127.0.0.1`,
      );
    }
    this.passwordBytes = Buffer.from(options.password);
  }

  get url(): string {
    const host =
      this.options.host === '0.0.0.0' || this.options.host === '::' ? '127.0.0.1' : this.options.host;
    return `mqtt://${host.includes(':') ? `[${host}]` : host}:${this.port}`;
  }

  /** The port that is really listened on; it differs from the wish when that was 0. */
  get port(): number {
    const address = this.server?.address();
    return typeof address === 'object' && address !== null ? address.port : this.options.port;
  }

  get bindsTopics(): boolean {
    return !this.options.isOpen;
  }

  get state(): LinkState {
    return this.board.state;
  }

  onState(hear: (state: LinkState) => void): () => void {
    return this.board.onState(hear);
  }

  /** Starts listening. Failure is told through `state`, as for any link that is down. */
  async start(): Promise<void> {
    try {
      // aedes exists as an ES module only and is loaded on first use.
      const { Aedes: Broker } = await import('aedes');
      const aedes = await Broker.createBroker({
        drainTimeout: DRAIN_TIMEOUT_MS,
        authenticate: (client, username, password, done) =>
          this.authenticate(client, username, password, done),
        authorizePublish: (client, packet, done) => this.authorizePublish(client, packet, done),
        authorizeSubscribe: (client, subscription, done) =>
          done(null, this.authorizeSubscribe(client, subscription)),
      });
      if (this.isClosed) {
        // Closed while it was being made; its timers would keep the process alive.
        aedes.close();
        return;
      }
      this.aedes = aedes;
      this.watchDevices(aedes);
      await this.listenOnPort(aedes);
      this.tellDevices();
    } catch (error) {
      this.board.set({ kind: 'down', reason: describeListenError(error, this.options) });
    }
  }

  listen(filter: string, handler: MeterMessageHandler): () => void {
    return this.handlers.add(filter, handler);
  }

  publish(topic: string, payload: string): Promise<void> {
    const { aedes } = this;
    if (!aedes || this.state.kind !== 'up') return Promise.reject(new Error('the broker is not running'));
    return new Promise((resolve, reject) => {
      aedes.publish(
        { cmd: 'publish', topic, payload: Buffer.from(payload), qos: 1, retain: false, dup: false },
        (error) => (error ? reject(error) : resolve()),
      );
    });
  }

  async close(): Promise<void> {
    this.isClosed = true;
    const { aedes, server } = this;
    const stopped = server?.listening
      ? new Promise<void>((resolve) => server.close(() => resolve()))
      : Promise.resolve();
    if (aedes) await new Promise<void>((resolve) => aedes.close(() => resolve()));
    for (const socket of this.sockets) socket.destroy();
    await stopped;
  }

  private listenOnPort(aedes: Aedes): Promise<void> {
    const server = createServer((socket) => {
      this.sockets.add(socket);
      socket.once('close', () => this.sockets.delete(socket));
      socket.setNoDelay(true);
      aedes.handle(socket);
    });
    server.maxConnections = MAX_CONNECTIONS;
    this.server = server;
    return new Promise((resolve, reject) => {
      server.once('error', reject);
      server.listen(this.options.port, this.options.host, () => {
        server.removeListener('error', reject);
        server.on('error', (error) => this.board.set({ kind: 'down', reason: error.message }));
        // Closed while the port was being opened: close() found nothing to close yet.
        if (this.isClosed) server.close();
        resolve();
      });
    });
  }

  private watchDevices(aedes: Aedes): void {
    aedes.on('client', () => this.tellDevices());
    aedes.on('clientDisconnect', () => this.tellDevices());
    // A device that breaks the protocol or vanishes is its own affair; its connection is closed by then.
    aedes.on('clientError', () => undefined);
    aedes.on('connectionError', () => undefined);
  }

  private tellDevices(): void {
    if (this.server?.listening) this.board.set({ kind: 'up', devices: this.aedes?.connectedClients ?? 0 });
  }

  private authenticate(
    client: Client,
    username: string | undefined,
    password: Buffer | undefined,
    done: (error: AuthenticateError | null, success: boolean | null) => void,
  ): void {
    const identity = username !== undefined && username !== '' ? username : client.id;
    identities.set(client, identity);
    const given = Buffer.from(password ?? '');
    const expected = this.passwordBytes;
    const isKnown =
      expected.length === 0 || (given.length === expected.length && timingSafeEqual(given, expected));
    // An identity becomes part of topics, where wildcards and slashes would speak for others.
    if (isKnown && isMeterId(identity)) done(null, true);
    else
      done(
        Object.assign(new Error('wrong password or name'), { returnCode: BAD_USERNAME_OR_PASSWORD }),
        null,
      );
  }

  private authorizePublish(
    client: Client | null,
    packet: PublishPacket,
    done: (error?: Error | null) => void,
  ): void {
    const { topic } = packet;
    // Without a client it is the broker's own message, such as the heartbeat.
    const isAllowed =
      client === null || this.options.isOpen || mayPublish(identities.get(client) ?? '', topic);
    if (!isAllowed) {
      done(new Error(`${client.id} may not publish to ${topic}`));
      return;
    }
    if (packet.payload.length > MAX_PAYLOAD_BYTES) {
      done(
        new Error(`a payload of ${packet.payload.length} bytes is too large, at most ${MAX_PAYLOAD_BYTES}`),
      );
      return;
    }
    // What a meter said is stored in the ledger; a retained copy would come back as news after a restart.
    packet.retain = false;
    const payload = typeof packet.payload === 'string' ? Buffer.from(packet.payload) : packet.payload;
    if (client !== null && packet.qos > 0) {
      const isHeard = this.handlers.dispatch(topic, payload, done);
      // While the flow has no ingest, such as during a deploy, the meter keeps its reading and sends it again.
      if (!isHeard)
        done(isMeterData(topic) ? new Error('nobody takes readings now: send again later') : null);
      return;
    }
    if (client !== null) this.handlers.dispatch(topic, payload, null);
    done(null);
  }

  /** A refused subscription is answered with failure (0x80, MQTT 3.1.1 §3.9.3); the connection lives on. */
  private authorizeSubscribe(client: Client, subscription: Subscription): Subscription | null {
    const isAllowed = this.options.isOpen || maySubscribe(identities.get(client) ?? '', subscription.topic);
    return isAllowed ? subscription : null;
  }
}

/** Who a connected device is: its user name, or its client id when it gave none. */
const identities = new WeakMap<Client, string>();

function describeListenError(error: unknown, { host, port }: EmbeddedBrokerOptions): string {
  const code = error instanceof Error && 'code' in error ? error.code : undefined;
  if (code === 'EADDRINUSE') return `port ${port} is in use`;
  if (code === 'EACCES') return `port ${port} is not allowed`;
  if (code === 'EADDRNOTAVAIL') return `${host} is not an address of this machine`;
  return error instanceof Error ? error.message : String(error);
}
