import { spawn } from 'node:child_process';
import { closeSync, mkdirSync, openSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { readJsonFile, writeJsonFile } from '../json-file';
import type { GpioLine, GpioTools, ToolCall } from './gpio-tools';

/** A process that holds a line, as it is remembered over restarts. */
interface Holder {
  pid: number;
  args: string[];
}

export interface LineHolderOptions {
  /** Where the holders are remembered and their complaints are written. */
  folder: string;
  tools: () => Promise<GpioTools>;
  env: NodeJS.ProcessEnv;
  /** Whoever refuses a line says so within this. */
  settleMs: number;
  /** Hears that a line is held no longer, though nobody let it go. */
  onLost: (lineName: string, error: Error) => void;
}

export const HOLDERS_FILE = 'gpio-holders.json';
const END_WITHIN_MS = 2_000;
const LOOK_EVERY_MS = 10;

/**
 * Holds lines of this computer at their values. A line falls back as soon as nobody holds it, so its holder is a process of
 * its own that outlives this one: when Node-RED starts again, or dies, no relay moves. A holder that is found in place is
 * taken over as it is.
 */
export class LineHolder {
  private readonly file: string;
  private readonly holders: Map<string, Holder>;
  /** What is being done to a line; the next thing waits for it. */
  private readonly turns = new Map<string, Promise<void>>();
  /** Processes that were ended on purpose. */
  private readonly dismissed = new Set<number>();

  constructor(private readonly options: LineHolderOptions) {
    mkdirSync(options.folder, { recursive: true });
    this.file = join(options.folder, HOLDERS_FILE);
    this.holders = new Map(Object.entries(readHolders(this.file)));
  }

  /** The lines that are held, by this process or by one before it. */
  get lines(): string[] {
    return [...this.holders.keys()];
  }

  /** Brings a line to a value and keeps it there. One that has it already is not touched. */
  hold(line: GpioLine, isActive: boolean): Promise<void> {
    return this.inTurn(line.name, async () => {
      const tools = await this.options.tools();
      const call = await tools.hold(line, isActive);
      const holder = this.holders.get(line.name);
      if (holder && isRunning(holder)) {
        if (sameArgs(holder.args, call.args)) return;
        await this.dismiss(holder);
      }
      await this.start(line.name, call);
    });
  }

  /** Holds a line again whose holder has ended, at the value it had. One that was never held is left alone. */
  keep(line: GpioLine): Promise<void> {
    return this.inTurn(line.name, async () => {
      const holder = this.holders.get(line.name);
      if (!holder || isRunning(holder)) return;
      const tools = await this.options.tools();
      for (const isActive of [false, true]) {
        const call = await tools.hold(line, isActive);
        if (!sameArgs(holder.args, call.args)) continue;
        await this.start(line.name, call);
        return;
      }
    });
  }

  /** Lets a line go; what becomes of it is up to its chip. */
  release(lineName: string): Promise<void> {
    return this.inTurn(lineName, async () => {
      const holder = this.holders.get(lineName);
      if (holder && isRunning(holder)) await this.dismiss(holder);
      this.holders.delete(lineName);
      this.remember();
    });
  }

  /** One thing after the other on each line. */
  private inTurn(lineName: string, act: () => Promise<void>): Promise<void> {
    const turn = (this.turns.get(lineName) ?? Promise.resolve()).then(act, act);
    const settled = turn.catch(() => undefined);
    this.turns.set(lineName, settled);
    void settled.then(() => {
      if (this.turns.get(lineName) === settled) this.turns.delete(lineName);
    });
    return turn;
  }

  private async start(lineName: string, { program, args }: ToolCall): Promise<void> {
    const { env, settleMs, folder } = this.options;
    const complaints = join(folder, `gpio-${lineName}.log`);
    const log = openSync(complaints, 'w');
    const child = spawn(program, args, { env, detached: true, stdio: ['ignore', 'ignore', log] });
    closeSync(log);
    child.unref();
    const ended = new Promise<string>((resolve) => {
      child.once('error', (error) => resolve(error.message));
      child.once('exit', () => resolve(complaintIn(complaints)));
    });
    const { pid } = child;
    // Remembered at once: a holder that nobody knows would keep its line from everybody.
    if (pid !== undefined) {
      this.holders.set(lineName, { pid, args });
      this.dismissed.delete(pid);
    }
    this.remember();
    const early = await Promise.race([ended, wait(settleMs)]);
    if (pid === undefined || early !== undefined) {
      this.holders.delete(lineName);
      this.remember();
      throw new Error(`line ${lineName} can not be held: ${early ?? 'it did not start'}`);
    }
    void ended.then((reason) => {
      if (this.dismissed.delete(pid)) return;
      this.options.onLost(lineName, new Error(`line ${lineName} is held no longer: ${reason}`));
    });
  }

  private async dismiss(holder: Holder): Promise<void> {
    this.dismissed.add(holder.pid);
    process.kill(holder.pid, 'SIGTERM');
    for (let waitedMs = 0; isRunning(holder); waitedMs += LOOK_EVERY_MS) {
      if (waitedMs >= END_WITHIN_MS) throw new Error(`process ${holder.pid} does not let its line go`);
      await wait(LOOK_EVERY_MS);
    }
  }

  private remember(): void {
    writeJsonFile(this.file, Object.fromEntries(this.holders));
  }
}

/** What a holder has said before it ended. */
function complaintIn(file: string): string {
  try {
    return readFileSync(file, 'utf8').trim() || 'it ended';
  } catch {
    return 'it ended';
  }
}

const sameArgs = (some: readonly string[], others: readonly string[]): boolean =>
  some.length === others.length && some.every((arg, index) => arg === others[index]);

/** Whether the process is there and still the same: numbers of processes are used again. */
function isRunning({ pid, args }: Holder): boolean {
  try {
    const words = readFileSync(`/proc/${pid}/cmdline`, 'utf8').split('\0').slice(0, -1);
    return words.length > args.length && sameArgs(words.slice(-args.length), args);
  } catch {
    return false;
  }
}

function readHolders(file: string): Record<string, Holder> {
  const stored = readJsonFile(file);
  if (typeof stored !== 'object' || stored === null) return {};
  return Object.fromEntries(
    Object.entries(stored).filter((entry): entry is [string, Holder] => isHolder(entry[1])),
  );
}

function isHolder(value: unknown): value is Holder {
  if (typeof value !== 'object' || value === null || !('pid' in value) || !('args' in value)) return false;
  const { pid, args } = value;
  return Number.isSafeInteger(pid) && (pid as number) > 1 && Array.isArray(args) && args.length > 0;
}

function wait(forMs: number): Promise<undefined> {
  return new Promise((resolve) => setTimeout(() => resolve(undefined), forMs));
}
