import type { SupplyState } from '../ledger/account';
import type { RelayRecord } from '../ledger/store';
import type { RelayIntent } from '../policy/supply-decision';
import { toError } from '../text/to-error';
import { writeCommand, type DeviceCommand } from './dialects';

/** What is told about a relay: what is wanted, what it said, and how hard we tried. */
export interface RelayState {
  meterId: string;
  desired: SupplyState;
  reported: SupplyState | null;
  confirmed: boolean;
  tries: number;
  state: 'sent' | 'confirmed' | 'failed' | 'expired';
}

export interface RelayCommandsOptions {
  retryMs: number;
  maxTries: number;
  /** No command acts later than this after it was sent. */
  commandLifeMs: number;
  nowMs: () => number;
  schedule: (run: () => void, afterMs: number) => () => void;
  transmit: (command: DeviceCommand) => void;
  /** Hears of a command that can not be put into words for its device. */
  onError: (error: Error) => void;
  /** Called on every change, so that it can be stored and shown. */
  onState: (state: RelayState, commandId: string) => void;
}

interface ActiveCommand {
  intent: RelayIntent;
  dialect: string;
  reported: SupplyState | null;
  tries: number;
  cancelRetry: () => void;
}

/** Each repetition waits twice as long as the one before, but never longer than this. */
const MAX_RETRY_MS = 60_000;

/** Drives relays to what is wanted: sends, waits for the relay's own word, sends again, and gives up visibly. */
export class RelayCommands {
  private readonly active = new Map<string, ActiveCommand>();

  constructor(private readonly options: RelayCommandsOptions) {}

  get open(): number {
    return this.active.size;
  }

  /** Starts a command. One that is not newer than the meter's current one changes nothing. */
  start(intent: RelayIntent, { dialect, reported }: Pick<RelayRecord, 'dialect' | 'reported'>): boolean {
    const current = this.active.get(intent.meterId);
    if (current && current.intent.version >= intent.version) return false;
    current?.cancelRetry();
    const command: ActiveCommand = { intent, dialect, reported, tries: 0, cancelRetry: () => undefined };
    this.active.set(intent.meterId, command);
    this.send(command);
    return true;
  }

  /** Takes in what a relay said. Returns whether that ended a command. */
  report(meterId: string, reported: SupplyState): boolean {
    const command = this.active.get(meterId);
    if (!command) return false;
    command.reported = reported;
    if (reported !== command.intent.desired) return false;
    this.end(command, 'confirmed');
    return true;
  }

  /** Stops sending a command that is no longer wanted. */
  cancel(meterId: string): void {
    this.active.get(meterId)?.cancelRetry();
    this.active.delete(meterId);
  }

  close(): void {
    for (const command of this.active.values()) command.cancelRetry();
    this.active.clear();
  }

  private send(command: ActiveCommand): void {
    const { maxTries, nowMs, commandLifeMs, transmit, schedule, retryMs, onError } = this.options;
    if (command.tries >= maxTries) {
      this.end(command, 'failed');
      return;
    }
    let device: DeviceCommand;
    try {
      device = writeCommand(command.dialect, { ...command.intent, expiresMs: nowMs() + commandLifeMs });
    } catch (error) {
      onError(toError(error));
      this.end(command, 'failed');
      return;
    }
    command.tries += 1;
    const waitMs = Math.min(retryMs * 2 ** (command.tries - 1), MAX_RETRY_MS);
    command.cancelRetry = schedule(() => this.send(command), waitMs);
    this.tell(command, 'sent');
    transmit(device);
  }

  private end(command: ActiveCommand, state: 'confirmed' | 'failed'): void {
    command.cancelRetry();
    this.active.delete(command.intent.meterId);
    this.tell(command, state);
  }

  private tell({ intent, reported, tries }: ActiveCommand, state: RelayState['state']): void {
    const { meterId, desired, commandId } = intent;
    this.options.onState(
      { meterId, desired, reported, confirmed: state === 'confirmed', tries, state },
      commandId,
    );
  }
}
