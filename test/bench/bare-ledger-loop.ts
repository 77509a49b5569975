import path from 'node:path';
import type { Measure } from './alternate';
import { type HelperProcess, startHelper } from './helper-process';

/** SQLite alone in a process of its own: the limit of everything that ends in a ledger. */
export class BareLedgerLoop {
  private constructor(private readonly process: HelperProcess) {}

  static async start(folder: string): Promise<BareLedgerLoop> {
    const process = startHelper('bare SQLite', require.resolve('./bare-ledger-process.ts'));
    await process.ask('open', path.join(folder, 'bare-ledger.sqlite'));
    return new BareLedgerLoop(process);
  }

  /** Durable readings per second in groups of this size. */
  measure(group: number): Measure {
    return (ms) => this.process.askNumber('commitGroups', { ms, group }, ms);
  }

  stop(): Promise<void> {
    return this.process.stop();
  }
}
