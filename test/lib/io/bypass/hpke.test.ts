import assert from 'node:assert/strict';
import {
  keyPairOf,
  newKeyPair,
  rawPrivateKey,
  setupRecipient,
  setupSender,
} from '../../../../nodes/lib/io/bypass/hpke';
import vectors from './rfc-9180-vectors.json';

const hex = (text: string): Buffer => Buffer.from(text, 'hex');
const info = hex(vectors.info);
const sender = keyPairOf(hex(vectors.skSm));
const recipient = keyPairOf(hex(vectors.skRm));
const ephemeral = keyPairOf(hex(vectors.skEm));

describe('HPKE in auth mode (RFC 9180, A.2.3)', () => {
  it('derives the public keys and the encapsulated key', () => {
    assert.equal(sender.publicKey.toString('hex'), vectors.pkSm);
    assert.equal(recipient.publicKey.toString('hex'), vectors.pkRm);
    const { encapsulated } = setupSender(sender, recipient.publicKey, info, ephemeral);
    assert.equal(encapsulated.toString('hex'), vectors.enc);
  });

  it('seals and opens every encryption of the appendix, in any order', () => {
    const { context } = setupSender(sender, recipient.publicKey, info, ephemeral);
    const opener = setupRecipient(recipient, sender.publicKey, hex(vectors.enc), info);
    for (const { seq, pt, aad, ct } of vectors.encryptions.toReversed()) {
      assert.equal(context.seal(seq, hex(aad), hex(pt)).toString('hex'), ct, `sequence number ${seq}`);
      assert.equal(opener.open(seq, hex(aad), hex(ct)).toString('hex'), pt, `sequence number ${seq}`);
    }
  });

  it('exports the secrets of the appendix', () => {
    const opener = setupRecipient(recipient, sender.publicKey, hex(vectors.enc), info);
    for (const { context, bytes, value } of vectors.exports)
      assert.equal(opener.exportSecret(hex(context), bytes).toString('hex'), value);
  });

  it('refuses another sequence number, other associated data, another sender, and any changed bit', () => {
    const opener = setupRecipient(recipient, sender.publicKey, hex(vectors.enc), info);
    const { seq, aad, ct } = vectors.encryptions[1]!;
    assert.throws(() => opener.open(seq + 1, hex(aad), hex(ct)));
    assert.throws(() => opener.open(seq, hex(`${aad}00`), hex(ct)));
    const stranger = setupRecipient(recipient, newKeyPair().publicKey, hex(vectors.enc), info);
    assert.throws(() => stranger.open(seq, hex(aad), hex(ct)));
    for (let bit = 0; bit < hex(ct).length * 8; bit += 1) {
      const changed = hex(ct);
      changed[bit >> 3]! ^= 1 << (bit & 7);
      assert.throws(() => opener.open(seq, hex(aad), changed), `bit ${bit}`);
    }
  });

  it('refuses an encapsulated key of small order, with which everybody would know the secret', () => {
    assert.throws(() => setupRecipient(recipient, sender.publicKey, Buffer.alloc(32), info));
  });

  it('keeps a key pair through its raw form', () => {
    const pair = newKeyPair();
    assert.deepEqual(keyPairOf(rawPrivateKey(pair)).publicKey, pair.publicKey);
  });

  it('never gives two contexts the same key', () => {
    const seals = [1, 2].map(() =>
      setupSender(sender, recipient.publicKey, info).context.seal(0, info, info),
    );
    assert.notDeepEqual(seals[0], seals[1]);
  });
});
