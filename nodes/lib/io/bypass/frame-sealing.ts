import { createHash } from 'node:crypto';
import { deflateRawSync, inflateRawSync } from 'node:zlib';
import {
  KEY_MARK_BYTES,
  MAX_FRAME_BYTES,
  readHeader,
  withSeq,
  writeHeader,
  type FrameHeader,
  type FrameKind,
} from '../../bypass/frame';
import type { FrameSealer, OpenFault, OpenResult, Sealing } from '../../bypass/sealing';
import { sizeClass } from '../../bypass/size-class';
import { setupRecipient, setupSender, type HpkeContext, type KeyPair } from './hpke';

/** Tells our use of a key from any other one. */
const INFO = Buffer.from('wattkeeper bypass 1');
const LENGTH_BYTES = 4;
const HEAD_BYTES = 1 + LENGTH_BYTES;
const STORED = 0;
const DEFLATED = 1;
/** Shorter texts do not get shorter. */
const WORTH_DEFLATING_BYTES = 200;
/** 500 readings with everything a meter can say; more would be somebody's attempt to fill the memory. */
const MAX_TEXT_BYTES = 4_000_000;
/** Frames of the epoch before may still be under way after a restart. */
const CONTEXTS_PER_PEER = 4;

/** The first bytes of a key's hash: enough to tell the few keys of one name apart. */
export function keyMark(publicKey: Uint8Array): string {
  return createHash('sha256').update(publicKey).digest().toString('hex', 0, KEY_MARK_BYTES);
}

/** Whose public keys are taken, newest first. The head-end's name is empty. */
export type KeysOf = (peer: string) => readonly Uint8Array[];

interface KnownContext {
  name: string;
  context: HpkeContext;
}

/** Seals with the newest keys and opens with every key that is still taken. */
export class FrameSealing implements Sealing {
  private readonly known = new Map<string, KnownContext[]>();

  constructor(
    /** Newest first. */
    private readonly ownKeys: () => readonly KeyPair[],
    private readonly keysOf: KeysOf,
  ) {}

  sealerTo(peer: string, kind: FrameKind, gatewayId: string, epoch: number, ownKey = ''): FrameSealer {
    const all = this.ownKeys();
    const own = all.find(({ publicKey }) => keyMark(publicKey) === ownKey) ?? all[0];
    const [recipient] = this.keysOf(peer);
    if (!own || !recipient) throw new Error(`there is no key of ${peer === '' ? 'the head-end' : peer} yet`);
    const { encapsulated, context } = setupSender(own, recipient, INFO);
    const marks = { senderKey: keyMark(own.publicKey), recipientKey: keyMark(recipient) };
    const header = { kind, gatewayId, epoch, ...marks, encapsulated };
    return new EpochSealer(kind === 'enrol' ? { ...header, publicKey: own.publicKey } : header, context);
  }

  open(frame: Uint8Array): OpenResult {
    const read = readHeader(frame);
    if (!read) return { fault: 'form', header: null };
    const { header, end } = read;
    const refuse = (fault: OpenFault): OpenResult => ({ fault, header });
    const peer = header.kind === 'down' ? '' : header.gatewayId;
    const contextName = `${header.epoch} ${header.senderKey} ${header.recipientKey} ${Buffer.from(header.encapsulated).toString('hex')}`;
    const cached = this.known.get(peer)?.find(({ name }) => name === contextName);
    const context = cached?.context ?? this.contextFor(peer, header);
    if (typeof context === 'string') return refuse(context);
    try {
      const plain = context.open(header.seq, frame.subarray(0, end), frame.subarray(end));
      const body = unpack(plain);
      if (body === null) return refuse('form');
      if (!cached && header.kind !== 'enrol') this.remember(peer, { name: contextName, context });
      return { header, body };
    } catch {
      return refuse('forged');
    }
  }

  /** Keys have been changed or taken back: what was derived from them goes with them. */
  forget(peer: string): void {
    this.known.delete(peer);
  }

  private contextFor(peer: string, header: FrameHeader): HpkeContext | OpenFault {
    const senders = header.publicKey ? [header.publicKey] : this.keysOf(peer);
    if (senders.length === 0) return 'stranger';
    const sender = senders.find((key) => keyMark(key) === header.senderKey);
    const own = this.ownKeys().find(({ publicKey }) => keyMark(publicKey) === header.recipientKey);
    if (!sender || !own) return 'key';
    try {
      return setupRecipient(own, sender, header.encapsulated, INFO);
    } catch {
      return 'forged';
    }
  }

  private remember(peer: string, context: KnownContext): void {
    const contexts = this.known.get(peer) ?? [];
    this.known.set(peer, [context, ...contexts].slice(0, CONTEXTS_PER_PEER));
  }
}

class EpochSealer implements FrameSealer {
  nextSeq = 0;
  private readonly head: Buffer;

  constructor(
    private readonly header: Omit<FrameHeader, 'seq'>,
    private readonly context: HpkeContext,
  ) {
    this.head = writeHeader({ ...header, seq: 0 });
  }

  get epoch(): number {
    return this.header.epoch;
  }

  seal(body: string): Uint8Array {
    const seq = this.nextSeq;
    this.nextSeq += 1;
    const head = withSeq(this.head, this.header.gatewayId, seq);
    return this.context.seal(seq, head, pack(body), head);
  }
}

/** Readings repeat themselves; a slow wire is spared four fifths of them. Then filled up to a size that says little. */
function pack(body: string): Buffer {
  const text = Buffer.from(body);
  const isWorthIt = text.length >= WORTH_DEFLATING_BYTES;
  const data = isWorthIt ? deflateRawSync(text, { level: 1 }) : text;
  const plain = Buffer.alloc(sizeClass(HEAD_BYTES + data.length));
  plain[0] = isWorthIt ? DEFLATED : STORED;
  plain.writeUInt32BE(data.length, 1);
  plain.set(data, HEAD_BYTES);
  return plain;
}

function unpack(plain: Buffer): string | null {
  if (plain.length < HEAD_BYTES || plain.length > MAX_FRAME_BYTES) return null;
  const length = plain.readUInt32BE(1);
  if (HEAD_BYTES + length > plain.length) return null;
  const data = plain.subarray(HEAD_BYTES, HEAD_BYTES + length);
  if (plain[0] === STORED) return data.toString();
  if (plain[0] !== DEFLATED) return null;
  return inflateRawSync(data, { maxOutputLength: MAX_TEXT_BYTES }).toString();
}
