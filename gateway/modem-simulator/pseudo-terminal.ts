import { type ChildProcess, spawn } from 'node:child_process';
import { once } from 'node:events';
import { existsSync } from 'node:fs';
import { type FileHandle, constants, open } from 'node:fs/promises';
import { StartFailure } from '../start-failure';

const NO_SOCAT =
  'A serial device needs the program socat (sudo apt-get install socat); without --device the modem is reached by TCP.';
const APPEAR_TRIES = 50;
const APPEAR_MS = 100;

/** A serial device that leads to a TCP port: made by socat, since Node.js cannot make one by itself. */
export class PseudoTerminal {
  private constructor(
    readonly path: string,
    private readonly socat: ChildProcess,
    /** Held open, since the device vanishes when the last program closes it. */
    private readonly held: FileHandle,
  ) {}

  static async open(socatPath: string, path: string, tcpPort: number): Promise<PseudoTerminal> {
    const device = `pty,link=${path},rawer`;
    const socat = spawn(socatPath, [device, `tcp:127.0.0.1:${tcpPort},forever,interval=1`], {
      stdio: 'ignore',
    });
    const failed = new Promise<never>((_resolve, reject) => {
      socat.once('error', () => reject(new StartFailure(NO_SOCAT)));
      socat.once('exit', () =>
        reject(new StartFailure(`The serial device ${path} cannot be made: socat ended at once.`)),
      );
    });
    // Later on its end is noticed by whoever uses the device.
    failed.catch(() => undefined);
    try {
      await Promise.race([failed, appears(path)]);
    } catch (error) {
      socat.kill();
      throw error;
    }
    const held = await open(path, constants.O_RDWR | constants.O_NOCTTY);
    return new PseudoTerminal(path, socat, held);
  }

  async close(): Promise<void> {
    await this.held.close();
    if (this.socat.exitCode !== null || this.socat.signalCode !== null) return;
    const ended = once(this.socat, 'exit');
    this.socat.kill();
    await ended;
  }
}

async function appears(path: string): Promise<void> {
  for (let tries = 0; tries < APPEAR_TRIES; tries += 1) {
    if (existsSync(path)) return;
    await new Promise((resolve) => setTimeout(resolve, APPEAR_MS));
  }
  throw new StartFailure(`The serial device ${path} did not appear.`);
}
