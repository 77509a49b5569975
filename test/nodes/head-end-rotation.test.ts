import assert from 'node:assert/strict';
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { HeadEndRotation } from '../../nodes/bypass-router/head-end-rotation';
import { keyMark } from '../../nodes/lib/io/bypass/frame-sealing';
import { newKeyPair } from '../../nodes/lib/io/bypass/hpke';
import { BypassIdentity } from '../../nodes/lib/io/bypass/identity';

const HOUR_MS = 3_600_000;

describe('the change of the keys of a head-end', () => {
  let folder: string;
  let identity: BypassIdentity;
  let rotation: HeadEndRotation;
  let nowMs: number;
  let told: string[];
  let alarms: { kind: string; facts: Record<string, unknown> }[];

  const inUse = (): string => identity.keys.inUse.publicKey.toString('hex');
  const next = (): string => identity.keys.next!.publicKey.toString('hex');
  const admit = (...gatewayIds: string[]): void => {
    for (const gatewayId of gatewayIds) identity.peers.add(gatewayId, newKeyPair().publicKey);
  };
  const start = (): void => {
    identity = new BypassIdentity({
      side: 'head-end',
      gatewayId: '',
      code: '',
      folder,
      monotonicMs: () => nowMs,
      wallMs: () => nowMs,
    });
    rotation = new HeadEndRotation({
      identity,
      wallMs: () => nowMs,
      tell: (gatewayId, { control }) => told.push(`${control} ${gatewayId}`),
      newEpoch: () => undefined,
      emit: () => undefined,
      raise: (kind, facts) => alarms.push({ kind, facts }),
    });
  };

  beforeEach(() => {
    folder = mkdtempSync(join(tmpdir(), 'rotation-'));
    nowMs = Date.UTC(2026, 0, 1);
    told = [];
    alarms = [];
    start();
  });
  afterEach(() => {
    identity.close();
    rmSync(folder, { recursive: true });
  });

  it('is done when the last gateway has the new key', () => {
    admit('gw-1', 'gw-2');
    rotation.start();
    const publicKey = next();
    assert.deepEqual(told, ['key gw-1', 'key gw-2']);
    rotation.taken('gw-1', publicKey);
    assert.deepEqual(rotation.awaited, ['gw-2']);
    rotation.taken('gw-2', publicKey);
    assert.deepEqual([inUse(), alarms], [publicKey, []]);
  });

  it('goes on after a day without a gateway that is dead, says who it is, and keeps the key that it knows', () => {
    admit('gw-1', 'gw-dead');
    const former = inUse();
    rotation.start();
    const publicKey = next();
    rotation.taken('gw-1', publicKey);
    nowMs += 23 * HOUR_MS;
    rotation.tick();
    assert.equal(inUse(), former);
    identity.close();
    start();
    nowMs += HOUR_MS;
    rotation.tick();
    assert.equal(inUse(), publicKey);
    assert.ok(identity.keys.all.some((pair) => pair.publicKey.toString('hex') === former));
    assert.deepEqual(rotation.behind, ['gw-dead']);
    assert.deepEqual([alarms[0]?.kind, alarms[0]?.facts['gatewayIds']], ['behind', ['gw-dead']]);
    assert.match(String(alarms[0]?.facts['whatToDo']), /remove them and let them in again by a code/);
  });

  it('refuses the next change while somebody would be lost by it, until he is back or removed', () => {
    admit('gw-1', 'gw-late', 'gw-dead');
    rotation.start();
    const publicKey = next();
    rotation.taken('gw-1', publicKey);
    nowMs += 25 * HOUR_MS;
    rotation.tick();
    assert.throws(() => rotation.start(), /when gw-dead, gw-late have the present one.*"remove"/);
    rotation.taken('gw-late', publicKey);
    identity.peers.remove('gw-dead');
    rotation.removed('gw-dead');
    assert.deepEqual(rotation.behind, []);
    rotation.start();
    assert.notEqual(next(), publicKey);
  });

  it('does not wait for a gateway that was taken out meanwhile, and not longer for a clock that was set back', () => {
    admit('gw-1', 'gw-dead');
    rotation.start();
    const publicKey = next();
    rotation.taken('gw-1', publicKey);
    nowMs -= 1_000 * HOUR_MS;
    rotation.tick();
    nowMs += 23 * HOUR_MS;
    rotation.tick();
    assert.notEqual(inUse(), publicKey);
    identity.peers.remove('gw-dead');
    rotation.removed('gw-dead');
    assert.equal(inUse(), publicKey);
  });

  it('tells who is let in meanwhile, or by an older code, of the newest key', () => {
    admit('gw-1');
    const former = keyMark(identity.keys.inUse.publicKey);
    rotation.start();
    const publicKey = next();
    admit('gw-2');
    rotation.letIn('gw-2', former);
    assert.deepEqual(told, ['key gw-1', 'key gw-2']);
    rotation.taken('gw-1', publicKey);
    assert.deepEqual(rotation.awaited, ['gw-2']);
    rotation.taken('gw-2', publicKey);
    admit('gw-3');
    rotation.letIn('gw-3', former);
    assert.deepEqual([told.at(-1), rotation.behind], ['key gw-3', ['gw-3']]);
    rotation.taken('gw-3', publicKey);
    assert.deepEqual(rotation.behind, []);
  });
});
