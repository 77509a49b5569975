import { existsSync, mkdirSync } from 'node:fs';
import { dirname } from 'node:path';
import { readJsonFile, writeJsonFile } from '../json-file';
import { keyPairOf, newKeyPair, rawPrivateKey, type KeyPair } from './hpke';

interface KeyFile {
  /** Private keys in hexadecimal; the first is in use. */
  keys: string[];
  madeMs: number;
  /** Whether the second key is the next one, which the other side may know already, or the one before. */
  isNextMade: boolean;
}

const OWNER_ONLY = 0o700;
const PRIVATE_KEY = /^[0-9a-f]{64}$/;

/**
 * Our own key pairs in a file that only its owner may read: the one in use, and beside it the next one until the other side
 * knows it, or the one before for frames that are still on their way.
 */
export class OwnKeys {
  private pairs: KeyPair[];
  private madeMs: number;
  private isNextMade: boolean;
  /** Whether there were no keys before. */
  readonly isNew: boolean;

  constructor(
    private readonly file: string,
    wallMs: number,
  ) {
    const stored = readJsonFile(file) as Partial<KeyFile> | undefined;
    const keys = stored?.keys ?? [];
    // A file that cannot be read is no reason to become somebody else.
    const isThere = stored !== undefined || existsSync(file);
    if (isThere && !(keys.length > 0 && keys.every((key) => PRIVATE_KEY.test(key))))
      throw new Error(`the key file ${file} is damaged: bring back a copy, or remove it and enrol again`);
    this.pairs = keys.map((key) => keyPairOf(Buffer.from(key, 'hex')));
    this.madeMs = stored?.madeMs ?? wallMs;
    this.isNextMade = stored?.isNextMade === true;
    this.isNew = this.pairs.length === 0;
    if (!this.isNew) return;
    mkdirSync(dirname(file), { recursive: true, mode: OWNER_ONLY });
    this.keep([newKeyPair()]);
  }

  /** The one in use first. */
  get all(): readonly KeyPair[] {
    return this.pairs;
  }

  get inUse(): KeyPair {
    const [pair] = this.pairs;
    if (!pair) throw new Error(`the key file ${this.file} has no key`);
    return pair;
  }

  /** The one that is being made known; null while there is none. */
  get next(): KeyPair | null {
    return (this.isNextMade ? this.pairs[1] : undefined) ?? null;
  }

  ageMs(wallMs: number): number {
    return wallMs - this.madeMs;
  }

  /** The key to go over to. The one before the present goes: nobody uses it any more. */
  prepareNext(): KeyPair {
    if (this.next) return this.next;
    const next = newKeyPair();
    this.isNextMade = true;
    this.keep([this.inUse, next]);
    return next;
  }

  /** The other side knows the key. Returns whether it is the one that was to come. */
  goOver(publicKey: Uint8Array, wallMs: number): boolean {
    const { next } = this;
    if (!next?.publicKey.equals(publicKey)) return false;
    this.madeMs = wallMs;
    this.isNextMade = false;
    this.keep([next, this.inUse]);
    return true;
  }

  private keep(pairs: KeyPair[]): void {
    this.pairs = pairs;
    const keys = pairs.map((pair) => rawPrivateKey(pair).toString('hex'));
    const kept: KeyFile = { keys, madeMs: this.madeMs, isNextMade: this.isNextMade };
    writeJsonFile(this.file, kept, true);
  }
}
