import type { Socket } from 'node:net';
import type { Aedes, AuthenticateError, Client, ConnectPacket, PublishPacket, Subscription } from 'aedes';
import {
  gateLimits,
  keepAliveS,
  MAX_CLIENT_ID_LENGTH,
  MAX_SLOW_DOWN_MS,
  MAX_SUBSCRIPTIONS,
  MAX_UNREAD_BYTES,
  PATIENCE,
  type BrokerTiming,
} from '../../devices/broker-bounds';
import { parseBrokerLimits, WIDEST_LIMITS, type BrokerLimits } from '../../devices/broker-limits';
import { carriesOthers } from '../../devices/device-dialect';
import { DevicePresence } from '../../devices/device-presence';
import { MessageRates } from '../../devices/message-rates';
import { RefusalLog, type RefusalKind, type RefusalReport } from '../../devices/refusal-log';
import { mayLeaveWill } from '../../devices/topic-rule';
import { isThisMachine } from '../../meter/listen-address';
import type { Answer, DeviceEvent, LinkState, MeterLink, MeterMessageHandler } from '../../meter/meter-link';
import { isMeterData, readingTopic } from '../../meter/topics';
import { errorText } from '../../text/to-error';
import { BrokerDoor, NotAdmitted, type BrokerAccess } from './broker-door';
import { BrokerListener, type ListenPoint } from './broker-listener';
import type { DeviceDesk } from './device-desk';
import { DeviceSession, type SessionOptions } from './device-session';
import { HandlerTable } from './handler-table';
import { LinkStateBoard } from './link-state';
import type { TlsFiles } from './tls-files';

export interface EmbeddedBrokerOptions {
  host: string;
  port: number;
  /** One password for all devices that have none of their own; empty is only allowed on this machine itself. */
  password: string;
  /** Lifts the topic rules: whoever connects may publish and hear everything. For gateways on a trusted wire. */
  isOpen: boolean;
  /** `shared` unless said otherwise. */
  access?: BrokerAccess;
  desk?: DeviceDesk | null;
  limits?: BrokerLimits;
  /** With it, `port` is for this machine alone and everybody else comes here. */
  tls?: (TlsFiles & { port: number }) | null;
  onNotice?: (notice: RefusalReport) => void;
  timing?: Partial<BrokerTiming & { certificatesEveryMs: number }>;
}

/** MQTT 3.1.1 §3.2.2.3: why a connection is refused. */
const RETURN_CODES: Partial<Record<RefusalKind, number>> = { name: 2, busy: 3, devices: 3, login: 4 };
const NOT_AUTHORIZED = 5;
/**
 * An MQTT broker inside this process. A QoS 1 publish is handed to its listener before it is acknowledged,
 * so that an acknowledgement can mean that the money is durable.
 */
export class EmbeddedBroker implements MeterLink {
  /** What we send ourselves goes out past the listeners. */
  readonly hearsDevicesOnly = true;
  private readonly handlers = new HandlerTable();
  private readonly board = new LinkStateBoard();
  private readonly refused = new RefusalLog();
  private readonly presence = new DevicePresence();
  private readonly hearers = new Set<(event: DeviceEvent) => void>();
  private readonly sessions = new Map<Client, DeviceSession>();
  private readonly limits: BrokerLimits;
  private readonly rates: MessageRates;
  private readonly door: BrokerDoor;
  private readonly listener: BrokerListener;
  private readonly sessionOptions: SessionOptions;
  private readonly undo: (() => void)[] = [];
  private aedes: Aedes | null = null;
  private isClosed = false;

  constructor(private readonly options: EmbeddedBrokerOptions) {
    const { host, password, isOpen, access = 'shared', desk = null, limits, timing } = options;
    if (access === 'shared' && password === '' && !isThisMachine(host)) {
      throw new RangeError(
        `a broker that listens on ${host} needs a password: set one, give each device its own, or listen on 127.0.0.1`,
      );
    }
    this.limits = limits ?? parseBrokerLimits(WIDEST_LIMITS);
    this.rates = new MessageRates(this.limits.messagesPerMinute);
    this.door = new BrokerDoor({ access, password, isOpen, desk });
    this.listener = new BrokerListener({
      limits: this.limits,
      monotonicMs,
      onConnection: (socket, address) => this.welcome(socket, address),
      onRefused: (kind, detail) => this.note(kind, detail),
      onFault: (reason) => this.board.set({ kind: 'down', reason }),
      certificatesEveryMs: timing?.certificatesEveryMs,
    });
    this.sessionOptions = {
      gate: gateLimits(this.limits),
      maxUnreadBytes: MAX_UNREAD_BYTES,
      monotonicMs,
      onRefused: (_session, kind, detail) => this.note(kind, detail),
    };
  }

  get url(): string {
    const { host } = this.plainPoint;
    const reached = host === '0.0.0.0' || host === '::' ? '127.0.0.1' : host;
    return `mqtt://${reached.includes(':') ? `[${reached}]` : reached}:${this.port}`;
  }

  /** The port that is really listened on; it differs from the wish when that was 0. */
  get port(): number {
    return this.listener.portOf(0) ?? this.options.port;
  }

  /** The same of the port for TLS; null without TLS. */
  get tlsPort(): number | null {
    return this.listener.portOf(1);
  }

  get bindsTopics(): boolean {
    return !this.options.isOpen;
  }

  speaksForOthers(device: string): boolean {
    return carriesOthers(this.options.desk?.dialectOf(device) ?? 'own');
  }

  get state(): LinkState {
    return this.board.state;
  }

  /** How often each kind of thing was refused since the start. */
  get refusals(): Partial<Record<RefusalKind, number>> {
    return this.refused.counts;
  }

  isOnline(device: string): boolean {
    return this.presence.isOnline(device);
  }

  onState(hear: (state: LinkState) => void): () => void {
    return this.board.onState(hear);
  }

  onDevice(hear: (event: DeviceEvent) => void): () => void {
    this.hearers.add(hear);
    return () => this.hearers.delete(hear);
  }

  /** Starts listening. Failure is told through `state`, as for any link that is down. */
  async start(): Promise<void> {
    try {
      // aedes exists as an ES module only and is loaded on first use.
      const { Aedes: Broker } = await import('aedes');
      const aedes = await Broker.createBroker({
        // A session sees to readers that do not read; aedes would let the others wait for them.
        drainTimeout: 0,
        connectTimeout: this.options.timing?.connectWithinMs ?? PATIENCE.connectWithinMs,
        maxClientsIdLength: MAX_CLIENT_ID_LENGTH,
        preConnect: (client, packet, done) => done(null, this.greet(client, packet)),
        authenticate: (client, _username, password, done) => void this.letIn(client, password, done),
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
      aedes.on('clientError', (client, error) => this.explain(client, error));
      aedes.on('connectionError', (client, error) => this.explain(client, error));
      await this.listener.open(this.points);
      this.lookAfterDevices();
      this.tellDevices();
    } catch (error) {
      this.board.set({ kind: 'down', reason: errorText(error) });
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
    for (const step of this.undo) step();
    this.hearers.clear();
    const stopped = this.listener.close();
    const { aedes } = this;
    if (aedes) await new Promise<void>((resolve) => aedes.close(() => resolve()));
    await stopped;
  }

  private get plainPoint(): ListenPoint {
    const { host, port, tls } = this.options;
    return { host: tls && !isThisMachine(host) ? '127.0.0.1' : host, port, tls: null };
  }

  private get points(): ListenPoint[] {
    const { host, tls } = this.options;
    return tls ? [this.plainPoint, { host, port: tls.port, tls }] : [this.plainPoint];
  }

  private welcome(socket: Socket, address: string): void {
    const { aedes } = this;
    if (!aedes || this.isClosed) {
      socket.destroy();
      return;
    }
    const session = new DeviceSession(socket, address, this.sessionOptions);
    const client = aedes.handle(socket);
    this.sessions.set(client, session);
    socket.once('close', () => {
      this.sessions.delete(client);
      const { device, end, will } = session;
      if (device !== '') this.tell(this.presence.leave(device, end, will));
    });
  }

  /** Brings a CONNECT into the form that we serve. Who it really is will be known when its password is checked. */
  private greet(client: Client, packet: ConnectPacket): boolean {
    const session = this.sessions.get(client);
    if (!session) return false;
    const { clientId, username, will, keepalive = 0 } = packet;
    session.claim = username !== undefined && username !== '' ? username : clientId;
    // aedes knows connections by their client id. With the device's name in it nobody can push another one off.
    if (clientId !== '') packet.clientId = `${session.claim}/${clientId}`;
    // Nothing is kept for whoever is away: old commands would pile up here and be obeyed late.
    packet.clean = true;
    packet.keepalive = keepAliveS(keepalive);
    if (will) session.will = { topic: will.topic, payload: Buffer.from(will.payload) };
    return true;
  }

  private async letIn(
    client: Client,
    password: Buffer | undefined,
    done: (error: AuthenticateError | null, success: boolean | null) => void,
  ): Promise<void> {
    const session = this.sessions.get(client);
    if (!session) return;
    const device = session.claim || client.id;
    try {
      const { rule, credential } = await this.door.admit(device, Buffer.from(password ?? ''));
      const { will } = session;
      if (will && !mayLeaveWill(rule, will.topic))
        throw new NotAdmitted('will', `it may not leave a will for ${will.topic}`);
      if (session.socket.destroyed) return;
      Object.assign(session, { device, rule, credential, rate: this.rates.bucketOf(device, monotonicMs()) });
      this.tell(this.presence.enter(device));
      done(null, true);
    } catch (error) {
      const kind = error instanceof NotAdmitted ? error.kind : 'devices';
      session.refuse(kind, `${device}: ${errorText(error)}`);
      const returnCode = RETURN_CODES[kind] ?? NOT_AUTHORIZED;
      done(Object.assign(new Error(errorText(error)), { returnCode }), null);
    }
  }

  private authorizePublish(client: Client | null, packet: PublishPacket, done: Answer): void {
    // Without a client it is the broker's own message, such as the heartbeat.
    if (client === null) {
      done(null);
      return;
    }
    const session = this.sessions.get(client);
    const { topic, payload } = packet;
    if (!session?.rule?.mayWrite(topic) && !session?.rule?.isIdle(topic)) {
      session?.refuse('topic', `it may not write to ${topic}`);
      done(new Error('not allowed'));
      return;
    }
    if (payload.length > this.limits.maxPayloadBytes) {
      session.refuse('size', `${payload.length} bytes are too many`);
      done(new Error('too large'));
      return;
    }
    // What a meter said is stored in the ledger; a retained copy would come back as news after a restart.
    packet.retain = false;
    const slowDownMs = session.rate === null ? 0 : session.rate.take(monotonicMs());
    if (slowDownMs > MAX_SLOW_DOWN_MS) {
      session.refuse('rate', 'too many messages');
      done(new Error('too many messages'));
    } else if (slowDownMs > 0) setTimeout(() => this.handOn(session, packet, done), slowDownMs);
    else this.handOn(session, packet, done);
  }

  private handOn(session: DeviceSession, packet: PublishPacket, done: Answer): void {
    const { topic, qos } = packet;
    if (session.rule?.isIdle(topic)) {
      // Its make says it at every connect and nobody needs it; refusing it would cut the device off for ever.
      packet.topic = `${readingTopic(session.device)}/dropped`;
      done(null);
      return;
    }
    const payload = typeof packet.payload === 'string' ? Buffer.from(packet.payload) : packet.payload;
    if (qos === 0) {
      this.handlers.dispatch(topic, payload, null);
      done(null);
      return;
    }
    const answer: Answer = (error) => {
      if (error) session.giveUp();
      done(error);
    };
    const isHeard = this.handlers.dispatch(topic, payload, answer);
    // While the flow has no ingest, such as during a deploy, the meter keeps its reading and sends it again.
    if (!isHeard)
      answer(isMeterData(topic) ? new Error('nobody takes readings now: send again later') : null);
  }

  /** A refused subscription is answered with failure (0x80, MQTT 3.1.1 §3.9.3); the connection lives on. */
  private authorizeSubscribe(client: Client, subscription: Subscription): Subscription | null {
    const session = this.sessions.get(client);
    const { topic } = subscription;
    if (!session) return null;
    const { filters, rule, name } = session;
    const isAllowed = rule?.mayRead(topic) ?? false;
    if (!isAllowed || (filters.size >= MAX_SUBSCRIPTIONS && !filters.has(topic))) {
      this.note('subscription', `${name}: ${isAllowed ? 'too many topics' : `it may not hear ${topic}`}`);
      return null;
    }
    filters.add(topic);
    return subscription;
  }

  /** aedes has closed a connection and says why. What the network did is no refusal. */
  private explain(client: Client, error: Error): void {
    const isOurs = !('code' in error) && error.message !== 'keep alive timeout';
    if (!isOurs) return;
    const isSilent = error.message === 'connect did not arrive in time';
    this.sessions.get(client)?.refuse(isSilent ? 'silent' : 'protocol', error.message);
  }

  private lookAfterDevices(): void {
    const { desk, timing } = this.options;
    const timer = setInterval(() => this.look(), timing?.lookEveryMs ?? PATIENCE.lookEveryMs);
    timer.unref();
    this.undo.push(() => clearInterval(timer));
    if (desk) this.undo.push(desk.onChange(() => this.cutRevoked(desk)));
  }

  private look(): void {
    const { desk, timing, onNotice } = this.options;
    const nowMs = monotonicMs();
    const frozenAfterMs = timing?.frozenAfterMs ?? PATIENCE.frozenAfterMs;
    for (const session of this.sessions.values()) {
      if (session.stuckMs(nowMs) > frozenAfterMs) session.cut('slow', 'it has stopped reading');
    }
    if (desk) this.cutRevoked(desk);
    this.rates.forgetFull((device) => this.presence.isOnline(device), nowMs);
    for (const report of this.refused.flush(nowMs)) onNotice?.(report);
  }

  /** Ends connections whose password no longer opens the door, here or because the file was changed elsewhere. */
  private cutRevoked(desk: DeviceDesk): void {
    try {
      const isLive = desk.liveness();
      for (const session of this.sessions.values()) {
        const { device, credential } = session;
        if (device !== '' && !isLive(device, credential))
          session.cut('revoked', 'its password has come to an end');
      }
    } catch (error) {
      // Whoever is connected was let in with a good password; nobody new is until the list can be read again.
      this.note('devices', errorText(error));
    }
  }

  private note(kind: RefusalKind, detail: string): void {
    const report = this.refused.note(kind, detail, monotonicMs());
    if (report !== null) this.options.onNotice?.(report);
  }

  private tell(event: DeviceEvent | null): void {
    if (event === null || this.isClosed) return;
    for (const hear of this.hearers) hear(event);
    this.tellDevices();
  }

  private tellDevices(): void {
    if (this.listener.portOf(0) !== null) this.board.set({ kind: 'up', devices: this.presence.size });
  }
}

const monotonicMs = (): number => performance.now();
