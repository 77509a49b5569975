import { readBody, requireFitting, writeBody, type Body, type SpanText } from './body';
import type { Arrival, BypassStore, NewItem, StoredArrival } from './bypass-store';
import { displayText, type DisplayText } from './display-text';
import { MAX_FRAME_BYTES, isGatewayId, readHeader } from './frame';
import { ReceivingHalf } from './receiving-half';
import { RoomPolicy, type Discarded, type RoomLimits } from './room-policy';
import { MAX_FRAMES_PER_EPOCH, type FrameSealer, type Opened, type Sealing } from './sealing';
import { SendingHalf } from './sending-half';
import { WayChoice, type WayMode } from './way-choice';
import type { Way, WayLimits } from './way-health';

/** The times that an engine goes by: one that only runs forward, and the one on the wall, which jumps. */
export interface BypassClock {
  monotonicMs(): number;
  wallMs(): number;
}

export type GatewayEvent =
  | { kind: 'way'; way: Way; isUp: boolean }
  | ({ kind: 'discarded' } & Discarded)
  | { kind: 'arrived'; arrivals: StoredArrival[] }
  | { kind: 'refused'; reason: string }
  | { kind: 'enrolled' }
  | { kind: 'storage rolled back' };

export interface GatewayOptions {
  gatewayId: string;
  store: BypassStore;
  sealing: Sealing;
  clock: BypassClock;
  random: () => number;
  /** In the order in which they are wanted. */
  ways: readonly Way[];
  mode: WayMode;
  limits: Readonly<Record<Way, WayLimits>>;
  room: RoomLimits;
  heartbeatMs: number;
  /** Whether a key of the head-end is known. Until then everything is kept and nothing sent. */
  isIntroduced: () => boolean;
  /** Proof of a one-time code, while the head-end does not know this gateway. */
  proof: string | null;
  send: (way: Way, frame: Uint8Array) => void;
  hear: (event: GatewayEvent) => void;
  /** The head-end has heard these frames, by the names that `frameName` gives them. */
  hearFrames?: (names: string[]) => void;
}

/** What a frame is known by to whoever carries it. */
export function frameName(frame: Uint8Array): string {
  const header = readHeader(frame)?.header;
  return header ? nameOf(header.epoch, header.seq) : '';
}

const nameOf = (epoch: number, seq: number): string => `${epoch} ${seq}`;

/** The head-end has no name: a gateway has one. */
const HEAD_END = '';
/** What a neighbour sent through us counts as carrying for this long. */
const CARRYING_MS = 60_000;
const MOST_CARRIED = 256;
/** An installer stands by and waits; later nobody does. */
const FIRST_ENROL_WAIT_MS = 1_000;
const LONGEST_ENROL_WAIT_MS = 30_000;
const OLD_CHECK_MS = 60_000;
const MOST_SENT_AT_ONCE = 32;
/** Readings shrink to less than a fifth when they are packed. */
const TEXT_PER_FRAME_BYTE = 4;
const SMALLEST_TEXT = 512;
const PENDING_MS = 60_000;
/** A network doubles frames, but not so many in a row with nothing new between them. */
const OLD_TO_SAY = 3;
const MOST_ARRIVALS_AT_START = 1_000;

/** The way up: keeps what a gateway has to say until the head-end has it, and gets it there by whichever way works. */
export class GatewaySide {
  readonly ways: WayChoice;
  discarded = 0;
  private readonly sending: SendingHalf;
  private readonly receiving: ReceivingHalf;
  private readonly room: RoomPolicy;
  private sealer: FrameSealer | null = null;
  private owesAnswer = false;
  private proof: string | null;
  private enrolWaitMs = FIRST_ENROL_WAIT_MS;
  private lastSentMs = -Infinity;
  private lastOldCheckMs = -Infinity;
  /** Frames of the head-end that had been here, or looked as if, since the last new one. */
  private oldInARow = 0;
  private readonly carried = new Map<string, number>();
  /** What came down and is not written yet. */
  private arrivals: Arrival[] = [];

  constructor(private readonly options: GatewayOptions) {
    const { store, ways, mode, random, proof } = options;
    this.proof = proof;
    this.ways = new WayChoice(ways, mode, random, options.limits);
    this.sending = new SendingHalf(store, HEAD_END, true);
    this.receiving = new ReceivingHalf(store.incoming(HEAD_END));
    this.room = new RoomPolicy(store, options.room);
  }

  /** Hands on what a stop kept from being handed on. */
  start(): void {
    this.handOver(this.options.store.leftArrivals(MOST_ARRIVALS_AT_START));
  }

  /** Keeps items; when this returns they are durable. Throws for what no frame can hold, so that nothing stands in the way. */
  put(items: readonly NewItem[]): void {
    requireFitting(items);
    this.options.store.put(HEAD_END, items);
    for (const discarded of this.room.makeRoom()) this.tellDiscarded(discarded);
  }

  /** A frame that came down, or from a neighbour. Returns whose it is, so that what is not ours can be handed on unread. */
  receive(frame: Uint8Array): { gatewayId: string; isUp: boolean } | null {
    const read = readHeader(frame);
    if (!read) return null;
    const { gatewayId, kind } = read.header;
    if (kind !== 'down' || gatewayId !== this.options.gatewayId) return { gatewayId, isUp: kind !== 'down' };
    const opened = this.options.sealing.open(frame);
    if ('fault' in opened) this.options.hear({ kind: 'refused', reason: opened.fault });
    else this.take(opened);
    return { gatewayId, isUp: false };
  }

  /** Somebody has entered a one-time code. */
  enrol(proof: string): void {
    this.proof = proof;
    this.lastSentMs = -Infinity;
    this.enrolWaitMs = FIRST_ENROL_WAIT_MS;
  }

  /** Whether the head-end knows this gateway. */
  get isEnrolled(): boolean {
    return this.proof === null;
  }

  /** A neighbour's frame has gone up through us. */
  hasCarried(gatewayId: string): void {
    if (!isGatewayId(gatewayId) || gatewayId === this.options.gatewayId) return;
    this.carried.delete(gatewayId);
    this.carried.set(gatewayId, this.options.clock.monotonicMs());
    const [oldest] = this.carried.keys();
    // Anybody can think of names.
    if (this.carried.size > MOST_CARRIED && oldest !== undefined) this.carried.delete(oldest);
  }

  /** Does everything that is due. Called often; costs little when there is nothing to do. */
  tick(): void {
    // A full disk must not keep anything from being sent, which is what makes room.
    this.sendAll();
    this.flush();
  }

  private sendAll(): void {
    const { clock, hear } = this.options;
    const nowMs = clock.monotonicMs();
    if (!this.options.isIntroduced()) return;
    if (this.proof !== null) {
      this.askToEnrol(this.proof, nowMs);
      return;
    }
    for (const { way, isUp } of this.ways.judge(nowMs)) {
      this.sending.hurry();
      hear({ kind: 'way', way, isUp });
    }
    for (const way of this.ways.toProbe(nowMs)) this.sendFrame(way, null, true, nowMs);
    this.sendDue(nowMs);
    const way = this.ways.current;
    const quietMs =
      way && this.sending.isAsking ? this.options.limits[way].retryMs : this.options.heartbeatMs;
    const isQuiet = nowMs - this.lastSentMs >= quietMs;
    if (way && (this.owesAnswer || isQuiet)) this.sendFrame(way, null, isQuiet, nowMs);
    if (nowMs - this.lastOldCheckMs < OLD_CHECK_MS) return;
    this.lastOldCheckMs = nowMs;
    for (const discarded of this.room.dropOld()) this.tellDiscarded(discarded);
  }

  /** What the person in front of the meter reads. */
  display(): DisplayText {
    const sinceMs = this.options.clock.monotonicMs() - CARRYING_MS;
    const carriedFor = [...this.carried.values()].filter((atMs) => atMs >= sinceMs).length;
    return displayText({
      isOwnBroken: this.ways.isOwnBroken,
      way: this.ways.current,
      carriedFor,
      waiting: this.waiting,
    });
  }

  get waiting(): number {
    return [0, 1, 2].reduce((sum, lane) => sum + this.options.store.use(lane as 0 | 1 | 2).items, 0);
  }

  get usedBytes(): number {
    return this.room.usedBytes;
  }

  /** A frame for a sealed file: sealed for the head-end like any other, but good at any later time. */
  carriedFrames(mostFrames: number): Uint8Array[] {
    const { store, sealing, gatewayId } = this.options;
    const sealer = sealing.sealerTo(HEAD_END, 'carried', gatewayId, store.nextEpoch());
    const frames: Uint8Array[] = [];
    for (const lane of [0, 1, 2] as const) {
      let cursor = 0;
      while (frames.length < mostFrames) {
        const items = store.after(HEAD_END, lane, cursor, 500, SMALLEST_TEXT * 256);
        const last = items.at(-1);
        if (!last) break;
        const span = { lane, from: cursor + 1, to: last.seq, items };
        this.sending.tell(lane, last.seq);
        frames.push(sealer.seal(this.bodyText({}, span)));
        cursor = last.seq;
      }
    }
    return frames;
  }

  /** After a change of keys the next frame is sealed with the new ones. */
  newEpoch(): void {
    this.sealer = null;
  }

  private take({ header, body: text }: Opened): void {
    const { clock, hear } = this.options;
    const nowMs = clock.monotonicMs();
    const body = readBody(text);
    if (!body) {
      hear({ kind: 'refused', reason: 'form' });
      return;
    }
    const { verdict, stretch } = this.receiving.take(header, body, nowMs, PENDING_MS);
    if (verdict === 'refused') hear({ kind: 'refused', reason: 'replayed' });
    this.oldInARow = verdict === 'fresh' ? 0 : this.oldInARow + 1;
    if (verdict !== 'fresh') return;
    if (this.proof !== null) {
      this.proof = null;
      this.lastSentMs = -Infinity;
      hear({ kind: 'enrolled' });
    }
    this.takeNews(body, nowMs);
    if (!body.span) return;
    this.owesAnswer = true;
    if (!stretch) return;
    const { lane, items } = stretch;
    this.receiving.confirm(stretch);
    for (const item of items) this.arrivals.push({ peer: HEAD_END, lane, item, text: JSON.stringify(item) });
    this.flush();
  }

  /** What throws here leaves everything as it was: nothing is acknowledged, and the next turn tries again. */
  private flush(): void {
    const { arrivals } = this;
    if (arrivals.length === 0) return;
    const boxes = this.receiving.dirtyBoxes().map((box) => ({ peer: HEAD_END, box }));
    const stored = this.options.store.commit({ boxes, arrivals });
    this.receiving.written();
    this.arrivals = [];
    this.handOver(stored);
  }

  /** Hands on what is durable here, and remembers that it was handed on. */
  private handOver(arrivals: StoredArrival[]): void {
    if (arrivals.length === 0) return;
    this.options.hear({ kind: 'arrived', arrivals });
    this.options.store.handed(arrivals.map(({ number }) => number));
  }

  private takeNews({ heard, done }: Body, nowMs: number): void {
    const { hear, store } = this.options;
    if (heard && heard.epoch === this.sealer?.epoch) {
      this.options.hearFrames?.(heard.seqs.map((seq) => nameOf(heard.epoch, seq)));
      for (const change of this.ways.heard(heard.seqs, nowMs)) hear({ kind: 'way', ...change });
    }
    if (!done) return;
    if (this.sending.acknowledge(done) !== 'ahead') return;
    // An older copy of our storage has been put back: its numbers have been used before, so it gets a new name.
    store.renewBox();
    this.sending.restart();
    hear({ kind: 'storage rolled back' });
  }

  /** Nobody knows us yet, so nothing tells which way works: all are tried. */
  private askToEnrol(proof: string, nowMs: number): void {
    if (nowMs - this.lastSentMs < this.enrolWaitMs) return;
    if (this.lastSentMs > -Infinity)
      this.enrolWaitMs = Math.min(LONGEST_ENROL_WAIT_MS, this.jittered(2 * this.enrolWaitMs));
    this.lastSentMs = nowMs;
    const { store, sealing, gatewayId, clock, ways, send } = this.options;
    const sealer = sealing.sealerTo(HEAD_END, 'enrol', gatewayId, store.nextEpoch());
    const frame = sealer.seal(
      writeBody({ box: store.box, sentMs: clock.wallMs(), low: this.sending.low(), proof }, null),
    );
    for (const way of ways) send(way, frame);
  }

  private sendDue(nowMs: number): void {
    for (let sent = 0; sent < MOST_SENT_AT_ONCE; sent += 1) {
      const way = this.ways.current;
      if (!way || !this.ways.isFree(way, nowMs)) return;
      if (!this.sendNext(way, nowMs)) return;
    }
  }

  private sendNext(way: Way, nowMs: number): boolean {
    const { frameBytes, retryMs } = this.options.limits[way];
    let mostText = frameBytes * TEXT_PER_FRAME_BYTE;
    const next = this.sending.next(nowMs, mostText);
    if (!next) return false;
    let { span } = next;
    for (;;) {
      const frame = this.sealed({ way }, span);
      const fits = frame.length <= Math.min(frameBytes, MAX_FRAME_BYTES);
      if (fits || span.items.length <= 1 || mostText <= SMALLEST_TEXT) {
        this.sending.sent(span, next.tries, nowMs, this.jittered(retryMs));
        this.transmit(way, frame, nowMs);
        return true;
      }
      mostText /= 2;
      span = this.halved(span, nowMs);
    }
  }

  /** The second half is due at once; it is cut again if it has to be. */
  private halved(span: SpanText, nowMs: number): SpanText {
    const half = span.items.slice(0, Math.ceil(span.items.length / 2));
    const to = half.at(-1)?.seq ?? span.to;
    this.sending.sent({ ...span, from: to + 1, items: [] }, 1, nowMs, 0);
    return { ...span, to, items: half };
  }

  private sendFrame(way: Way, span: SpanText | null, isProbe: boolean, nowMs: number): void {
    this.transmit(way, this.sealed({ way, isProbe }, span), nowMs);
  }

  private transmit(way: Way, frame: Uint8Array, nowMs: number): void {
    const seq = (this.sealer?.nextSeq ?? 1) - 1;
    this.ways.sent(way, seq, frame.length, nowMs);
    this.lastSentMs = nowMs;
    this.owesAnswer = false;
    this.options.send(way, frame);
  }

  private sealed(said: Partial<Body>, span: SpanText | null): Uint8Array {
    const { store, sealing, gatewayId } = this.options;
    if (!this.sealer || this.sealer.nextSeq >= MAX_FRAMES_PER_EPOCH) {
      this.sealer = sealing.sealerTo(HEAD_END, 'up', gatewayId, store.nextEpoch());
      this.ways.forgetFrames();
    }
    return this.sealer.seal(this.bodyText(said, span));
  }

  private bodyText(said: Partial<Body>, span: SpanText | null): string {
    const { store, clock } = this.options;
    const fixed = { box: store.box, sentMs: clock.wallMs(), low: this.sending.low() };
    // What came down and is not written yet is not acknowledged.
    const done = this.arrivals.length > 0 ? null : this.receiving.done();
    const top = this.oldInARow >= OLD_TO_SAY ? this.receiving.topEpoch : null;
    return writeBody({ ...fixed, ...said, done, top }, span);
  }

  private jittered(ms: number): number {
    return ms * (0.9 + this.options.random() / 5);
  }

  private tellDiscarded(discarded: Discarded): void {
    this.discarded += discarded.items;
    this.options.hear({ kind: 'discarded', ...discarded });
  }
}
