import type { AtEngine } from './at-engine';
import { AtFault } from './at-fault';
import { infoLine } from './at-fields';
import type { Schedule } from './byte-port';
import type { CommandLanes, Lane } from './command-lanes';
import type { Trouble } from './cure-modem';
import type { MessageShelf } from './message-shelf';
import { type Registration, isRegistered, readRegistration, registrationOf } from './modem-facts';
import type { ModemState, StorageLevel } from './modem-state';
import type { Unsolicited } from './unsolicited';

const REGISTERED_POLL_MS = 60_000;
const SEARCHING_POLL_MS = 5_000;
const SHORTEST_POLL_MS = 1_000;
/** A lost notice of a text costs at most this long. */
const SWEEP_MS = 600_000;
/** A modem may lose its network for minutes without any fault of its own. Each cure that did not help doubles it. */
const NETWORK_PATIENCE_MS = 300_000;
const LONGEST_PATIENCE_MS = 3_600_000;

const WITHOUT_NETWORK: readonly Lane[] = ['ask', 'keep'];
const WITH_NETWORK: readonly Lane[] = ['text', 'data', 'ask', 'keep'];

function isNews(heard: Unsolicited, wasReachable: boolean): boolean {
  return heard.kind === 'registration' && isRegistered(registrationOf(heard.status)) !== wasReachable;
}

/** Looks after a modem that is set up: its network, its stored texts and the room for them. */
export class ModemWatch {
  private patienceMs = NETWORK_PATIENCE_MS;
  private isSweepDue = false;
  private isReachable = false;

  constructor(
    private readonly lanes: CommandLanes,
    private readonly schedule: Schedule,
    private readonly shelf: MessageShelf,
    private readonly show: (patch: Partial<ModemState>) => void,
  ) {}

  /** Runs until the engine is interrupted, or the network stays away too long. */
  async run(engine: AtEngine): Promise<Trouble> {
    this.isReachable = false;
    this.openLanes(engine);
    let nextSweepMs = this.schedule.nowMs();
    let lostSinceMs = nextSweepMs;
    for (;;) {
      const { lines } = await this.lanes.run('keep', 'AT+CREG?');
      const registration = readRegistration(infoLine(lines, '+CREG:'));
      const isReachable = isRegistered(registration);
      const nowMs = this.schedule.nowMs();
      this.isReachable = isReachable;
      this.openLanes(engine);
      this.showNetwork(registration);
      if (isReachable) {
        lostSinceMs = nowMs;
        this.patienceMs = NETWORK_PATIENCE_MS;
      } else if (nowMs - lostSinceMs > this.patienceMs) return this.giveUp(registration);
      if (nowMs >= nextSweepMs || this.isSweepDue) {
        await this.sweep();
        nextSweepMs = nowMs + SWEEP_MS;
      }
      const pollMs = isReachable ? REGISTERED_POLL_MS : SEARCHING_POLL_MS;
      // Only news shortens the wait, and not without end: some modems repeat themselves without a pause.
      await engine.pause(SHORTEST_POLL_MS);
      await engine.until(
        (heard) => (isNews(heard, isReachable) ? true : undefined),
        pollMs - SHORTEST_POLL_MS,
      );
    }
  }

  /** Whether the modem still has what it was told when it booted. Until that is known it is given nothing else to do. */
  async hasSettings(engine: AtEngine): Promise<boolean> {
    this.lanes.serve(engine, ['keep']);
    const { lines } = await this.lanes.run('keep', 'AT+CMEE?');
    const isKept = /: ?[12]$/.test(infoLine(lines, '+CMEE:'));
    if (isKept) this.openLanes(engine);
    return isKept;
  }

  /** A notice says that a text has come; should reading it fail, the next sweep finds it. */
  onTextStored(slot: number): void {
    this.shelf
      .read(slot)
      .then(() => this.readLevel())
      .catch(() => (this.isSweepDue = true));
  }

  /** Something about the stored texts has changed that no notice tells. */
  sweepSoon(): void {
    this.isSweepDue = true;
  }

  showStorage(storage: StorageLevel | null): void {
    this.show({ storage, isStorageFull: storage !== null && storage.used >= storage.total });
  }

  private openLanes(engine: AtEngine): void {
    this.lanes.serve(engine, this.isReachable ? WITH_NETWORK : WITHOUT_NETWORK);
  }

  private async sweep(): Promise<void> {
    this.isSweepDue = false;
    try {
      await this.shelf.sweep();
      await this.readLevel();
    } catch (thrown) {
      if (!(thrown instanceof AtFault) || thrown.kind !== 'refused') throw thrown;
      this.isSweepDue = true;
    }
  }

  private async readLevel(): Promise<void> {
    this.showStorage(await this.shelf.level());
  }

  private showNetwork(registration: Registration): void {
    const phase = isRegistered(registration) ? 'ready' : registration === 'denied' ? 'denied' : 'searching';
    this.show({ phase, detail: '', isRoaming: registration === 'roaming' });
  }

  private giveUp(registration: Registration): Trouble {
    this.patienceMs = Math.min(2 * this.patienceMs, LONGEST_PATIENCE_MS);
    const fault = new AtFault('aborted', `no network for long (${registration})`);
    return { kind: 'cure', gentlest: 'radio', fault };
  }
}
