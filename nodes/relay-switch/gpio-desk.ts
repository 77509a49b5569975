import type { SupplyState } from '../lib/ledger/account';
import type { RelayRecord, Store } from '../lib/ledger/store';
import { GpioBench } from '../lib/io/gpio/gpio-bench';
import { DEFAULT_PULSE_MS } from '../lib/relay/dialects/gpio-line';
import { required } from '../lib/relay/relay-settings';
import { toError } from '../lib/text/to-error';
import type { RelaySwitchConfig } from './relay-switch.config';

export interface GpioDeskOptions {
  store: Pick<Store, 'relay' | 'relaysSpeaking' | 'relaySwitchings'>;
  folder: string;
  failState: RelaySwitchConfig['failState'];
  nowMs: () => number;
  onReport: (meterId: string, reported: SupplyState) => void;
  onFault: (meterId: string, error: Error) => void;
  onWell: (meterId: string) => void;
}

/** No computer has more lines than this. */
const MAX_RELAYS = 256;
const AGAIN_AFTER_MS = 5_000;

/** Drives the relays that hang on lines of this computer. */
export class GpioDesk {
  private readonly bench: GpioBench;
  /** Whose line is whose, by its name. */
  private readonly lines = new Map<string, { meterId: string; activeLow: boolean; isLocked: boolean }>();
  private readonly watched = new Map<string, string>();
  private readonly again = new Set<NodeJS.Timeout>();
  private isClosed = false;

  constructor(private readonly options: GpioDeskOptions) {
    this.bench = new GpioBench({
      folder: options.folder,
      env: process.env,
      onLost: (lineName, error) => this.lost(lineName, error),
      onError: (error) => {
        for (const meterId of this.watched.keys()) options.onFault(meterId, error);
      },
    });
  }

  /** Holds every line as it was, before anybody switches, and reads contacts back. What is new since is added. */
  prepare(): void {
    const relays = this.options.store.relaysSpeaking('gpio', MAX_RELAYS);
    this.releaseAllBut(new Set(relays.map(({ settings }) => settings.line)));
    for (const relay of relays) {
      const { line, activeLow = false } = relay.settings;
      if (line === undefined) continue;
      this.lines.set(line, { meterId: relay.meterId, activeLow, isLocked: relay.lock !== null });
      this.holdAsItWas(relay);
      this.readBack(relay);
    }
    for (const relay of this.options.store.relaysSpeaking('latching', MAX_RELAYS)) this.readBack(relay);
  }

  /** A line that is no relay's any more is let go, so that somebody else can have it. */
  private releaseAllBut(used: ReadonlySet<string | undefined>): void {
    for (const name of this.bench.heldLines()) {
      if (used.has(name)) continue;
      const { meterId = name } = this.lines.get(name) ?? {};
      this.lines.delete(name);
      this.tell(meterId, this.bench.release(name));
    }
  }

  /** Switches a relay. Whether that worked is told by its contact, or by a fault. */
  drive(relay: RelayRecord, desired: SupplyState): void {
    const { meterId, settings, dialect } = relay;
    const activeLow = settings.activeLow ?? false;
    this.readBack(relay);
    if (dialect === 'gpio') {
      const line = required(settings, 'line');
      this.lines.set(line, { meterId, activeLow, isLocked: false });
      this.tell(meterId, this.bench.hold({ name: line, activeLow }, desired === 'on'));
      return;
    }
    const coil = required(settings, desired === 'on' ? 'onLine' : 'offLine');
    const forMs = settings.pulseMs ?? DEFAULT_PULSE_MS;
    this.tell(meterId, this.bench.pulse({ name: coil, activeLow }, forMs));
  }

  /** Lines stay as they are, unless the site wants them elsewhere while nobody watches over them. */
  async close(): Promise<void> {
    this.isClosed = true;
    for (const timer of this.again) clearTimeout(timer);
    this.bench.close();
    const { failState } = this.options;
    if (failState === 'keep') return;
    // The ledger may be closed by now, so it is not asked.
    const moves = [...this.lines]
      .filter(([, { isLocked }]) => !isLocked)
      .map(([name, { activeLow }]) => this.bench.hold({ name, activeLow }, failState === 'on'));
    await Promise.allSettled(moves);
  }

  /** What a line was last told is how it stands. One that was never told anything is left alone. */
  private holdAsItWas(relay: RelayRecord): void {
    const { store, nowMs } = this.options;
    const { meterId, settings, reported, lock } = relay;
    if (lock) {
      // A command may have been written down just before the lock and never have left.
      const name = required(settings, 'line');
      this.tell(meterId, this.bench.keep({ name, activeLow: settings.activeLow ?? false }));
      return;
    }
    const [last] = store.relaySwitchings(meterId, nowMs());
    const stands = last?.desired ?? reported;
    if (stands === null) return;
    const line = { name: required(settings, 'line'), activeLow: settings.activeLow ?? false };
    this.tell(meterId, this.bench.hold(line, stands === 'on'));
  }

  private readBack({ meterId, settings }: RelayRecord): void {
    const { readLine, readActiveLow = false } = settings;
    if (readLine === undefined || this.watched.get(meterId) === readLine) return;
    this.watched.set(meterId, readLine);
    this.bench.watch({ name: readLine, activeLow: readActiveLow }, (isActive) =>
      this.options.onReport(meterId, isActive ? 'on' : 'off'),
    );
  }

  private tell(meterId: string, done: Promise<void>): void {
    const { onFault, onWell } = this.options;
    done.then(
      () => onWell(meterId),
      (error: unknown) => onFault(meterId, toError(error)),
    );
  }

  /** Nobody but us should end a holder. The line is taken again, at the value that it had. */
  private lost(lineName: string, error: Error): void {
    const { meterId } = this.lines.get(lineName) ?? {};
    if (meterId === undefined || this.isClosed) return;
    this.options.onFault(meterId, error);
    const timer = setTimeout(() => {
      this.again.delete(timer);
      const relay = this.options.store.relay(meterId);
      if (relay && !this.isClosed) this.holdAsItWas(relay);
    }, AGAIN_AFTER_MS);
    timer.unref();
    this.again.add(timer);
  }
}
