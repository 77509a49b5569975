import assert from 'node:assert/strict';
import { mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import os from 'node:os';
import path from 'node:path';
import { isInstalled } from '../../nodes/build/installation.mjs';

const LOCKED = {
  '': { version: '0.1.0' },
  'node_modules/better-sqlite3': { version: '12.11.1' },
  'node_modules/only-on-a-mac': { version: '1.0.0', optional: true },
};
const WORKING_DRIVER = 'module.exports = class { close() {} };';
const DRIVER_FOR_ANOTHER_NODE =
  "module.exports = class { constructor() { throw new Error('NODE_MODULE_VERSION'); } };";

describe('whether the packages are installed', () => {
  let root: string;

  const put = (file: string, text: string): void => {
    mkdirSync(path.dirname(path.join(root, file)), { recursive: true });
    writeFileSync(path.join(root, file), text);
  };
  const lock = (packages: object): void => put('package-lock.json', JSON.stringify({ packages }));
  const npmHasInstalled = (version: string): void => {
    const packages = { 'node_modules/better-sqlite3': { version } };
    put('node_modules/.package-lock.json', JSON.stringify({ packages }));
  };

  beforeEach(() => {
    root = mkdtempSync(path.join(os.tmpdir(), 'wattkeeper-installed-'));
    put('package.json', '{}');
    lock(LOCKED);
  });

  afterEach(() => rmSync(root, { recursive: true }));

  it('says no to a fresh clone', () => {
    assert.equal(isInstalled(root), false);
  });

  it('takes what somebody has installed by hand, less what does not suit this machine', () => {
    npmHasInstalled('12.11.1');
    put('node_modules/better-sqlite3/index.js', WORKING_DRIVER);
    assert.equal(isInstalled(root), true);
  });

  it('does not look at the packages again as long as the lock file is the same', () => {
    npmHasInstalled('12.11.1');
    put('node_modules/better-sqlite3/index.js', WORKING_DRIVER);
    isInstalled(root);
    npmHasInstalled('1.0.0');
    assert.equal(isInstalled(root), true);
  });

  it('says no after the lock file has moved on', () => {
    npmHasInstalled('12.11.1');
    put('node_modules/better-sqlite3/index.js', WORKING_DRIVER);
    assert.equal(isInstalled(root), true);
    lock({ ...LOCKED, 'node_modules/better-sqlite3': { version: '12.12.0' } });
    assert.equal(isInstalled(root), false);
  });

  it('says no when a package is missing', () => {
    npmHasInstalled('12.11.1');
    put('node_modules/better-sqlite3/index.js', WORKING_DRIVER);
    lock({ ...LOCKED, 'node_modules/mqtt': { version: '5.16.0' } });
    assert.equal(isInstalled(root), false);
  });

  it('looks again under another Node.js, and keeps what still loads', () => {
    npmHasInstalled('12.11.1');
    put('node_modules/better-sqlite3/index.js', WORKING_DRIVER);
    isInstalled(root);
    const stamp = path.join(root, 'node_modules', '.wattkeeper-install');
    const ours = readFileSync(stamp, 'utf8');
    writeFileSync(stamp, ours.replace(` ${process.versions.modules} `, ' 1 '));
    assert.equal(isInstalled(root), true);
    assert.equal(readFileSync(stamp, 'utf8'), ours);
  });

  it('says no when the native module was compiled for another Node.js', () => {
    npmHasInstalled('12.11.1');
    put('node_modules/better-sqlite3/index.js', DRIVER_FOR_ANOTHER_NODE);
    assert.equal(isInstalled(root), false);
  });
});
