import type { Origin } from '../meter/prepaid-message';
import { ArrivalWays, type Passage } from './arrival-ways';
import { readBody, requireFitting, writeBody, type Body, type Item, type SpanText } from './body';
import type { Arrival, BypassStore, NewItem, StoredArrival } from './bypass-store';
import { MAX_FRAME_BYTES, type FrameHeader } from './frame';
import type { BypassClock } from './gateway-side';
import { READING } from './lane';
import { isOwnReading, openedMessages, type OpenedMessage } from './opened-messages';
import { ReceivingHalf, type OddFrame, type Stretch } from './receiving-half';
import { MAX_FRAMES_PER_EPOCH, type FrameSealer, type OpenFault, type Opened, type Sealing } from './sealing';
import { SendingHalf } from './sending-half';

export type HeadEndEvent =
  /** A frame that was not opened. Whoever is named in it need not have sent it. */
  | { kind: 'refused'; fault: OpenFault | 'body'; gatewayId: string | null; via: string }
  /** Sealed with the gateway's own key, and yet impossible. */
  | { kind: 'odd'; odd: OddFrame; gatewayId: string; via: string }
  /** Somebody new, who knows a one-time code or only says so. */
  | { kind: 'enrol'; gatewayId: string; publicKey: Uint8Array; proof: string; knownKey: string; via: string };

export interface HeadEndOptions {
  store: BypassStore;
  sealing: Sealing;
  clock: BypassClock;
  /** Readings count when they come back confirmed, or as soon as they are stored here. */
  acknowledge: 'commit' | 'arrival';
  send: (via: string, gatewayId: string, frame: Uint8Array) => void;
  /** Readings, which have to be confirmed by their origin. */
  deliver: (gatewayId: string, via: string, messages: OpenedMessage[]) => void;
  /** What is durable here: everything but readings, and readings too with acknowledgement on arrival. */
  arrived: (arrivals: StoredArrival[]) => void;
  hear: (event: HeadEndEvent) => void;
}

/** A gateway as the dashboard shows it. */
export interface GatewayFacts {
  gatewayId: string;
  /** Its own name when it came by its own way, else the neighbour that carried it. */
  via: string;
  seenMsAgo: number;
  readings: number;
  meterIds: string[];
}

interface Peer {
  gatewayId: string;
  receiving: ReceivingHalf;
  sending: SendingHalf;
  sealer: FrameSealer | null;
  /** The mark of the key of ours that it sealed for last: it knows no newer one. */
  knownKey: string;
  /** It has heard us in an epoch before this one. */
  leastEpoch: number;
  via: string;
  seenMs: number;
  heard: { epoch: number; seqs: number[] };
  owesAnswer: boolean;
  hasOutbox: boolean;
  readings: number;
}

interface OpenDelivery {
  peer: Peer;
  stretch: Stretch;
  left: Set<string>;
  /** What is stored here, not in the ledger, together with the confirmation of the rest. */
  others: readonly Arrival[];
}

/** A ledger that has not answered by then has lost the readings; a repetition is let through. */
const PENDING_MS = 30_000;
const RETRY_MS = 15_000;
const MOST_HEARD = 64;
/** For display and for the way of a command; no meter has a longer name. */
const MOST_METER_LETTERS = 64;
const DOWN_TEXT_BYTES = 16_000;
const MOST_SENT_AT_ONCE = 8;
/** A frame has four bytes for it. */
const LAST_EPOCH = 0xffff_ffff;
const MOST_ARRIVALS_AT_START = 10_000;

/** Opens what gateways sent, hands it on, and acknowledges what has become durable. */
export class HeadEndSide {
  readonly ways = new ArrivalWays();
  private readonly peers = new Map<string, Peer>();
  private readonly deliveries = new Map<string, OpenDelivery>();
  /** Peers whose confirmed stretches are not written yet. */
  private readonly changed = new Set<Peer>();
  private arrivals: Arrival[] = [];
  private isRenewed = false;

  constructor(private readonly options: HeadEndOptions) {}

  /** Hands on what a stop kept from being handed on. */
  start(): void {
    this.handOver(this.options.store.leftArrivals(MOST_ARRIVALS_AT_START));
  }

  /** `via` is whoever brought the frame: the gateway itself or the neighbour that carried it. */
  receive(frame: Uint8Array, via: string): void {
    const { sealing, hear, clock } = this.options;
    const opened = sealing.open(frame);
    if ('fault' in opened) {
      hear({ kind: 'refused', fault: opened.fault, gatewayId: opened.header?.gatewayId ?? null, via });
      return;
    }
    const { header } = opened;
    const body = header.kind === 'down' ? null : readBody(opened.body);
    if (!body) hear({ kind: 'refused', fault: 'body', gatewayId: header.gatewayId, via });
    else if (header.kind === 'enrol') this.enrol(opened, body, via);
    else this.take(this.peer(header.gatewayId), header, body, via, clock.monotonicMs());
  }

  /** A message of ours has been stored by whoever it was for. Returns false for what is not ours, or long done. */
  confirm(origin: Origin): boolean {
    const found = this.settle(origin);
    if (!found) return false;
    const { delivery, isLast } = found;
    if (isLast) {
      const { peer, stretch, others } = delivery;
      this.keepHere(peer, stretch, others);
      peer.owesAnswer = true;
      this.changed.add(peer);
    }
    return true;
  }

  /** A message of ours could not be stored: its readings are let through again when they are repeated. */
  giveUp(origin: Origin): void {
    const found = this.settle(origin);
    if (!found) return;
    const { peer, stretch } = found.delivery;
    for (const [name, delivery] of this.deliveries)
      if (delivery === found.delivery) this.deliveries.delete(name);
    peer.receiving.giveUp(stretch);
  }

  /** Keeps a command or another message for a gateway; durable when this returns. */
  put(gatewayId: string, items: readonly NewItem[]): void {
    requireFitting(items);
    this.options.store.put(gatewayId, items);
    this.peer(gatewayId).hasOutbox = true;
  }

  /** Whether something waits to be written or answered. */
  get isIdle(): boolean {
    return this.changed.size === 0 && this.arrivals.length === 0;
  }

  /** Makes confirmed stretches durable, all in one step, and only then acknowledges them. */
  flush(): void {
    const { store } = this.options;
    const changed = [...this.changed];
    const boxes = changed.flatMap(({ gatewayId, receiving }) =>
      receiving.dirtyBoxes().map((box) => ({ peer: gatewayId, box })),
    );
    const { arrivals } = this;
    // What throws here leaves everything as it was: nothing is acknowledged, and the next flush tries again.
    const stored = boxes.length > 0 || arrivals.length > 0 ? store.commit({ boxes, arrivals }) : [];
    for (const { receiving } of changed) receiving.written();
    this.changed.clear();
    this.arrivals = [];
    this.handOver(stored);
    for (const peer of this.peers.values()) if (peer.owesAnswer) this.answer(peer);
  }

  /** Sends what is due to every gateway that has been heard. */
  tick(): void {
    this.flush();
    const nowMs = this.options.clock.monotonicMs();
    for (const peer of this.peers.values()) {
      if (!peer.hasOutbox || peer.via === '') continue;
      for (let sent = 0; sent < MOST_SENT_AT_ONCE; sent += 1) {
        const next = peer.sending.next(nowMs, DOWN_TEXT_BYTES);
        if (!next) break;
        peer.sending.sent(next.span, next.tries, nowMs, RETRY_MS);
        this.transmit(peer, next.span);
      }
    }
  }

  get gatewaysHeard(): number {
    let heard = 0;
    for (const { via } of this.peers.values()) if (via !== '') heard += 1;
    return heard;
  }

  /** Who came by which way. */
  gateways(): GatewayFacts[] {
    const nowMs = this.options.clock.monotonicMs();
    return [...this.peers.values()]
      .filter(({ via }) => via !== '')
      .map(({ gatewayId, via, seenMs, readings }) => ({
        gatewayId,
        via,
        seenMsAgo: nowMs - seenMs,
        readings,
        meterIds: this.ways.metersOf(gatewayId),
      }));
  }

  /** After a change of keys the next frame is sealed with the new ones. */
  newEpoch(gatewayId: string): void {
    const peer = this.peers.get(gatewayId);
    if (peer) peer.sealer = null;
  }

  /** Nothing is sent to a gateway whose keys are not taken any more. */
  forget(gatewayId: string): void {
    this.peers.delete(gatewayId);
    this.ways.forget(gatewayId);
  }

  /** The gateway has been let in: it is told, in a frame that only the holder of its key can open. */
  welcome(gatewayId: string, via: string, isNew: boolean, knownKey = ''): void {
    const peer = this.peer(gatewayId);
    if (isNew) peer.sealer = null;
    if (isNew || peer.knownKey === '') peer.knownKey = knownKey;
    // Anybody who has overheard it can repeat an enrolment: that must not draw to him what is for the gateway.
    if (isNew || peer.via === '') peer.via = via;
    this.transmit(peer, null, via);
  }

  /** What every gateway may delete, sealed for it, to be carried where no way leads. */
  answers(): Uint8Array[] {
    return [...this.peers.values()]
      .filter(({ receiving }) => receiving.done() !== null)
      .map((peer) => this.sealed(peer, null));
  }

  private enrol({ header }: Opened, { proof }: Body, via: string): void {
    const { gatewayId, publicKey, recipientKey: knownKey } = header;
    if (publicKey && proof) this.options.hear({ kind: 'enrol', gatewayId, publicKey, proof, knownKey, via });
  }

  private take(peer: Peer, header: FrameHeader, body: Body, via: string, nowMs: number): void {
    const { gatewayId } = peer;
    const received = peer.receiving.take(header, body, nowMs, PENDING_MS);
    const { verdict, odd, stretch } = received;
    if (odd) this.options.hear({ kind: 'odd', odd, gatewayId, via });
    if (verdict !== 'fresh') return;
    if (header.kind === 'up') this.noteWay(peer, header, via, nowMs);
    this.keepUp(peer, header, body);
    // A file may be brought a second time; only what was new in it came by it.
    if (header.kind === 'up' || stretch)
      this.ways.note(gatewayId, passageOf(header, body, via), meterIdsIn(body), nowMs);
    if (body.done) this.takeAcknowledgement(peer, body);
    if (body.isProbe || body.span) peer.owesAnswer = true;
    this.changed.add(peer);
    if (stretch) this.deal(peer, header, stretch, via);
  }

  /** Seals so that the gateway can open it, and in an epoch that it does not take for an old one. */
  private keepUp(peer: Peer, { kind, recipientKey }: FrameHeader, { top }: Body): void {
    const isBehind = top !== null && top < LAST_EPOCH && top >= (peer.sealer?.epoch ?? 0);
    if (isBehind) peer.leastEpoch = top + 1;
    const isOther = kind === 'up' && recipientKey !== peer.knownKey;
    if (isOther) peer.knownKey = recipientKey;
    if (isBehind || isOther) peer.sealer = null;
  }

  private takeAcknowledgement(peer: Peer, { done }: Body): void {
    if (!done || peer.sending.acknowledge(done) !== 'ahead' || this.isRenewed) return;
    // A storage is only put back between two runs. Oftener, it is a gateway that wants all others to lose count of names.
    this.isRenewed = true;
    this.options.store.renewBox();
    for (const other of this.peers.values()) other.sending.restart();
  }

  private noteWay(peer: Peer, { epoch, seq }: FrameHeader, via: string, nowMs: number): void {
    peer.via = via;
    peer.seenMs = nowMs;
    if (peer.heard.epoch !== epoch) peer.heard = { epoch, seqs: [] };
    peer.heard.seqs.push(seq);
    if (peer.heard.seqs.length > MOST_HEARD) peer.heard.seqs.shift();
  }

  /**
   * Readings in our own shape wait for the ledger, which has an answer for each of them. Of everything else nobody can say
   * whether a ledger will ever hear of it, so it is stored here before anybody sees it.
   */
  private deal(peer: Peer, header: FrameHeader, stretch: Stretch, via: string): void {
    const { gatewayId } = peer;
    if (stretch.lane === READING) peer.readings += stretch.items.length;
    const isCommitted = stretch.lane === READING && this.options.acknowledge === 'commit';
    const readings = isCommitted ? stretch.items.filter(isOwnReading) : [];
    const rest = isCommitted ? stretch.items.filter((item) => !isOwnReading(item)) : stretch.items;
    const others = arrivalsOf(gatewayId, stretch, rest);
    if (!others) {
      peer.receiving.giveUp(stretch);
      this.options.hear({ kind: 'refused', fault: 'body', gatewayId, via });
      return;
    }
    if (readings.length === 0) {
      this.keepHere(peer, stretch, others);
      return;
    }
    const messages = openedMessages(readings, gatewayId, header.epoch);
    const names = messages.map(({ origin }) => originName(origin));
    const delivery: OpenDelivery = { peer, stretch, left: new Set(names), others };
    for (const name of names) this.deliveries.set(name, delivery);
    this.options.deliver(gatewayId, via, messages);
  }

  private keepHere({ receiving }: Peer, stretch: Stretch, arrivals: readonly Arrival[]): void {
    for (const arrival of arrivals) this.arrivals.push(arrival);
    receiving.confirm(stretch);
  }

  private settle(origin: Origin): { delivery: OpenDelivery; isLast: boolean } | null {
    const name = originName(origin);
    const delivery = this.deliveries.get(name);
    if (!delivery) return null;
    this.deliveries.delete(name);
    delivery.left.delete(name);
    return { delivery, isLast: delivery.left.size === 0 };
  }

  private handOver(arrivals: StoredArrival[]): void {
    if (arrivals.length === 0) return;
    this.options.arrived(arrivals);
    this.options.store.handed(arrivals.map(({ number }) => number));
  }

  private answer(peer: Peer): void {
    peer.owesAnswer = false;
    if (peer.via !== '') this.transmit(peer, null);
  }

  private transmit(peer: Peer, span: SpanText | null, via = peer.via): void {
    const frame = this.sealed(peer, span);
    if (frame.length <= MAX_FRAME_BYTES) this.options.send(via, peer.gatewayId, frame);
  }

  private sealed(peer: Peer, span: SpanText | null): Uint8Array {
    const { store, sealing, clock } = this.options;
    if (!peer.sealer || peer.sealer.nextSeq >= MAX_FRAMES_PER_EPOCH) {
      const { gatewayId, leastEpoch, knownKey } = peer;
      const epoch = Math.max(store.nextEpoch(), leastEpoch);
      peer.sealer = sealing.sealerTo(gatewayId, 'down', gatewayId, epoch, knownKey);
    }
    const heard = peer.heard.seqs.length > 0 ? peer.heard : null;
    const fixed = { box: store.box, sentMs: clock.wallMs(), low: peer.sending.low() };
    // What is not written yet is not acknowledged, whatever else makes a frame go down now.
    const done = this.changed.has(peer) ? null : peer.receiving.done();
    return peer.sealer.seal(writeBody({ ...fixed, heard, done }, span));
  }

  private peer(gatewayId: string): Peer {
    const known = this.peers.get(gatewayId);
    if (known) return known;
    const { store } = this.options;
    const peer: Peer = {
      gatewayId,
      receiving: new ReceivingHalf(store.incoming(gatewayId)),
      sending: new SendingHalf(store, gatewayId),
      sealer: null,
      knownKey: '',
      leastEpoch: 0,
      via: '',
      seenMs: 0,
      heard: { epoch: 0, seqs: [] },
      owesAnswer: false,
      // What a stop left in the outbox is found when the gateway is heard again.
      hasOutbox: true,
      readings: 0,
    };
    this.peers.set(gatewayId, peer);
    return peer;
  }
}

const originName = ({ gatewayId, epoch, seq }: Origin): string => `${gatewayId} ${epoch} ${seq}`;

/** Who brought a frame is what the head-end knows by itself; by which of its own ways a gateway spoke, only the gateway does. */
function passageOf({ kind, gatewayId }: FrameHeader, { way }: Body, via: string): Passage {
  if (kind === 'carried') return { way: 'carried', via: null };
  return via === gatewayId ? { way: way === 'modem' ? way : 'direct', via: null } : { way: 'neighbour', via };
}

/** Null for what can be read and not be written again, such as brackets many thousand deep: it must not stop the others' commit. */
function arrivalsOf(peer: string, { lane }: Stretch, items: readonly Item[]): Arrival[] | null {
  try {
    return items.map((item) => ({ peer, lane, item, text: JSON.stringify(item) }));
  } catch {
    return null;
  }
}

function meterIdsIn({ span }: Body): Set<string> | null {
  if (!span) return null;
  const meterIds = new Set<string>();
  for (const [, payload] of span.items) {
    const meterId =
      typeof payload === 'object' && payload !== null && 'meterId' in payload && payload.meterId;
    if (typeof meterId === 'string' && meterId.length <= MOST_METER_LETTERS) meterIds.add(meterId);
  }
  return meterIds;
}
