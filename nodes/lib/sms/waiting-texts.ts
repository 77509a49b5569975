import { ExpiryHeap } from './expiry-heap';
import { WaitingLane, type Standing } from './waiting-lane';

/** How much a text matters, from the most to the least. */
export const PRIORITIES = ['urgent', 'normal', 'low'] as const;
export type Priority = (typeof PRIORITIES)[number];

export interface WaitingText {
  readonly messageId: string;
  readonly priority: Priority;
  readonly parts: number;
  readonly queuedAtMs: number;
  /** Not worth sending later than this; null: always. */
  readonly expiresAtMs: number | null;
}

/**
 * Texts in the order in which they are to be sent. Nothing here looks at all of them: those of one priority and one
 * number of parts stand in a lane, and a text has at most 255 parts.
 */
export class WaitingTexts {
  /** Messages that all of them need together. */
  parts = 0;
  private readonly standings = new Map<string, { lane: WaitingLane; standing: Standing }>();
  private readonly lanes = new Map<Priority, Map<number, WaitingLane>>();
  private readonly expiring = new ExpiryHeap<WaitingText>((text) => this.get(text.messageId) === text);
  private firstPlace = 0;
  private lastPlace = 0;

  get size(): number {
    return this.standings.size;
  }

  get(messageId: string): WaitingText | null {
    return this.standings.get(messageId)?.standing.text ?? null;
  }

  /** Behind its equals. */
  append(text: WaitingText): void {
    const lane = this.laneFor(text);
    this.lastPlace += 1;
    this.enter(text, lane, lane.append(text, this.lastPlace));
  }

  /** In front of its equals. */
  prepend(text: WaitingText): void {
    const lane = this.laneFor(text);
    this.firstPlace -= 1;
    this.enter(text, lane, lane.prepend(text, this.firstPlace));
  }

  remove(messageId: string): WaitingText | null {
    const found = this.standings.get(messageId);
    if (!found) return null;
    const { lane, standing } = found;
    const { text } = standing;
    lane.remove(standing);
    if (!lane.first) this.lanes.get(text.priority)?.delete(text.parts);
    this.standings.delete(messageId);
    this.parts -= text.parts;
    return text;
  }

  /** The most important one that came first, of those that the room for its priority lets through. */
  first(roomFor: (priority: Priority) => number): WaitingText | null {
    for (const priority of PRIORITIES) {
      const room = roomFor(priority);
      let best: Standing | null = null;
      for (const [parts, { first }] of this.lanes.get(priority) ?? [])
        if (first && parts <= room && (!best || first.place < best.place)) best = first;
      if (best) return best.text;
    }
    return null;
  }

  /** The one that has to go when a more important one needs its place: the latest of the least important. */
  leastImportant(): WaitingText | null {
    for (const priority of [...PRIORITIES].reverse()) {
      let worst: Standing | null = null;
      for (const { last } of this.lanes.get(priority)?.values() ?? [])
        if (last && (!worst || last.place > worst.place)) worst = last;
      if (worst) return worst.text;
    }
    return null;
  }

  /** Takes out what is not worth sending any more. */
  takeExpired(nowMs: number): WaitingText[] {
    const expired: WaitingText[] = [];
    for (let text = this.expiring.takeDue(nowMs); text; text = this.expiring.takeDue(nowMs)) {
      this.remove(text.messageId);
      expired.push(text);
    }
    return expired;
  }

  private enter(text: WaitingText, lane: WaitingLane, standing: Standing): void {
    this.standings.set(text.messageId, { lane, standing });
    this.parts += text.parts;
    this.expiring.add(text, this.standings.size);
  }

  private laneFor({ messageId, priority, parts }: WaitingText): WaitingLane {
    this.remove(messageId);
    const lanes = this.lanes.get(priority) ?? new Map<number, WaitingLane>();
    this.lanes.set(priority, lanes);
    const lane = lanes.get(parts) ?? new WaitingLane();
    lanes.set(parts, lane);
    return lane;
  }
}
