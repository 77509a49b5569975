import { execFile } from 'node:child_process';
import { promisify } from 'node:util';
import { errorText } from '../../text/to-error';

/** A line of this computer, by the name that its chip gives it. */
export interface GpioLine {
  name: string;
  activeLow: boolean;
}

/** A program and its arguments, each as it is, with no shell between. */
export interface ToolCall {
  program: string;
  args: string[];
}

/** The tools of libgpiod as this machine has them; what its two versions want to hear is not alike. */
export interface GpioTools {
  /** Holds a line at a value, which it has from its very first moment, until the process ends. */
  hold: (line: GpioLine, isActive: boolean) => Promise<ToolCall>;
  /** Makes a line active for a time and inactive after it. The process sees to both ends by itself. */
  pulse: (line: GpioLine, forMs: number) => Promise<ToolCall>;
  read: (line: GpioLine) => Promise<ToolCall>;
  /** Prints a number at every change of a line, until the process ends. */
  watch: (line: GpioLine) => Promise<ToolCall>;
  /** What a number that `watch` prints says of the line; null for anything else. */
  meaningOf: (event: string) => boolean | null;
}

const run = promisify(execFile);
const ANSWER_WITHIN_MS = 5_000;
const CONSUMER = 'wattkeeper';
const US_PER_MS = 1_000;
const MS_PER_S = 1_000;

/** Runs a tool that answers at once. */
export async function askTool({ program, args }: ToolCall, env: NodeJS.ProcessEnv): Promise<string> {
  try {
    const { stdout } = await run(program, args, { env, timeout: ANSWER_WITHIN_MS });
    return stdout.trim();
  } catch (error) {
    if (error instanceof Error && 'code' in error && error.code === 'ENOENT')
      throw new Error(`${program} is missing: install the package "gpiod"`, { cause: error });
    throw new Error(`${program} ${args.join(' ')}: ${complaintIn(error)}`, { cause: error });
  }
}

function complaintIn(error: unknown): string {
  const stderr = error instanceof Error && 'stderr' in error ? String(error.stderr).trim() : '';
  return stderr === '' ? errorText(error) : stderr;
}

/** Finds out which version of the tools is installed. */
export async function findGpioTools(env: NodeJS.ProcessEnv): Promise<GpioTools> {
  const answer = await askTool({ program: 'gpioset', args: ['--version'] }, env);
  const [, major] = /\bv(\d+)\./.exec(answer) ?? [];
  if (major === '1') return toolsOfVersion1(env);
  if (major === '2') return TOOLS_OF_VERSION_2;
  throw new Error(`gpioset must be of libgpiod 1 or 2, it says "${answer.slice(0, 80)}"`);
}

const lowFlag = ({ activeLow }: GpioLine): string[] => (activeLow ? ['--active-low'] : []);

/** Version 1 knows lines by chip and number only; `gpiofind` tells them for a name. */
function toolsOfVersion1(env: NodeJS.ProcessEnv): GpioTools {
  const placeOf = async ({ name }: GpioLine): Promise<[string, string]> => {
    const answer = await askTool({ program: 'gpiofind', args: [name] }, env);
    const [, chip, number] = /^([\w.-]+) (\d+)$/.exec(answer) ?? [];
    if (chip === undefined || number === undefined) throw new Error(`there is no line named ${name}`);
    return [chip, number];
  };
  return {
    hold: async (line, isActive) => {
      const [chip, number] = await placeOf(line);
      const value = `${number}=${isActive ? 1 : 0}`;
      return { program: 'gpioset', args: ['--mode=signal', ...lowFlag(line), chip, value] };
    },
    // Version 1 leaves the line as it was set, so a second call takes the power off again. The shell does both, that the
    // coil is let go also when this process ends in between.
    pulse: async (line, forMs) => {
      const [chip, number] = await placeOf(line);
      const time = [`--sec=${Math.floor(forMs / MS_PER_S)}`, `--usec=${(forMs % MS_PER_S) * US_PER_MS}`];
      const on = ['--mode=time', ...time, ...lowFlag(line), chip, `${number}=1`];
      const off = ['--mode=exit', ...lowFlag(line), chip, `${number}=0`];
      const script = `gpioset ${on.join(' ')}; r=$?; gpioset ${off.join(' ')} || r=$?; exit $r`;
      return { program: 'sh', args: ['-c', script] };
    },
    read: async (line) => ({ program: 'gpioget', args: [...lowFlag(line), ...(await placeOf(line))] }),
    watch: async (line) => ({
      program: 'gpiomon',
      args: ['--line-buffered', '--format=%e', ...lowFlag(line), ...(await placeOf(line))],
    }),
    meaningOf: (event) => (event === '1' ? true : event === '0' ? false : null),
  };
}

const byName = (line: GpioLine): string[] => ['--by-name', '--strict', ...lowFlag(line)];

const TOOLS_OF_VERSION_2: GpioTools = {
  hold: (line, isActive) =>
    Promise.resolve({
      program: 'gpioset',
      args: [...byName(line), `--consumer=${CONSUMER}`, `${line.name}=${isActive ? 1 : 0}`],
    }),
  // After the first period the line turns back, and a period of 0 ends the process.
  pulse: (line, forMs) =>
    Promise.resolve({
      program: 'gpioset',
      args: [...byName(line), `--consumer=${CONSUMER}`, `--toggle=${forMs}ms,0`, `${line.name}=1`],
    }),
  read: (line) => Promise.resolve({ program: 'gpioget', args: [...byName(line), '--numeric', line.name] }),
  // Into a pipe the tool would print whole pages only.
  watch: (line) =>
    Promise.resolve({
      program: 'stdbuf',
      args: ['-oL', 'gpiomon', ...byName(line), `--consumer=${CONSUMER}`, '--format=%e', line.name],
    }),
  meaningOf: (event) => (event === '1' ? true : event === '2' ? false : null),
};
