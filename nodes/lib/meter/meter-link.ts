/** Called once per message: without an error the sender is told that its message is taken, with one that it is not. */
export type Answer = (error: Error | null) => void;

/** `answer` is null when the transport has acknowledged already and nobody waits. */
export type MeterMessageHandler = (topic: string, payload: Buffer, answer: Answer | null) => void;

export type LinkState =
  { kind: 'connecting' } | { kind: 'up'; devices: number } | { kind: 'down'; reason: string };

/** The message that a device leaves with its broker, for when it vanishes. */
export interface LastWill {
  topic: string;
  payload: Buffer;
}

/**
 * What happens to a device's connection. `left`: it said goodbye; `outage`: it vanished without a word, perhaps with its
 * supply; `cut`: the broker ended it, because it broke a rule or its password was taken back.
 */
export interface DeviceEvent {
  kind: 'online' | 'left' | 'outage' | 'cut';
  device: string;
  /** The last will that has become public, if the device had left one. */
  will: LastWill | null;
}

/** The way to and from meters, whoever runs the broker. */
export interface MeterLink {
  /** Where a client on this machine reaches the broker. */
  readonly url: string;
  readonly state: LinkState;
  /** Whether every sender can only write below its own name, so that a topic says who speaks. */
  readonly bindsTopics: boolean;
  /** Whether a device carries the readings of others, as a gateway does. */
  speaksForOthers(device: string): boolean;
  /** Whether everything that is heard came from devices, so that every topic may be listened to. */
  readonly hearsDevicesOnly: boolean;
  /** Hears every message on topics that match the filter. Returns the way to stop hearing. */
  listen(filter: string, handler: MeterMessageHandler): () => void;
  /** Sends a message to a meter; resolves when the broker has it. */
  publish(topic: string, payload: string): Promise<void>;
  /** Hears changes of `state`. Returns the way to stop hearing. */
  onState(hear: (state: LinkState) => void): () => void;
  /**
   * Hears of devices that come and go. Somebody else's broker tells nothing of them; there a last will is a message like
   * any other. Returns the way to stop hearing.
   */
  onDevice(hear: (event: DeviceEvent) => void): () => void;
  close(): Promise<void>;
}
