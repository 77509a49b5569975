import { itemText } from '../lib/bypass/body';
import type { StoredArrival } from '../lib/bypass/bypass-store';
import { CompromiseJudge, type CompromiseAlarm } from '../lib/bypass/compromise-judge';
import { CONTROL_TOPIC, readControl, type Control } from '../lib/bypass/control';
import { isGatewayId, KEY_BYTES, readHeader } from '../lib/bypass/frame';
import { HeadEndSide, type HeadEndEvent } from '../lib/bypass/head-end-side';
import { laneOf, URGENT } from '../lib/bypass/lane';
import type { OpenedMessage } from '../lib/bypass/opened-messages';
import type { BypassIdentity } from '../lib/io/bypass/identity';
import { readSealedFile, writeSealedFile } from '../lib/io/bypass/sealed-file';
import type { Origin, PrepaidMessage } from '../lib/meter/prepaid-message';
import { commandTopic, topicOwner } from '../lib/meter/topics';
import type { Site } from '../lib/site/site';
import { showValue } from '../lib/text/show-value';
import { textField, type Question } from './router-input';

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
/** Forged frames are told of no oftener; anybody can send them. */
const FORGED_EVERY_MS = 60_000;
/** So many frames of a file are being dealt with at once. */
const FILE_FRAMES_AT_ONCE = 8;
const FROM_FILE = 'file';
const MS_PER_MINUTE = 60_000;

/** The head-end's side of a router: opens, hands on, acknowledges what is durable, and watches. */
export class HeadEndDesk {
  readonly side: HeadEndSide;
  opened = 0;
  private readonly judge: CompromiseJudge;
  private flushTimer: NodeJS.Timeout | null = null;
  private forgedToldMs = -Infinity;
  private forgedSince = 0;
  private fileFrames: Uint8Array[] = [];

  constructor(private readonly options: HeadEndDeskOptions) {
    const { identity, acknowledge } = options;
    this.judge = new CompromiseJudge((gatewayId) => this.isHeard(gatewayId));
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
  }

  answer(question: Question): object {
    const { identity } = this.options;
    switch (question.ask) {
      case 'state':
        return {
          gateways: this.side
            .gateways()
            .map((facts) => ({ ...facts, isCarried: facts.via !== facts.gatewayId })),
        };
      case 'identity':
        return { publicKey: identity.keys.inUse.publicKey.toString('hex') };
      case 'code': {
        const gatewayId = gatewayField(question);
        return {
          gatewayId,
          code: identity.peers.invite(gatewayId, identity.keys.inUse.publicKey, Date.now()),
        };
      }
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
        return this.rotate();
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
        this.alarm(this.judge.report(gatewayId, control.observations, performance.now()));
        break;
      case 'key':
        identity.peers.add(gatewayId, Buffer.from(control.publicKey, 'hex'));
        identity.sealing.forget(gatewayId);
        this.side.newEpoch(gatewayId);
        this.tell(gatewayId, { control: 'key taken', publicKey: control.publicKey });
        this.emitEvent('key', { gatewayId });
        break;
      case 'key taken':
        identity.store.note(`key of ${gatewayId}`, control.publicKey);
        this.goOverWhenAllKnow(control.publicKey);
        break;
      case undefined:
        this.emitEvent('refused', { gatewayId, fault: 'control' });
    }
  }

  /** Our next key goes to every gateway. It is used when the last one has it; until then both are taken. */
  private rotate(): object {
    const { keys, peers } = this.options.identity;
    const publicKey = keys.prepareNext().publicKey.toString('hex');
    for (const gatewayId of peers.peers) this.tell(gatewayId, { control: 'key', publicKey });
    return { publicKey, gateways: peers.peers.length };
  }

  private goOverWhenAllKnow(publicKey: string): void {
    const { store, peers, keys } = this.options.identity;
    if (peers.peers.some((gatewayId) => store.noted(`key of ${gatewayId}`) !== publicKey)) return;
    if (!keys.goOver(Buffer.from(publicKey, 'hex'), Date.now())) return;
    for (const gatewayId of peers.peers) this.side.newEpoch(gatewayId);
    this.emitEvent('key', { publicKey });
  }

  private tell(gatewayId: string, control: Control): void {
    this.side.put(gatewayId, [{ lane: URGENT, meterId: '', text: itemText(control, CONTROL_TOPIC) }]);
  }

  private hear(event: HeadEndEvent): void {
    switch (event.kind) {
      case 'refused':
        this.tellForged(event);
        break;
      case 'odd':
        this.alarm(this.judge.seen(event.gatewayId, event.odd, performance.now()));
        this.emitEvent(event.odd, { gatewayId: event.gatewayId, via: event.via });
        break;
      case 'enrol':
        this.enrol(event);
        break;
    }
  }

  /** Whoever is named in such a frame need not have sent it, so nobody is accused. */
  private tellForged({ fault, gatewayId, via }: Extract<HeadEndEvent, { kind: 'refused' }>): void {
    this.forgedSince += 1;
    const nowMs = performance.now();
    if (nowMs - this.forgedToldMs < FORGED_EVERY_MS) return;
    this.forgedToldMs = nowMs;
    this.emitEvent('refused', { fault, inTheNameOf: gatewayId, via, count: this.forgedSince });
    this.forgedSince = 0;
  }

  private enrol({ gatewayId, publicKey, proof, via }: Extract<HeadEndEvent, { kind: 'enrol' }>): void {
    const { peers, keys, sealing } = this.options.identity;
    const ours = keys.all.map((pair) => pair.publicKey);
    const outcome = peers.redeem(gatewayId, publicKey, proof, ours, Date.now());
    if (outcome === 'refused') {
      this.emitEvent('refused', { fault: 'code', inTheNameOf: gatewayId, via, count: 1 });
      return;
    }
    sealing.forget(gatewayId);
    this.side.welcome(gatewayId, via);
    if (outcome === 'new') this.emitEvent('enrolled', { gatewayId });
  }

  private admit(question: Question): object {
    const gatewayId = gatewayField(question);
    const key = Buffer.from(textField(question, 'publicKey'), 'hex');
    if (key.length !== KEY_BYTES) throw new RangeError('payload.publicKey must be 64 hexadecimal digits');
    this.options.identity.peers.replace(gatewayId, key);
    this.options.identity.sealing.forget(gatewayId);
    this.side.newEpoch(gatewayId);
    return { gatewayId };
  }

  private remove(gatewayId: string): object {
    this.options.identity.peers.remove(gatewayId);
    this.options.identity.sealing.forget(gatewayId);
    this.side.forget(gatewayId);
    return { gatewayId };
  }

  private gatewayOf(said: unknown, topic: string): string | null {
    const named =
      typeof said === 'object' && said !== null && 'meterId' in said ? said.meterId : topicOwner(topic);
    const found = this.side.gateways().find(({ meterIds }) => meterIds.includes(String(named)));
    return found?.gatewayId ?? null;
  }

  private isHeard(gatewayId: string): boolean {
    const found = this.side.gateways().find((facts) => facts.gatewayId === gatewayId);
    return found !== undefined && found.seenMsAgo < SILENT_AFTER_MS;
  }

  private alarm(alarms: readonly CompromiseAlarm[]): void {
    const nowMs = performance.now();
    for (const { gatewayId, kind, evidence } of alarms) {
      const shown = evidence.map(({ by, kind: what, count, atMs }) => ({
        by,
        kind: what,
        count,
        minutesAgo: Math.round((nowMs - atMs) / MS_PER_MINUTE),
      }));
      const facts = this.side.gateways().find((one) => one.gatewayId === gatewayId);
      this.emitEvent('compromise', {
        gatewayId,
        what: kind,
        evidence: shown,
        meterIds: facts?.meterIds ?? [],
      });
    }
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

function gatewayField(question: Question): string {
  const gatewayId = textField(question, 'gatewayId');
  if (!isGatewayId(gatewayId))
    throw new RangeError(
      `payload.gatewayId must be 1 to 32 letters, digits, dots, dashes or underscores, got "${showValue(gatewayId)}"`,
    );
  return gatewayId;
}
