import type { LinkMedium, NeighbourLink } from '../../../nodes/lib/neighbour/link';
import { airMs } from '../../../nodes/lib/neighbour/link';
import type { SimulatedTime } from './simulated-time';

/** What goes wrong on a wire; each a share of the pieces that are sent. */
export interface Trouble {
  loss: number;
  duplication: number;
  reordering: number;
  corruption: number;
}

export const NO_TROUBLE: Trouble = { loss: 0, duplication: 0, reordering: 0, corruption: 0 };
const LATE_MS = 3_000;

/** One end of a simulated wire. */
export class SimulatedEnd implements NeighbourLink {
  hearBytes: (bytes: Uint8Array) => void = () => undefined;
  private hearState: (isUp: boolean, reason: string | null) => void = () => undefined;
  isUp = true;

  constructor(
    readonly name: string,
    readonly medium: LinkMedium,
    private readonly transmit: (bytes: Uint8Array, end: SimulatedEnd) => void,
  ) {}

  send(bytes: Uint8Array): void {
    if (this.isUp) this.transmit(bytes, this);
  }

  onBytes(hear: (bytes: Uint8Array) => void): void {
    this.hearBytes = hear;
  }

  onState(hear: (isUp: boolean, reason: string | null) => void): void {
    this.hearState = hear;
    hear(this.isUp, null);
  }

  setUp(isUp: boolean): void {
    this.isUp = isUp;
    this.hearState(isUp, isUp ? null : 'pulled');
  }

  close(): Promise<void> {
    this.isUp = false;
    this.hearBytes = () => undefined;
    this.hearState = () => undefined;
    return Promise.resolve();
  }
}

/** Joins any number of ends in both directions; whatever one sends, the others get, with the wire's troubles. */
export class SimulatedLine {
  readonly ends: SimulatedEnd[] = [];
  isCut = false;
  /** Everything that anybody could read on it. */
  onTraffic: (bytes: Uint8Array) => void = () => undefined;
  sentBytes = 0;

  constructor(
    private readonly time: SimulatedTime,
    private readonly random: () => number,
    readonly medium: LinkMedium,
    public trouble: Trouble = NO_TROUBLE,
  ) {}

  join(name: string): SimulatedEnd {
    const end = new SimulatedEnd(name, this.medium, (bytes, from) => this.transmit(bytes, from));
    this.ends.push(end);
    return end;
  }

  leave(end: SimulatedEnd): void {
    this.ends.splice(this.ends.indexOf(end), 1);
  }

  private transmit(sent: Uint8Array, from: SimulatedEnd): void {
    // A copy: the sender may use its buffer again.
    const bytes = Uint8Array.from(sent);
    this.sentBytes += bytes.length;
    this.onTraffic(bytes);
    if (this.isCut) return;
    const delayMs = airMs(this.medium, bytes.length) + this.medium.turnaroundMs;
    for (const end of this.ends) {
      if (end === from || this.random() < this.trouble.loss) continue;
      const copies = this.random() < this.trouble.duplication ? 2 : 1;
      for (let copy = 0; copy < copies; copy += 1) this.deliver(bytes, end, delayMs);
    }
  }

  private deliver(bytes: Uint8Array, end: SimulatedEnd, delayMs: number): void {
    const lateMs = this.random() < this.trouble.reordering ? LATE_MS * this.random() : 0;
    const heard = Uint8Array.from(bytes);
    if (this.random() < this.trouble.corruption) {
      const at = Math.floor(this.random() * heard.length);
      heard[at] = heard[at]! ^ (1 << Math.floor(this.random() * 8));
    }
    this.time.after(delayMs + lateMs, () => {
      if (end.isUp && !this.isCut) end.hearBytes(heard);
    });
  }
}

interface Speech {
  readonly from: SimulatedEnd;
  readonly endMs: number;
  isGarbled: boolean;
}

/** RS-485: exact byte times; who speaks hears nothing, and two who speak at once garble each other. */
export class SimulatedBus {
  readonly ends: SimulatedEnd[] = [];
  private readonly speeches = new Set<Speech>();
  collisions = 0;
  speakingMs = 0;
  /** The chance that a byte is damaged. */
  noise = 0;

  constructor(
    private readonly time: SimulatedTime,
    private readonly random: () => number,
    readonly medium: LinkMedium,
    private readonly chunkBytes = 16,
  ) {}

  join(name: string): SimulatedEnd {
    const end = new SimulatedEnd(name, this.medium, (bytes, from) => this.speak(bytes, from));
    this.ends.push(end);
    return end;
  }

  private speak(sent: Uint8Array, from: SimulatedEnd): void {
    const bytes = Uint8Array.from(sent);
    const durationMs = airMs(this.medium, bytes.length);
    const speech: Speech = { from, endMs: this.time.nowMs() + durationMs, isGarbled: false };
    this.speakingMs += durationMs;
    for (const other of this.speeches) {
      if (!other.isGarbled || !speech.isGarbled) this.collisions += 1;
      other.isGarbled = true;
      speech.isGarbled = true;
    }
    this.speeches.add(speech);
    for (let start = 0; start < bytes.length; start += this.chunkBytes) {
      const chunk = bytes.subarray(start, start + this.chunkBytes);
      const heardAfterMs = airMs(this.medium, start + chunk.length);
      this.time.after(heardAfterMs, () => this.spread(chunk, speech));
    }
    this.time.after(durationMs, () => this.speeches.delete(speech));
  }

  private spread(chunk: Uint8Array, speech: Speech): void {
    for (const end of this.ends) {
      const isSpeaking = [...this.speeches].some(({ from }) => from === end);
      if (!end.isUp || end === speech.from || isSpeaking) continue;
      const isDamaged = (): boolean => speech.isGarbled || (this.noise > 0 && this.random() < this.noise);
      end.hearBytes(chunk.map((byte) => (isDamaged() ? byte ^ (1 + Math.floor(this.random() * 255)) : byte)));
    }
  }
}
