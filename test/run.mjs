// `npm test [-- part-of-a-path… mocha options…]` and `npm run test:e2e`: runs the tests side by side, adds them up,
// names what was skipped for want of a program, and ends with one line `N passed, N failed`.
import { spawn } from 'node:child_process';
import { mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { createRequire } from 'node:module';
import os from 'node:os';
import path from 'node:path';
import { tsImport } from 'tsx/esm/api';
import { filesBelow } from '../nodes/build/sources.mjs';

const ROOT = path.join(import.meta.dirname, '..');

/** Each list is one process; two of them suit two cores. */
const SUITES = {
  all: [
    ['lib', 'lint'],
    ['nodes', 'flows', 'gateway', 'dashboard', 'bench', 'package'],
  ],
  e2e: [['e2e']],
};

const { needs } = await tsImport('./needs.ts', import.meta.url);

function parseArguments([first, ...rest]) {
  const suite = first === 'e2e' ? 'e2e' : 'all';
  const words = suite === 'e2e' ? rest : [first, ...rest].filter((word) => word !== undefined);
  const firstOption = words.findIndex((word) => word.startsWith('-'));
  const cut = firstOption === -1 ? words.length : firstOption;
  return { suite, filters: words.slice(0, cut), mochaOptions: words.slice(cut) };
}

function testFiles(folders, filters) {
  return folders
    .flatMap((folder) => filesBelow(path.join(ROOT, 'test', folder)))
    .map((file) => path.relative(ROOT, file).split(path.sep).join('/'))
    .filter((file) => file.endsWith('.test.ts'))
    .filter((file) => filters.length === 0 || filters.some((filter) => file.includes(filter)));
}

/** @returns the counts, with a death before the end counted as one failure. */
async function runMocha(files, { style, mochaOptions, scratch, number }) {
  const output = path.join(scratch, `${number}.json`);
  const mocha = createRequire(import.meta.url).resolve('mocha/bin/mocha.js');
  const reporter = [
    '--reporter',
    'test/reporter.cjs',
    '--reporter-option',
    `style=${style},output=${output}`,
  ];
  const colour = process.stdout.isTTY ? '--color' : '--no-color';
  const child = spawn(process.execPath, [mocha, colour, ...reporter, ...mochaOptions, ...files], {
    cwd: ROOT,
    stdio: ['ignore', 'pipe', 'pipe'],
  });
  const shown = showInTurn(child);
  const code = await new Promise((resolve, reject) => {
    child.once('error', reject);
    child.once('close', resolve);
  });
  shown.done();
  return countsOf(output, code);
}

function countsOf(output, code) {
  let counts;
  try {
    counts = JSON.parse(readFileSync(output, 'utf8'));
  } catch {
    console.log(`a test process ended with code ${code} before its last test`);
    return { passes: 0, failures: 1, pending: 0, missing: [] };
  }
  if (code !== 0 && counts.failures === 0) {
    console.log(`a test process ended with code ${code} although its tests passed`);
    counts.failures = 1;
  }
  return counts;
}

/** The first process speaks as it runs; what the others say is kept until their turn, so that nothing interleaves. */
const turns = [];
function showInTurn(child) {
  const turn = { kept: [], ended: false, done };
  turns.push(turn);
  for (const stream of [child.stdout, child.stderr]) {
    stream.on('data', (chunk) => {
      if (turns[0] === turn) process.stdout.write(chunk);
      else turn.kept.push(chunk);
    });
  }
  function done() {
    turn.ended = true;
    while (turns[0]?.ended) {
      turns.shift();
      for (const chunk of turns[0]?.kept.splice(0) ?? []) process.stdout.write(chunk);
    }
  }
  return turn;
}

function sayWhatIsMissing(names) {
  const missing = Object.values(needs).filter((program) => names.has(program.name));
  for (const { name, tests, howToGet } of missing) {
    console.log(`skipped: ${tests} need ${name} — ${howToGet}`);
  }
}

const { suite, filters, mochaOptions } = parseArguments(process.argv.slice(2));
const groups = SUITES[suite]
  .map((folders) => testFiles(folders, filters))
  .filter((files) => files.length > 0);
const scratch = mkdtempSync(path.join(os.tmpdir(), 'wattkeeper-test-'));
const style = filters.length > 0 ? 'Spec' : 'Dot';
const results = await Promise.all(
  groups.map((files, number) => runMocha(files, { style, mochaOptions, scratch, number })),
);
rmSync(scratch, { recursive: true });

const sum = (key) => results.reduce((total, result) => total + result[key], 0);
const missing = new Set(results.flatMap((result) => result.missing));
const everything = suite === 'all' && filters.length === 0;
if (everything && needs.chromium.path === undefined) missing.add(needs.chromium.name);
sayWhatIsMissing(missing);
if (everything) console.log('The browser tests are apart: npm run test:e2e');
if (groups.length === 0) console.log(`no test file matches ${filters.join(' ') || suite}`);

const skippedInCi = process.env.CI === 'true' && missing.size > 0;
if (skippedInCi) console.log('nothing may be skipped when CI=true');
console.log(
  `${sum('passes')} passed, ${sum('failures')} failed` +
    (sum('pending') > 0 ? `, ${sum('pending')} skipped` : ''),
);
process.exitCode = sum('failures') > 0 || skippedInCi || groups.length === 0 ? 1 : 0;
