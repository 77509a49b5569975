import assert from 'node:assert/strict';
import { spawnSync } from 'node:child_process';
import { existsSync, mkdirSync, mkdtempSync, readFileSync, rmSync, statSync, writeFileSync } from 'node:fs';
import os from 'node:os';
import path from 'node:path';
import { ROOT } from './palette';

const NODE = 'nodes/demo-node';
const SAMPLE: Record<string, string> = {
  'package.json': JSON.stringify({
    type: 'commonjs',
    'node-red': { nodes: { 'demo-node': 'dist/nodes/demo-node/demo-node.js' } },
  }),
  'nodes/lib/money/double.ts': 'export const double = (amount: number): number => 2 * amount;\n',
  [`${NODE}/demo-node.ts`]: "import { double } from '../lib/money/double';\nexport const four = double(2);\n",
  [`${NODE}/demo-node.editor.ts`]:
    "import { double } from '../lib/money/double';\nRED.nodes.registerType('demo-node', { outputs: double(1) });\n",
  [`${NODE}/demo-node.form.html`]: '<div class="form-row"></div>\n',
  [`${NODE}/icons/demo-node.svg`]: '<svg xmlns="http://www.w3.org/2000/svg"/>\n',
  [`${NODE}/locales/en-US/demo-node.json`]: '{ "demo-node": { "label": "Demo" } }\n',
  [`${NODE}/locales/en-US/demo-node.md`]: 'Doubles **one**.\n',
  'nodes/lib/io/sqlite/migrations/0001-ledger.sql': 'CREATE TABLE a (b INTEGER) STRICT;\n',
  'flows/basics/First steps.json': JSON.stringify([
    { id: 'a1', type: 'ui-template', format: 'dashboard/hello.vue' },
    { id: 'a2', type: 'template', format: 'handlebars' },
  ]),
  'dashboard/hello.vue': `<template><b>"hello"</b></template>

<script>
import greeting from './greeting.js';

export default {
  methods: {
    ...greeting,
  },
};
</script>
`,
  'dashboard/greeting.js': 'export default {\n  greet: () => 1,\n};\n',
};

describe('the build', function () {
  this.timeout(60_000);
  let folder: string;

  const inFolder = (file: string): string => path.join(folder, file);
  const read = (file: string): string => readFileSync(inFolder(file), 'utf8');
  const put = (file: string, text: string): void => {
    mkdirSync(path.dirname(inFolder(file)), { recursive: true });
    writeFileSync(inFolder(file), text);
  };
  const build = (): { code: number | null; said: string } => {
    const script = path.join(ROOT, 'nodes', 'build.mjs');
    const { status, stdout, stderr } = spawnSync(process.execPath, [script, folder], { encoding: 'utf8' });
    return { code: status, said: (stdout + stderr).trim() };
  };

  beforeEach(() => {
    folder = mkdtempSync(path.join(os.tmpdir(), 'wattkeeper-build-'));
    for (const [file, text] of Object.entries(SAMPLE)) put(file, text);
    const { compilerOptions, ...rest } = JSON.parse(
      readFileSync(path.join(ROOT, 'tsconfig.json'), 'utf8'),
    ) as {
      compilerOptions: object;
    };
    put('tsconfig.json', JSON.stringify({ ...rest, compilerOptions: { ...compilerOptions, types: [] } }));
    put('nodes/tsconfig.editor.json', '{ "extends": "../tsconfig.json" }');
  });

  afterEach(() => {
    rmSync(folder, { recursive: true });
  });

  it('makes what Node-RED loads, the dialog, the help, the icon and the examples', () => {
    assert.deepEqual(build(), { code: 0, said: '' });
    assert.match(read('dist/nodes/demo-node/demo-node.js'), /require\("\.\.\/lib\/money\/double"\)/);
    const html = read('dist/nodes/demo-node/demo-node.html');
    assert.match(
      html,
      /^<script type="text\/html" data-template-name="demo-node">\n<div class="form-row"><\/div>/,
    );
    assert.match(html, /<script type="text\/javascript">\n[^]*registerType\("demo-node"/);
    assert.equal(
      read('dist/nodes/demo-node/locales/en-US/demo-node.html'),
      '<script type="text/markdown" data-help-name="demo-node">\nDoubles **one**.\n</script>\n',
    );
    assert.deepEqual(JSON.parse(read('dist/nodes/demo-node/locales/en-US/demo-node.json')), {
      'demo-node': { label: 'Demo' },
    });
    assert.equal(read('dist/nodes/demo-node/icons/demo-node.svg'), SAMPLE[`${NODE}/icons/demo-node.svg`]);
    assert.match(read('dist/nodes/lib/io/sqlite/migrations/0001-ledger.sql'), /CREATE TABLE/);
    const [widget, template] = JSON.parse(read('examples/basics/First steps.json')) as { format: string }[];
    assert.match(
      widget?.format ?? '',
      /^<template>[^]*<script>\nexport default \{[^]*greet: \(\) => 1,[^]*<\/script>/,
    );
    assert.equal(template?.format, 'handlebars');
  });

  it('writes nothing twice, and removes what has lost its source', () => {
    put('nodes/lib/money/gone.ts', 'export const gone = 1;\n');
    put('flows/basics/Gone.json', '[]');
    build();
    const before = statSync(inFolder('dist/nodes/demo-node/demo-node.html')).mtimeMs;
    rmSync(inFolder('nodes/lib/money/gone.ts'));
    rmSync(inFolder('flows/basics/Gone.json'));
    assert.deepEqual(build(), { code: 0, said: '' });
    assert.equal(statSync(inFolder('dist/nodes/demo-node/demo-node.html')).mtimeMs, before);
    assert.ok(existsSync(inFolder('dist/nodes/lib/money/double.js')));
    assert.ok(!existsSync(inFolder('dist/nodes/lib/money/gone.js')));
    assert.ok(!existsSync(inFolder('examples/basics/Gone.json')));
  });

  it('makes again what somebody has removed from dist', () => {
    build();
    rmSync(inFolder('dist/nodes/lib/money/double.js'));
    build();
    assert.ok(existsSync(inFolder('dist/nodes/lib/money/double.js')));
  });

  const parts = Object.keys(SAMPLE).filter((file) => file.startsWith(`${NODE}/`));
  for (const part of [...parts, 'dashboard/hello.vue', 'dashboard/greeting.js']) {
    it(`fails with one line when ${part} is missing`, () => {
      rmSync(inFolder(part));
      const { code, said } = build();
      assert.equal(code, 1);
      assert.match(said, new RegExp(`^build: missing: ${part.replaceAll('.', '\\.')}[^\n]*$`));
    });
  }

  it('fails when the types do not fit, and again when nothing has changed since', () => {
    put('nodes/lib/money/wrong.ts', "export const amount: number = 'ten';\n");
    for (const attempt of [1, 2]) {
      const { code, said } = build();
      assert.equal(code, 1, `attempt ${attempt}`);
      assert.match(said, /nodes\/lib\/money\/wrong\.ts\(1,14\)/);
    }
    assert.ok(!existsSync(inFolder('dist/.stamp')), 'a failed build must not look finished');
  });

  it('fails when the labels do not stand below the name of the node', () => {
    put(`${NODE}/locales/en-US/demo-node.json`, '{ "label": "Demo" }');
    assert.equal(
      build().said,
      `build: ${NODE}/locales/en-US/demo-node.json: the one root key must be "demo-node"`,
    );
  });
});
