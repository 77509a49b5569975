import { spawn, type ChildProcess } from 'node:child_process';
import { createInterface } from 'node:readline';
import { toError } from '../../text/to-error';
import { askTool, type GpioLine, type GpioTools } from './gpio-tools';

export interface LineWatchOptions {
  tools: () => Promise<GpioTools>;
  env: NodeJS.ProcessEnv;
  /** A watch that ends by itself begins again after this. */
  againAfterMs: number;
  hear: (isActive: boolean) => void;
  onError: (error: Error) => void;
}

/** Reads a line back: how it stands at first, and every change after it. */
export class LineWatch {
  private child: ChildProcess | null = null;
  private again: NodeJS.Timeout | null = null;
  private isStopped = false;

  constructor(
    private readonly line: GpioLine,
    private readonly options: LineWatchOptions,
  ) {
    void this.begin();
  }

  stop(): void {
    this.isStopped = true;
    if (this.again) clearTimeout(this.again);
    this.child?.kill();
  }

  private async begin(): Promise<void> {
    const { tools, env, hear, onError } = this.options;
    try {
      const known = await tools();
      const value = await askTool(await known.read(this.line), env);
      const { program, args } = await known.watch(this.line);
      if (this.isStopped) return;
      if (value === '0' || value === '1') hear(value === '1');
      const child = spawn(program, args, { env, stdio: ['ignore', 'pipe', 'ignore'] });
      this.child = child;
      createInterface(child.stdout).on('line', (text) => {
        const isActive = known.meaningOf(text.trim());
        if (isActive !== null) hear(isActive);
      });
      child.once('error', onError);
      child.once('close', () => this.beginLater());
    } catch (error) {
      onError(toError(error));
      this.beginLater();
    }
  }

  private beginLater(): void {
    this.child = null;
    if (this.isStopped) return;
    this.again = setTimeout(() => void this.begin(), this.options.againAfterMs);
    this.again.unref();
  }
}
