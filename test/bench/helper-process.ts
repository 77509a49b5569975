import { type ChildProcess, fork } from 'node:child_process';
import { once } from 'node:events';
import type { Reply, Request } from './requests';
import { START_FLAGS, TYPESCRIPT_LOADER } from './repository';

/** Every process the bench has started and not seen end. None of them outlives it. */
const running = new Set<ChildProcess>();
process.once('exit', () => {
  for (const child of running) child.kill('SIGKILL');
});

/** Far above what any task takes beyond the time it measures: a process that hangs fails the bench. */
const ANSWERS_WITHIN_MS = 30_000;
const ENDS_WITHIN_MS = 15_000;

interface Waiting {
  resolve: (value: unknown) => void;
  reject: (error: Error) => void;
}

/** A process of the bench, and the requests it has not answered yet. */
export class HelperProcess {
  private readonly waiting = new Map<number, Waiting>();
  private readonly ended: Promise<unknown>;
  private lastId = 0;

  constructor(
    readonly name: string,
    readonly child: ChildProcess,
  ) {
    running.add(child);
    this.ended = once(child, 'close');
    child.on('message', (reply) => this.settle(reply as Reply));
    child.once('close', (code, signal) => {
      running.delete(child);
      this.failAll(new Error(`${name} ended early (${String(signal ?? code)})`));
    });
    // Without a listener a child that cannot be started would end the bench without a word of whose fault it was.
    child.once('error', (error) => this.failAll(new Error(`${name}: ${error.message}`)));
  }

  /** Asks for a task. `extraMs` is how long the task itself is meant to take. */
  ask(task: string, argument?: unknown, extraMs = 0): Promise<unknown> {
    const request: Request = { id: (this.lastId += 1), task, argument };
    return new Promise((resolve, reject) => {
      const late = setTimeout(() => {
        this.waiting.delete(request.id);
        reject(new Error(`${this.name} did not answer "${task}"`));
      }, extraMs + ANSWERS_WITHIN_MS);
      this.waiting.set(request.id, {
        resolve: (value) => {
          clearTimeout(late);
          resolve(value);
        },
        reject: (error) => {
          clearTimeout(late);
          reject(error);
        },
      });
      this.child.send(request, (error) => error && this.failAll(error));
    });
  }

  async askNumber(task: string, argument?: unknown, extraMs?: number): Promise<number> {
    const value = await this.ask(task, argument, extraMs);
    if (typeof value !== 'number') throw new Error(`${this.name} answered "${task}" with ${String(value)}`);
    return value;
  }

  /** Ends the process kindly, and then not so kindly. */
  async stop(signal: NodeJS.Signals = 'SIGTERM'): Promise<void> {
    if (!running.has(this.child)) return;
    this.child.kill(signal);
    const late = setTimeout(() => this.child.kill('SIGKILL'), ENDS_WITHIN_MS);
    await this.ended;
    clearTimeout(late);
  }

  private settle(reply: Reply): void {
    const waiting = this.waiting.get(reply.id);
    this.waiting.delete(reply.id);
    if ('error' in reply) waiting?.reject(new Error(`${this.name}: ${reply.error}`));
    else waiting?.resolve(reply.value);
  }

  private failAll(error: Error): void {
    for (const { reject } of this.waiting.values()) reject(error);
    this.waiting.clear();
  }
}

/** Starts one of the bench's own TypeScript files as a process. */
export function startHelper(name: string, file: string): HelperProcess {
  const child = fork(file, {
    execArgv: [...START_FLAGS, '--import', TYPESCRIPT_LOADER],
    stdio: ['ignore', 'inherit', 'inherit', 'ipc'],
  });
  return new HelperProcess(name, child);
}

/** Uses processes and ends every one of them, whatever happens. */
export async function withProcesses<T>(
  work: (keep: <P extends { stop(): Promise<void> }>(process: P) => P) => Promise<T>,
): Promise<T> {
  const kept: { stop(): Promise<void> }[] = [];
  try {
    return await work((process) => {
      kept.push(process);
      return process;
    });
  } finally {
    await Promise.all(kept.map((process) => process.stop()));
  }
}
