// Builds the package: dist/ for Node-RED and examples/ for its import menu. `node nodes/build.mjs [folder]`
import { mkdirSync, rmSync, writeFileSync } from 'node:fs';
import path from 'node:path';
import { buildEditor } from './build/editor.mjs';
import { buildExamples } from './build/examples.mjs';
import { withBuildLock } from './build/lock.mjs';
import { Outputs } from './build/outputs.mjs';
import { BuildError, paletteOf } from './build/palette.mjs';
import { buildRuntime } from './build/runtime.mjs';
import { sourceStamp, stampFile } from './build/sources.mjs';

async function build(root) {
  const outputs = new Outputs();
  // Taken before anything is read: what changes while we build is built again the next time.
  const stamp = sourceStamp(root);
  mkdirSync(path.join(root, 'dist'), { recursive: true });
  rmSync(stampFile(root), { force: true });

  const palette = paletteOf(root);
  buildExamples(root, outputs);
  await buildEditor(root, palette, outputs);
  await buildRuntime(root, outputs);

  outputs.prune(path.join(root, 'dist'));
  writeFileSync(stampFile(root), stamp);
}

const root = path.resolve(process.argv[2] ?? path.join(import.meta.dirname, '..'));
try {
  await withBuildLock(root, () => build(root));
} catch (error) {
  if (!(error instanceof BuildError)) throw error;
  console.error(`build: ${error.message}`);
  process.exitCode = 1;
}
