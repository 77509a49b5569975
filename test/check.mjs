// `npm run check`: types, lint, format and unused code. Everything is looked at even when something fails, and
// nothing is changed; `npm run fix` changes.
import { spawn } from 'node:child_process';
import { createRequire } from 'node:module';
import path from 'node:path';

const ROOT = path.join(import.meta.dirname, '..');
const AT_A_TIME = 2;

const CHECKS = [
  ['types of the runtime', 'typescript', 'tsc', '-p', 'tsconfig.json', '--noEmit'],
  ['types of the editor', 'typescript', 'tsc', '-p', 'nodes/tsconfig.editor.json'],
  ['types of the tests', 'typescript', 'tsc', '-p', 'test/tsconfig.json'],
  ['lint', 'eslint', 'eslint', '.', '--max-warnings', '0'],
  ['format', 'prettier', 'prettier', '--check', '--log-level', 'warn', '.'],
  ['unused code', 'knip', 'knip', '--no-progress', '--treat-config-hints-as-errors'],
];

/** A package's program, run by this Node.js itself: needs no shell and no PATH. */
function programOf(packageName, program) {
  const manifest = path.join(ROOT, 'node_modules', packageName, 'package.json');
  const { bin } = createRequire(import.meta.url)(manifest);
  return path.join(path.dirname(manifest), typeof bin === 'string' ? bin : bin[program]);
}

function run([name, packageName, program, ...options]) {
  return new Promise((resolve, reject) => {
    const child = spawn(process.execPath, [programOf(packageName, program), ...options], { cwd: ROOT });
    let output = '';
    for (const stream of [child.stdout, child.stderr]) stream.on('data', (chunk) => (output += chunk));
    child.once('error', reject);
    child.once('close', (code) => resolve({ name, ok: code === 0, output: output.trim() }));
  });
}

function report({ name, ok, output }) {
  console.log(`${ok ? 'ok    ' : 'FAILED'}  ${name}`);
  if (!ok) console.log(output.replaceAll(/^/gm, '        '));
  return ok;
}

const waiting = [...CHECKS];
const failed = [];

async function worker() {
  for (let check = waiting.shift(); check; check = waiting.shift()) {
    const result = await run(check);
    if (!report(result)) failed.push(result.name);
  }
}

await Promise.all(Array.from({ length: AT_A_TIME }, worker));
if (failed.length > 0) {
  console.log(`check failed: ${failed.join(', ')}`);
  process.exitCode = 1;
}
