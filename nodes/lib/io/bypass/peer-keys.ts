import type Database from 'better-sqlite3';
import { randomBytes } from 'node:crypto';
import { isUsableKey } from './hpke';
import { isSameProof, proofOf, SECRET_BYTES, writeCode } from './one-time-code';

/** During a change of keys the old one is taken beside the new one. */
const KEYS_PER_PEER = 2;
const CODE_LIFE_MS = 3 * 86_400_000;

interface Invitation {
  secret: string;
  expiresMs: number;
}

/** Whose public keys are taken, and who has been invited to bring one. The head-end's name is empty. */
export class PeerKeys {
  private readonly cache = new Map<string, Buffer[]>();

  constructor(private readonly db: Database.Database) {}

  /** Newest first. */
  of(peer: string): readonly Buffer[] {
    const cached = this.cache.get(peer);
    if (cached) return cached;
    const rows = this.db
      .prepare('SELECT public_key FROM peer_key WHERE peer = ? ORDER BY number DESC LIMIT ?')
      .pluck()
      .all(peer, KEYS_PER_PEER) as string[];
    const keys = rows.map((key) => Buffer.from(key, 'hex'));
    // Strangers are not remembered: anybody can think of names.
    if (keys.length > 0) this.cache.set(peer, keys);
    return keys;
  }

  get peers(): string[] {
    return this.db.prepare('SELECT DISTINCT peer FROM peer_key ORDER BY peer').pluck().all() as string[];
  }

  /** Takes a further key beside the present one. */
  add(peer: string, publicKey: Uint8Array): void {
    if (!isUsableKey(publicKey))
      throw new RangeError('the public key is none that a secret can be agreed on with');
    const key = Buffer.from(publicKey).toString('hex');
    this.db
      .prepare('INSERT INTO peer_key (peer, public_key) VALUES (?, ?) ON CONFLICT DO NOTHING')
      .run(peer, key);
    this.db
      .prepare(
        `DELETE FROM peer_key WHERE peer = @peer AND number NOT IN
           (SELECT number FROM peer_key WHERE peer = @peer ORDER BY number DESC LIMIT @kept)`,
      )
      .run({ peer, kept: KEYS_PER_PEER });
    this.cache.delete(peer);
  }

  /** Takes this key and no other. */
  replace(peer: string, publicKey: Uint8Array): void {
    this.db
      .transaction(() => {
        this.remove(peer);
        this.add(peer, publicKey);
      })
      .immediate();
  }

  remove(peer: string): void {
    this.db.prepare('DELETE FROM peer_key WHERE peer = ?').run(peer);
    this.db.prepare('DELETE FROM invitation WHERE peer = ?').run(peer);
    this.cache.delete(peer);
  }

  /** A code for one gateway, good once and for three days. A new one takes the place of the one before. */
  invite(gatewayId: string, headEndKey: Buffer, wallMs: number): string {
    const secret = randomBytes(SECRET_BYTES);
    this.db
      .prepare('INSERT OR REPLACE INTO invitation (peer, secret, expires_ms) VALUES (?, ?, ?)')
      .run(gatewayId, secret.toString('hex'), wallMs + CODE_LIFE_MS);
    return writeCode({ gatewayId, headEndKey, secret });
  }

  /** Lets a gateway in that shows that it knows its code, or that has been let in with this key before. */
  redeem(
    gatewayId: string,
    publicKey: Uint8Array,
    proof: string,
    headEndKeys: readonly Buffer[],
    wallMs: number,
  ): 'new' | 'known' | 'refused' {
    if (this.of(gatewayId).some((key) => key.equals(publicKey))) return 'known';
    const invitation = this.db
      .prepare('SELECT secret, expires_ms AS expiresMs FROM invitation WHERE peer = ?')
      .get(gatewayId) as Invitation | undefined;
    if (!invitation || invitation.expiresMs < wallMs) return 'refused';
    const secret = Buffer.from(invitation.secret, 'hex');
    const isGood = headEndKeys.some((headEndKey) =>
      isSameProof(proof, proofOf({ gatewayId, headEndKey, secret }, publicKey)),
    );
    // Nobody guesses 128 bits. Counting the tries would let anybody use up the code of another.
    if (!isGood) return 'refused';
    this.replace(gatewayId, publicKey);
    return 'new';
  }
}
