import path from 'node:path';
import { type HelperProcess, startHelper } from './helper-process';

/** A bare broker with a bare ledger: the limit of everything that acknowledges after the commit. */
export class BareBroker {
  private constructor(
    private readonly process: HelperProcess,
    readonly port: number,
  ) {}

  static async start(folder: string): Promise<BareBroker> {
    const process = startHelper('the bare broker', require.resolve('./bare-broker-process.ts'));
    const port = await process.askNumber('listen', path.join(folder, 'bare-broker.sqlite'));
    return new BareBroker(process, port);
  }

  /** Fails when the limit itself has cheated: every acknowledged reading is stored. */
  async check(acknowledgedReadings: number): Promise<void> {
    const stored = await this.process.askNumber('countReadings');
    if (stored !== acknowledgedReadings) {
      throw new Error(`the bare broker acknowledged ${acknowledgedReadings} readings and stored ${stored}`);
    }
  }

  stop(): Promise<void> {
    return this.process.stop();
  }
}
