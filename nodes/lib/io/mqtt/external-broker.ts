import { connect, type MqttClient } from 'mqtt';
import type { LinkState, MeterLink, MeterMessageHandler } from '../../meter/meter-link';
import { HandlerTable } from './handler-table';
import { LinkStateBoard } from './link-state';

export interface ExternalBrokerOptions {
  url: string;
  username: string;
  password: string;
  clientId: string;
}

const RECONNECT_MS = 5_000;

/** Somebody else's broker. It has acknowledged every message before we see it, so nobody waits for our answer. */
export class ExternalBroker implements MeterLink {
  /** Who may write where is the other broker's own affair. */
  readonly bindsTopics = false;
  private readonly handlers = new HandlerTable();
  private readonly board = new LinkStateBoard();
  private readonly client: MqttClient;

  constructor(private readonly options: ExternalBrokerOptions) {
    const { url, clientId, username, password } = options;
    this.client = connect(url, {
      clientId,
      ...(username === '' ? {} : { username, password }),
      reconnectPeriod: RECONNECT_MS,
      // The broker keeps what arrives while we are away.
      clean: false,
      resubscribe: true,
    });
    this.client.on('message', (topic, payload) => this.handlers.dispatch(topic, payload, null));
    this.client.on('connect', () => this.board.set({ kind: 'up', devices: 0 }));
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

  listen(filter: string, handler: MeterMessageHandler): () => void {
    const isNew = !this.handlers.filters.includes(filter);
    const remove = this.handlers.add(filter, handler);
    // mqtt.js keeps the subscription and repeats it at every connection.
    if (isNew) this.client.subscribe(filter, { qos: 1 }, (error) => error && this.goDown(error.message));
    return () => {
      remove();
      if (!this.handlers.filters.includes(filter) && !this.client.disconnecting)
        this.client.unsubscribe(filter);
    };
  }

  async publish(topic: string, payload: string): Promise<void> {
    if (!this.client.connected) throw new Error('the broker does not answer');
    await this.client.publishAsync(topic, payload, { qos: 1, retain: false });
  }

  async close(): Promise<void> {
    await this.client.endAsync(true);
  }

  private goDown(reason: string): void {
    if (this.client.disconnecting) return;
    // The first reason says most: a closed connection after a refused password is no news.
    if (this.state.kind !== 'down' || reason !== 'the broker does not answer')
      this.board.set({ kind: 'down', reason });
  }
}
