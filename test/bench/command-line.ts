import { DEFAULT_SECONDS, MAX_SECONDS, MIN_SECONDS } from './effort';

export interface Wish {
  kind: 'run' | 'list' | 'help';
  names: string[];
  asJson: boolean;
  seconds: number;
}

/** What was typed cannot be done; the message says why. */
export class UsageError extends Error {}

/** Reads what was typed after `npm run bench --`. Without a name every benchmark is meant. */
export function parseCommandLine(
  words: readonly string[],
  known: readonly string[],
  byDefault = known,
): Wish {
  const wish: Wish = { kind: 'run', names: [], asJson: false, seconds: DEFAULT_SECONDS };
  const rest = [...words];
  for (let word = rest.shift(); word !== undefined; word = rest.shift()) {
    if (word === '--help' || word === '-h') wish.kind = 'help';
    else if (word === '--list') wish.kind = 'list';
    else if (word === '--json') wish.asJson = true;
    else if (word === '--seconds') wish.seconds = parseSeconds(rest.shift());
    else if (word.startsWith('--seconds=')) wish.seconds = parseSeconds(word.slice('--seconds='.length));
    else if (word.startsWith('-')) throw new UsageError(`There is no option ${word}; --help names them.`);
    else if (!known.includes(word)) {
      throw new UsageError(`There is no benchmark "${word}"; there are ${known.join(', ')}.`);
    } else if (!wish.names.includes(word)) wish.names.push(word);
  }
  if (wish.names.length === 0) wish.names = [...byDefault];
  return wish;
}

function parseSeconds(text: string | undefined): number {
  const seconds = text === undefined || text.trim() === '' ? NaN : Number(text);
  if (seconds >= MIN_SECONDS && seconds <= MAX_SECONDS) return seconds;
  throw new UsageError(
    `--seconds must be a number from ${MIN_SECONDS} to ${MAX_SECONDS}, got ${text ?? 'nothing'}.`,
  );
}
