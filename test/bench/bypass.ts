import Database from 'better-sqlite3';
import { createCipheriv, createDecipheriv, randomBytes } from 'node:crypto';
import { statSync } from 'node:fs';
import path from 'node:path';
import { deflateRawSync, inflateRawSync } from 'node:zlib';
import type * as BodyModule from '../../nodes/lib/bypass/body';
import type * as GatewayModule from '../../nodes/lib/bypass/gateway-side';
import type * as HeadEndModule from '../../nodes/lib/bypass/head-end-side';
import type * as HealthModule from '../../nodes/lib/bypass/way-health';
import type * as DatabaseModule from '../../nodes/lib/io/bypass/bypass-database';
import type * as SealingModule from '../../nodes/lib/io/bypass/frame-sealing';
import type * as HpkeModule from '../../nodes/lib/io/bypass/hpke';
import type * as StoreModule from '../../nodes/lib/io/bypass/sqlite-bypass-store';
import { serialMedium } from '../../nodes/lib/neighbour/link';
import { MeshNode } from '../lib/neighbour/mesh-node';
import { SimulatedTime } from '../lib/neighbour/simulated-time';
import { SimulatedLine } from '../lib/neighbour/simulated-wires';
import { alternate, repeat, type Measure } from './alternate';
import type { Benchmark } from './benchmark';
import type { Figure } from './figure';
import { loadCompiled } from './repository';
import { withScratchFolder } from './scratch-folder';

const GROUP = 500;
const METERS = 20;
const READ_EVERY_S = 10;
const SECONDS_PER_DAY = 86_400;
const READINGS_PER_DAY = (METERS * SECONDS_PER_DAY) / READ_EVERY_S;
const WEEK = 7 * READINGS_PER_DAY;
const GIGABYTE = 1e9;
const BITS_PER_BYTE = 10;
const WIRE_SECONDS = 600;
const MS_PER_SECOND = 1_000;
const SECONDS_PER_HOUR = 3_600;
const PREVIEW_FRAME_BYTES = 6_000;
const STORED_GROUPS = 200;
/** From here on a body is packed before it is sealed, on both sides of the comparison. */
const PACKED_FROM_BYTES = 200;
const START_MS = Date.UTC(2026, 0, 1);

const modules = () => ({
  ...(loadCompiled('lib/bypass/body.js') as typeof BodyModule),
  ...(loadCompiled('lib/bypass/gateway-side.js') as typeof GatewayModule),
  ...(loadCompiled('lib/bypass/head-end-side.js') as typeof HeadEndModule),
  ...(loadCompiled('lib/bypass/way-health.js') as typeof HealthModule),
  ...(loadCompiled('lib/io/bypass/bypass-database.js') as typeof DatabaseModule),
  ...(loadCompiled('lib/io/bypass/frame-sealing.js') as typeof SealingModule),
  ...(loadCompiled('lib/io/bypass/hpke.js') as typeof HpkeModule),
  ...(loadCompiled('lib/io/bypass/sqlite-bypass-store.js') as typeof StoreModule),
});
type Modules = ReturnType<typeof modules>;

export const bypass: Benchmark = {
  name: 'bypass',
  about: `what gets through from ${METERS} meters that are read every ${READ_EVERY_S} s`,
  run: ({ effort, say }) =>
    withScratchFolder(async (folder) => {
      const of = modules();
      const figures: Figure[] = [];
      for (const readings of [1, GROUP]) {
        const what = readings === 1 ? 'one reading' : `${readings} readings`;
        say(`sealing ${what}`);
        const seal = await alternate(bareSeal(of, readings), seals(of, readings), effort);
        figures.push({
          figure: `seal frames of ${what}, beside bare zlib and cipher`,
          unit: 'frames/s',
          ...seal,
        });
        const open = await alternate(bareOpen(of, readings), opens(of, readings), effort);
        figures.push({ figure: `open them, beside the same`, unit: 'frames/s', ...open });
      }
      say('outbox, frame, head-end and back');
      const direct = await alternate(bareOutbox(folder), throughEngines(of, folder), effort);
      figures.push({ figure: 'direct, beside a bare outbox in SQLite', unit: 'readings/s', ...direct });
      const bytes = sealedBytes(of);
      for (const baudRate of [9_600, 115_200]) {
        say(`${baudRate} baud`);
        figures.push(...overWire(baudRate, bytes));
      }
      say('a full outbox');
      const days = GIGABYTE / storedBytes(of, folder) / READINGS_PER_DAY;
      figures.push({ figure: 'held by an outbox of 1 GB', value: days, unit: 'days', limit: null });
      const drain = await repeat(throughEngines(of, folder), effort);
      figures.push({ figure: 'a week, drained directly', value: WEEK / drain, unit: 's', limit: null });
      return figures;
    }),
};

/** The way a house uses electricity: registers that climb unevenly, values that wander. */
function itemTexts(of: Modules, count: number, first = 0): string[] {
  return Array.from({ length: count }, (_, index) => {
    const number = first + index;
    const powerW = (number * 7_919) % 3_000;
    const reading = {
      meterId: `M${10_000 + (number % METERS)}`,
      atMs: START_MS + Math.floor(number / METERS) * READ_EVERY_S * MS_PER_SECOND,
      energyWh: 1_000_000 + number * 3,
      powerW,
      voltageV: 230 + ((number * 31) % 100) / 10,
      currentA: powerW / 230,
    };
    return of.itemText(reading, '');
  });
}

function bodyOf(of: Modules, readings: number): string {
  const items = itemTexts(of, readings).map((text, index) => ({ seq: index + 1, text }));
  const fixed = { box: '0011223344556677', sentMs: START_MS, low: [1, 1, 1] };
  return of.writeBody(fixed, { lane: 1, from: 1, to: readings, items });
}

function sides(of: Modules) {
  const [gateway, head] = [of.newKeyPair(), of.newKeyPair()];
  const up = new of.FrameSealing(
    () => [gateway],
    () => [head.publicKey],
  );
  const down = new of.FrameSealing(
    () => [head],
    () => [gateway.publicKey],
  );
  return { up, down };
}

const sealedBytes = (of: Modules): number =>
  sides(of).up.sealerTo('', 'up', 'gw', 1).seal(bodyOf(of, GROUP)).length;

function seals(of: Modules, readings: number): Measure {
  const body = bodyOf(of, readings);
  const sealer = sides(of).up.sealerTo('', 'up', 'gw', 1);
  return perSecond(() => sealer.seal(body));
}

function opens(of: Modules, readings: number): Measure {
  const { up, down } = sides(of);
  const frame = up.sealerTo('', 'up', 'gw', 1).seal(bodyOf(of, readings));
  return perSecond(() => {
    if ('fault' in down.open(frame)) throw new Error('the frame was not opened');
  });
}

const CIPHER = 'chacha20-poly1305';
const TAG = { authTagLength: 16 };

const isPacked = (bytes: number): boolean => bytes >= PACKED_FROM_BYTES;

function packed(of: Modules, readings: number): Buffer {
  const text = Buffer.from(bodyOf(of, readings));
  return isPacked(text.length) ? deflateRawSync(text, { level: 1 }) : text;
}

function bareSeal(of: Modules, readings: number): Measure {
  const text = bodyOf(of, readings);
  const [key, nonce] = [randomBytes(32), randomBytes(12)];
  return perSecond(() => {
    const bytes = Buffer.from(text);
    const plain = isPacked(bytes.length) ? deflateRawSync(bytes, { level: 1 }) : bytes;
    const cipher = createCipheriv(CIPHER, key, nonce, TAG);
    cipher.update(plain);
    cipher.final();
    return cipher.getAuthTag();
  });
}

function bareOpen(of: Modules, readings: number): Measure {
  const { length } = bodyOf(of, readings);
  const [key, nonce] = [randomBytes(32), randomBytes(12)];
  const cipher = createCipheriv(CIPHER, key, nonce, TAG);
  const sealed = Buffer.concat([cipher.update(packed(of, readings)), cipher.final()]);
  const tag = cipher.getAuthTag();
  return perSecond(() => {
    const decipher = createDecipheriv(CIPHER, key, nonce, TAG);
    decipher.setAuthTag(tag);
    const plain = decipher.update(sealed);
    decipher.final();
    return (isPacked(length) ? inflateRawSync(plain) : plain).toString();
  });
}

function perSecond(work: () => unknown): Measure {
  return (ms) => {
    const start = performance.now();
    let done = 0;
    while (performance.now() - start < ms) {
      work();
      done += 1;
    }
    return Promise.resolve((done * MS_PER_SECOND) / (performance.now() - start));
  };
}

let files = 0;
const fileIn = (folder: string): string => path.join(folder, `${(files += 1)}.sqlite`);

/** Rows in and out again, durable, and nothing else. */
function bareOutbox(folder: string): Measure {
  return (ms) => {
    const db = new Database(fileIn(folder));
    db.pragma('journal_mode = WAL');
    db.pragma('synchronous = FULL');
    db.exec('CREATE TABLE outbox (seq INTEGER PRIMARY KEY AUTOINCREMENT, text TEXT NOT NULL) STRICT');
    const insert = db.prepare('INSERT INTO outbox (text) VALUES (?)');
    const remove = db.prepare('DELETE FROM outbox WHERE seq <= ?');
    const text = 'x'.repeat(130);
    const start = performance.now();
    let seq = 0;
    while (performance.now() - start < ms) {
      db.transaction(() => {
        for (let index = 0; index < GROUP; index += 1) insert.run(text);
      })();
      seq += GROUP;
      remove.run(seq);
    }
    const rate = (seq * MS_PER_SECOND) / (performance.now() - start);
    db.close();
    return Promise.resolve(rate);
  };
}

/** A gateway and a head-end in one process: durable on both sides, and acknowledged only after the confirmation. */
function throughEngines(of: Modules, folder: string): Measure {
  return (ms) => {
    const { up, down } = sides(of);
    const clock = { monotonicMs: () => performance.now(), wallMs: () => Date.now() };
    const newStore = (box: string) => {
      const db = of.openBypassDatabase(fileIn(folder));
      return new of.SqliteBypassStore(db, {
        monotonicMs: clock.monotonicMs,
        wallMs: () => 0,
        newBox: () => box,
      });
    };
    const [gatewayStore, headStore] = [newStore('a'), newStore('b')];
    const fast = { ...of.WAY_LIMITS.direct, bytesPerSecond: Infinity };
    const gateway = new of.GatewaySide({
      gatewayId: 'gw',
      store: gatewayStore,
      sealing: up,
      clock,
      random: Math.random,
      ways: ['direct'],
      mode: 'direct',
      limits: { ...of.WAY_LIMITS, direct: fast },
      room: { mostBytes: GIGABYTE, mostAgeMs: Infinity },
      heartbeatMs: Infinity,
      isIntroduced: () => true,
      proof: null,
      send: (_way, frame) => head.receive(frame, 'gw'),
      hear: () => undefined,
    });
    const head = new of.HeadEndSide({
      store: headStore,
      sealing: down,
      clock,
      acknowledge: 'commit',
      send: (_via, _gatewayId, frame) => void gateway.receive(frame),
      deliver: (_gatewayId, _via, messages) => {
        for (const { origin } of messages) head.confirm(origin);
      },
      arrived: () => undefined,
      hear: () => undefined,
    });
    const items = itemTexts(of, GROUP).map((text) => ({ lane: 1 as const, meterId: 'M', text }));
    const start = performance.now();
    let done = 0;
    while (performance.now() - start < ms) {
      gateway.put(items);
      gateway.tick();
      head.flush();
      if (gateway.waiting > 0) throw new Error(`${gateway.waiting} readings were not acknowledged`);
      done += GROUP;
    }
    const rate = (done * MS_PER_SECOND) / (performance.now() - start);
    gatewayStore.close();
    headStore.close();
    return Promise.resolve(rate);
  };
}

/** Two neighbours on a simulated line that takes exactly as long for a byte as a real one. */
function overWire(baudRate: number, frameOf500: number): Figure[] {
  const time = new SimulatedTime();
  const line = new SimulatedLine(time, () => 0.5, serialMedium({ baudRate, isShared: false }));
  const [from, to] = [new MeshNode(1, time, () => 0.5), new MeshNode(2, time, () => 0.5)];
  from.join(line.join('from'));
  to.join(line.join('to'));
  to.mesh.setWayUp(true);
  time.until(() => from.mesh.status.viaGatewayId !== null, 'the neighbours', 120_000);
  const frame = 'x'.repeat(PREVIEW_FRAME_BYTES);
  const carriedBefore = from.carried;
  const startMs = time.nowMs();
  while (time.nowMs() - startMs < WIRE_SECONDS * MS_PER_SECOND) {
    while (from.mesh.status.waiting < 3 && from.up(frame));
    time.pass(100);
  }
  const carriedBytes = (from.carried - carriedBefore) * PREVIEW_FRAME_BYTES;
  const bytesPerSecond = carriedBytes / ((time.nowMs() - startMs) / MS_PER_SECOND);
  const limit = baudRate / BITS_PER_BYTE;
  const readings = (GROUP * bytesPerSecond) / frameOf500;
  const target = { of: 'ratio', rule: 'at least', bound: 0.8 } as const;
  return [
    { figure: `frames over ${baudRate} baud`, value: bytesPerSecond, unit: 'bytes/s', limit, target },
    { figure: '  readings in them', value: readings, unit: 'readings/s', limit: null },
    { figure: '  a week of them', value: WEEK / readings / SECONDS_PER_HOUR, unit: 'h', limit: null },
  ];
}

/** What one reading takes in the file of an outbox. */
function storedBytes(of: Modules, folder: string): number {
  const file = fileIn(folder);
  const db = of.openBypassDatabase(file);
  const store = new of.SqliteBypassStore(db, { monotonicMs: () => 0, wallMs: () => 0, newBox: () => 'box' });
  for (let group = 0; group < STORED_GROUPS; group += 1) {
    const texts = itemTexts(of, GROUP, group * GROUP);
    store.put(
      '',
      texts.map((text, index) => ({ lane: 1, meterId: `M${10_000 + (index % METERS)}`, text })),
    );
  }
  db.pragma('wal_checkpoint(TRUNCATE)');
  store.close();
  return statSync(file).size / (STORED_GROUPS * GROUP);
}
