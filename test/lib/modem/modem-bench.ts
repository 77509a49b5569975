import type { FarSide } from '../../../gateway/modem-simulator/far-side';
import { findScenario } from '../../../gateway/modem-simulator/find-scenario';
import type { Scenario } from '../../../gateway/modem-simulator/scenario';
import { SimulatedModem } from '../../../gateway/modem-simulator/simulated-modem';
import { SimulatorPort } from '../../../gateway/modem-simulator/simulator-port';
import type { ReceivedPdu } from '../../../nodes/lib/modem/message-shelf';
import { Modem } from '../../../nodes/lib/modem/modem';
import type { ModemSettings, ModemState } from '../../../nodes/lib/modem/modem-state';
import type { PinMemory, PinRecord } from '../../../nodes/lib/modem/pin-desk';
import { VirtualSchedule } from './virtual-schedule';

export class RememberedPins implements PinMemory {
  readonly records = new Map<string, PinRecord>();

  read(simId: string, pin: string): Promise<PinRecord | null> {
    return Promise.resolve(this.records.get(`${simId} ${pin}`) ?? null);
  }

  write(simId: string, pin: string, record: PinRecord): Promise<void> {
    this.records.set(`${simId} ${pin}`, record);
    return Promise.resolve();
  }
}

export interface BenchOptions {
  settings?: Partial<ModemSettings>;
  baudRates?: readonly number[];
  farSide?: FarSide;
  pins?: RememberedPins;
  /** Presses the key's line; without one no power key is wired. */
  pressPowerKey?: () => Promise<void>;
}

/** The modem code in front of a simulated modem, in virtual time. */
export class ModemBench {
  readonly schedule = new VirtualSchedule();
  readonly simulated: SimulatedModem;
  readonly modem: Modem;
  readonly received: ReceivedPdu[] = [];
  readonly states: ModemState[] = [];
  readonly lateReferences: number[] = [];
  readonly pins: RememberedPins;
  /** Everything that was written to the port, as text. */
  typed = '';
  opened: number[] = [];

  constructor(scenario: Scenario | string, options: BenchOptions = {}) {
    const { schedule } = this;
    const played = typeof scenario === 'string' ? findScenario(scenario) : scenario;
    this.simulated = new SimulatedModem(played, schedule, options.farSide);
    this.pins = options.pins ?? new RememberedPins();
    const wiring = {
      schedule,
      baudRates: options.baudRates ?? [115_200],
      openPort: (baudRate: number) => {
        this.opened.push(baudRate);
        return Promise.resolve(new WatchedPort(this, baudRate));
      },
      ...(options.pressPowerKey ? { pressPowerKey: this.keyPress(options.pressPowerKey) } : {}),
    };
    const settings: ModemSettings = { pin: '', storage: 'SM', gprs: null, ...options.settings };
    this.modem = new Modem(wiring, settings, this.pins, {
      onPdu: (received) => void this.received.push(received),
      onState: (state) => void this.states.push(state),
      onLateReference: (_pdu, reference) => void this.lateReferences.push(reference),
    });
  }

  get phases(): string[] {
    const phases = this.states.map(({ phase }) => phase);
    return phases.filter((phase, at) => phase !== phases[at - 1]);
  }

  async ready(atMostMs = 600_000): Promise<void> {
    this.modem.start();
    await this.phase('ready', atMostMs);
  }

  async phase(phase: ModemState['phase'], atMostMs = 600_000): Promise<void> {
    await this.schedule.until(() => this.modem.state.phase === phase, `phase ${phase}`, atMostMs);
  }

  async stop(): Promise<void> {
    const stopped = this.modem.stop();
    await this.schedule.outcome(stopped);
    this.simulated.close();
  }

  private keyPress(press: () => Promise<void>) {
    return async (): Promise<void> => {
      await press();
      this.simulated.pressPowerKey();
    };
  }

  countTyped(text: string): number {
    return this.typed.split(text).length - 1;
  }
}

class WatchedPort extends SimulatorPort {
  constructor(
    private readonly bench: ModemBench,
    baudRate: number,
  ) {
    super(bench.simulated, bench.schedule, baudRate);
  }

  override write(bytes: Uint8Array): void {
    this.bench.typed += Buffer.from(bytes).toString('latin1');
    super.write(bytes);
  }
}

/** "Hi" to +9779800000001, with a service centre left to the SIM. */
export const SUBMIT_PDU = '0011000D91799708000000F10000FF02C834';
export const SUBMIT_WITH_REPORT_PDU = '0031000D91799708000000F10000FF02C834';
/** "Hi" from +9779800000001. */
export const DELIVER_PDU = '0891799708930000F0040D91799708000000F100006211127100003202C834';
export const OTHER_DELIVER_PDU = '0891799708930000F0040D91799708000000F200006211127100003202C834';
