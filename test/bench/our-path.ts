import path from 'node:path';
import { checkLedger } from './bench-ledger';
import { NodeRed, OUR_PALETTE } from './node-red';
import { pathFlow } from './path-flow';
import { residentMb } from './resident-memory';
import { freePort } from './scratch-folder';

/** Node-RED with the palette as users get it and the flow of a reading. */
export class OurPath {
  private constructor(
    private readonly nodeRed: NodeRed,
    private readonly ledgerFile: string,
    readonly mqttPort: number,
  ) {}

  /** On a ledger that is there already; on a given port, its meters find it again. */
  static async start(ledgerFile: string, givenPort?: number): Promise<OurPath> {
    const mqttPort = givenPort ?? (await freePort());
    const nodeRed = await NodeRed.start({
      folder: path.join(path.dirname(ledgerFile), `node-red-${mqttPort}`),
      flow: pathFlow(ledgerFile, mqttPort),
      nodesDirs: OUR_PALETTE,
      hasEditor: false,
    });
    return new OurPath(nodeRed, ledgerFile, mqttPort);
  }

  residentMb(): number {
    const { pid } = this.nodeRed.process.child;
    if (pid === undefined) throw new Error('Node-RED has no process');
    return residentMb(pid);
  }

  stop(): Promise<void> {
    return this.nodeRed.stop();
  }

  /** A fast path that loses money or readings is no path. */
  async stopAndCheck(acknowledgedReadings: number): Promise<void> {
    // Before it stops: connections that are cut then may be complained of, and nothing was measured over them.
    this.nodeRed.check();
    await this.stop();
    checkLedger(this.ledgerFile, acknowledgedReadings);
  }
}
