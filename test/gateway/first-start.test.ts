import assert from 'node:assert/strict';
import { mkdirSync, mkdtempSync, readFileSync, rmSync, statSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { openDataFolder, type DataFolder } from '../../gateway/data-folder';
import { provideFirstFlow, readOrMakeCredentialSecret } from '../../gateway/first-start';

describe('the first start', () => {
  let folder: string;
  let data: DataFolder;
  let umask: number;
  beforeEach(() => {
    umask = process.umask(0o022);
    folder = mkdtempSync(path.join(tmpdir(), 'wattkeeper-'));
    data = openDataFolder(path.join(folder, 'data'));
    mkdirSync(path.join(folder, 'examples', 'quick-start'), { recursive: true });
    writeFileSync(path.join(folder, 'examples', 'quick-start', 'Prepaid neighbourhood.json'), '[{"id":"1"}]');
  });
  afterEach(() => {
    process.umask(umask);
    rmSync(folder, { recursive: true, force: true });
  });

  it('makes a data folder for the owner only', () => {
    for (const made of [data.root, data.nodeRed]) {
      assert.equal((statSync(made).mode & 0o777).toString(8), '700', made);
    }
  });

  it('gives a new data folder the quick-start flow', () => {
    provideFirstFlow(data, folder);
    assert.equal(readFileSync(data.flows, 'utf8'), '[{"id":"1"}]');
  });

  it('leaves a flow alone that is there, even an empty one', () => {
    writeFileSync(data.flows, '[]');
    provideFirstFlow(data, folder);
    assert.equal(readFileSync(data.flows, 'utf8'), '[]');
  });

  it('starts without a flow when the package has none', () => {
    provideFirstFlow(data, path.join(folder, 'elsewhere'));
    assert.throws(() => readFileSync(data.flows), { code: 'ENOENT' });
  });

  it('makes one secret for the passwords in flows and keeps it', () => {
    const secret = readOrMakeCredentialSecret(data);
    assert.ok(secret.length >= 43);
    assert.equal(readOrMakeCredentialSecret(data), secret);
    assert.equal((statSync(data.credentialSecret).mode & 0o777).toString(8), '600');
  });

  it('does not make a new secret beside passwords that only the old one opens', () => {
    writeFileSync(path.join(data.nodeRed, 'flows_cred.json'), '{"$":"…"}');
    assert.throws(() => readOrMakeCredentialSecret(data), { name: 'StartFailure', message: /backup/ });
  });
});
