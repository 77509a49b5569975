import type { SupplyState } from '../ledger/account';
import type { RelayRecord } from '../ledger/store';
import { evidenceOf, type PowerReading } from './power-evidence';
import type { RelayRules } from './relay-rules';
import type { AlarmKind, Attempt, RelayAlarm } from './relay-state';

interface Watched {
  wanted: SupplyState;
  sinceMs: number;
}

/** Relays that are watched at most. Past it those that were first are no longer. */
const MAX_WATCHED = 200_000;

/** Knows what is wrong with which relay, says it once, and says when it is over. */
export class RelayWatch {
  private readonly watched = new Map<string, Watched>();
  private readonly standing = new Map<string, AlarmKind>();

  constructor(
    private readonly rules: RelayRules,
    private readonly nowMs: () => number,
    private readonly tell: (alarm: RelayAlarm) => void,
  ) {}

  get failed(): number {
    return this.standing.size;
  }

  alarmOf(meterId: string): AlarmKind | undefined {
    return this.standing.get(meterId);
  }

  /** From now on readings have to fit to what this relay was switched to. */
  watch(meterId: string, wanted: SupplyState, sinceMs: number): void {
    const known = this.watched.get(meterId);
    if (known?.wanted === wanted) return;
    this.watched.delete(meterId);
    this.watched.set(meterId, { wanted, sinceMs });
    if (this.watched.size <= MAX_WATCHED) return;
    for (const oldest of this.watched.keys()) {
      this.watched.delete(oldest);
      return;
    }
  }

  forget(meterId: string): void {
    this.watched.delete(meterId);
  }

  isWatched(meterId: string): boolean {
    return this.watched.has(meterId);
  }

  /** Looks whether the power behind a relay is what it should be. */
  read(relay: RelayRecord, reading: PowerReading): void {
    const { meterId, settings } = relay;
    const watched = this.watched.get(meterId);
    if (!watched) return;
    const { wanted, sinceMs } = watched;
    const { stands, alarm } = evidenceOf(
      reading,
      wanted,
      sinceMs,
      settings.sensesBehind === true,
      this.rules,
    );
    if (alarm) this.raise(alarm, relay, []);
    else if (stands === wanted) this.clear(relay, ['still-drawing', 'no-voltage']);
    // A light that came back needs no further look; a relay that is open stays under watch.
    if (wanted === 'on' && stands !== null) this.watched.delete(meterId);
  }

  /** What had failed before a restart was said then, and stands until it is over. */
  standFrom(relays: readonly RelayRecord[]): void {
    for (const { meterId, state } of relays) if (state === 'failed') this.standing.set(meterId, 'failed');
  }

  /** Says what is wrong, once until it is over. */
  raise(kind: AlarmKind, relay: RelayRecord, tried: readonly Attempt[]): void {
    if (this.standing.get(relay.meterId) === kind) return;
    this.standing.set(relay.meterId, kind);
    this.tell(alarmOf(kind, relay, tried, this.nowMs()));
  }

  /** Says something that is over as soon as it is said. */
  mention(kind: AlarmKind, relay: RelayRecord, tried: readonly Attempt[]): void {
    this.tell(alarmOf(kind, relay, tried, this.nowMs()));
  }

  /** What was wrong is well again. Without kinds, whatever it was. */
  clear(relay: RelayRecord, kinds?: readonly AlarmKind[]): void {
    const kind = this.standing.get(relay.meterId);
    if (kind === undefined || (kinds && !kinds.includes(kind))) return;
    this.standing.delete(relay.meterId);
    this.tell(alarmOf('recovered', relay, [], this.nowMs()));
  }
}

function alarmOf(kind: AlarmKind, relay: RelayRecord, tried: readonly Attempt[], atMs: number): RelayAlarm {
  const { meterId, desired, reported, reason } = relay;
  return { kind, meterId, desired, reported, reason, atMs, tried: [...tried] };
}
