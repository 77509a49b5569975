import { spawn } from 'node:child_process';
import { mkdirSync, writeFileSync } from 'node:fs';
import path from 'node:path';
import { createInterface } from 'node:readline';
import { Readable } from 'node:stream';
import { HelperProcess } from './helper-process';
import { REPOSITORY, START_FLAGS } from './repository';

export interface NodeRedOptions {
  /** Its user folder, made anew. */
  folder: string;
  flow: readonly object[];
  nodesDirs: readonly string[];
  /** Without the web server there is only the runtime. */
  hasEditor: boolean;
  execArgv?: readonly string[];
}

const PROGRAM = require.resolve('node-red/red.js');
const STARTED = 'Started flows';
/** Warnings count when a node gives them; the runtime warns of settings that are meant. */
const COMPLAINT = /\[(error|fatal)\]|\[warn\] \[/;
/** A few connections speak for all meters here, which only an open broker lets them. */
const MEANT = 'the broker is open';
const STARTS_WITHIN_MS = 60_000;
const LAST_LINES = 20;

/** Node-RED as it is installed, in a process and a user folder of its own. */
export class NodeRed {
  private constructor(
    readonly process: HelperProcess,
    /** From the start of the process to "Started flows". */
    readonly startMs: number,
    private readonly complaints: readonly string[],
  ) {}

  static async start(options: NodeRedOptions): Promise<NodeRed> {
    const { folder, flow, execArgv = [] } = options;
    mkdirSync(folder, { recursive: true });
    const settings = path.join(folder, 'settings.js');
    writeFileSync(path.join(folder, 'flows.json'), JSON.stringify(flow));
    writeFileSync(settings, settingsFile(options));
    const beganMs = performance.now();
    const child = spawn(
      process.execPath,
      [...START_FLAGS, ...execArgv, PROGRAM, '--userDir', folder, '--settings', settings],
      {
        cwd: folder,
        stdio: ['ignore', 'pipe', 'inherit', 'ipc'],
      },
    );
    const lines: string[] = [];
    const complaints: string[] = [];
    const started = new Promise<number>((resolve, reject) => {
      createInterface({ input: child.stdout ?? Readable.from([]) }).on('line', (line) => {
        lines.push(line);
        if (lines.length > LAST_LINES) lines.shift();
        if (COMPLAINT.test(line) && !line.includes(MEANT) && complaints.length < LAST_LINES)
          complaints.push(line);
        if (line.includes(STARTED)) resolve(performance.now() - beganMs);
      });
      child.once('close', () => reject(new Error(`Node-RED did not start:\n${lines.join('\n')}`)));
    });
    const helper = new HelperProcess('Node-RED', child);
    const late = setTimeout(() => child.kill('SIGKILL'), STARTS_WITHIN_MS);
    const startMs = await started;
    clearTimeout(late);
    return new NodeRed(helper, startMs, complaints);
  }

  /** Fails when a node has complained: what was measured then is not what was meant. */
  check(): void {
    if (this.complaints.length > 0) throw new Error(`Node-RED complained:\n${this.complaints.join('\n')}`);
  }

  stop(): Promise<void> {
    return this.process.stop();
  }
}

function settingsFile({ folder, nodesDirs, hasEditor }: NodeRedOptions): string {
  const settings = {
    userDir: folder,
    flowFile: 'flows.json',
    nodesDir: nodesDirs,
    lang: 'en-US',
    uiHost: '127.0.0.1',
    uiPort: 0,
    ...(hasEditor ? {} : { httpAdminRoot: false, httpNodeRoot: false }),
    credentialSecret: 'bench',
    logging: { console: { level: 'info', metrics: false, audit: false } },
    telemetry: { enabled: false, updateNotification: false },
    // Node-RED loads every palette that lies in a node_modules above it: only what nodesDir names is wanted here.
    externalModules: { autoInstall: false, palette: { denyList: ['@flowfuse/*'], allowInstall: false } },
    editorTheme: { tours: false, projects: { enabled: false } },
  };
  return [
    '// Node-RED ends with the bench, whatever ends the bench.',
    "process.on('disconnect', () => process.exit());",
    `module.exports = ${JSON.stringify(settings, null, 2)};`,
    '',
  ].join('\n');
}

/** For a Node-RED without our palette. */
export const NO_NODES_DIRS: readonly string[] = [];
export const OUR_PALETTE: readonly string[] = [REPOSITORY];
