import path from 'node:path';
import type { Measure } from './alternate';
import { type HelperProcess, startHelper } from './helper-process';
import { METERS } from './meter-registers';

/** SQLite alone in a process of its own: the limit of everything that ends in a ledger. */
export class BareLedgerLoop {
  private constructor(
    private readonly process: HelperProcess,
    private readonly file: string,
  ) {}

  static async start(folder: string, meters = METERS): Promise<BareLedgerLoop> {
    const process = startHelper('bare SQLite', require.resolve('./bare-ledger-process.ts'));
    const file = path.join(folder, `bare-ledger-${meters}.sqlite`);
    await process.ask('open', { file, meters });
    return new BareLedgerLoop(process, file);
  }

  /** Durable readings per second in groups of this size. */
  measure(group: number): Measure {
    return (ms) => this.process.askNumber('commitGroups', { ms, group }, ms);
  }

  bytesPerReading(): Promise<number> {
    return this.process.askNumber('bytesPerReading', this.file);
  }

  stop(): Promise<void> {
    return this.process.stop();
  }
}
