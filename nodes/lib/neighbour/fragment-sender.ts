import type { Acknowledgement, Fragment } from './fragment';
import { isLater, plus, stepsAhead } from './sequence-16';
import { type Outgoing, type Piece, StreamShares } from './stream-shares';

export interface SenderLimits {
  /** Nothing overtakes anything: what an answer does not name has not arrived. */
  readonly isShared: boolean;
  readonly fragmentBytes: number;
  readonly windowFragments: number;
}

interface InFlight {
  readonly number: number;
  readonly piece: Piece;
  /** Which sending of all sendings this was: what was sent before something that has arrived is lost. */
  order: number;
  isArrived: boolean;
  isLost: boolean;
}

/** So often nothing at all is heard before the numbers begin anew, should the far side have mixed them up. */
const SILENCES_BEFORE_RESTART = 8;
/** Where answers overtake each other, so many must know less than was known before, until that is believed. */
const BACKWARD_ANSWERS_BEFORE_RESTART = 3;
/** Answers about so many former sessions are recognised as late. */
const FORMER_SESSIONS = 4;

/** Sends packets to one neighbour in fragments, and again only those fragments that did not arrive. */
export class FragmentSender {
  readonly shares = new StreamShares();
  private session: number;
  private nextNumber = 0;
  private sendings = 0;
  private inFlight: InFlight[] = [];
  private silent = 0;
  private backward = 0;
  private readonly former: number[] = [];

  constructor(
    private readonly limits: SenderLimits,
    private readonly drawSession: () => number,
  ) {
    this.session = drawSession();
  }

  /** Answers that were waited for in vain since the last one that came. */
  get silences(): number {
    return this.silent;
  }

  get isWaiting(): boolean {
    return this.inFlight.length > 0;
  }

  /** Whether there is something to send now. */
  get isReady(): boolean {
    return this.inFlight.some(({ isLost }) => isLost) || (this.isWindowOpen && !this.shares.isEmpty);
  }

  /** The next fragment to send, or null. */
  take(): Omit<Fragment, 'wantsAnswer'> | null {
    const entry = this.inFlight.find(({ isLost }) => isLost) ?? this.nextEntry();
    if (!entry) return null;
    this.sendings += 1;
    entry.order = this.sendings;
    entry.isLost = false;
    const { piece, number } = entry;
    return {
      session: this.session,
      number,
      stream: piece.packet.stream,
      isFirst: piece.isFirst,
      isLast: piece.isLast,
      bytes: piece.bytes,
    };
  }

  /** What the far side has. False when it cannot have what it says. */
  acknowledge({ session, next, later }: Acknowledgement): boolean {
    if (session !== this.session) {
      if (!this.former.includes(session) && this.isWaiting) this.restart();
      return true;
    }
    const first = this.inFlight[0]?.number ?? this.nextNumber;
    if (isLater(first, next)) {
      this.hearBackward();
      return true;
    }
    const steps = stepsAhead(next, first);
    if (steps > this.inFlight.length) return false;
    this.silent = 0;
    this.backward = 0;
    this.inFlight.forEach((entry, index) => {
      const bit = index - steps - 1;
      if (index < steps || (bit >= 0 && bit < 32 && ((later >>> bit) & 1) === 1)) entry.isArrived = true;
    });
    this.markLost();
    this.settle();
    return true;
  }

  /** The far side did not answer in time: the oldest fragment goes again and asks for an answer. */
  passDeadline(): void {
    this.silent += 1;
    if (this.silent % SILENCES_BEFORE_RESTART === 0) this.restart();
    const oldest = this.inFlight.find(({ isArrived }) => !isArrived);
    if (oldest) oldest.isLost = true;
  }

  /** The far side knows nothing of what it got before: packets under way begin anew. */
  restart(): void {
    const packets = this.packetsInFlight();
    this.inFlight = [];
    this.nextNumber = 0;
    this.backward = 0;
    this.former.push(this.session);
    if (this.former.length > FORMER_SESSIONS) this.former.shift();
    this.session = this.drawSession();
    this.shares.putBack(packets);
  }

  /** Gives up: everybody whose packet is here is told. */
  close(): void {
    const packets = new Set([...this.packetsInFlight(), ...this.shares.clear()]);
    this.inFlight = [];
    for (const packet of packets) packet.onDone(false);
  }

  private get isWindowOpen(): boolean {
    return this.inFlight.length < this.limits.windowFragments;
  }

  private nextEntry(): InFlight | null {
    const piece = this.isWindowOpen ? this.shares.nextPiece(this.limits.fragmentBytes) : null;
    if (!piece) return null;
    const entry = { number: this.nextNumber, piece, order: 0, isArrived: false, isLost: false };
    this.nextNumber = plus(this.nextNumber, 1);
    this.inFlight.push(entry);
    return entry;
  }

  /** The far side has forgotten us, unless this answer is an old one that was overtaken. */
  private hearBackward(): void {
    this.backward += 1;
    if (this.limits.isShared || this.backward >= BACKWARD_ANSWERS_BEFORE_RESTART) this.restart();
  }

  private markLost(): void {
    const arrived = this.inFlight.filter(({ isArrived }) => isArrived).map(({ order }) => order);
    const latest = this.limits.isShared ? Infinity : Math.max(0, ...arrived);
    for (const entry of this.inFlight) {
      if (!entry.isArrived && entry.order < latest) entry.isLost = true;
    }
  }

  private settle(): void {
    const arrived: Outgoing[] = [];
    for (let first = this.inFlight[0]; first?.isArrived; first = this.inFlight[0]) {
      this.inFlight.shift();
      if (first.piece.isLast) arrived.push(first.piece.packet);
    }
    for (const packet of arrived) packet.onDone(true);
  }

  private packetsInFlight(): Outgoing[] {
    return [...new Set(this.inFlight.map(({ piece }) => piece.packet))];
  }
}
