import assert from 'node:assert/strict';
import { mkdtempSync, rmSync, truncateSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { BypassIdentity } from '../../../../nodes/lib/io/bypass/identity';
import { openBypassDatabase } from '../../../../nodes/lib/io/bypass/bypass-database';
import { newKeyPair } from '../../../../nodes/lib/io/bypass/hpke';
import { proofOf, readCode } from '../../../../nodes/lib/io/bypass/one-time-code';
import { PeerKeys } from '../../../../nodes/lib/io/bypass/peer-keys';

describe('who a gateway is', () => {
  let folder: string;
  const headEnd = newKeyPair().publicKey;
  const codes = new PeerKeys(openBypassDatabase(':memory:'));
  const open = (code = ''): BypassIdentity =>
    new BypassIdentity({
      side: 'gateway',
      gatewayId: 'gw',
      code,
      folder,
      monotonicMs: () => 0,
      wallMs: () => 0,
    });
  beforeEach(() => {
    folder = mkdtempSync(join(tmpdir(), 'wattkeeper-identity-'));
  });
  afterEach(() => rmSync(folder, { recursive: true, force: true }));

  it('does not become somebody else because a power cut emptied its keys', () => {
    open().close();
    truncateSync(join(folder, 'gateway-gw.keys'));
    assert.throws(() => open(), /is damaged/);
  });

  it('enrols again by a new code, not by one that it has used', () => {
    const first = codes.invite('gw', headEnd, 0);
    let gateway = open(first);
    assert.notEqual(gateway.proof, null);
    gateway.noteEnrolled();
    gateway.close();
    gateway = open(first);
    assert.equal(gateway.proof, null);
    assert.equal(gateway.enter(first), null);
    // The head-end has lost its disk, or has taken the gateway out.
    const other = newKeyPair().publicKey;
    const second = codes.invite('gw', other, 0);
    const proof = proofOf(readCode(second), gateway.keys.inUse.publicKey);
    assert.equal(gateway.enter(second), proof);
    assert.deepEqual(gateway.peers.of('')[0], other);
    gateway.close();
    gateway = open(first);
    assert.equal(gateway.proof, proof, 'a restart goes on with the newer code');
    gateway.noteEnrolled();
    gateway.close();
    gateway = open(first);
    assert.equal(gateway.proof, null, 'an old code that is still in the settings');
    gateway.close();
  });

  it('asks to be let in again after its keys were removed', () => {
    const code = codes.invite('gw', headEnd, 0);
    let gateway = open(code);
    gateway.noteEnrolled();
    gateway.close();
    rmSync(join(folder, 'gateway-gw.keys'));
    gateway = open(code);
    assert.notEqual(gateway.proof, null);
    gateway.close();
  });

  it('takes no key with which everybody would know the secret', () => {
    assert.throws(() => codes.add('gw', Buffer.alloc(32)), /none that a secret can be agreed on/);
  });

  it('keeps an invitation whatever others try', () => {
    const code = readCode(codes.invite('gw-2', headEnd, 0));
    const { publicKey } = newKeyPair();
    for (let tries = 0; tries < 200; tries += 1)
      assert.equal(codes.redeem('gw-2', publicKey, 'wrong', [headEnd], 0), 'refused');
    assert.equal(codes.redeem('gw-2', publicKey, proofOf(code, publicKey), [headEnd], 0), 'new');
  });
});
