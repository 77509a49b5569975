import assert from 'node:assert/strict';
import Database from 'better-sqlite3';
import { LedgerFixture, topUpOf } from '../lib/io/sqlite/ledger-fixture';
import { Launched } from './launched';

describe('wattkeeper verify', function () {
  this.timeout(60_000);
  let ledger: LedgerFixture;
  beforeEach(() => {
    ledger = new LedgerFixture();
    ledger.register(1);
    ledger.commit(topUpOf('A1', 5, 'r1'));
  });
  afterEach(() => ledger.dispose());

  it('finds a good ledger sound, beside whoever is writing to it', async () => {
    const { code, out } = await new Launched(['verify', ledger.file]).ended();
    assert.equal(code, 0);
    assert.match(out, /is sound\.\n$/);
    assert.doesNotMatch(out, /FAILED/);
  });

  it('looks for the ledger in the data folder, names what is wrong, and ends with code 1', async () => {
    const raw = new Database(ledger.file);
    raw.exec("UPDATE book SET balance_micros = 6 WHERE name = 'customer:A1'");
    raw.close();
    const { code, out } = await new Launched(['verify'], { env: { WATTKEEPER_DATA: ledger.folder } }).ended();
    assert.equal(code, 1);
    assert.match(out, /FAILED {2}every balance.*book customer:A1 says 6 micros, its transfers add up to 5/);
    assert.match(out, /is NOT sound\.\n$/);
  });

  it('says how it is used', async () => {
    const { code, out } = await new Launched(['verify', '--help']).ended();
    assert.equal(code, 0);
    assert.match(out, /^Usage: wattkeeper verify \[file\]/);
  });

  it('says in one line when there is no ledger', async () => {
    const { code, err } = await new Launched(['verify', `${ledger.file}.none`]).ended();
    assert.equal(code, 1);
    assert.match(err, /^There is no ledger at [^\n]+\n$/);
  });

  it('says in one line when the file is no ledger', async () => {
    const { code, err } = await new Launched(['verify', __filename]).ended();
    assert.equal(code, 1);
    assert.match(err, /^[^\n]+ cannot be read as a ledger: [^\n]+\n$/);
  });
});
