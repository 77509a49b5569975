import type { Neighbour } from './neighbour';

/** What a link has to say, in the order in which it should be said. */
export interface CellSource {
  readonly neighbours: number;
  readonly hasWork: boolean;
  /** The acknowledgement that somebody waits for. */
  takeAnswer(): Uint8Array | null;
  takeHello(): Uint8Array | null;
  /** Asks the neighbour whose fragments are next, or any that hears us, for an acknowledgement, to see that the wire is ours. */
  takeRequest(): Burst | null;
  /** Fragments for one neighbour, this one if one is named, together about that many bytes and at least one. */
  takeBurst(mostBytes: number, only?: Neighbour): Burst | null;
  /** The answer to a burst stayed out. */
  onSilence(neighbour: Neighbour): void;
  write(bytes: Uint8Array): void;
}

export interface Burst {
  readonly neighbour: Neighbour;
  readonly bytes: Uint8Array;
}

/** Decides when the cells of a link go out. */
export interface Transmitter {
  /** There may be something new to say. */
  wake(): void;
  /** Bytes of somebody else are on the wire. */
  heard(): void;
  /** A neighbour asks for an acknowledgement. */
  answerSoon(neighbour: Neighbour, isRequest: boolean): void;
  /** A neighbour has acknowledged something. */
  answered(neighbour: Neighbour): void;
  forget(neighbour: Neighbour): void;
  close(): void;
}
