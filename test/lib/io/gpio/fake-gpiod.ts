// Programs that look like the tools of libgpiod to whoever starts them, and write down how they were called.
import {
  appendFileSync,
  chmodSync,
  existsSync,
  mkdtempSync,
  readFileSync,
  rmSync,
  writeFileSync,
} from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';

export class FakeGpiod {
  readonly folder = mkdtempSync(join(tmpdir(), 'wattkeeper-gpio-'));
  readonly env: NodeJS.ProcessEnv;
  private readonly log = join(this.folder, 'calls');
  private readonly events = join(this.folder, 'events');
  private readonly contact = join(this.folder, 'contact');

  constructor(major: 1 | 2) {
    const version = major === 1 ? 'v1.6.3' : 'v2.2.1';
    this.env = { ...process.env, PATH: `${this.folder}:${process.env['PATH'] ?? ''}` };
    const lasting = major === 1 ? '*--mode=signal*' : '*--consumer*';
    writeFileSync(this.events, '');
    this.setContact(0);
    this.tool(
      'gpioset',
      `if [ "$1" = --version ]; then echo "gpioset (libgpiod) ${version}"; exit 0; fi
echo "gpioset $*" >> ${this.log}
case "$*" in
  *BUSY*|*' 99='*) echo "gpioset: unable to request lines: Device or resource busy" >&2; exit 1;;
  *--toggle*) exit 0;;
  ${lasting}) trap 'kill $!; exit 0' TERM; sleep 60 & wait;;
esac
exit 0`,
    );
    this.tool(
      'gpiofind',
      `case "$1" in RELAY1) echo "gpiochip0 17";; COIL_ON) echo "gpiochip0 22";; COIL_OFF) echo "gpiochip0 23";;
  CONTACT) echo "gpiochip1 4";; BUSY) echo "gpiochip0 99";; *) exit 1;; esac`,
    );
    this.tool('gpioget', `echo "gpioget $*" >> ${this.log}\ncat ${this.contact}`);
    this.tool('gpiomon', `echo "gpiomon $*" >> ${this.log}\nexec tail -n 0 -f ${this.events}`);
  }

  /** Every call so far, one a line. */
  get calls(): string[] {
    return existsSync(this.log) ? readFileSync(this.log, 'utf8').trim().split('\n') : [];
  }

  setContact(value: 0 | 1): void {
    writeFileSync(this.contact, `${value}\n`);
  }

  /** Lets gpiomon print a number. */
  event(number: string): void {
    appendFileSync(this.events, `${number}\n`);
  }

  /** Process ids of all who hold a line, as the bench remembers them. */
  holders(folder = this.folder): number[] {
    const inside = join(folder, 'gpio', 'gpio-holders.json');
    const file = existsSync(inside) ? inside : join(folder, 'gpio-holders.json');
    if (!existsSync(file)) return [];
    return Object.values(JSON.parse(readFileSync(file, 'utf8')) as Record<string, { pid: number }>).map(
      ({ pid }) => pid,
    );
  }

  /** Holders outlive whoever started them, so that a test has to end its own. */
  endHolders(folder = this.folder): void {
    for (const pid of this.holders(folder)) {
      try {
        process.kill(pid, 'SIGTERM');
      } catch {
        // It has ended already.
      }
    }
  }

  dispose(): void {
    this.endHolders();
    rmSync(this.folder, { recursive: true, force: true });
  }

  private tool(name: string, script: string): void {
    const file = join(this.folder, name);
    writeFileSync(file, `#!/bin/sh\n${script}\n`);
    chmodSync(file, 0o755);
  }
}
