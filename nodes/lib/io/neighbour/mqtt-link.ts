import { connect, type MqttClient } from 'mqtt';
import { isNodeId } from '../../neighbour/cell';
import { NETWORK_MEDIUM, type NeighbourLink } from '../../neighbour/link';

export interface MqttLinkOptions {
  readonly url: string;
  readonly username: string;
  readonly password: string;
  readonly clientId: string;
  /** All neighbours use the same, such as `wattkeeper/neighbours`; each publishes below it under its node number. */
  readonly topic: string;
  readonly nodeId: number;
}

const RECONNECT_MS = 2_000;
const TOPIC = /^[^#+\0]+$/;

/** Neighbours that share a broker: what one publishes, all others hear. The link itself sends again what is lost. */
export class MqttLink implements NeighbourLink {
  readonly name: string;
  readonly medium = NETWORK_MEDIUM;
  private readonly client: MqttClient;
  private readonly ownTopic: string;
  private isUp = false;
  private reason: string | null = 'not connected yet';
  private hearBytes: (bytes: Uint8Array) => void = () => undefined;
  private hearState: (isUp: boolean, reason: string | null) => void = () => undefined;

  constructor({ url, username, password, clientId, topic, nodeId }: MqttLinkOptions) {
    if (!TOPIC.test(topic)) throw new Error('the topic must not be empty and holds no # and no +');
    if (!isNodeId(nodeId)) throw new RangeError(`a node number is 1 to 65534, not ${nodeId}`);
    this.name = `${url} ${topic}`;
    this.ownTopic = `${topic}/${nodeId}`;
    this.client = connect(url, {
      clientId,
      ...(username === '' ? {} : { username, password }),
      reconnectPeriod: RECONNECT_MS,
      // Old cells are of no use, neither here nor at the broker.
      clean: true,
      queueQoSZero: false,
      resubscribe: false,
    });
    this.client.on('connect', () => this.listen(`${topic}/+`));
    this.client.on('message', (from, payload) => {
      if (from !== this.ownTopic) this.hearBytes(payload);
    });
    this.client.on('close', () => this.setUp(false, this.reason ?? 'the broker does not answer'));
    this.client.on('error', (error) => this.setUp(false, error.message));
  }

  send(bytes: Uint8Array): void {
    if (this.isUp && this.client.connected)
      this.client.publish(this.ownTopic, Buffer.from(bytes), { qos: 0, retain: false });
  }

  onBytes(hear: (bytes: Uint8Array) => void): void {
    this.hearBytes = hear;
  }

  onState(hear: (isUp: boolean, reason: string | null) => void): void {
    this.hearState = hear;
    hear(this.isUp, this.reason);
  }

  async close(): Promise<void> {
    this.hearState = () => undefined;
    await this.client.endAsync(true);
  }

  private listen(filter: string): void {
    this.client.subscribe(filter, { qos: 0 }, (error) => {
      if (error) this.setUp(false, error.message);
      else this.setUp(true, null);
    });
  }

  private setUp(isUp: boolean, reason: string | null): void {
    const isNews = isUp !== this.isUp || reason !== this.reason;
    this.isUp = isUp;
    this.reason = reason;
    if (isNews) this.hearState(isUp, reason);
  }
}
