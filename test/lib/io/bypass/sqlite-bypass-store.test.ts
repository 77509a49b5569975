import assert from 'node:assert/strict';
import Database from 'better-sqlite3';
import { existsSync, mkdtempSync, rmSync, statSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { itemText } from '../../../../nodes/lib/bypass/body';
import type { Arrival, NewItem } from '../../../../nodes/lib/bypass/bypass-store';
import type { Lane } from '../../../../nodes/lib/bypass/lane';
import { RoomPolicy } from '../../../../nodes/lib/bypass/room-policy';
import { openBypassDatabase } from '../../../../nodes/lib/io/bypass/bypass-database';
import { OwnKeys } from '../../../../nodes/lib/io/bypass/own-keys';
import { PeerKeys } from '../../../../nodes/lib/io/bypass/peer-keys';
import { proofOf, readCode } from '../../../../nodes/lib/io/bypass/one-time-code';
import { readSealedFile, writeSealedFile } from '../../../../nodes/lib/io/bypass/sealed-file';
import { newKeyPair } from '../../../../nodes/lib/io/bypass/hpke';
import { SqliteBypassStore } from '../../../../nodes/lib/io/bypass/sqlite-bypass-store';

const MINUTE_MS = 60_000;
const DAY_MS = 86_400_000;

describe('what a bypass-router keeps on disk', () => {
  let folder: string;
  let nowMs: number;
  let boxes: number;
  let store: SqliteBypassStore;

  const open = (): SqliteBypassStore =>
    new SqliteBypassStore(openBypassDatabase(join(folder, 'outbox.sqlite')), {
      monotonicMs: () => nowMs,
      wallMs: () => 0,
      newBox: () => `box${(boxes += 1)}`,
    });
  const item = (lane: Lane, meter = 'M', text = 'x'): NewItem => ({
    lane,
    meterId: meter,
    text: itemText({ meterId: meter, text }, ''),
  });
  const all = (lane: Lane): number[] => store.after('', lane, 0, 10_000, 1e9).map(({ seq }) => seq);

  beforeEach(() => {
    folder = mkdtempSync(join(tmpdir(), 'wattkeeper-outbox-'));
    nowMs = 0;
    boxes = 0;
    store = open();
  });
  afterEach(() => {
    store.close();
    rmSync(folder, { recursive: true, force: true });
  });

  it('never gives a number twice, nor an epoch, nor changes its name by itself', () => {
    store.put('', [item(1), item(1), item(1)]);
    store.remove('', [{ lane: 1, range: [1, 3] }]);
    const epochs = [store.nextEpoch(), store.nextEpoch()];
    store.close();
    store = open();
    store.put('', [item(1)]);
    assert.deepEqual(all(1), [4]);
    assert.ok(store.nextEpoch() > Math.max(...epochs));
    assert.equal(store.box, 'box1');
  });

  it('counts what it holds through every change and a restart', () => {
    store.put('', [item(0), item(1), item(1), item(2)]);
    store.dropOldest(1, 1);
    const used = ([0, 1, 2] as const).map((lane) => store.use(lane));
    assert.deepEqual(
      used.map(({ items }) => items),
      [1, 1, 1],
    );
    store.close();
    store = open();
    assert.deepEqual(
      ([0, 1, 2] as const).map((lane) => store.use(lane)),
      used,
    );
    store.remove(
      '',
      ([0, 1, 2] as const).map((lane) => ({ lane, range: [1, 9] as const })),
    );
    assert.deepEqual(store.use(1), { items: 0, bytes: 0 });
  });

  it('counts bytes as the disk does, in every writing', () => {
    const text = itemText({ meterId: 'मीटर', name: '🔌' }, '');
    store.put('', [{ lane: 1, meterId: 'M', text }]);
    assert.equal(store.use(1).bytes, Buffer.byteLength(text) + 60);
    store.dropOldest(1, 1);
    assert.deepEqual(store.use(1), { items: 0, bytes: 0 });
  });

  it('goes back to waiting for the disk after it has deleted what has arrived, even if that fails', () => {
    const db = openBypassDatabase(join(folder, 'waits.sqlite'));
    const waiting = new SqliteBypassStore(db, { monotonicMs: () => 0, wallMs: () => 0, newBox: () => 'box' });
    const waits = (): unknown => db.pragma('synchronous', { simple: true });
    waiting.put('', [item(1)]);
    waiting.remove('', [{ lane: 1, range: [1, 1] }]);
    assert.equal(waits(), 2);
    assert.throws(() => waiting.remove('', [{ lane: 1, range: ['no', {}] as never }]));
    assert.equal(waits(), 2);
    waiting.close();
  });

  it('thins out to the last of each meter and stretch of time', () => {
    for (let minute = 0; minute < 30; minute += 1) {
      nowMs = minute * MINUTE_MS;
      store.put('', [item(1, 'A'), item(1, 'B')]);
    }
    const { removed, nextSeq } = store.thin(1, 0, 10_000, 10 * MINUTE_MS);
    assert.deepEqual([removed, nextSeq], [54, 0]);
    assert.deepEqual(all(1), [19, 20, 39, 40, 59, 60]);
  });

  it('makes room by thinning before throwing away, and keeps money and tamper to the last', () => {
    const told: string[] = [];
    const room = new RoomPolicy(store, { mostBytes: 50_000, mostAgeMs: DAY_MS });
    for (let minute = 0; minute < 2_000; minute += 1) {
      nowMs = minute * MINUTE_MS;
      store.put('', [item(1), item(2), ...(minute % 100 === 0 ? [item(0, 'M', `tamper ${minute}`)] : [])]);
      for (const { lane, how } of room.makeRoom()) told.push(`${lane} ${how}`);
      assert.ok(room.usedBytes <= 50_000, `${room.usedBytes} bytes in minute ${minute}`);
    }
    assert.equal(store.use(0).items, 20, 'nothing urgent was lost');
    assert.equal(told[0], 'telemetry thinned');
    assert.ok(store.use(1).items > store.use(2).items);
    assert.ok(
      told.indexOf('reading thinned') < (told.indexOf('reading dropped') + told.length) % (told.length + 1),
    );
  });

  it('drops what is too old by the time it ran, not by a clock that jumps', () => {
    store.put('', [item(1)]);
    nowMs = DAY_MS / 2;
    store.put('', [item(1)]);
    store.close();
    nowMs = 7_000;
    store = open();
    assert.equal(store.dropOlderThan(DAY_MS), 0);
    nowMs += DAY_MS / 2 + 1;
    assert.equal(store.dropOlderThan(DAY_MS), 1);
    assert.deepEqual(all(1), [2]);
  });

  it('keeps arrivals until they have been handed on', () => {
    const arrivals: Arrival[] = [1, 2].map((seq) => {
      const item = [seq, { seq }] as const;
      return { peer: 'gw', lane: 0, item, text: JSON.stringify(item) };
    });
    const box = { box: 'b', lanes: [], epochs: [], sentMs: 0 };
    const [first] = store.commit({ boxes: [{ peer: 'gw', box }], arrivals });
    store.handed([first!.number]);
    store.close();
    store = open();
    assert.deepEqual(
      store.leftArrivals(10).map((arrival) => arrival.item),
      [[2, { seq: 2 }]],
    );
    assert.deepEqual(store.incoming('gw'), [box]);
  });

  it('refuses the file of another program', () => {
    const file = join(folder, 'other.sqlite');
    const other = new Database(file);
    other.pragma('user_version = 1');
    other.close();
    assert.throws(() => openBypassDatabase(file), /no outbox/);
  });

  it('keeps keys where only their owner can read them, and changes them in two steps', () => {
    const file = join(folder, 'own.keys');
    const keys = new OwnKeys(file, 0);
    assert.equal(statSync(file).mode & 0o777, 0o600);
    const [first, next] = [keys.inUse, keys.prepareNext()];
    assert.equal(keys.inUse, first);
    assert.equal(new OwnKeys(file, 5).prepareNext().publicKey.equals(next.publicKey), true, 'made once');
    assert.equal(keys.goOver(newKeyPair().publicKey, 9), false);
    assert.equal(keys.goOver(next.publicKey, 9), true);
    const again = new OwnKeys(file, 10);
    assert.deepEqual(
      again.all.map(({ publicKey }) => publicKey),
      [next.publicKey, first.publicKey],
    );
    writeFileSync(file, '{"keys":["no"]}');
    assert.throws(() => new OwnKeys(file, 0), /is damaged/);
  });

  it('lets a gateway in once by a code, and nobody who only guesses', () => {
    const db = openBypassDatabase(':memory:');
    const peers = new PeerKeys(db);
    const [head, gateway, thief] = [newKeyPair(), newKeyPair(), newKeyPair()].map(
      ({ publicKey }) => publicKey,
    );
    const code = readCode(peers.invite('gw', head!, 0));
    const redeem = (key: Buffer, proof: string, wallMs = 1): string =>
      peers.redeem('gw', key, proof, [head!], wallMs);
    assert.equal(redeem(thief!, proofOf(code, gateway!)), 'refused', 'the proof is for one key');
    assert.equal(redeem(gateway!, proofOf(code, gateway!), 4 * DAY_MS), 'refused', 'too late');
    assert.equal(redeem(gateway!, proofOf(code, gateway!)), 'new');
    assert.equal(redeem(gateway!, 'whatever'), 'known');
    assert.equal(redeem(thief!, proofOf(code, thief!)), 'refused', 'the code is used up');
    db.close();
  });

  it('reads as much of a sealed file as there is, and nothing of other files', () => {
    const file = join(folder, 'a.sealed');
    const frames = [Buffer.from('one'), Buffer.from('two')];
    writeSealedFile(file, frames);
    assert.deepEqual(readSealedFile(file), { frames, isWhole: true });
    assert.equal(existsSync(`${file}.half`), false);
    const other = join(folder, 'b.sealed');
    writeFileSync(other, 'something else');
    assert.throws(() => readSealedFile(other), /is no sealed file/);
  });
});
