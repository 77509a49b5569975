import { connect, type MqttClient } from 'mqtt';
import { commandTopic } from '../../meter/topics';

export interface MeterClientOptions {
  url: string;
  meterId: string;
  /** Both empty for a broker that lets everybody in. */
  username: string;
  password: string;
  onCommand: (payload: string) => void;
  /** Connected and listening, also again after an interruption. */
  onReady: () => void;
  onTrouble: (reason: string) => void;
}

const RECONNECT_MS = 1_000;
const KEEP_ALIVE_S = 60;
/** While so many messages are unacknowledged, further ones are not taken: the next reading makes up for them. */
const MAX_WAITING = 4;

/** The connection of one meter, as the meter itself would keep it: its own client id, QoS 1, its own command topic. */
export class MeterClient {
  private readonly client: MqttClient;
  private waiting = 0;
  private ready = false;

  constructor(private readonly options: MeterClientOptions) {
    const { url, meterId, username, password } = options;
    this.client = connect(url, {
      clientId: meterId,
      ...(username === '' ? {} : { username, password }),
      keepalive: KEEP_ALIVE_S,
      reconnectPeriod: RECONNECT_MS,
      resubscribe: false,
    });
    this.client.on('connect', () => this.listen());
    this.client.on('close', () => (this.ready = false));
    this.client.on('error', (error) => options.onTrouble(error.message));
    this.client.on('message', (_topic, payload) => options.onCommand(payload.toString()));
  }

  get isReady(): boolean {
    return this.ready;
  }

  /** Returns false when too much is unacknowledged. mqtt.js keeps what is taken and repeats it until acknowledged. */
  publish(topic: string, payload: string, onAcknowledged: () => void): boolean {
    if (this.waiting >= MAX_WAITING) return false;
    this.waiting += 1;
    this.client.publish(topic, payload, { qos: 1 }, (error) => {
      this.waiting -= 1;
      if (!error) onAcknowledged();
    });
    return true;
  }

  close(): Promise<void> {
    return this.client.endAsync(true);
  }

  private listen(): void {
    const { meterId, onReady, onTrouble } = this.options;
    this.client.subscribe(commandTopic(meterId), { qos: 1 }, (error) => {
      if (error) {
        onTrouble(error.message);
        return;
      }
      this.ready = true;
      onReady();
    });
  }
}
