import { itemText } from '../lib/bypass/body';
import type { NewItem, StoredArrival } from '../lib/bypass/bypass-store';
import { CarryShare } from '../lib/bypass/carry-share';
import { CONTROL_TOPIC, readControl, type Control } from '../lib/bypass/control';
import { DiscardTally } from '../lib/bypass/discard-tally';
import { readHeader } from '../lib/bypass/frame';
import { frameName, GatewaySide, type GatewayEvent } from '../lib/bypass/gateway-side';
import { laneOf, URGENT } from '../lib/bypass/lane';
import { NeighbourWatch } from '../lib/bypass/neighbour-watch';
import { WAYS, wayLimitsFor, type Way } from '../lib/bypass/way-health';
import type { WayMode } from '../lib/bypass/way-choice';
import { MAX_FRAMES_PER_FILE, readSealedFile, writeSealedFile } from '../lib/io/bypass/sealed-file';
import type { BypassIdentity } from '../lib/io/bypass/identity';
import { GroupCommit } from '../lib/ledger/group-commit';
import type { PrepaidMessage } from '../lib/meter/prepaid-message';
import { commandTopic } from '../lib/meter/topics';
import type { CellMark } from '../lib/neighbour/cell';
import { serialMedium, type LinkMedium, type SerialWiring } from '../lib/neighbour/link';
import type { MeshEvent } from '../lib/neighbour/mesh-report';
import { NeighbourMesh } from '../lib/neighbour/neighbour-mesh';
import { realSchedule } from '../lib/io/serial/real-schedule';
import { textField, trustChange, type Question } from './router-input';
import { NeighbourLinks, slowestBytesPerSecond, type LinkPlace } from './neighbour-links';

export interface GatewayDeskOptions {
  identity: BypassIdentity;
  ways: readonly Way[];
  mode: WayMode;
  mostBytes: number;
  mostAgeMs: number;
  heartbeatMs: number;
  rotateAfterMs: number;
  links: readonly LinkPlace[];
  wiring: SerialWiring;
  wireMedium: LinkMedium;
  nodeId: number;
  /** Null for links that anybody may join. */
  mark: CellMark | null;
  /** Output 1 up, output 2 to neighbours, output 3 events. */
  emit: (ports: (PrepaidMessage | null)[]) => void;
  onError: (error: Error) => void;
}

/** The way down is the topic that a gateway may hear by the broker's rules, the way up one below its own name. */
export const upTopic = (gatewayId: string): string => commandTopic(gatewayId).replace(/command$/, 'up');

const MAX_GROUP = 500;
const SHOW_EVERY_MS = 2_000;
const HEAD_END = 'head-end';
const MAX_GROUP_WAIT_MS = 5;

/** The gateway's side of a router: what comes in is kept, sealed and sent by whichever way works. */
export class GatewayDesk {
  readonly side: GatewaySide;
  private readonly commits: GroupCommit<NewItem[], null>;
  private readonly mesh: NeighbourMesh | null;
  private readonly links: NeighbourLinks | null;
  private readonly watch = new NeighbourWatch(performance.now());
  private readonly discards = new DiscardTally();
  private readonly share = new CarryShare(performance.now());
  private isRotating = false;
  private shown = '';
  private showAtMs = 0;

  constructor(private readonly options: GatewayDeskOptions) {
    const { identity, ways, mode, mostBytes, mostAgeMs, heartbeatMs } = options;
    this.mesh = ways.includes('neighbour') ? this.newMesh() : null;
    this.links = this.mesh ? this.openLinks(this.mesh) : null;
    this.side = new GatewaySide({
      gatewayId: identity.gatewayId,
      store: identity.store,
      sealing: identity.sealing,
      clock: { monotonicMs: () => performance.now(), wallMs: () => Date.now() },
      random: Math.random,
      ways,
      mode,
      limits: wayLimitsFor(
        slowestBytesPerSecond(options.links, serialMedium(options.wiring), options.wireMedium),
      ),
      room: { mostBytes, mostAgeMs },
      heartbeatMs,
      isIntroduced: () => identity.isIntroduced,
      proof: identity.proof,
      send: (way, frame) => this.send(way, frame),
      hear: (event) => this.hear(event),
      hearFrames: (names) => this.mesh?.heardUp(names),
    });
    this.commits = new GroupCommit<NewItem[], null>({
      commit: (groups) => {
        this.side.put(groups.flat());
        return groups.map(() => null);
      },
      maxItems: MAX_GROUP,
      maxWaitMs: MAX_GROUP_WAIT_MS,
      schedule: (run, afterMs) => {
        const timer = setTimeout(run, afterMs);
        return () => clearTimeout(timer);
      },
      isItemFault: (error) => error instanceof RangeError,
      onThrown: options.onError,
    });
  }

  get isIntroduced(): boolean {
    return this.options.identity.isIntroduced;
  }

  start(): void {
    this.side.start();
  }

  /** Keeps what a message says; resolves when it is on disk. */
  keep({ payload, topic, priority }: PrepaidMessage): Promise<void> {
    if (topic === CONTROL_TOPIC) throw new RangeError(`msg.topic must not be "${CONTROL_TOPIC}"`);
    const said: unknown = Buffer.isBuffer(payload) ? payload.toString() : payload;
    const list: unknown[] = Array.isArray(said) ? said : [said];
    const items = list.map((one) => ({
      lane: laneOf(one, priority),
      meterId: meterOf(one, topic ?? ''),
      text: itemText(one, isOwnShape(one) ? '' : (topic ?? '')),
    }));
    return new Promise((resolve, reject) => {
      this.commits.submit(items, (error) => {
        if (error) reject(error);
        else resolve();
      });
    });
  }

  /** A frame that came down our own way: ours, or a neighbour's that we carry on unread. */
  receive(frame: Uint8Array): void {
    const found = this.side.receive(frame);
    if (!found || found.gatewayId === this.options.identity.gatewayId || found.isUp) return;
    this.mesh?.carryDown(found.gatewayId, frame);
  }

  takeBytes(link: string, bytes: Uint8Array): void {
    if (!this.links) throw new RangeError('msg.link is for a gateway whose neighbours are on');
    this.links.take(link, bytes);
  }

  tick(): void {
    const { identity, rotateAfterMs } = this.options;
    this.side.tick();
    this.mesh?.setWayUp(this.canCarry);
    this.showLines();
    const observations = this.watch.due(performance.now());
    if (observations.length > 0) this.tell({ control: 'report', observations });
    const discarded = this.discards.due(performance.now());
    if (discarded.length > 0) this.tell({ control: 'discarded', discarded });
    if (rotateAfterMs > 0 && this.side.isEnrolled && identity.keys.ageMs(Date.now()) > rotateAfterMs)
      this.rotate();
  }

  answer(question: Question): object {
    const { identity } = this.options;
    switch (question.ask) {
      case 'state':
        return this.state();
      case 'identity':
        return { gatewayId: identity.gatewayId, publicKey: identity.keys.inUse.publicKey.toString('hex') };
      case 'way':
        return this.setWay(textField(question, 'way'));
      case 'export': {
        const frames = this.side.carriedFrames(MAX_FRAMES_PER_FILE);
        writeSealedFile(textField(question, 'file'), frames);
        return { frames: frames.length };
      }
      case 'import': {
        const { frames, isWhole } = readSealedFile(textField(question, 'file'));
        for (const frame of frames) this.receive(frame);
        return { frames: frames.length, isWhole };
      }
      case 'rotate':
        this.rotate();
        return {};
      case 'enter':
        return this.enter(textField(question, 'code'));
      case 'distrust':
      case 'trust':
        return this.decide(question);
      case 'ways':
      case 'code':
      case 'admit':
      case 'remove':
        throw new RangeError(`payload.ask "${question.ask}" is for the head-end`);
    }
  }

  async close(): Promise<void> {
    this.commits.flush();
    await this.links?.close();
    await this.mesh?.close();
  }

  /** What a display of two lines should show, when it has changed, and not so often that nobody can read it. */
  private showLines(): void {
    const nowMs = performance.now();
    if (nowMs < this.showAtMs) return;
    const { lines, state } = this.side.display();
    const text = lines.join('\n');
    if (text === this.shown) return;
    this.shown = text;
    this.showAtMs = nowMs + SHOW_EVERY_MS;
    this.options.emit([null, null, { topic: 'display', payload: text, event: 'display', lines, state }]);
  }

  private state(): object {
    const { lines, state } = this.side.display();
    const ways = this.options.ways.map((way) => ({ way, state: this.side.ways.stateOf(way) }));
    const { current, mode } = this.side.ways;
    const { waiting, usedBytes, discarded } = this.side;
    const neighbours = this.mesh?.status.neighbours ?? [];
    const shown = { state, display: lines, way: current, mode, ways, waiting, usedBytes, discarded };
    return { ...shown, neighbours, distrusted: this.options.identity.distrust.list };
  }

  private enter(code: string): object {
    const proof = this.options.identity.enter(code);
    if (proof !== null) this.side.enrol(proof);
    return { isKnown: proof === null };
  }

  private decide(question: Question): object {
    const { distrust } = this.options.identity;
    const change = trustChange(question, Date.now());
    distrust.decide(change);
    this.mesh?.leaveDistrusted();
    this.emitEvent({ kind: question.ask, ...change });
    return { gatewayId: change.gatewayId, distrusted: distrust.list, log: distrust.log };
  }

  private setWay(wish: string): object {
    const mode = wish === 'automatic' ? wish : this.options.ways.find((way) => way === wish);
    if (mode === undefined)
      throw new RangeError(
        `payload.way must be automatic or one of ${this.options.ways.join(', ')}, got "${wish}"`,
      );
    this.side.ways.mode = mode;
    return { mode };
  }

  /** The head-end gets the next key, sealed with this one, and says when it has it. */
  private rotate(): void {
    if (this.isRotating) return;
    this.isRotating = true;
    const { publicKey } = this.options.identity.keys.prepareNext();
    this.tell({ control: 'key', publicKey: publicKey.toString('hex') });
  }

  private tell(control: Control): void {
    this.side.put([{ lane: URGENT, meterId: '', text: itemText(control, CONTROL_TOPIC) }]);
  }

  private get canCarry(): boolean {
    const { ways } = this.side;
    return !ways.isOwnBroken && ways.mode !== 'neighbour';
  }

  private send(way: Way, frame: Uint8Array): void {
    if (way === 'neighbour') this.mesh?.carryUp(frame, frameName(frame));
    else this.sendUp(way, frame);
  }

  private sendUp(way: Way, frame: Uint8Array): void {
    const { gatewayId } = this.options.identity;
    this.options.emit([{ topic: upTopic(gatewayId), payload: Buffer.from(frame), way, qos: 1 }, null, null]);
  }

  /** A neighbour's frame goes up by our own way, if there is one and it has room left. */
  private carryUp(frame: Uint8Array): boolean {
    const header = readHeader(frame)?.header;
    // What no head-end would take is thrown away: nobody offers it again.
    if (!header || header.kind === 'down') return true;
    const way = WAYS.find((one) => one !== 'neighbour' && this.side.ways.stateOf(one) === 'up');
    if (!way || !this.canCarry || !this.share.take(way, frame.length, performance.now())) return false;
    this.side.hasCarried(header.gatewayId);
    this.sendUp(way, frame);
    return true;
  }

  private newMesh(): NeighbourMesh {
    const { identity, nodeId, mark } = this.options;
    return new NeighbourMesh(
      { nodeId, gatewayId: identity.gatewayId },
      {
        schedule: realSchedule,
        random: Math.random,
        epochMs: () => Date.now(),
        isTrusted: (gatewayId) => !identity.distrust.has(gatewayId),
        mark,
      },
      {
        onUp: (frame) => this.carryUp(frame),
        onDown: (frame) => this.side.receive(frame),
        onEvent: (event) => this.hearMesh(event),
      },
    );
  }

  private openLinks(mesh: NeighbourMesh): NeighbourLinks {
    const { identity, links, wiring, wireMedium, nodeId, emit, onError } = this.options;
    return new NeighbourLinks(mesh, {
      links,
      wiring,
      wireMedium,
      nodeId,
      clientId: `wattkeeper-neighbour-${identity.gatewayId}`,
      emit: (link, bytes) => emit([null, { link, payload: Buffer.from(bytes) }, null]),
      onError,
    });
  }

  private hearMesh(event: MeshEvent): void {
    if (event.kind === 'evidence') this.watch.see(event.evidence);
    const isNews = ['neighbourSeen', 'neighbourLost', 'wayLeft'].includes(event.kind);
    if (isNews) this.emitEvent({ ...event });
  }

  private hear(event: GatewayEvent): void {
    if (event.kind === 'arrived') for (const arrival of event.arrivals) this.takeArrival(arrival);
    else this.emitEvent({ ...event });
    if (event.kind === 'discarded') this.discards.note(event);
    if (event.kind === 'enrolled') this.options.identity.noteEnrolled();
  }

  private takeArrival({ item: [, payload, topic] }: StoredArrival): void {
    if (topic !== CONTROL_TOPIC) {
      this.options.emit([null, null, { topic: topic ?? '', payload, event: 'command' }]);
      return;
    }
    const control = readControl(payload);
    const { identity } = this.options;
    if (control?.control === 'key taken') {
      this.isRotating = false;
      if (identity.keys.goOver(Buffer.from(control.publicKey, 'hex'), Date.now())) this.side.newEpoch();
    } else if (control?.control === 'key') {
      identity.peers.add('', Buffer.from(control.publicKey, 'hex'));
      identity.sealing.forget('');
      this.side.newEpoch();
      this.tell({ control: 'key taken', publicKey: control.publicKey });
    } else if (
      control?.control === 'distrust' &&
      identity.distrust.follow(control.gatewayIds, control.change)
    ) {
      this.mesh?.leaveDistrusted();
      this.emitEvent({ kind: 'distrust', gatewayIds: control.gatewayIds, by: HEAD_END });
    }
  }

  private emitEvent(payload: { kind: string } & Record<string, unknown>): void {
    this.options.emit([null, null, { topic: payload.kind, payload, event: payload.kind }]);
  }
}

/** A reading in our own shape needs no topic, and travels in one frame with others. */
const isOwnShape = (said: unknown): boolean =>
  typeof said === 'object' && said !== null && 'meterId' in said && 'energyWh' in said;

function meterOf(said: unknown, topic: string): string {
  const meterId = typeof said === 'object' && said !== null && 'meterId' in said ? said.meterId : topic;
  return typeof meterId === 'string' ? meterId : '';
}
