import { readFileSync } from 'node:fs';
import { connect, type IConnackPacket, type MqttClient } from 'mqtt';
import type { LinkState, MeterLink, MeterMessageHandler } from '../../meter/meter-link';
import { HandlerTable } from './handler-table';
import { LinkStateBoard } from './link-state';

export interface ExternalBrokerOptions {
  url: string;
  username: string;
  password: string;
  clientId: string;
  /** File with the certificate that the broker's own is signed with; empty for those that everybody trusts. */
  authority: string;
  /** Readers in the same group share the messages; empty to hear them all. */
  sharedGroup: string;
}

const RECONNECT_MS = 5_000;
const MQTT_5 = 5;
/** MQTT 5 keeps a session only as long as is asked for (§3.1.2.11.2); a gateway may be away for a week. */
const SESSION_S = 7 * 24 * 3_600;
/** A group is one level of a filter (MQTT 5 §4.8.2). */
const GROUP = /^[^/+#\s]{1,64}$/;

/** Somebody else's broker. It has acknowledged every message before we see it, so nobody waits for our answer. */
export class ExternalBroker implements MeterLink {
  /** Who may write where is the other broker's own affair. */
  readonly bindsTopics = false;
  readonly hearsDevicesOnly = false;

  speaksForOthers(): boolean {
    return true;
  }

  private readonly handlers = new HandlerTable();
  private readonly board = new LinkStateBoard();
  private readonly client: MqttClient;

  constructor(private readonly options: ExternalBrokerOptions) {
    const { url, clientId, username, password, authority, sharedGroup } = options;
    if (sharedGroup !== '' && !GROUP.test(sharedGroup))
      throw new RangeError(`the group must be a word without / + and #, got "${sharedGroup}"`);
    this.client = connect(url, {
      clientId,
      ...(username === '' ? {} : { username, password }),
      ...(authority === '' ? {} : { ca: readAuthority(authority) }),
      ...(sharedGroup === ''
        ? {}
        : { protocolVersion: MQTT_5, properties: { sessionExpiryInterval: SESSION_S } }),
      reconnectPeriod: RECONNECT_MS,
      // The broker keeps what arrives while we are away.
      clean: false,
      resubscribe: true,
    });
    this.client.on('message', (topic, payload) => this.handlers.dispatch(topic, payload, null));
    this.client.on('connect', (packet) => this.goUp(packet));
    this.client.on('close', () => this.goDown('the broker does not answer'));
    this.client.on('error', (error) => this.goDown(error.message));
  }

  get url(): string {
    return this.options.url;
  }

  get state(): LinkState {
    return this.board.state;
  }

  onState(hear: (state: LinkState) => void): () => void {
    return this.board.onState(hear);
  }

  onDevice(): () => void {
    return () => undefined;
  }

  listen(filter: string, handler: MeterMessageHandler): () => void {
    const isNew = !this.handlers.filters.includes(filter);
    const remove = this.handlers.add(filter, handler);
    // mqtt.js keeps the subscription and repeats it at every connection.
    if (isNew)
      this.client.subscribe(this.shared(filter), { qos: 1 }, (error) => error && this.goDown(error.message));
    return () => {
      remove();
      if (!this.handlers.filters.includes(filter) && !this.client.disconnecting)
        this.client.unsubscribe(this.shared(filter));
    };
  }

  async publish(topic: string, payload: string): Promise<void> {
    if (!this.client.connected) throw new Error('the broker does not answer');
    await this.client.publishAsync(topic, payload, { qos: 0, retain: false });
  }

  async close(): Promise<void> {
    await this.client.endAsync(true);
  }

  private shared(filter: string): string {
    const { sharedGroup } = this.options;
    return sharedGroup === '' ? filter : `$share/${sharedGroup}/${filter}`;
  }

  private goUp({ properties }: IConnackPacket): void {
    // MQTT 5 §3.2.2.3.13: a broker that does not say so has shared subscriptions.
    if (this.options.sharedGroup !== '' && properties?.sharedSubscriptionAvailable === false)
      this.goDown('the broker has no shared subscriptions: leave the group empty');
    else this.board.set({ kind: 'up', devices: 0 });
  }

  private goDown(reason: string): void {
    if (this.client.disconnecting) return;
    // The first reason says most: a closed connection after a refused password is no news.
    if (this.state.kind !== 'down' || reason !== 'the broker does not answer')
      this.board.set({ kind: 'down', reason });
  }
}

function readAuthority(file: string): Buffer {
  try {
    return readFileSync(file);
  } catch (error) {
    throw new Error(`the certificate ${file} cannot be read`, { cause: error });
  }
}
