import { spawn } from 'node:child_process';
import { existsSync } from 'node:fs';
import { join } from 'node:path';
import { MAX_PULSE_MS, MIN_PULSE_MS } from '../../relay/relay-settings';
import { findGpioTools, type GpioLine, type GpioTools } from './gpio-tools';
import { HOLDERS_FILE, LineHolder } from './line-holder';
import { LineWatch } from './line-watch';

export interface GpioBenchOptions {
  folder: string;
  env: NodeJS.ProcessEnv;
  onLost: (lineName: string, error: Error) => void;
  onError: (error: Error) => void;
  settleMs?: number;
  againAfterMs?: number;
}

const SETTLE_MS = 200;
const AGAIN_AFTER_MS = 5_000;

/** The lines of this computer, driven by the tools of libgpiod. Nothing runs before the first line is used. */
export class GpioBench {
  private holders: LineHolder | null = null;
  private readonly watches = new Map<string, LineWatch>();
  private found: Promise<GpioTools> | null = null;

  constructor(private readonly options: GpioBenchOptions) {}

  hold(line: GpioLine, isActive: boolean): Promise<void> {
    return this.holder().hold(line, isActive);
  }

  /** Takes a line that nobody holds any more again, at the value at which it was last held. */
  keep(line: GpioLine): Promise<void> {
    return this.holder().keep(line);
  }

  /** The lines that are held, by this process or by one before it. */
  heldLines(): string[] {
    const isUsed = this.holders !== null || existsSync(join(this.options.folder, HOLDERS_FILE));
    return isUsed ? this.holder().lines : [];
  }

  release(lineName: string): Promise<void> {
    return this.holder().release(lineName);
  }

  /** Gives a coil one pulse. It ends by itself, whatever becomes of this process. */
  async pulse(line: GpioLine, forMs: number): Promise<void> {
    if (!(forMs >= MIN_PULSE_MS && forMs <= MAX_PULSE_MS))
      throw new RangeError(`a pulse must last from ${MIN_PULSE_MS} to ${MAX_PULSE_MS} ms, got ${forMs}`);
    const { program, args } = await (await this.tools()).pulse(line, forMs);
    const { env } = this.options;
    await new Promise<void>((resolve, reject) => {
      const child = spawn(program, args, { env, detached: true, stdio: ['ignore', 'ignore', 'pipe'] });
      let complaint = '';
      child.stderr.on('data', (chunk: Buffer) => (complaint += chunk.toString()));
      child.once('error', reject);
      child.once('close', (code) => {
        if (code === 0) resolve();
        else reject(new Error(`line ${line.name} gave no pulse: ${complaint.trim() || `exit ${code}`}`));
      });
    });
  }

  /** Reads a line back from now on. */
  watch(line: GpioLine, hear: (isActive: boolean) => void): void {
    this.watches.get(line.name)?.stop();
    const { env, onError, againAfterMs = AGAIN_AFTER_MS } = this.options;
    const watch = new LineWatch(line, { tools: () => this.tools(), env, againAfterMs, hear, onError });
    this.watches.set(line.name, watch);
  }

  /** Ends what belongs to this process. Lines stay held. */
  close(): void {
    for (const watch of this.watches.values()) watch.stop();
    this.watches.clear();
  }

  private holder(): LineHolder {
    const { folder, env, onLost, settleMs = SETTLE_MS } = this.options;
    this.holders ??= new LineHolder({ folder, env, settleMs, onLost, tools: () => this.tools() });
    return this.holders;
  }

  private tools(): Promise<GpioTools> {
    this.found ??= findGpioTools(this.options.env).catch((error: unknown) => {
      // Somebody may install them while we run.
      this.found = null;
      throw error;
    });
    return this.found;
  }
}
