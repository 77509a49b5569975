import type { Schedule } from '../modem/byte-port';
import { BusTransmitter } from './bus-transmitter';
import { EVERYBODY, encodeCell, type Cell, type CellFault, type CellKind, type CellMark } from './cell';
import { CellReader } from './cell-reader';
import {
  decodeAcknowledgement,
  decodeFragment,
  encodeAcknowledgement,
  encodeFragment,
  FRAGMENT_HEADER_BYTES,
} from './fragment';
import { decodeHello, encodeHello, MAX_HEARD, MAX_HELLO_BYTES, type Hello, type Way } from './hello';
import { HelloClock } from './hello-clock';
import { LineTransmitter } from './line-transmitter';
import type { NeighbourLink } from './link';
import { Neighbour } from './neighbour';
import { plus } from './sequence-16';
import type { Burst, CellSource, Transmitter } from './transmitter';

/** What a link tells of. */
export interface LinkListener {
  /** What to tell of the way up; asked for when it is told and not before. */
  wayToTell(): Way | null;
  onNeighbour(neighbour: Neighbour): void;
  /** The neighbour has told of its way up, which may be another than before. */
  onHello(neighbour: Neighbour): void;
  onLost(neighbour: Neighbour, reason: LossReason): void;
  onPacket(neighbour: Neighbour, bytes: Uint8Array): void;
  onFault(fault: LinkFault): void;
  /** A neighbour can be given more. */
  onRoom(): void;
}

export type LossReason = 'silence' | 'link down' | 'distrusted';

export interface LinkFault {
  readonly kind: 'badCrc' | 'replayed' | 'unauthenticated' | 'clone' | 'impossibleSequence' | 'malformed';
  /** Null when nobody knows who sent it. */
  readonly gatewayId: string | null;
  readonly detail: string;
  /** It was in a cell that carried the key of the link, or is about somebody who does. */
  readonly isKeyed: boolean;
}

/** Who we are. */
export interface Self {
  readonly nodeId: number;
  readonly gatewayId: string;
  /** Drawn at the start. */
  readonly boot: number;
}

export interface LinkNeeds {
  readonly self: Self;
  readonly schedule: Schedule;
  /** From 0 to below 1. */
  readonly random: () => number;
  /** Whether anything is given to a neighbour or taken from it. */
  readonly isTrusted: (gatewayId: string) => boolean;
  /** Null where neighbours share nothing that others do not know. */
  readonly mark: CellMark | null;
}

/** So many times the usual interval nothing is heard before a neighbour counts as lost. */
const SILENT_HELLOS = 4.5;
/** On a shared wire everybody may have to wait for everybody else's turn, and once more. */
const SILENT_MS_PER_NEIGHBOUR = 3_000;
/** An acknowledgement is asked for several times in a window. */
const ANSWERS_PER_WINDOW = 4;
const SESSIONS = 0x1_0000;
const NOTHING = new Uint8Array(0);

/** Everything on one link: finds the neighbours on it, and carries packets to and from them. */
export class LinkDriver implements CellSource {
  private readonly found = new Map<number, Neighbour>();
  private readonly reader: CellReader;
  private readonly transmitter: Transmitter;
  private readonly hellos: HelloClock;
  private sequence: number;
  private isUp = false;
  private isClosed = false;
  private turn = 0;

  constructor(
    readonly link: NeighbourLink,
    private readonly needs: LinkNeeds,
    private readonly listener: LinkListener,
  ) {
    const { medium } = link;
    const { schedule, random } = needs;
    const largestBody = Math.max(MAX_HELLO_BYTES, FRAGMENT_HEADER_BYTES + medium.fragmentBytes);
    this.sequence = Math.floor(random() * SESSIONS);
    const listening = {
      onCell: (cell: Cell) => this.takeCell(cell),
      onFault: (fault: CellFault) => this.reportFault(fault),
    };
    this.reader = new CellReader(largestBody, listening, needs.mark);
    this.transmitter = medium.isShared
      ? new BusTransmitter(medium, schedule, this, random)
      : new LineTransmitter(medium, schedule, this);
    this.hellos = new HelloClock(schedule, medium.helloMs, random, () => {
      this.loseSilent();
      this.transmitter.wake();
    });
    link.onBytes((bytes) => this.hear(bytes));
    link.onState((isUp) => this.setUp(isUp));
  }

  get all(): Iterable<Neighbour> {
    return this.found.values();
  }

  get neighbours(): number {
    return this.found.size;
  }

  get hasWork(): boolean {
    if (!this.isUp) return false;
    return this.hellos.isDue || [...this.found.values()].some((one) => one.owesAnswer || one.sender.isReady);
  }

  /** Something that neighbours should know has changed. */
  helloSoon(): void {
    this.hellos.soon();
  }

  /** Somebody here may not be trusted any more. */
  leaveDistrusted(): void {
    for (const neighbour of [...this.found.values()])
      if (!this.needs.isTrusted(neighbour.gatewayId)) this.lose(neighbour, 'distrusted');
  }

  /** There may be packets to send. */
  wake(): void {
    if (this.isUp) this.transmitter.wake();
  }

  async close(): Promise<void> {
    this.isClosed = true;
    this.isUp = false;
    this.hellos.close();
    this.transmitter.close();
    for (const neighbour of this.found.values()) neighbour.leave();
    this.found.clear();
    await this.link.close();
  }

  takeAnswer(): Uint8Array | null {
    for (const neighbour of this.found.values()) {
      if (!neighbour.owesAnswer) continue;
      neighbour.owesAnswer = false;
      const answer = neighbour.receiver.acknowledgement(this.needs.self.boot);
      return this.cell('acknowledgement', neighbour.nodeId, encodeAcknowledgement(answer));
    }
    return null;
  }

  takeHello(): Uint8Array | null {
    if (!this.isUp || !this.hellos.take()) return null;
    const heard = new Map([...this.found.values()].map((one) => [one.nodeId, one.heardScale]));
    const { gatewayId, boot } = this.needs.self;
    const hello = { gatewayId, boot, way: this.listener.wayToTell(), heard };
    return this.cell('hello', EVERYBODY, encodeHello(hello));
  }

  takeRequest(): Burst | null {
    const neighbour = this.nextReady() ?? [...this.found.values()].find(({ isUsable }) => isUsable);
    return neighbour ? { neighbour, bytes: this.cell('request', neighbour.nodeId, NOTHING) } : null;
  }

  takeBurst(mostBytes: number, only?: Neighbour): Burst | null {
    const neighbour = only ?? this.nextReady();
    if (!this.isUp || !neighbour) return null;
    const { sender } = neighbour;
    const cells: Uint8Array[] = [];
    for (let bytes = 0; bytes < mostBytes;) {
      const fragment = sender.take();
      if (!fragment) break;
      const cell = this.fragmentCell(neighbour, fragment, bytes + fragment.bytes.length >= mostBytes);
      cells.push(cell);
      bytes += cell.length;
    }
    return cells.length === 0 ? null : { neighbour, bytes: Buffer.concat(cells) };
  }

  onSilence(neighbour: Neighbour): void {
    neighbour.sender.passDeadline();
  }

  write(bytes: Uint8Array): void {
    this.link.send(bytes);
  }

  private fragmentCell(
    neighbour: Neighbour,
    fragment: NonNullable<ReturnType<Neighbour['sender']['take']>>,
    isBurstFull: boolean,
  ): Uint8Array {
    neighbour.fragmentsSent += 1;
    const { isShared, windowFragments } = this.link.medium;
    const often = Math.max(1, Math.floor(windowFragments / ANSWERS_PER_WINDOW));
    const isDue = isShared ? isBurstFull : neighbour.fragmentsSent % often === 0;
    const wantsAnswer = isDue || !neighbour.sender.isReady;
    return this.cell('fragment', neighbour.nodeId, encodeFragment({ ...fragment, wantsAnswer }));
  }

  private cell(kind: CellKind, toNode: number, body: Uint8Array): Uint8Array {
    this.sequence = plus(this.sequence, 1);
    const { self, mark } = this.needs;
    return encodeCell({ kind, fromNode: self.nodeId, toNode, sequence: this.sequence, body }, mark);
  }

  /** In turn, so that no neighbour has the link for itself. */
  private nextReady(): Neighbour | undefined {
    const all = [...this.found.values()];
    for (let step = 1; step <= all.length; step += 1) {
      const at = (this.turn + step) % all.length;
      const neighbour = all[at];
      if (!neighbour?.sender.isReady) continue;
      this.turn = at;
      return neighbour;
    }
    return undefined;
  }

  private setUp(isUp: boolean): void {
    if (this.isClosed || isUp === this.isUp) return;
    this.isUp = isUp;
    this.reader.clear();
    if (isUp) this.hellos.start();
    else for (const neighbour of [...this.found.values()]) this.lose(neighbour, 'link down');
  }

  private hear(bytes: Uint8Array): void {
    if (!this.isUp || bytes.length === 0) return;
    this.transmitter.heard();
    this.reader.push(bytes);
  }

  private takeCell(cell: Cell): void {
    const { self, schedule } = this.needs;
    if (cell.kind === 'hello') {
      this.takeHelloCell(cell);
      return;
    }
    const neighbour = this.found.get(cell.fromNode);
    const isNew = neighbour?.hear(cell.sequence, schedule.nowMs());
    // A node that has just started again counts from anew, and its hello is still to come: few are no evidence.
    if (neighbour && isNew === false && this.link.medium.isOrdered)
      this.report('replayed', neighbour.gatewayId, 'a cell with an old number');
    if (!neighbour || cell.toNode !== self.nodeId) return;
    if (cell.kind === 'request') this.oweAnswer(neighbour, true);
    else if (cell.kind === 'fragment') this.takeFragment(neighbour, cell.body);
    else this.takeAcknowledgement(neighbour, cell.body);
  }

  private takeHelloCell({ fromNode, sequence, body }: Cell): void {
    const hello = decodeHello(body);
    const nowMs = this.needs.schedule.nowMs();
    if (!hello) {
      this.report('malformed', this.found.get(fromNode)?.gatewayId ?? null, 'a hello that cannot be read');
      return;
    }
    if (this.isOwn(fromNode, hello)) return;
    if (!this.needs.isTrusted(hello.gatewayId)) {
      const before = this.found.get(fromNode);
      if (before) this.lose(before, 'distrusted');
      return;
    }
    const known = this.found.get(fromNode) ?? this.meet(fromNode, { hello, sequence, nowMs });
    if (!known) return;
    known.hear(sequence, nowMs);
    if (known.learn(hello, sequence, this.needs.self.nodeId, nowMs) === 'twoAtOnce')
      this.report('clone', hello.gatewayId, 'two that started apart use one node number');
    this.listener.onHello(known);
  }

  /** Some adapters hear what they say. Another start under our own number is no echo. */
  private isOwn(fromNode: number, { gatewayId, boot }: Hello): boolean {
    const { self } = this.needs;
    const isSelf = boot === self.boot && gatewayId === self.gatewayId;
    if (!isSelf && fromNode === self.nodeId)
      this.report('clone', gatewayId, 'somebody else uses our node number');
    else if (!isSelf && gatewayId === self.gatewayId)
      this.report('clone', gatewayId, 'somebody else uses our name');
    return isSelf || fromNode === self.nodeId;
  }

  private meet(nodeId: number, first: ConstructorParameters<typeof Neighbour>[3]): Neighbour | null {
    if (this.found.size >= Math.min(MAX_HEARD, this.link.mostNeighbours ?? MAX_HEARD)) return null;
    const draw = (): number => 1 + Math.floor(this.needs.random() * (SESSIONS - 1));
    const { medium, name } = this.link;
    const neighbour = new Neighbour(nodeId, medium, name, first, draw, () => this.patienceMs);
    this.found.set(nodeId, neighbour);
    this.link.onNeighbours?.(true);
    this.listener.onNeighbour(neighbour);
    // It hears of itself at once, and both can begin.
    this.hellos.soon();
    return neighbour;
  }

  private takeFragment(neighbour: Neighbour, body: Uint8Array): void {
    const fragment = decodeFragment(body);
    if (!fragment) {
      this.report('malformed', neighbour.gatewayId, 'a fragment that cannot be read');
      return;
    }
    const { packets, fault } = neighbour.receiver.take(fragment);
    if (fault !== null) this.report('impossibleSequence', neighbour.gatewayId, fault);
    const isGap = !this.link.medium.isShared && neighbour.receiver.isMissing;
    if (fragment.wantsAnswer || isGap) this.oweAnswer(neighbour, false);
    for (const packet of packets) this.listener.onPacket(neighbour, packet);
  }

  private oweAnswer(neighbour: Neighbour, isRequest: boolean): void {
    neighbour.owesAnswer = true;
    this.transmitter.answerSoon(neighbour, isRequest);
  }

  private takeAcknowledgement(neighbour: Neighbour, body: Uint8Array): void {
    const answer = decodeAcknowledgement(body);
    if (!answer) {
      this.report('malformed', neighbour.gatewayId, 'an acknowledgement that cannot be read');
      return;
    }
    // It has started anew and its hello is still to come: whatever it says of our numbers is about others.
    if (answer.boot !== neighbour.boot) return;
    if (!neighbour.sender.acknowledge(answer))
      this.report('impossibleSequence', neighbour.gatewayId, 'acknowledges what was never sent');
    this.transmitter.answered(neighbour);
    this.listener.onRoom();
  }

  private loseSilent(): void {
    const nowMs = this.needs.schedule.nowMs();
    for (const neighbour of [...this.found.values()])
      if (neighbour.isSilent(nowMs)) this.lose(neighbour, 'silence');
  }

  private get patienceMs(): number {
    const { isShared, helloMs } = this.link.medium;
    return SILENT_HELLOS * helloMs + (isShared ? SILENT_MS_PER_NEIGHBOUR * this.found.size : 0);
  }

  private lose(neighbour: Neighbour, reason: LossReason): void {
    this.found.delete(neighbour.nodeId);
    if (this.found.size === 0) this.link.onNeighbours?.(false);
    this.transmitter.forget(neighbour);
    neighbour.leave();
    this.listener.onLost(neighbour, reason);
  }

  /** On a wire with one neighbour, damage is between the two; among many nobody can say whose cell it was. */
  private reportFault(fault: CellFault): void {
    const only = this.found.size === 1 ? [...this.found.values()][0] : undefined;
    const gatewayId = only?.gatewayId ?? null;
    if (fault === 'crc') this.report('badCrc', gatewayId, 'a cell with a wrong CRC', false);
    else if (fault === 'mark')
      this.report('unauthenticated', gatewayId, 'a cell without the key of the link', false);
    else this.report('malformed', gatewayId, `a cell of wrong ${fault}`, false);
  }

  private report(
    kind: LinkFault['kind'],
    gatewayId: string | null,
    detail: string,
    isKeyed = this.needs.mark !== null,
  ): void {
    this.listener.onFault({ kind, gatewayId, detail, isKeyed });
  }
}
