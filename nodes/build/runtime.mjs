// The runtime half: TypeScript to CommonJS in dist/, only what changed since the last build.
import { spawn } from 'node:child_process';
import { existsSync, rmSync } from 'node:fs';
import { createRequire } from 'node:module';
import path from 'node:path';
import { BuildError } from './palette.mjs';
import { filesBelow, readIfThere, stampOf } from './sources.mjs';

const COMPILED_FOLDERS = ['nodes', 'gateway', 'dashboard'];

/** Data that the compiled code reads from beside itself. */
const COPIED_BESIDE_THE_CODE = ['.sql'];

/** What else the compiler's answer depends on; the last one changes with every installed type. */
const COMPILER_INPUTS = ['tsconfig.json', 'package.json', 'node_modules/.package-lock.json'];

/** @param {import('./outputs.mjs').Outputs} outputs */
export async function buildRuntime(root, outputs) {
  const files = COMPILED_FOLDERS.flatMap((folder) => filesBelow(path.join(root, folder)));
  const distOf = (file) => path.join(root, 'dist', path.relative(root, file));
  const sources = files.filter(isCompiled);
  const compiled = sources.map((file) => distOf(file).replace(/\.ts$/, '.js'));

  const declarations = files.filter((file) => file.endsWith('.d.ts'));
  await compileIfChanged(root, [...sources, ...declarations], compiled, outputs);
  for (const file of compiled) outputs.keep(file);
  for (const file of files) {
    if (COPIED_BESIDE_THE_CODE.includes(path.extname(file))) outputs.copy(file, distOf(file));
  }
}

/** The compiler alone takes two seconds to find out that nothing has changed, so it is not even asked. */
async function compileIfChanged(root, sources, compiled, outputs) {
  const cache = path.join(root, 'dist', '.tsbuildinfo');
  const stampFile = path.join(root, 'dist', '.compiled');
  const others = COMPILER_INPUTS.map((file) => path.join(root, file)).filter((file) => existsSync(file));
  const stamp = stampOf(root, [...others, ...sources]);
  const isWhole = compiled.every((file) => existsSync(file));
  if (!isWhole || readIfThere(stampFile) !== stamp) {
    rmSync(stampFile, { force: true });
    // The compiler trusts its cache about what it has written; when a file was removed by hand, the cache must go.
    if (!isWhole) rmSync(cache, { force: true });
    if (compiled.length > 0) await compile(root, cache);
  }
  outputs.write(stampFile, stamp);
  outputs.keep(cache);
}

const isCompiled = (file) => file.endsWith('.ts') && !/\.(editor|d|test)\.ts$/.test(file);

function compile(root, cache) {
  const compiler = createRequire(import.meta.url).resolve('typescript/bin/tsc');
  const options = ['--incremental', '--tsBuildInfoFile', cache, '--noEmitOnError'];
  const child = spawn(process.execPath, [compiler, '-p', path.join(root, 'tsconfig.json'), ...options], {
    cwd: root,
    stdio: ['ignore', 'inherit', 'inherit'],
  });
  return new Promise((resolve, reject) => {
    child.once('error', reject);
    child.once('exit', (code) => {
      if (code === 0) resolve();
      else reject(new BuildError('the TypeScript compiler refused the sources (see above)'));
    });
  });
}
