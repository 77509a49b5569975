import { randomBytes } from 'node:crypto';
import { join } from 'node:path';
import { Distrust } from '../../bypass/distrust';
import { isGatewayId, KEY_BYTES } from '../../bypass/frame';
import { openBypassDatabase } from './bypass-database';
import { FrameSealing } from './frame-sealing';
import { codeMark, proofOf, readCode, readCodeFile, type OneTimeCode } from './one-time-code';
import { OwnKeys } from './own-keys';
import { PeerKeys } from './peer-keys';
import { SqliteBypassStore } from './sqlite-bypass-store';

export interface IdentitySettings {
  side: 'gateway' | 'head-end';
  /** Empty at the head-end, and at a gateway whose one-time code says it. */
  gatewayId: string;
  /** A one-time code, or the head-end's public key, or nothing when a file beside the keys says it or the head-end is known. */
  code: string;
  folder: string;
  monotonicMs: () => number;
  wallMs: () => number;
}

const BOX_BYTES = 8;
const PUBLIC_KEY = /^[0-9a-f]{64}$/i;
const HEAD_END_FILES = 'head-end';
const DISTRUST = 'distrust';
const ENROLLED = 'enrolled';
/** A one-time code that was entered and has not been answered. */
const CODE = 'code';
/** Marks of the codes that were taken up. */
const SPENT = 'spent codes';
const MOST_SPENT = 50;
const CODE_FILE = 'one-time-code';
/** The name of the head-end among the peers of a gateway. */
const HEAD_END = '';

/** Who one side of the bypass is: its keys, the keys it takes, and what it keeps on disk. */
export class BypassIdentity {
  readonly side: IdentitySettings['side'];
  readonly gatewayId: string;
  readonly keys: OwnKeys;
  readonly peers: PeerKeys;
  readonly store: SqliteBypassStore;
  readonly sealing: FrameSealing;
  readonly distrust: Distrust;
  /** Shown to the head-end until it answers; null when it knows this gateway, or was told of it by hand. */
  readonly proof: string | null;
  /** One router works for an identity; a second one would send everything twice. */
  isTaken = false;

  constructor({ side, gatewayId, code: entered, folder, monotonicMs, wallMs }: IdentitySettings) {
    this.side = side;
    const isFromFile = side === 'gateway' && entered.trim() === '';
    const code = isFromFile ? codeInFile(join(folder, CODE_FILE), gatewayId.trim()) : entered;
    const oneTime = side === 'gateway' && code.includes(':') ? readCode(code) : null;
    this.gatewayId = side === 'head-end' ? '' : gatewayOf(gatewayId, oneTime);
    const name = side === 'head-end' ? HEAD_END_FILES : `gateway-${this.gatewayId}`;
    this.keys = new OwnKeys(join(folder, `${name}.keys`), wallMs());
    const db = openBypassDatabase(join(folder, `${name}.sqlite`));
    try {
      this.peers = new PeerKeys(db);
      this.store = new SqliteBypassStore(db, {
        monotonicMs,
        wallMs,
        newBox: () => randomBytes(BOX_BYTES).toString('hex'),
      });
      this.distrust = new Distrust(this.store.noted(DISTRUST), (text) => this.store.note(DISTRUST, text));
      this.sealing = new FrameSealing(
        () => this.keys.all,
        (peer) => this.peers.of(peer),
      );
      // Keys were lost, or thrown away to enrol again: the head-end does not know the new ones.
      if (this.keys.isNew && this.isEnrolled) this.store.note(ENROLLED, '');
      const open = side === 'gateway' ? (this.store.noted(CODE) ?? '') : '';
      this.proof =
        open === '' ? this.learnHeadEnd(oneTime, code.trim()) : this.learnHeadEnd(readCode(open), open);
    } catch (error) {
      db.close();
      throw error;
    }
  }

  /** Whether a key of the other side is known. */
  get isIntroduced(): boolean {
    return this.side === 'head-end' || this.peers.of(HEAD_END).length > 0;
  }

  /** Takes a one-time code that somebody enters while the gateway runs. Returns the proof to show, or null when it is known already. */
  enter(code: string): string | null {
    const oneTime = readCode(code);
    gatewayOf(this.gatewayId, oneTime);
    if (this.isEnrolled && this.isSpent(oneTime)) return null;
    this.takeUp(oneTime);
    // Until the head-end has answered, a restart goes on with this code and not with an older one.
    this.store.note(CODE, code.trim());
    return proofOf(oneTime, this.keys.inUse.publicKey);
  }

  /** The head-end knows us now. */
  noteEnrolled(): void {
    this.store.note(ENROLLED, this.keys.inUse.publicKey.toString('hex'));
    this.store.note(CODE, '');
  }

  close(): void {
    this.store.close();
  }

  private get isEnrolled(): boolean {
    return (this.store.noted(ENROLLED) ?? '') !== '';
  }

  /** Whether this code has been taken up before. Another one says that the head-end has forgotten us, or is another. */
  private isSpent(code: OneTimeCode): boolean {
    return (this.store.noted(SPENT) ?? '').split(' ').includes(codeMark(code));
  }

  private takeUp(code: OneTimeCode): void {
    if (!this.isSpent(code)) {
      const spent = (this.store.noted(SPENT) ?? '').split(' ').slice(-MOST_SPENT);
      this.store.note(SPENT, [...spent, codeMark(code)].join(' '));
      if (!this.peers.of(HEAD_END).some((key) => key.equals(code.headEndKey)))
        this.peers.replace(HEAD_END, code.headEndKey);
      this.sealing.forget(HEAD_END);
    }
    this.store.note(ENROLLED, '');
  }

  private learnHeadEnd(oneTime: OneTimeCode | null, code: string): string | null {
    if (this.side === 'head-end') return null;
    const known = this.peers.of(HEAD_END);
    if (oneTime) {
      if (this.isEnrolled && this.isSpent(oneTime)) return null;
      this.takeUp(oneTime);
      return proofOf(oneTime, this.keys.inUse.publicKey);
    }
    if (PUBLIC_KEY.test(code)) {
      const key = Buffer.from(code, 'hex').subarray(0, KEY_BYTES);
      if (known.length === 0) this.peers.add(HEAD_END, key);
      return null;
    }
    if (code !== '')
      throw new RangeError('the code must be a one-time code or the public key of the head-end');
    return null;
  }
}

/** A folder may belong to more than one gateway, and the code in it to another one. */
function codeInFile(file: string, gatewayId: string): string {
  const code = readCodeFile(file);
  return gatewayId === '' || code.startsWith(`${gatewayId}:`) ? code : '';
}

function gatewayOf(gatewayId: string, oneTime: OneTimeCode | null): string {
  const id = gatewayId.trim() || (oneTime?.gatewayId ?? '');
  const isGood: boolean = isGatewayId(id);
  if (!isGood)
    throw new RangeError(
      `the gateway's name must be 1 to 32 letters, digits, dots, dashes or underscores, got "${id}"`,
    );
  if (oneTime && oneTime.gatewayId !== id)
    throw new RangeError(
      `the one-time code is for "${oneTime.gatewayId}", but this gateway is called "${id}"`,
    );
  return id;
}
