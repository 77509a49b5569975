import { itemText } from '../lib/bypass/body';
import type { StoredArrival } from '../lib/bypass/bypass-store';
import { CONTROL_TOPIC, readControl, type Control } from '../lib/bypass/control';
import { isGatewayId, KEY_BYTES, readHeader } from '../lib/bypass/frame';
import { HeadEndSide, type HeadEndEvent } from '../lib/bypass/head-end-side';
import { laneOf, URGENT } from '../lib/bypass/lane';
import type { OpenedMessage } from '../lib/bypass/opened-messages';
import type { BypassIdentity } from '../lib/io/bypass/identity';
import { isUsableKey } from '../lib/io/bypass/hpke';
import { writeCodeFile } from '../lib/io/bypass/one-time-code';
import { readSealedFile, writeSealedFile } from '../lib/io/bypass/sealed-file';
import type { Origin, PrepaidMessage } from '../lib/meter/prepaid-message';
import { commandTopic, topicOwner } from '../lib/meter/topics';
import type { Site } from '../lib/site/site';
import { showValue } from '../lib/text/show-value';
import { HeadEndRotation } from './head-end-rotation';
import { HeadEndWatch } from './head-end-watch';
import { gatewayField, textField, trustChange, type Question } from './router-input';

export interface HeadEndDeskOptions {
  identity: BypassIdentity;
  /** The ledger that the readings go to, when it is in this process. */
  site: Site | null;
  acknowledge: 'commit' | 'arrival';
  /** Output 1 opened, output 2 down, output 3 alarms and answers. */
  emit: (ports: (PrepaidMessage | null)[]) => void;
  onError: (error: Error) => void;
}

/** Acknowledgements of several frames go down together. */
const FLUSH_AFTER_MS = 5;
/** A gateway says something once a minute, so after this it counts as silent. */
const SILENT_AFTER_MS = 300_000;
/** So many frames of a file are being dealt with at once. */
const FILE_FRAMES_AT_ONCE = 8;
const FROM_FILE = 'file';

/** The head-end's side of a router: opens, hands on, acknowledges what is durable, and watches. */
export class HeadEndDesk {
  readonly side: HeadEndSide;
  opened = 0;
  private readonly watch: HeadEndWatch;
  private readonly rotation: HeadEndRotation;
  private flushTimer: NodeJS.Timeout | null = null;
  private fileFrames: Uint8Array[] = [];
  private readonly startedMs = performance.now();

  constructor(private readonly options: HeadEndDeskOptions) {
    const { identity, acknowledge } = options;
    this.watch = new HeadEndWatch({
      tell: (kind, facts) => this.emitEvent(kind, facts),
      isHeard: (gatewayId) => this.isHeard(gatewayId),
      isDistrusted: (gatewayId) => identity.distrust.has(gatewayId),
      meterIdsOf: (gatewayId) => this.side.ways.metersOf(gatewayId),
    });
    this.rotation = new HeadEndRotation({
      identity,
      wallMs: () => Date.now(),
      tell: (gatewayId, control) => this.tell(gatewayId, control),
      newEpoch: (gatewayId) => this.side.newEpoch(gatewayId),
      emit: (kind, facts) => this.emitEvent(kind, facts),
      raise: (kind, facts) => this.watch.raise(kind, facts),
    });
    this.side = new HeadEndSide({
      store: identity.store,
      sealing: identity.sealing,
      clock: { monotonicMs: () => performance.now(), wallMs: () => Date.now() },
      acknowledge,
      send: (via, gatewayId, frame) => this.sendDown(via, gatewayId, frame),
      deliver: (gatewayId, via, messages) => this.deliver(gatewayId, via, messages),
      arrived: (arrivals) => this.takeArrivals(arrivals),
      hear: (event) => this.hear(event),
    });
  }

  start(): void {
    this.side.start();
  }

  /** A frame that came up. The topic says who brought it. */
  receive(frame: Uint8Array, { topic, via }: PrepaidMessage): void {
    const carrier = typeof via === 'string' ? via : topicOwner(topic ?? '');
    const claimed = readHeader(frame)?.header.gatewayId ?? '';
    this.side.receive(frame, isGatewayId(carrier) ? carrier : claimed);
    this.flushSoon();
  }

  /** The flow says that the readings of an origin are stored. With a ledger in this process its receipts decide, not the flow. */
  confirmed(origin: Origin): void {
    if (!this.options.site) this.confirm(origin);
  }

  /** Keeps a command for the gateway of its meter, or for the gateway that is named. */
  keep({ payload, topic, gatewayId, priority, prepaid }: PrepaidMessage): void {
    // What balance-guard could store in part only comes back without its origin; the gateway will repeat itself.
    if (prepaid) return;
    if (topic === CONTROL_TOPIC) throw new RangeError(`msg.topic must not be "${CONTROL_TOPIC}"`);
    const said: unknown = Buffer.isBuffer(payload) ? payload.toString() : payload;
    const to = gatewayId === undefined ? this.gatewayOf(said, topic ?? '') : gatewayId;
    if (!isGatewayId(to) || this.options.identity.peers.of(to).length === 0)
      throw new RangeError(`msg.gatewayId must be the name of an enrolled gateway, got "${showValue(to)}"`);
    this.side.put(to, [
      { lane: laneOf(said, priority ?? 'urgent'), meterId: '', text: itemText(said, topic ?? '') },
    ]);
  }

  tick(): void {
    for (const frame of this.fileFrames.splice(0, FILE_FRAMES_AT_ONCE)) this.side.receive(frame, FROM_FILE);
    this.side.tick();
    this.rotation.tick();
  }

  answer(question: Question): object {
    const { identity } = this.options;
    switch (question.ask) {
      case 'state':
        return {
          gateways: this.side
            .gateways()
            .map((facts) => ({ ...facts, isCarried: facts.via !== facts.gatewayId })),
          keyAwaited: this.rotation.awaited,
          keyBehind: this.rotation.behind,
        };
      case 'ways':
        return this.ways();
      case 'distrust':
      case 'trust':
        return this.decide(question);
      case 'identity':
        return { publicKey: identity.keys.inUse.publicKey.toString('hex') };
      case 'code':
        return this.invite(question);
      case 'admit':
        return this.admit(question);
      case 'remove':
        return this.remove(gatewayField(question));
      case 'export': {
        const frames = this.side.answers();
        writeSealedFile(textField(question, 'file'), frames);
        return { frames: frames.length };
      }
      case 'import': {
        const { frames, isWhole } = readSealedFile(textField(question, 'file'));
        this.fileFrames.push(...frames);
        return { frames: frames.length, isWhole };
      }
      case 'rotate':
        return this.rotation.start();
      case 'way':
      case 'enter':
        throw new RangeError(`payload.ask "${question.ask}" is for a gateway`);
    }
  }

  close(): void {
    if (this.flushTimer) clearTimeout(this.flushTimer);
    this.side.flush();
  }

  private confirm(origin: Origin): void {
    if (this.side.confirm(origin)) this.flushSoon();
  }

  private flushSoon(): void {
    this.flushTimer ??= setTimeout(() => {
      this.flushTimer = null;
      try {
        this.side.flush();
      } catch (error) {
        this.options.onError(error as Error);
      }
    }, FLUSH_AFTER_MS);
  }

  /** With a ledger in this process a receipt also covers copies and refused readings, which never reach a guard. */
  private deliver(gatewayId: string, via: string, messages: readonly OpenedMessage[]): void {
    const { site, emit } = this.options;
    for (const { payload, origin } of messages) {
      const count = payload.length;
      this.opened += count;
      const message: PrepaidMessage = { payload, prepaid: { origin }, gatewayId, via };
      if (site) {
        const receipt = site.receipts.issue(count, site.monotonicMs(), (outcome) => {
          if (outcome === 'durable') this.confirm(origin);
          else this.side.giveUp(origin);
        });
        if (receipt === null) {
          this.side.giveUp(origin);
          continue;
        }
        message.prepaid = { origin, receipt };
      }
      emit([message, null, null]);
    }
  }

  private takeArrivals(arrivals: readonly StoredArrival[]): void {
    for (const { peer, item } of arrivals) {
      const [, payload, topic] = item;
      if (topic === CONTROL_TOPIC) this.takeControl(peer, readControl(payload));
      else {
        this.opened += 1;
        const message: PrepaidMessage = { payload, gatewayId: peer };
        if (topic !== undefined) message.topic = topic;
        this.options.emit([message, null, null]);
      }
    }
  }

  private takeControl(gatewayId: string, control: Control | null): void {
    const { identity } = this.options;
    switch (control?.control) {
      case 'report':
        this.watch.report(gatewayId, control.observations);
        break;
      case 'key':
        if (!isUsableKey(Buffer.from(control.publicKey, 'hex'))) {
          this.watch.raise('refused', { gatewayId, fault: 'control' });
          break;
        }
        identity.peers.add(gatewayId, Buffer.from(control.publicKey, 'hex'));
        identity.sealing.forget(gatewayId);
        this.side.newEpoch(gatewayId);
        this.tell(gatewayId, { control: 'key taken', publicKey: control.publicKey });
        this.emitEvent('key', { gatewayId });
        break;
      case 'key taken':
        this.rotation.taken(gatewayId, control.publicKey);
        break;
      case 'discarded':
        this.watch.raise('discarded', { gatewayId, discarded: control.discarded });
        break;
      case 'distrust':
      case undefined:
        this.watch.raise('refused', { gatewayId, fault: 'control' });
    }
  }

  private tell(gatewayId: string, control: Control): void {
    this.side.put(gatewayId, [{ lane: URGENT, meterId: '', text: itemText(control, CONTROL_TOPIC) }]);
  }

  private hear(event: HeadEndEvent): void {
    switch (event.kind) {
      case 'refused':
        this.watch.refused(event);
        break;
      case 'odd':
        this.watch.odd(event);
        break;
      case 'enrol':
        this.enrol(event);
        break;
    }
  }

  private enrol(asked: Extract<HeadEndEvent, { kind: 'enrol' }>): void {
    const { gatewayId, publicKey, proof, knownKey, via } = asked;
    const { peers, keys, sealing } = this.options.identity;
    const ours = keys.all.map((pair) => pair.publicKey);
    const outcome = peers.redeem(gatewayId, publicKey, proof, ours, Date.now());
    if (outcome === 'refused') {
      this.watch.refused({ fault: 'code', gatewayId, via });
      return;
    }
    sealing.forget(gatewayId);
    this.side.welcome(gatewayId, via, outcome === 'new', knownKey);
    if (outcome !== 'new') return;
    this.emitEvent('enrolled', { gatewayId });
    this.rotation.letIn(gatewayId, knownKey);
    this.tellDistrust([gatewayId]);
  }

  /** Which meter came by which way, and what is wrong: all that a dashboard shows. */
  private ways(): object {
    const { peers, distrust } = this.options.identity;
    const seen = new Map(
      this.side.ways.list(performance.now()).map((gateway) => [gateway.gatewayId, gateway]),
    );
    const gateways = peers.peers.map((gatewayId) => ({
      gatewayId,
      isDistrusted: distrust.has(gatewayId),
      ...(seen.get(gatewayId) ?? { now: null, used: [], meters: [] }),
    }));
    const distrusted = distrust.list;
    return { silentAfterMs: SILENT_AFTER_MS, gateways, distrusted, alarms: this.watch.alarms };
  }

  /** Every gateway follows; what it says itself is still taken, since its seal proves it. */
  private decide(question: Question): object {
    const { distrust, peers } = this.options.identity;
    const change = trustChange(question, Date.now());
    distrust.decide(change);
    this.watch.raise(question.ask, { ...change });
    this.tellDistrust(peers.peers);
    return { gatewayId: change.gatewayId, distrusted: distrust.list, log: distrust.log };
  }

  private tellDistrust(gatewayIds: readonly string[]): void {
    const { decided } = this.options.identity.distrust;
    if (decided.change === 0) return;
    for (const gatewayId of gatewayIds) this.tell(gatewayId, { control: 'distrust', ...decided });
  }

  /** A code to be entered at the gateway, or in a file for its memory card. */
  private invite(question: Question): object {
    const { peers, keys } = this.options.identity;
    const gatewayId = gatewayField(question);
    const code = peers.invite(gatewayId, keys.inUse.publicKey, Date.now());
    if (question.fields['file'] === undefined) return { gatewayId, code };
    const file = textField(question, 'file');
    writeCodeFile(file, code);
    return { gatewayId, file };
  }

  private admit(question: Question): object {
    const gatewayId = gatewayField(question);
    const key = Buffer.from(textField(question, 'publicKey'), 'hex');
    if (key.length !== KEY_BYTES) throw new RangeError('payload.publicKey must be 64 hexadecimal digits');
    this.options.identity.peers.replace(gatewayId, key);
    this.options.identity.sealing.forget(gatewayId);
    this.side.newEpoch(gatewayId);
    this.rotation.letIn(gatewayId, null);
    this.tellDistrust([gatewayId]);
    return { gatewayId };
  }

  private remove(gatewayId: string): object {
    this.options.identity.peers.remove(gatewayId);
    this.options.identity.sealing.forget(gatewayId);
    this.side.forget(gatewayId);
    this.rotation.removed(gatewayId);
    return { gatewayId };
  }

  private gatewayOf(said: unknown, topic: string): string | null {
    const named =
      typeof said === 'object' && said !== null && 'meterId' in said ? said.meterId : topicOwner(topic);
    return this.side.ways.gatewayOf(String(named));
  }

  private isHeard(gatewayId: string): boolean {
    // Right after a start nobody has been heard: that says nothing of anybody.
    if (performance.now() - this.startedMs < SILENT_AFTER_MS) return true;
    const found = this.side.gateways().find((facts) => facts.gatewayId === gatewayId);
    return found !== undefined && found.seenMsAgo < SILENT_AFTER_MS;
  }

  private sendDown(via: string, gatewayId: string, frame: Uint8Array): void {
    this.options.emit([
      null,
      { topic: commandTopic(via), payload: Buffer.from(frame), gatewayId, qos: 1 },
      null,
    ]);
  }

  private emitEvent(kind: string, facts: object): void {
    this.options.emit([null, null, { topic: kind, payload: { kind, ...facts } }]);
  }
}
