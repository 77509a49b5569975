import assert from 'node:assert/strict';
import Database from 'better-sqlite3';
import { mkdtempSync, rmSync, statSync } from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { StoredPins } from '../../../../nodes/lib/io/serial/stored-pins';
import { RecordFile } from '../../../../nodes/lib/io/sqlite/record-file';

describe('record file', () => {
  let folder: string;
  let file: string;
  beforeEach(() => {
    folder = mkdtempSync(path.join(tmpdir(), 'wattkeeper-records-'));
    file = path.join(folder, 'modems', 'modem.sqlite');
  });
  afterEach(() => rmSync(folder, { recursive: true, force: true }));

  it('keeps records by kind and id, the oldest first, over restarts', async () => {
    const first = RecordFile.open(file);
    await first.write([
      { kind: 'text', id: 'b', value: { n: 1 } },
      { kind: 'text', id: 'a', value: [2] },
      { kind: 'other', id: 'b', value: 'x' },
    ]);
    await first.write([
      { kind: 'text', id: 'b', value: { n: 3 } },
      { kind: 'other', id: 'b', value: null },
    ]);
    first.close();
    const second = RecordFile.open(file);
    const expected = [
      { id: 'b', value: { n: 3 } },
      { id: 'a', value: [2] },
    ];
    assert.deepEqual(second.readAll('text'), expected);
    assert.deepEqual(second.readAll('other'), []);
    second.close();
    assert.equal(statSync(file).mode & 0o777, 0o600);
  });

  it('has on the disk what was written before it is closed, and takes nothing afterwards', async () => {
    const first = RecordFile.open(file);
    const written = first.write([{ kind: 'text', id: 'a', value: 1 }]);
    first.close();
    await written;
    await assert.rejects(first.write([{ kind: 'text', id: 'b', value: 1 }]), /closed/);
    const second = RecordFile.open(file);
    assert.deepEqual(second.readAll('text'), [{ id: 'a', value: 1 }]);
    second.close();
  });

  it('writes all changes of a turn or none', async () => {
    const records = RecordFile.open(file);
    const circle: { self?: object } = {};
    circle.self = circle;
    const outcomes = await Promise.allSettled([
      records.write([{ kind: 'text', id: 'a', value: 1 }]),
      records.write([{ kind: 'text', id: 'b', value: circle }]),
    ]);
    assert.deepEqual(
      outcomes.map(({ status }) => status),
      ['rejected', 'rejected'],
    );
    assert.deepEqual(records.readAll('text'), []);
    records.close();
  });

  it('is open for one at a time', () => {
    const first = RecordFile.open(file);
    assert.throws(() => RecordFile.open(file), /cannot open .*modem\.sqlite: database is locked/);
    first.close();
    RecordFile.open(file).close();
  }).timeout(5_000);

  it('refuses files of others', () => {
    const other = path.join(folder, 'other.sqlite');
    const db = new Database(other);
    db.exec('CREATE TABLE t (x); PRAGMA user_version = 1');
    db.close();
    assert.throws(() => RecordFile.open(other), /another program or a newer version/);
  });

  it('leaves out what is damaged', async () => {
    const records = RecordFile.open(file);
    await records.write([{ kind: 'text', id: 'a', value: 1 }]);
    records.close();
    const db = new Database(file);
    db.prepare("INSERT INTO record (kind, id, json) VALUES ('text', 'b', '{')").run();
    db.close();
    const again = RecordFile.open(file);
    assert.deepEqual(again.readAll('text'), [{ id: 'a', value: 1 }]);
    again.close();
  });

  it('remembers what became of a PIN, and does not have it in clear', async () => {
    const records = RecordFile.open(file);
    const pins = new StoredPins(records);
    await pins.write('8997701', '4711', 'refused');
    assert.equal(await pins.read('8997701', '4711'), 'refused');
    assert.equal(await pins.read('8997701', '4712'), null);
    assert.equal(await pins.read('8997702', '4711'), null);
    assert.doesNotMatch(JSON.stringify(records.readAll('pin')), /4711/);
    records.close();
  });
});
