// The editor half: one html file per node type, its texts and its icon, where Node-RED looks for them.
import { existsSync, readdirSync, readFileSync } from 'node:fs';
import path from 'node:path';
import { build } from 'esbuild';
import { BuildError } from './palette.mjs';

/** @param {import('./outputs.mjs').Outputs} outputs */
export async function buildEditor(root, palette, outputs) {
  for (const node of palette) requireParts(root, node);
  const bundles = await bundleEditors(root, palette);
  for (const node of palette) {
    const form = readFileSync(node.form, 'utf8').trim();
    outputs.write(
      path.join(node.output, `${node.name}.html`),
      script('text/html', 'data-template-name', node.name, form) +
        `<script type="text/javascript">\n${bundles.get(node.editor)}</script>\n`,
    );
    outputs.copy(node.icon, path.join(node.output, 'icons', path.basename(node.icon)));
    for (const language of readdirSync(node.locales)) copyLanguage(root, node, language, outputs);
  }
}

const script = (type, attribute, name, text) =>
  `<script type="${type}" ${attribute}="${name}">\n${text}\n</script>\n`;

function requireParts(root, node) {
  const texts = path.join(node.locales, 'en-US', node.name);
  for (const file of [node.runtime, node.editor, node.form, node.icon, `${texts}.json`, `${texts}.md`]) {
    if (!existsSync(file)) throw new BuildError(`missing: ${path.relative(root, file)}`);
  }
}

/**
 * package.json says "commonjs", which is true of what we publish but would make esbuild wrap every editor source in
 * a module loader. Handing on the bare path lets it see the sources as the ECMAScript modules they are.
 */
const ecmaScriptModules = {
  name: 'ecmascript-modules',
  setup(bundler) {
    const seen = Symbol('already resolved');
    bundler.onResolve({ filter: /./ }, async ({ path: wanted, kind, importer, resolveDir, pluginData }) => {
      if (pluginData === seen) return undefined;
      const found = await bundler.resolve(wanted, { kind, importer, resolveDir, pluginData: seen });
      return found.errors.length > 0 ? { errors: found.errors } : { path: found.path };
    });
  },
};

async function bundleEditors(root, palette) {
  const result = await build({
    absWorkingDir: root,
    tsconfig: path.join(root, 'nodes', 'tsconfig.editor.json'),
    entryPoints: Object.fromEntries(palette.map((node) => [node.name, node.editor])),
    bundle: true,
    write: false,
    outdir: path.join(root, 'dist'),
    format: 'iife',
    target: 'es2020',
    charset: 'utf8',
    logLevel: 'silent',
    plugins: [ecmaScriptModules],
  }).catch((error) => {
    const [first] = error.errors ?? [];
    if (!first) throw error;
    const place = first.location ? `${first.location.file}:${first.location.line}: ` : '';
    throw new BuildError(place + first.text);
  });
  return new Map(
    palette.map((node) => {
      const output = path.join(root, 'dist', `${node.name}.js`);
      const bundle = result.outputFiles.find((file) => file.path === output);
      return [node.editor, bundle.text.replaceAll('</script', '<\\/script')];
    }),
  );
}

/** The labels as they are; the help as the markdown script that Node-RED's sidebar renders. */
function copyLanguage(root, node, language, outputs) {
  const from = path.join(node.locales, language, node.name);
  const to = path.join(node.output, 'locales', language, node.name);
  if (existsSync(`${from}.json`)) {
    outputs.write(`${to}.json`, JSON.stringify(parseLabels(root, `${from}.json`, node.name), null, 2) + '\n');
  }
  if (existsSync(`${from}.md`)) {
    const help = readFileSync(`${from}.md`, 'utf8').trim();
    outputs.write(`${to}.html`, script('text/markdown', 'data-help-name', node.name, help));
  }
}

function parseLabels(root, file, name) {
  let labels;
  try {
    labels = JSON.parse(readFileSync(file, 'utf8'));
  } catch (error) {
    throw new BuildError(`${path.relative(root, file)}: ${error.message}`);
  }
  const keys = Object.keys(labels);
  if (keys.length !== 1 || keys[0] !== name) {
    throw new BuildError(`${path.relative(root, file)}: the one root key must be "${name}"`);
  }
  return labels;
}
