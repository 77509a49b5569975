// A real Mosquitto on a free port of this machine.
import { spawn, type ChildProcess } from 'node:child_process';
import { writeFileSync } from 'node:fs';
import { createServer } from 'node:net';
import path from 'node:path';
import { withDeadline } from './running-flow';

export class Mosquitto {
  private log = '';

  private constructor(
    readonly port: number,
    private readonly child: ChildProcess,
  ) {
    child.stderr?.on('data', (chunk: Buffer) => {
      this.log += chunk.toString();
      child.emit('said');
    });
  }

  /** `folder` is the test's own; `settings` are lines of its configuration. */
  static async start(program: string, folder: string, settings: readonly string[]): Promise<Mosquitto> {
    const port = await freePort();
    const config = path.join(folder, 'mosquitto.conf');
    // Mosquitto gives up the rights of root, under which this test may run, and then could not read its files.
    const user = process.getuid?.() === 0 ? ['user root'] : [];
    const lines = [`listener ${port} 127.0.0.1`, 'persistence false', ...user, ...settings];
    writeFileSync(config, `${lines.join('\n')}\n`);
    const child = spawn(program, ['-c', config, '-v'], { stdio: ['ignore', 'ignore', 'pipe'] });
    const mosquitto = new Mosquitto(port, child);
    await mosquitto.says('running');
    return mosquitto;
  }

  get url(): string {
    return `mqtt://127.0.0.1:${this.port}`;
  }

  /** Resolves once this text is in the log. */
  says(text: string): Promise<void> {
    return withDeadline(`Mosquitto to say "${text}"`, (resolve) => {
      const look = (): void => {
        if (!this.log.includes(text)) return;
        this.child.off('said', look);
        resolve();
      };
      this.child.on('said', look);
      look();
    });
  }

  /** Lets it read its password and rule files again, as `systemctl reload` does. */
  async reload(): Promise<void> {
    this.log = '';
    this.child.kill('SIGHUP');
    await this.says('Reloading config');
  }

  async stop(): Promise<void> {
    const ended = new Promise((resolve) => this.child.once('exit', resolve));
    // A Mosquitto that has only just started forgets the first wish to end.
    const again = setInterval(() => this.child.kill(), 200);
    this.child.kill();
    await ended;
    clearInterval(again);
  }
}

async function freePort(): Promise<number> {
  const server = createServer();
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  const { port } = server.address() as { port: number };
  await new Promise((resolve) => server.close(resolve));
  return port;
}
