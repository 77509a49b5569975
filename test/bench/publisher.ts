import type { Measure } from './alternate';
import { type HelperProcess, startHelper } from './helper-process';
import { LAST_ACKS_WITHIN_MS } from './loads';

/** How messages come in. */
export interface Load {
  connections: number;
  /** Messages of one connection that wait for their acknowledgement at the same time. */
  inFlight: number;
  /** One reading travels as itself, more as an array. */
  readingsPerMessage: number;
  /** How many meters report; as many as usual unless told. */
  meters?: number;
}

export const showLoad = ({ connections, inFlight }: Load): string =>
  `${connections.toLocaleString('en-US')} connections × ${inFlight}`;

export interface Sent {
  /** Messages per second that were acknowledged while sending. */
  perSecond: number;
  /** All of them, with those that were still on their way at the end. */
  acknowledged: number;
}

/** Loads one broker from a process of its own, and remembers every reading that the broker has acknowledged. */
export class Publisher {
  acknowledgedReadings = 0;
  private readonly process: HelperProcess;
  private load: Load | null = null;

  constructor(
    broker: string,
    private readonly port: number,
  ) {
    this.process = startHelper(`the publisher for ${broker}`, require.resolve('./publisher-process.ts'));
  }

  async open(load: Load): Promise<void> {
    await this.process.ask('open', { ...load, port: this.port });
    this.load = load;
  }

  /** Acknowledged readings per second. */
  readonly measure: Measure = async (ms) => {
    if (!this.load) throw new Error('the publisher has no connections');
    const { inFlight, readingsPerMessage } = this.load;
    const sent = (await this.process.ask('publish', { ms, inFlight }, ms + LAST_ACKS_WITHIN_MS)) as Sent;
    this.acknowledgedReadings += sent.acknowledged * readingsPerMessage;
    return sent.perSecond * readingsPerMessage;
  };

  stop(): Promise<void> {
    return this.process.stop();
  }
}
