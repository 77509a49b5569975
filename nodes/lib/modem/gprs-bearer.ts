import { AtFault } from './at-fault';
import { quoted } from './at-fields';
import type { AtReply } from './at-engine';
import type { CommandLanes } from './command-lanes';
import type { Schedule } from './byte-port';
import type { GprsSettings } from './modem-state';

/** The states AT+CIPSTATUS tells, SIM800 series TCP/IP application note. */
export const IP_STATES = [
  'IP INITIAL',
  'IP START',
  'IP CONFIG',
  'IP GPRSACT',
  'IP STATUS',
  'TCP CONNECTING',
  'CONNECT OK',
  'TCP CLOSING',
  'TCP CLOSED',
  'PDP DEACT',
] as const;
export type IpState = (typeof IP_STATES)[number] | 'unknown';

type Step = 'prepare' | 'activate' | 'wait' | 'address' | 'ready' | 'shut';

/** A connection may only be opened in IP STATUS; whatever is past it goes back to the beginning. */
const STEP_BY_STATE: Readonly<Record<IpState, Step>> = {
  'IP INITIAL': 'prepare',
  'IP START': 'activate',
  'IP CONFIG': 'wait',
  'IP GPRSACT': 'address',
  'IP STATUS': 'ready',
  'TCP CONNECTING': 'shut',
  'CONNECT OK': 'shut',
  'TCP CLOSING': 'shut',
  'TCP CLOSED': 'shut',
  'PDP DEACT': 'shut',
  unknown: 'shut',
};

/** Four steps lead up; the rest is for one fall back to the beginning and for waiting. */
const MAX_STEPS = 24;
const CONFIG_POLL_MS = 2_000;

/** Brings the packet bearer up, reading the state before every step instead of trusting the last answer. */
export class GprsBearer {
  /** What an earlier process or another program left behind is unknown, so the first way up begins at the bottom. */
  private isFresh = true;

  constructor(
    private readonly lanes: CommandLanes,
    private readonly schedule: Schedule,
    private readonly settings: GprsSettings,
  ) {}

  onModemLost(): void {
    this.isFresh = true;
  }

  async bringUp(): Promise<void> {
    if (this.isFresh) await this.shut();
    this.isFresh = false;
    for (let count = 0; count < MAX_STEPS; count += 1) {
      const step = STEP_BY_STATE[await this.readState()];
      if (step === 'ready') return;
      await this.take(step);
    }
    this.isFresh = true;
    throw new AtFault('garbled', 'the data bearer does not come up');
  }

  async readState(): Promise<IpState> {
    const { final } = await this.run('AT+CIPSTATUS');
    const told = final.slice('STATE:'.length).trim();
    return IP_STATES.find((state) => state === told) ?? 'unknown';
  }

  async shut(): Promise<void> {
    await this.tolerated('AT+CIPSHUT');
  }

  private async take(step: Exclude<Step, 'ready'>): Promise<void> {
    switch (step) {
      case 'prepare': {
        await this.prepare();
        return;
      }
      case 'activate':
        await this.run('AT+CIICR');
        return;
      case 'wait': {
        await this.pause(CONFIG_POLL_MS);
        return;
      }
      case 'address':
        await this.run('AT+CIFSR');
        return;
      case 'shut': {
        await this.shut();
        return;
      }
    }
  }

  /** All of it is legal in IP INITIAL only. */
  private async prepare(): Promise<void> {
    const { apn, user, password } = this.settings;
    const { lines } = await this.run('AT+CGATT?');
    if (!lines.some((line) => /: ?1$/.test(line))) await this.run('AT+CGATT=1');
    await this.run('AT+CIPMUX=0');
    await this.tolerated('AT+CIPMODE=0');
    // The modem's own TLS takes any certificate. Ours ends on our side.
    await this.tolerated('AT+CIPSSL=0');
    await this.run('AT+CIPRXGET=1');
    // Without it the modem is deaf to texts until the far side has acknowledged.
    await this.tolerated('AT+CIPQSEND=1');
    const named = [quoted(apn, 'the APN'), quoted(user, 'the user'), quoted(password, 'the password')];
    await this.run(`AT+CSTT=${named.join(',')}`);
  }

  private run(line: string): Promise<AtReply> {
    return this.lanes.run('data', line);
  }

  private async tolerated(line: string): Promise<void> {
    try {
      await this.run(line);
    } catch (thrown) {
      if (!(thrown instanceof AtFault) || thrown.kind !== 'refused') throw thrown;
    }
  }

  private pause(durationMs: number): Promise<void> {
    return new Promise((resolve) => void this.schedule.after(durationMs, resolve));
  }
}
