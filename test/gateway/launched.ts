import { spawn, type ChildProcess } from 'node:child_process';
import { EventEmitter, once } from 'node:events';
import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { createServer, type AddressInfo, type Server } from 'node:net';
import { tmpdir } from 'node:os';
import path from 'node:path';

export const REPOSITORY = path.join(__dirname, '..', '..');
/** The launcher runs from its source: a build that is older than the source would test yesterday's program. */
export const SOURCE = ['--import', require.resolve('tsx'), path.join('gateway', 'wattkeeper.ts')];
/** What users run, for what only the build can show: how fast and how small it is. */
export const BUILT = [path.join('dist', 'gateway', 'wattkeeper.js')];
/** Far above what a start takes; a program that hangs fails the test instead of the whole run. */
const ANSWERS_WITHIN_MS = 20_000;

export interface Ended {
  code: number | null;
  out: string;
  err: string;
}

interface Surroundings {
  env?: Record<string, string>;
  folder?: string;
  program?: string[];
}

/** A launcher in a process of its own, as a person would start it. */
export class Launched {
  readonly child: ChildProcess;
  out = '';
  err = '';
  private readonly news = new EventEmitter();
  private readonly closed: Promise<unknown>;

  constructor(args: string[], { env = {}, folder = REPOSITORY, program = SOURCE }: Surroundings = {}) {
    this.child = spawn(process.execPath, [...program, ...args], {
      cwd: folder,
      env: { ...process.env, ...env },
      stdio: ['ignore', 'pipe', 'pipe'],
    });
    this.child.stdout?.on('data', (chunk: Buffer) => {
      this.out += chunk.toString();
      this.news.emit('news');
    });
    this.child.stderr?.on('data', (chunk: Buffer) => {
      this.err += chunk.toString();
      this.news.emit('news');
    });
    this.child.once('close', () => this.news.emit('news'));
    this.closed = once(this.child, 'close');
  }

  /** Resolves once everything runs and the welcome has been printed whole. */
  async running(): Promise<void> {
    await this.until(() => this.out.includes('Ctrl-C stops it'), 'running');
  }

  /** Looks again after each piece of output, until the condition holds. */
  async until(condition: () => boolean, what: string): Promise<void> {
    const tooLate = AbortSignal.timeout(ANSWERS_WITHIN_MS);
    while (!condition()) {
      const hasEnded = this.child.exitCode !== null || this.child.signalCode !== null;
      if (hasEnded || tooLate.aborted) throw new Error(`never ${what}; it said:\n${this.out}\n${this.err}`);
      await once(this.news, 'news', { signal: tooLate }).catch(() => undefined);
    }
  }

  signal(name: NodeJS.Signals): void {
    this.child.kill(name);
  }

  async ended(): Promise<Ended> {
    const guard = setTimeout(() => this.child.kill('SIGKILL'), ANSWERS_WITHIN_MS);
    await this.closed;
    clearTimeout(guard);
    return { code: this.child.exitCode, out: this.out, err: this.err };
  }
}

/** A data folder, two free ports, and whatever was started with them; everything goes away at the end. */
export class Bench {
  readonly folder = mkdtempSync(path.join(tmpdir(), 'wattkeeper-'));
  readonly data = path.join(this.folder, 'data');
  readonly nodeRed = path.join(this.data, 'node-red');
  private readonly started: Launched[] = [];

  private constructor(
    readonly port: number,
    readonly mqttPort: number,
  ) {}

  static async open(): Promise<Bench> {
    const [first, second] = [await occupyPort(), await occupyPort()];
    const bench = new Bench(portOf(first), portOf(second));
    first.close();
    second.close();
    return bench;
  }

  get base(): string {
    return `http://127.0.0.1:${this.port}`;
  }

  get env(): Record<string, string> {
    return {
      PORT: String(this.port),
      HOST: '127.0.0.1',
      WATTKEEPER_MQTT_PORT: String(this.mqttPort),
      WATTKEEPER_DATA: this.data,
    };
  }

  /** Puts a flow into the data folder before the first start. */
  giveFlow(flow: unknown[]): void {
    mkdirSync(this.nodeRed, { recursive: true });
    writeFileSync(path.join(this.nodeRed, 'flows.json'), JSON.stringify(flow));
  }

  launch(args: string[] = ['start'], env: Record<string, string> = {}, program = SOURCE): Launched {
    const launched = new Launched(args, { env: { ...this.env, ...env }, program });
    this.started.push(launched);
    return launched;
  }

  async close(): Promise<void> {
    for (const { child } of this.started) if (child.exitCode === null) child.kill('SIGKILL');
    await Promise.all(this.started.map((launched) => launched.ended()));
    rmSync(this.folder, { recursive: true, force: true });
  }
}

/** Listens on a port that was free, or on the given one. */
export async function occupyPort(port = 0): Promise<Server> {
  const server = createServer();
  server.listen(port, '127.0.0.1');
  await once(server, 'listening');
  return server;
}

const portOf = (server: Server): number => (server.address() as AddressInfo).port;
