/** Called once per message: without an error the sender is told that its message is taken, with one that it is not. */
export type Answer = (error: Error | null) => void;

/** `answer` is null when the transport has acknowledged already and nobody waits. */
export type MeterMessageHandler = (topic: string, payload: Buffer, answer: Answer | null) => void;

export type LinkState =
  { kind: 'connecting' } | { kind: 'up'; devices: number } | { kind: 'down'; reason: string };

/** The way to and from meters, whoever runs the broker. */
export interface MeterLink {
  /** Where a client on this machine reaches the broker. */
  readonly url: string;
  readonly state: LinkState;
  /** Whether every sender can only write below its own name, so that a topic says who speaks. */
  readonly bindsTopics: boolean;
  /** Hears every message on topics that match the filter. Returns the way to stop hearing. */
  listen(filter: string, handler: MeterMessageHandler): () => void;
  /** Sends a message to a meter; resolves when the broker has it. */
  publish(topic: string, payload: string): Promise<void>;
  /** Hears changes of `state`. Returns the way to stop hearing. */
  onState(hear: (state: LinkState) => void): () => void;
  close(): Promise<void>;
}
