// `npm run bench [-- name… --json --seconds N]`: measures, and prints a table for people or one JSON object per line.
import os from 'node:os';
import type { Benchmark } from './benchmark';
import { parseCommandLine, UsageError, type Wish } from './command-line';
import { detection } from './detection';
import { bypass } from './bypass';
import { cutoff } from './cutoff';
import { DEFAULT_SECONDS, effortOf } from './effort';
import { fleet } from './fleet';
import { figureJson, figureTable } from './figure';
import { ledger } from './ledger';
import { limits } from './limits';
import { wholePath } from './path';
import { neighbour } from './neighbour';
import { pricing } from './pricing';
import { start } from './start';

const BENCHMARKS: readonly Benchmark[] = [
  limits,
  wholePath,
  ledger,
  pricing,
  cutoff,
  detection,
  bypass,
  neighbour,
  start,
  fleet,
];
const INTERRUPTED_EXIT_CODE = 130;
/** Above this something else takes a good part of a processor. */
const BUSY_LOAD = 0.5;

const HELP = `npm run bench -- [name…] [options]

  --seconds N   measure each side of each figure for N seconds (${DEFAULT_SECONDS} unless told)
  --json        one JSON object per line instead of a table; what is a limit itself has the limit null
  --list        name the benchmarks
  --help        this text

Every figure of ours is measured in turn with its limit: what the same machine does at the same time
without us. The ratio compares the two.`;

const listText = (): string => BENCHMARKS.map(({ name, about }) => `  ${name.padEnd(9)} ${about}`).join('\n');

async function runAll({ names, asJson, seconds }: Wish): Promise<void> {
  const effort = effortOf(seconds);
  if (!asJson) console.log(`${machineText()}\n`);
  for (const { name, about, run } of BENCHMARKS.filter((benchmark) => names.includes(benchmark.name))) {
    const figures = await run({ effort, say: (what) => showProgress(`${name}: ${what} …`) });
    showProgress('');
    for (const figure of asJson ? figures : []) console.log(figureJson(name, figure));
    if (!asJson) console.log(`${name}: ${about}\n${figureTable(figures)}\n`);
  }
}

/** Figures belong to a machine, and to what else it was doing. */
function machineText(): string {
  const processors = os.cpus();
  const [load = 0] = os.loadavg();
  const text = `${processors.length} × ${processors[0]?.model ?? 'processor'}, Node.js ${process.versions.node}`;
  return load < BUSY_LOAD ? text : `${text}, busy with other things (load ${load.toFixed(1)}): ratios count`;
}

/** One line that is written over; only a person at a terminal gets it. */
function showProgress(text: string): void {
  if (process.stderr.isTTY) process.stderr.write(`\r\x1b[K${text}`);
}

async function main(words: string[]): Promise<number> {
  try {
    const wish = parseCommandLine(
      words,
      BENCHMARKS.map(({ name }) => name),
      BENCHMARKS.filter(({ isLong }) => !isLong).map(({ name }) => name),
    );
    if (wish.kind === 'help') console.log(`${HELP}\n\n${listText()}`);
    else if (wish.kind === 'list') console.log(listText());
    else await runAll(wish);
    return 0;
  } catch (error) {
    showProgress('');
    console.error(error instanceof UsageError ? error.message : error);
    return 1;
  }
}

// Leaving by way of process.exit lets every part end its processes and remove its folders.
for (const signal of ['SIGINT', 'SIGTERM', 'SIGHUP'] as const) {
  process.once(signal, () => process.exit(INTERRUPTED_EXIT_CODE));
}
void main(process.argv.slice(2)).then((code) => process.exit(code));
