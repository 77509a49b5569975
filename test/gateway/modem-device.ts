import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { PseudoTerminal } from '../../gateway/modem-simulator/pseudo-terminal';
import { realFarSide } from '../../gateway/modem-simulator/real-far-side';
import type { Scenario } from '../../gateway/modem-simulator/scenario';
import type { SimulatedModem } from '../../gateway/modem-simulator/simulated-modem';
import { SimulatorServer } from '../../gateway/modem-simulator/simulator-server';
import { realSchedule } from '../../nodes/lib/io/serial/real-schedule';

/** Real time, a hundred times as fast, for what the simulated network takes its time with. */
const QUICK = 100;
export const quickSchedule = {
  nowMs: () => realSchedule.nowMs() * QUICK,
  after: (delayMs: number, run: () => void) => realSchedule.after(delayMs / QUICK, run),
};

export const PLAIN: Scenario = { name: 'test', summary: '' };

/** A simulated modem at a serial device of its own, as a program nobody here wrote would find it. */
export class ModemDevice {
  private constructor(
    readonly folder: string,
    private readonly server: SimulatorServer,
    private readonly terminal: PseudoTerminal,
  ) {}

  static async open(socat: string, scenario: Scenario = PLAIN): Promise<ModemDevice> {
    const folder = mkdtempSync(path.join(tmpdir(), 'wattkeeper-modem-'));
    const server = new SimulatorServer(scenario, quickSchedule, realFarSide);
    const port = await server.listen(0, '127.0.0.1');
    return new ModemDevice(folder, server, await PseudoTerminal.open(socat, path.join(folder, 'tty'), port));
  }

  get path(): string {
    return this.terminal.path;
  }

  get modem(): SimulatedModem {
    return this.server.modem;
  }

  /** Settles when a text has gone into the air. */
  sent(): Promise<string> {
    return new Promise((resolve) => (this.modem.onSent = resolve));
  }

  /** Pulls the plug: the device vanishes from the machine. */
  async unplug(): Promise<void> {
    await this.terminal.close();
  }

  async close(): Promise<void> {
    await this.terminal.close();
    await this.server.close();
    rmSync(this.folder, { recursive: true, force: true });
  }
}
