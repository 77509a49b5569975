// RFC 9180, Hybrid Public Key Encryption, for the one suite that is used here: DHKEM(X25519, HKDF-SHA256), HKDF-SHA256,
// ChaCha20-Poly1305, in auth mode. ChaCha20 is the fast one on processors without AES instructions, which small gateways have.
import {
  createCipheriv,
  createDecipheriv,
  createHmac,
  createPrivateKey,
  createPublicKey,
  diffieHellman,
  generateKeyPairSync,
  type KeyObject,
} from 'node:crypto';
import { KEY_BYTES, TAG_BYTES } from '../../bypass/frame';

const MODE_AUTH = Buffer.of(2);
const KEM_SUITE = Buffer.from([...Buffer.from('KEM'), 0x00, 0x20]);
const HPKE_SUITE = Buffer.from([...Buffer.from('HPKE'), 0x00, 0x20, 0x00, 0x01, 0x00, 0x03]);
const CIPHER = 'chacha20-poly1305';
const NONCE_BYTES = 12;
const BYTE = 0x100;
const EMPTY = Buffer.alloc(0);
/** What stands before a raw X25519 key in its DER form (RFC 8410 §7 and §4). */
const PRIVATE_PREFIX = Buffer.from('302e020100300506032b656e04220420', 'hex');
const PUBLIC_PREFIX = Buffer.from('302a300506032b656e032100', 'hex');

export interface KeyPair {
  privateKey: KeyObject;
  /** Raw, as it travels. */
  publicKey: Buffer;
}

export function newKeyPair(): KeyPair {
  const { privateKey } = generateKeyPairSync('x25519');
  return { privateKey, publicKey: rawPublicKey(privateKey) };
}

export function keyPairOf(rawPrivateKey: Uint8Array): KeyPair {
  const der = Buffer.concat([PRIVATE_PREFIX, rawPrivateKey]);
  const privateKey = createPrivateKey({ key: der, format: 'der', type: 'pkcs8' });
  return { privateKey, publicKey: rawPublicKey(privateKey) };
}

export function rawPrivateKey({ privateKey }: KeyPair): Buffer {
  return privateKey.export({ format: 'der', type: 'pkcs8' }).subarray(-KEY_BYTES);
}

function rawPublicKey(privateKey: KeyObject): Buffer {
  return createPublicKey(privateKey).export({ format: 'der', type: 'spki' }).subarray(-KEY_BYTES);
}

function sharedSecret(privateKey: KeyObject, rawPublic: Uint8Array): Buffer {
  const der = Buffer.concat([PUBLIC_PREFIX, rawPublic]);
  return diffieHellman({ privateKey, publicKey: createPublicKey({ key: der, format: 'der', type: 'spki' }) });
}

/** Whether a secret can be agreed on with this key: with one of small order everybody would know it. */
export function isUsableKey(rawPublic: Uint8Array): boolean {
  try {
    sharedSecret(newKeyPair().privateKey, rawPublic);
    return true;
  } catch {
    return false;
  }
}

const hmac = (key: Uint8Array, ...parts: Uint8Array[]): Buffer => {
  const mac = createHmac('sha256', key);
  for (const part of parts) mac.update(part);
  return mac.digest();
};

/** §4, LabeledExtract. */
function labeledExtract(suite: Buffer, salt: Uint8Array, label: string, ikm: Uint8Array): Buffer {
  return hmac(salt, Buffer.from('HPKE-v1'), suite, Buffer.from(label), ikm);
}

/** §4, LabeledExpand, for lengths up to one block of SHA-256, which is all that this suite asks for. */
function labeledExpand(suite: Buffer, prk: Buffer, label: string, info: Uint8Array, bytes: number): Buffer {
  const length = Buffer.of(bytes >> 8, bytes & 0xff);
  const block = hmac(prk, length, Buffer.from('HPKE-v1'), suite, Buffer.from(label), info, Buffer.of(1));
  return block.subarray(0, bytes);
}

/** §4.1, the end of AuthEncap and AuthDecap. */
function kemSecret(dh: Buffer, kemContext: Buffer): Buffer {
  const prk = labeledExtract(KEM_SUITE, EMPTY, 'eae_prk', dh);
  return labeledExpand(KEM_SUITE, prk, 'shared_secret', kemContext, KEY_BYTES);
}

/** What both sides derive for one encapsulated key (§5.2). Every sequence number may be sealed once. */
export class HpkeContext {
  private constructor(
    private readonly key: Buffer,
    private readonly baseNonce: Buffer,
    private readonly exporterSecret: Buffer,
  ) {}

  /** §5.1, KeySchedule, without a pre-shared key. */
  static schedule(secret: Buffer, info: Uint8Array): HpkeContext {
    const pskIdHash = labeledExtract(HPKE_SUITE, EMPTY, 'psk_id_hash', EMPTY);
    const infoHash = labeledExtract(HPKE_SUITE, EMPTY, 'info_hash', info);
    const context = Buffer.concat([MODE_AUTH, pskIdHash, infoHash]);
    const prk = labeledExtract(HPKE_SUITE, secret, 'secret', EMPTY);
    return new HpkeContext(
      labeledExpand(HPKE_SUITE, prk, 'key', context, KEY_BYTES),
      labeledExpand(HPKE_SUITE, prk, 'base_nonce', context, NONCE_BYTES),
      labeledExpand(HPKE_SUITE, prk, 'exp', context, KEY_BYTES),
    );
  }

  /** `before` is put in front of what is sealed, which spares a copy of it all. */
  seal(seq: number, aad: Uint8Array, plain: Uint8Array, before: Uint8Array = EMPTY): Buffer {
    const cipher = createCipheriv(CIPHER, this.key, this.nonce(seq), { authTagLength: TAG_BYTES });
    cipher.setAAD(aad, { plaintextLength: plain.length });
    const sealed = cipher.update(plain);
    cipher.final();
    return Buffer.concat([before, sealed, cipher.getAuthTag()]);
  }

  /** Throws for anything that was not sealed by the other side with the same associated data. */
  open(seq: number, aad: Uint8Array, sealed: Uint8Array): Buffer {
    const end = sealed.length - TAG_BYTES;
    const decipher = createDecipheriv(CIPHER, this.key, this.nonce(seq), { authTagLength: TAG_BYTES });
    decipher.setAAD(aad, { plaintextLength: end });
    decipher.setAuthTag(sealed.subarray(end));
    const plain = decipher.update(sealed.subarray(0, end));
    decipher.final();
    return plain;
  }

  /** §5.3: a secret of its own for another purpose. */
  exportSecret(exporterContext: Uint8Array, bytes: number): Buffer {
    return labeledExpand(HPKE_SUITE, this.exporterSecret, 'sec', exporterContext, bytes);
  }

  /** §5.2, ComputeNonce. */
  private nonce(seq: number): Buffer {
    const nonce = Buffer.from(this.baseNonce);
    let rest = seq;
    for (let index = NONCE_BYTES - 1; rest > 0; index -= 1) {
      nonce.writeUInt8((nonce[index] ?? 0) ^ (rest % BYTE), index);
      rest = Math.floor(rest / BYTE);
    }
    return nonce;
  }
}

/** §5.1.3, SetupAuthS. A new ephemeral key for every context, so that no two share anything. */
export function setupSender(
  own: KeyPair,
  recipient: Uint8Array,
  info: Uint8Array,
  ephemeral: KeyPair = newKeyPair(),
): { encapsulated: Buffer; context: HpkeContext } {
  const dh = Buffer.concat([
    sharedSecret(ephemeral.privateKey, recipient),
    sharedSecret(own.privateKey, recipient),
  ]);
  const kemContext = Buffer.concat([ephemeral.publicKey, recipient, own.publicKey]);
  const context = HpkeContext.schedule(kemSecret(dh, kemContext), info);
  return { encapsulated: ephemeral.publicKey, context };
}

/** §5.1.3, SetupAuthR. Throws for keys that are no points of the curve worth the name. */
export function setupRecipient(
  own: KeyPair,
  sender: Uint8Array,
  encapsulated: Uint8Array,
  info: Uint8Array,
): HpkeContext {
  const dh = Buffer.concat([
    sharedSecret(own.privateKey, encapsulated),
    sharedSecret(own.privateKey, sender),
  ]);
  const kemContext = Buffer.concat([encapsulated, own.publicKey, sender]);
  return HpkeContext.schedule(kemSecret(dh, kemContext), info);
}
