import assert from 'node:assert/strict';
import path from 'node:path';
import { ESLint } from 'eslint';
import { parser } from 'typescript-eslint';
import { boundaryConfig } from './boundaries.mjs';

const ROOT = path.join(__dirname, '..', '..');

/** [file that imports, its text]: the boundary rule must have nothing to say. */
const ALLOWED: [string, string][] = [
  ['nodes/lib/tariff/charge.ts', "import { micros } from '../money/micros';"],
  ['nodes/lib/io/sqlite/sqlite-store.ts', "import { readFileSync } from 'node:fs';"],
  ['nodes/lib/io/sqlite/sqlite-store.ts', "import Database from 'better-sqlite3';"],
  ['nodes/lib/io/sqlite/sqlite-store.ts', "import type { Store } from '../../ledger/store';"],
  ['nodes/lib/red/on-input.ts', "import type { Node } from 'node-red';"],
  ['nodes/lib/red/on-input.ts', "import { type Node } from 'node-red';"],
  ['nodes/meter-ingest/meter-ingest.ts', "import { onInput } from '../lib/red/on-input';"],
  ['nodes/meter-ingest/meter-ingest.ts', "import { migrate } from './meter-ingest.config';"],
  ['nodes/meter-ingest/meter-ingest.ts', "import type { NodeAPI } from 'node-red';"],
  ['nodes/meter-ingest/meter-ingest.editor.ts', "import { defaults } from './meter-ingest.config';"],
  ['nodes/meter-ingest/meter-ingest.editor.ts', "import type { EditorNode } from '../lib/red/editor';"],
  ['nodes/meter-ingest/meter-ingest.editor.ts', "import { rows } from './form-rows.editor';"],
  [
    'nodes/meter-ingest/meter-ingest.editor.ts',
    "import { migrateConfig } from '../lib/red/config-migration';",
  ],
  ['nodes/meter-ingest/meter-ingest.config.ts', "import { parseMicros } from '../lib/money/micros';"],
  [
    'nodes/meter-ingest/meter-ingest.config.ts',
    "import type { Migration } from '../lib/red/config-migration';",
  ],
  ['gateway/settings.ts', "import { DEFAULT_PORT } from '../nodes/lib/io/mqtt/port';"],
  ['gateway/settings.ts', "import { createServer } from 'node:http';"],
  ['test/nodes/meter-ingest.test.ts', "import register from '../../nodes/meter-ingest/meter-ingest';"],
  ['test/lib/money/micros.test.ts', 'export const nowMs = Date.now();'],
];

/** [file that imports, its text, what the report says]. */
const REFUSED: [string, string, RegExp][] = [
  ['nodes/lib/money/micros.ts', "import { readFileSync } from 'node:fs';", /pure must not import built-ins/],
  [
    'nodes/lib/money/micros.ts',
    "import { createHash } from 'node:crypto';",
    /pure must not import built-ins/,
  ],
  ['nodes/lib/money/micros.ts', "import fs from 'fs';", /pure must not import packages/],
  ['nodes/lib/money/micros.ts', "import Database from 'better-sqlite3';", /pure must not import packages/],
  ['nodes/lib/money/micros.ts', "import type { Node } from 'node-red';", /pure must not import packages/],
  ['nodes/lib/money/micros.ts', "import { open } from '../io/sqlite/open';", /pure must not import io/],
  ['nodes/lib/money/micros.ts', "import type { Open } from '../io/sqlite/open';", /pure must not import io/],
  ['nodes/lib/money/micros.ts', "export * from '../red/on-input';", /pure must not import red/],
  ['nodes/lib/money/micros.ts', "export { a } from '../../meter-ingest/meter-ingest';", /node meter-ingest/],
  ['nodes/lib/money/micros.ts', "export type A = import('../io/sqlite/open').A;", /pure must not import io/],
  ['nodes/lib/money/micros.ts', "import fs = require('node:fs');", /pure must not import built-ins/],
  ['nodes/lib/money/micros.ts', "export const fs = require('node:fs');", /pure must not import built-ins/],
  ['nodes/lib/money/micros.ts', "export const fs = import('node:fs');", /pure must not import built-ins/],
  ['nodes/lib/money/micros.ts', 'export const load = (name) => import(name);', /only the run time knows/],
  ['nodes/lib/money/micros.ts', 'export const nowMs = Date.now();', /clock/],
  ['nodes/lib/money/micros.ts', 'export const now = new Date();', /clock/],
  ['nodes/lib/money/micros.ts', 'export const dice = Math.random();', /dice/],
  ['nodes/lib/money/micros.ts', "export const home = process.env['HOME'];", /world/],
  [
    'nodes/lib/io/sqlite/sqlite-store.ts',
    "import { onInput } from '../../red/on-input';",
    /io must not import red/,
  ],
  ['nodes/lib/io/mqtt/broker.ts', "import a from '../../../meter-broker/meter-broker';", /node meter-broker/],
  ['nodes/lib/red/on-input.ts', "import mqtt from 'mqtt';", /red must not import packages/],
  ['nodes/lib/red/on-input.ts', "import a from '../../meter-ingest/meter-ingest';", /node meter-ingest/],
  ['nodes/meter-ingest/meter-ingest.ts', "import a from '../tariff-calc/tariff-calc';", /node tariff-calc/],
  [
    'nodes/meter-ingest/meter-ingest.ts',
    "import type { A } from '../tariff-calc/tariff-calc.config';",
    /tariff-calc/,
  ],
  ['nodes/meter-ingest/meter-ingest.ts', "import './meter-ingest.editor';", /editor meter-ingest/],
  ['nodes/meter-ingest/meter-ingest.ts', "import mqtt from 'mqtt';", /node must not import packages/],
  [
    'nodes/meter-ingest/meter-ingest.ts',
    "import a from '../../gateway/settings';",
    /must not import gateway/,
  ],
  [
    'nodes/meter-ingest/meter-ingest.editor.ts',
    "import a from './meter-ingest';",
    /must not import node meter-ingest/,
  ],
  [
    'nodes/meter-ingest/meter-ingest.editor.ts',
    "import a from '../lib/io/sqlite/open';",
    /must not import io/,
  ],
  [
    'nodes/meter-ingest/meter-ingest.config.ts',
    "import { join } from 'node:path';",
    /config must not import/,
  ],
  [
    'nodes/meter-ingest/meter-ingest.config.ts',
    "import { a } from '../lib/red/on-input';",
    /must not import red/,
  ],
  ['nodes/meter-ingest/meter-ingest.config.ts', "import a from './meter-ingest';", /config must not import/],
  ['gateway/settings.ts', "import a from '../nodes/meter-ingest/meter-ingest';", /node meter-ingest/],
  ['dashboard/gate/login.ts', "import a from '../../nodes/meter-ingest/meter-ingest';", /node meter-ingest/],
  ['nodes/lib/money/utils.ts', 'export {};', /what it knows/],
  ['nodes/meter-ingest/helpers.ts', 'export {};', /what it knows/],
  ['gateway/index.ts', 'export {};', /what it knows/],
];

describe('who may import whom', function () {
  this.timeout(60_000);
  let eslint: ESLint;

  /** The project's own configuration without what needs type information: the samples are on no disk. */
  before(() => {
    eslint = new ESLint({
      cwd: ROOT,
      overrideConfigFile: true,
      overrideConfig: [{ files: ['**/*.ts'], languageOptions: { parser } }, ...boundaryConfig],
    });
  });

  async function messagesFor(file: string, text: string): Promise<string[]> {
    const [result] = await eslint.lintText(text, { filePath: path.join(ROOT, file) });
    assert.ok(result, `${file} was not linted`);
    return result.messages.map((message) => message.message);
  }

  for (const [file, text] of ALLOWED) {
    it(`allows ${text} in ${file}`, async () => {
      assert.deepEqual(await messagesFor(file, text), []);
    });
  }

  for (const [file, text, expected] of REFUSED) {
    it(`refuses ${text} in ${file}`, async () => {
      const messages = await messagesFor(file, text);
      assert.equal(messages.length, 1, `expected one report, got ${JSON.stringify(messages)}`);
      assert.match(messages[0] ?? '', expected);
    });
  }

  it('is switched on for the whole project', async () => {
    const project = new ESLint({ cwd: ROOT });
    for (const file of [
      'nodes/lib/money/micros.ts',
      'nodes/meter-ingest/meter-ingest.ts',
      'gateway/settings.ts',
    ]) {
      const config = (await project.calculateConfigForFile(path.join(ROOT, file))) as {
        rules: Record<string, unknown[]>;
      };
      assert.deepEqual(config.rules['wattkeeper/boundaries'], [2], file);
    }
  });
});
