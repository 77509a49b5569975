/** A way to one or more neighbours that carries bytes and nothing else. It tries again by itself when it is lost. */
export interface NeighbourLink {
  /** How people call it: the port's path, the far address. */
  readonly name: string;
  readonly medium: LinkMedium;
  /** So many neighbours can be at its other end; without it as many as a hello can name. */
  readonly mostNeighbours?: number;
  /** Whether there is a neighbour on it now. */
  onNeighbours?(areThere: boolean): void;
  /** Takes whole cells over at once; while the link is down they are lost. */
  send(bytes: Uint8Array): void;
  onBytes(hear: (bytes: Uint8Array) => void): void;
  /** Tells the state as it is now, and each change. A reason says why it is down. */
  onState(hear: (isUp: boolean, reason: string | null) => void): void;
  close(): Promise<void>;
}

/** What kind of wire it is, in numbers. */
export interface LinkMedium {
  readonly bytesPerSecond: number;
  /** Nothing overtakes or doubles anything on the way: what comes a second time was sent a second time. */
  readonly isOrdered: boolean;
  /** One at a time may speak, and everybody hears it: RS-485. */
  readonly isShared: boolean;
  /** From the last byte of one to the first byte of another, what their drivers and adapters need included. */
  readonly turnaroundMs: number;
  /** The most bytes of a frame in one cell. */
  readonly fragmentBytes: number;
  /** The most cells of which the far side has not yet said that it has them. */
  readonly windowFragments: number;
  /** How long one may speak on a shared wire before the others get their chance. */
  readonly burstMs: number;
  /** What a cell is under way besides its bytes. */
  readonly latencyMs: number;
  readonly helloMs: number;
}

const BITS_PER_BYTE = 10;
const MS_PER_SECOND = 1000;
/** A damaged bit costs this much time to send again. */
const FRAGMENT_MS = 400;
const SMALLEST_FRAGMENT = 64;
const LARGEST_SERIAL_FRAGMENT = 1_024;
const BURST_MS = 1_500;
const SLOWEST_BAUD = 1_200;
/** USB adapters hand over what they have heard every few milliseconds only. */
const USUAL_TURNAROUND_MS = 10;
const SHARED_HELLO_MS = 15_000;
const HELLO_MS = 10_000;
/** The acknowledgement tells of 32 cells after the first that is missing. */
export const LARGEST_WINDOW = 32;

export interface SerialWiring {
  readonly baudRate: number;
  readonly isShared: boolean;
  readonly turnaroundMs?: number;
}

export function serialMedium({ baudRate, isShared, turnaroundMs }: SerialWiring): LinkMedium {
  if (!(baudRate >= SLOWEST_BAUD)) throw new RangeError(`a rate of at least ${SLOWEST_BAUD} baud is needed`);
  const bytesPerSecond = baudRate / BITS_PER_BYTE;
  const fragmentBytes = Math.round((bytesPerSecond * FRAGMENT_MS) / MS_PER_SECOND);
  return {
    bytesPerSecond,
    isOrdered: true,
    isShared,
    turnaroundMs: turnaroundMs ?? USUAL_TURNAROUND_MS,
    fragmentBytes: Math.min(LARGEST_SERIAL_FRAGMENT, Math.max(SMALLEST_FRAGMENT, fragmentBytes)),
    windowFragments: 16,
    burstMs: BURST_MS,
    latencyMs: 2 * (turnaroundMs ?? USUAL_TURNAROUND_MS),
    helloMs: isShared ? SHARED_HELLO_MS : HELLO_MS,
  };
}

/** A connection through a network, such as TCP or a broker. */
export const NETWORK_MEDIUM: LinkMedium = {
  bytesPerSecond: 1_000_000,
  isOrdered: false,
  isShared: false,
  turnaroundMs: 0,
  fragmentBytes: 4_096,
  windowFragments: LARGEST_WINDOW,
  burstMs: BURST_MS,
  latencyMs: 250,
  helloMs: 5_000,
};

export const airMs = (medium: LinkMedium, bytes: number): number =>
  (bytes * MS_PER_SECOND) / medium.bytesPerSecond;
