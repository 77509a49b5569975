import type { MeterLink } from '../lib/meter/meter-link';
import type { PrepaidMessage } from '../lib/meter/prepaid-message';
import type { RelayRecord } from '../lib/ledger/store';
import type { DeviceCommand } from '../lib/relay/dialects';
import { RelayCommands, type RelayState } from '../lib/relay/relay-commands';
import type { RelayInput } from '../lib/relay/relay-input';
import type { Site } from '../lib/site/site';

export interface RelayDeskOptions {
  site: Site;
  link: MeterLink | null;
  retryMs: number;
  maxTries: number;
  emit: (ports: (PrepaidMessage | null)[]) => void;
  /** Called when `open` or `failed` may have changed. */
  onChange: () => void;
  onError: (error: Error) => void;
}

/** No command may act later than five minutes after it was sent, however fast a simulated site's time runs. */
const COMMAND_LIFE_MS = 300_000;
/** What a restart or a returning broker takes up at once; the rest follows as relays report. */
const MAX_RECONCILED = 10_000;

/** Keeps relays and ledger together: stores what was sent and heard, and takes open commands up again. */
export class RelayDesk {
  private readonly commands: RelayCommands;
  /** Meters whose last command was given up; each leaves when its relay speaks or a new command starts. */
  private readonly givenUp = new Set<string>();

  constructor(private readonly options: RelayDeskOptions) {
    this.commands = new RelayCommands({
      retryMs: options.retryMs,
      maxTries: options.maxTries,
      commandLifeMs: COMMAND_LIFE_MS * options.site.clock.rate,
      nowMs: () => options.site.nowMs(),
      schedule: (run, afterMs) => {
        const timer = setTimeout(run, afterMs);
        return () => clearTimeout(timer);
      },
      transmit: (command) => this.transmit(command),
      onError: options.onError,
      onState: (state, commandId) => this.tell(state, commandId),
    });
  }

  get open(): number {
    return this.commands.open;
  }

  get failed(): number {
    return this.givenUp.size;
  }

  /** Takes up every relay that is not where the ledger wants it. Relays that are right are not touched. */
  reconcile(): void {
    for (const relay of this.options.site.store.unsettledRelays(MAX_RECONCILED)) this.command(relay);
  }

  async take(input: RelayInput): Promise<void> {
    const { site } = this.options;
    if (input.kind === 'intent') {
      const relay = this.requireRelay(input.intent.meterId);
      // The ledger knows the newest command; an older intent that arrives late must not act.
      if (input.intent.version >= relay.version) this.command(relay);
      return;
    }
    const { meterId, reported } = input.report;
    this.requireRelay(meterId);
    await site.post({ type: 'relayReport', meterId, reported });
    this.givenUp.delete(meterId);
    if (this.commands.report(meterId, reported)) return;
    const relay = this.requireRelay(meterId);
    if (relay.desired !== reported) this.command(relay);
    else
      this.emitState({
        meterId,
        desired: relay.desired,
        reported,
        confirmed: true,
        tries: 0,
        state: 'confirmed',
      });
  }

  close(): void {
    this.commands.close();
  }

  private command(relay: RelayRecord): void {
    if (relay.desired === 'off' && (relay.isProtected || this.isTooOld(relay))) {
      this.expire(relay);
      return;
    }
    // A relay that never had a command but is not where it should be is driven by the ledger's standing wish.
    const version = Math.max(relay.version, 1);
    const commandId = relay.commandId === '' ? `${relay.meterId}-${version}` : relay.commandId;
    const reason = relay.reason === '' ? 'as registered' : relay.reason;
    this.commands.start({ ...relay, version, commandId, reason }, relay);
  }

  /** What allowed a cut when it was decided — the hour, the reading, the balance — may not hold any more. */
  private isTooOld({ issuedMs }: RelayRecord): boolean {
    const { site } = this.options;
    return site.nowMs() - issuedMs > COMMAND_LIFE_MS * site.clock.rate;
  }

  /** Takes a cut back that did not reach its relay in time. The next reading decides afresh. */
  private expire({ meterId, commandId, reported, tries }: RelayRecord): void {
    const { site, onError } = this.options;
    const state = 'expired' as const;
    this.commands.cancel(meterId);
    this.emitState({ meterId, desired: 'on', reported, confirmed: false, tries, state });
    site.submit(
      { type: 'relayProgress', meterId, commandId, state, tries },
      (error) => error && onError(error),
    );
  }

  private requireRelay(meterId: string): RelayRecord {
    const relay = this.options.site.store.relay(meterId);
    if (!relay) throw new RangeError(`payload.meterId must be a registered meter, got "${meterId}"`);
    return relay;
  }

  private transmit(command: DeviceCommand): void {
    const { link, emit } = this.options;
    emit([{ topic: command.topic, payload: command.payload }, null]);
    // A command that the broker could not take is sent again by the retry; the node's status shows the broker.
    link?.publish(command.topic, command.payload).catch(() => undefined);
  }

  private tell(state: RelayState, commandId: string): void {
    const { site, onError, onChange } = this.options;
    if (state.state === 'failed') this.givenUp.add(state.meterId);
    else this.givenUp.delete(state.meterId);
    onChange();
    this.emitState(state);
    if (state.state === 'confirmed' || state.state === 'expired') return;
    const { meterId, tries } = state;
    site.submit(
      { type: 'relayProgress', meterId, commandId, state: state.state, tries },
      (error) => error && onError(error),
    );
  }

  private emitState(state: RelayState): void {
    this.options.emit([null, { topic: state.meterId, payload: state }]);
  }
}
