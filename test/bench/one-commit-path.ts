import path from 'node:path';
import Database from 'better-sqlite3';
import { NodeRed } from './node-red';
import { oneCommitFlow } from './one-commit-flow';
import { TYPESCRIPT_LOADER } from './repository';
import { freePort } from './scratch-folder';

const DATABASE = 'one-commit.sqlite';

/** Node-RED with a flow that commits each message by itself, as durably as ours: what one would otherwise build. */
export class OneCommitPath {
  private constructor(
    private readonly nodeRed: NodeRed,
    private readonly file: string,
    readonly mqttPort: number,
  ) {}

  static async start(parent: string): Promise<OneCommitPath> {
    const mqttPort = await freePort();
    const folder = path.join(parent, `one-commit-${mqttPort}`);
    const nodeRed = await NodeRed.start({
      folder,
      flow: oneCommitFlow(DATABASE, mqttPort),
      nodesDirs: [path.dirname(require.resolve('./nodes/one-commit.cjs'))],
      hasEditor: false,
      execArgv: ['--import', TYPESCRIPT_LOADER],
    });
    return new OneCommitPath(nodeRed, path.join(folder, DATABASE), mqttPort);
  }

  stop(): Promise<void> {
    return this.nodeRed.stop();
  }

  /** Fails when it has cheated: every acknowledged reading is stored. */
  async stopAndCheck(acknowledgedReadings: number): Promise<void> {
    this.nodeRed.check();
    await this.stop();
    const db = new Database(this.file, { readonly: true });
    const stored = db.prepare<[], number>('SELECT count(*) FROM reading').pluck().get();
    db.close();
    if (stored !== acknowledgedReadings) {
      throw new Error(
        `the flow of one commit a message acknowledged ${acknowledgedReadings} readings and stored ${stored}`,
      );
    }
  }
}
