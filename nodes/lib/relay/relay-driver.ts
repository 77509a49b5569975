import type { RelayProgressPosting } from '../ledger/posting';
import type { RelayRecord } from '../ledger/store';
import { errorText, toError } from '../text/to-error';
import { confirmationOf, dialectNamed } from './dialects';
import { evidenceOf, type PowerReading } from './power-evidence';
import { hasLeft, planRelay, type Step, type WaitsFor } from './relay-plan';
import { reportPosting, type RelayReport } from './relay-report';
import type { RelayRules } from './relay-rules';
import { stateOf } from './relay-state';
import type { RelaySurroundings } from './relay-surroundings';
import { RelayWatch } from './relay-watch';
import { RestoreSpread } from './restore-spread';
import { retryDelayMs } from './retry-delay';
import { HOUR_MS, restBefore } from './switching-rest';
import { heed, isAskedAgain, isSilent, newUnderWay, NO_WAKE, turnTo, type UnderWay } from './under-way';

/** Restores count as many when they come within this. */
const MASS_WITHIN_MS = 60_000;
/** What a restart or a returning broker takes up at once; the rest follows as relays report. */
const MAX_RECONCILED = 10_000;
const MAX_OFF_WATCHED = 100_000;
/** The longest that a timer can wait; whoever waits longer looks again then. */
const MAX_TIMER_MS = 2_147_483_647;
const MAX_ATTEMPTS_TOLD = 20;
/** A relay goes through fewer steps than this before it waits for something. */
const MAX_STEPS = 10;

/** Drives relays to where the ledger wants them, one step after the other, and keeps what happened in the ledger. */
export class RelayDriver {
  private readonly underWay = new Map<string, UnderWay>();
  /** Those of them that wait for something else than an answer. */
  private readonly held = new Set<string>();
  private readonly spread: RestoreSpread;
  private readonly watch: RelayWatch;
  private isClosed = false;

  constructor(private readonly options: RelaySurroundings) {
    const { rules, seed, rate, nowMs, onAlarm } = options;
    this.spread = new RestoreSpread(rules, seed, MASS_WITHIN_MS * rate);
    this.watch = new RelayWatch(rules, nowMs, onAlarm);
  }

  get open(): number {
    return this.underWay.size;
  }

  get failed(): number {
    return this.watch.failed;
  }

  /** Relays that wait for something else than an answer. */
  get waiting(): number {
    return this.held.size;
  }

  /** Whether a reading of this meter would be looked at. Most are of no interest, and are not worth a look-up. */
  isOfInterest(meterId: string): boolean {
    return this.underWay.has(meterId) || this.watch.isWatched(meterId);
  }

  /** Takes up what a restart finds open. Relays that are right are not touched. */
  start(): void {
    const { store, nowMs } = this.options;
    for (const { meterId } of store.relaysOff(MAX_OFF_WATCHED)) this.watch.watch(meterId, 'off', nowMs());
    this.watch.standFrom(store.unsettledRelays(MAX_RECONCILED));
    this.reconcile();
  }

  /** Takes up every relay that is not where the ledger wants it and that nobody is waiting for. */
  reconcile(): void {
    for (const { meterId } of this.options.store.unsettledRelays(MAX_RECONCILED))
      if (!this.underWay.has(meterId)) this.consider(meterId);
  }

  /** The way to the devices is open again: nothing needs to wait for its turn to be repeated. */
  wayOpened(): void {
    for (const entry of this.underWay.values()) {
      if (entry.waitsFor === 'way') entry.due = null;
      this.hurry(entry);
    }
    this.reconcile();
  }

  /** A device has come back, and may have missed what it was told. */
  deviceIsBack(device: string): void {
    const relay = this.relayNamed(device);
    if (!relay) return;
    const { meterId, commandId, desired, state } = relay;
    const entry = this.underWay.get(meterId);
    if (entry) this.hurry(entry);
    else if (desired === 'on' && (state === 'armed' || state === 'unconfirmed'))
      this.options.post({ type: 'relayRenew', meterId, commandId }).then(
        () => this.consider(meterId),
        (error: unknown) => this.options.onError(toError(error)),
      );
  }

  /** The relay of a meter, or of whatever reports under this name. */
  relayNamed(device: string): RelayRecord | undefined {
    const { store } = this.options;
    return store.relay(device) ?? store.relayOfDevice(device);
  }

  /** Somebody at the premises has pressed the button that closes their relay. */
  press(meterId: string): void {
    this.entryOf(meterId).isPressed = true;
    this.consider(meterId);
  }

  /** Takes in what a relay said. */
  async report(report: RelayReport, source = ''): Promise<void> {
    const { meterId, commandId, isArmed = false } = report;
    const { post, store } = this.options;
    await post(reportPosting(report, source));
    if (isArmed) await this.armed(meterId, commandId);
    const relay = store.relay(meterId);
    if (!relay) return;
    this.tellState(relay);
    if (relay.reported === relay.desired) {
      // Power that should not flow may flow now, and the other way round.
      const settled = relay.desired === 'on' ? 'still-drawing' : 'no-voltage';
      this.watch.clear(relay, ['failed', 'driver', settled]);
      if (relay.state === 'confirmed') this.watch.watch(meterId, relay.desired, this.options.nowMs());
    } else this.watch.forget(meterId);
    this.consider(meterId);
  }

  /** The device has taken the order to make itself ready. */
  async armed(meterId: string, commandId?: string): Promise<void> {
    const relay = this.options.store.relay(meterId);
    if (relay?.desired !== 'on' || this.closingOf(relay) !== 'arm') return;
    if (commandId !== undefined && commandId !== relay.commandId) return;
    await this.progress(relay, 'armed', relay.tries);
    this.consider(meterId);
  }

  /** Looks at what a reading says about the relay before it. */
  async readPower(meterId: string, reading: PowerReading): Promise<void> {
    if (!this.isOfInterest(meterId)) return;
    const entry = this.underWay.get(meterId);
    const relay = this.options.store.relay(meterId);
    if (!relay) return;
    this.watch.read(relay, reading);
    const { desired, settings, dialect } = relay;
    if (!hasLeft(relay) && relay.state !== 'unconfirmed') return;
    if (confirmationOf(dialect, settings) !== 'power') return;
    const sinceMs = entry && entry.lastTryMs > 0 ? entry.lastTryMs : relay.issuedMs;
    const sensesBehind = settings.sensesBehind === true;
    const { stands, alarm } = evidenceOf(reading, desired, sinceMs, sensesBehind, this.options.rules);
    if (entry) heed(entry, alarm, reading.atMs >= sinceMs + this.options.rules.settleMs);
    if (stands === desired) await this.report({ meterId, reported: stands }, 'power');
    else if (entry && relay.state === 'failed' && isSilent(entry, relay)) {
      await this.fail(entry, relay);
      this.watch.clear(relay, ['failed']);
      this.consider(meterId);
    }
  }

  /** What drives a line of this computer could not. */
  fault(meterId: string, error: Error): void {
    const relay = this.options.store.relay(meterId);
    if (relay) this.watch.raise('driver', relay, this.underWay.get(meterId)?.tried ?? []);
    this.options.onError(error);
    this.options.onChange();
  }

  /** What drives a line of this computer can again. */
  isWell(meterId: string): void {
    const relay = this.options.store.relay(meterId);
    if (relay) this.watch.clear(relay, ['driver']);
    this.options.onChange();
  }

  /** Looks what is to be done about a relay and does it. */
  consider(meterId: string): void {
    if (this.isClosed) return;
    const entry = this.entryOf(meterId);
    if (entry.isBusy) {
      entry.isAgain = true;
      return;
    }
    void this.advance(entry);
  }

  close(): void {
    this.isClosed = true;
    for (const { cancelWake } of this.underWay.values()) cancelWake();
    this.underWay.clear();
  }

  private entryOf(meterId: string): UnderWay {
    const known = this.underWay.get(meterId);
    if (known) return known;
    const entry = newUnderWay(meterId);
    this.underWay.set(meterId, entry);
    return entry;
  }

  private async advance(entry: UnderWay): Promise<void> {
    entry.isBusy = true;
    try {
      do await this.walk(entry);
      while (isAskedAgain(entry));
    } catch (error) {
      // The ledger could not take it. Nothing left without it, so nothing is lost: it is tried again.
      this.options.onError(toError(error));
      this.wakeAt(entry, this.options.nowMs() + this.options.rules.maxRetryMs);
    } finally {
      entry.isBusy = false;
      this.options.onChange();
    }
  }

  private async walk(entry: UnderWay): Promise<void> {
    for (let steps = 0; steps < MAX_STEPS && !this.isClosed; steps += 1) {
      const relay = this.options.store.relay(entry.meterId);
      if (!relay) {
        this.leave(entry);
        return;
      }
      if (entry.commandId !== relay.commandId) turnTo(entry, relay, this.options.rules.retryMs);
      const step = this.plan(entry, relay);
      if (step.kind === 'nothing') this.leave(entry);
      if (step.kind === 'wait') this.wait(entry, relay, step);
      if (step.kind === 'nothing' || step.kind === 'wait') return;
      await this.take(entry, relay, step);
    }
  }

  private plan(entry: UnderWay, relay: RelayRecord): Step {
    const { rules, nowMs, isWayOpen, store, rate } = this.options;
    const now = nowMs();
    return planRelay(relay, {
      nowMs: now,
      rules,
      isWayOpen: isWayOpen(relay),
      tryAtMs: entry.tryAtMs,
      dueMs: () => this.dueOf(entry, relay, now),
      rest: () => {
        const hourMs = HOUR_MS * rate;
        return restBefore(relay, store.relaySwitchings(relay.meterId, now - hourMs), rules, now, hourMs);
      },
      needsButton: this.closingOf(relay) === 'arm' && !dialectNamed(relay.dialect).canArm && !entry.isPressed,
    });
  }

  private closingOf({ settings }: RelayRecord): RelayRules['closing'] {
    return settings.closing ?? this.options.rules.closing;
  }

  /** A restore is given its moment once; that its command has to be made anew meanwhile changes nothing. */
  private dueOf(entry: UnderWay, { meterId, wantedMs }: RelayRecord, nowMs: number): number {
    if (entry.due?.wantedMs !== wantedMs)
      entry.due = { wantedMs, dueMs: this.spread.dueMs(meterId, wantedMs, nowMs) };
    return entry.due.dueMs;
  }

  private wait(entry: UnderWay, relay: RelayRecord, step: Step & { kind: 'wait' }): void {
    this.wakeAt(entry, step.wakeMs);
    const hasChanged = entry.waitsFor !== step.for;
    this.waitFor(entry, step.for);
    if (!hasChanged || step.for === 'answer') return;
    const until = step.wakeMs === null ? {} : { untilMs: step.wakeMs };
    this.options.onState(
      stateOf(relay, { state: 'waiting', confirmed: false, waitsFor: step.for, ...until }),
    );
  }

  private waitFor(entry: UnderWay, what: WaitsFor): void {
    entry.waitsFor = what;
    if (what === 'answer') this.held.delete(entry.meterId);
    else this.held.add(entry.meterId);
  }

  private wakeAt(entry: UnderWay, wakeMs: number | null): void {
    entry.cancelWake();
    entry.cancelWake = NO_WAKE;
    if (wakeMs === null || this.isClosed) return;
    const { nowMs, rate, schedule } = this.options;
    const realMs = Math.ceil(Math.max(0, wakeMs - nowMs()) / rate);
    entry.cancelWake = schedule(() => this.consider(entry.meterId), Math.min(realMs, MAX_TIMER_MS));
  }

  private hurry(entry: UnderWay): void {
    const { rules } = this.options;
    // Whoever comes and goes all the time is told no more often than somebody who never answers.
    const soonestMs = entry.lastTryMs + rules.retryMs;
    if (entry.tryAtMs !== null) entry.tryAtMs = Math.min(entry.tryAtMs, soonestMs);
    this.consider(entry.meterId);
  }

  /** Nothing is left to be done about this relay. */
  private leave(entry: UnderWay): void {
    entry.cancelWake();
    this.underWay.delete(entry.meterId);
    this.held.delete(entry.meterId);
  }

  private async take(entry: UnderWay, relay: RelayRecord, step: Step): Promise<void> {
    const { meterId, commandId } = relay;
    switch (step.kind) {
      case 'renew':
        if (hasLeft(relay)) this.options.onState(stateOf(relay, { state: 'expired', confirmed: false }));
        entry.renewals += 1;
        // It says that it obeys and yet does not stay where it was put.
        if (entry.renewals >= this.options.rules.maxTries) this.watch.raise('failed', relay, entry.tried);
        await this.options.post({ type: 'relayRenew', meterId, commandId });
        return;
      case 'take-back':
        // One that never left can not have been obeyed.
        await this.progress(relay, 'expired', hasLeft(relay) ? relay.tries : 0);
        this.options.onState(stateOf(relay, { desired: 'on', state: 'expired', confirmed: false }));
        if (step.why === 'late') this.watch.mention('expired', relay, entry.tried);
        return;
      case 'fail':
        await this.fail(entry, relay);
        return;
      case 'send':
        await this.send(entry, relay, step.asFailed);
        return;
      case 'nothing':
      case 'wait':
        return;
    }
  }

  private async fail(entry: UnderWay, relay: RelayRecord): Promise<void> {
    const { meterId, tries, desired } = relay;
    const hasSaidNothing = isSilent(entry, relay);
    const state = hasSaidNothing ? 'unconfirmed' : 'failed';
    await this.progress(relay, state, tries);
    const waitMs = retryDelayMs(tries, this.options.rules, this.options.chance());
    // After a restart nobody knows how long ago the last try was.
    entry.tryAtMs = entry.lastTryMs === 0 ? null : this.options.nowMs() + waitMs;
    this.options.onState(stateOf(relay, { state, confirmed: false }));
    if (hasSaidNothing) this.watch.watch(meterId, desired, entry.lastTryMs);
    else this.watch.raise(entry.doubt ?? 'failed', relay, entry.tried);
  }

  private async send(entry: UnderWay, relay: RelayRecord, asFailed: boolean): Promise<void> {
    const { rules, store, nowMs, chance } = this.options;
    const { meterId, commandId, dialect, settings } = relay;
    const tries = asFailed ? relay.tries : relay.tries + 1;
    const expiresMs = relay.expiresMs ?? relay.issuedMs + rules.lifeMs;
    if (!asFailed) await this.progress(relay, tries === 1 ? 'sent' : 'retrying', tries, { expiresMs });
    const current = store.relay(meterId);
    // While it was written down somebody may have locked the relay, or decided otherwise.
    if (current?.commandId !== commandId || current.lock || this.isClosed) return;
    entry.lastTryMs = nowMs();
    entry.tryAtMs = entry.lastTryMs + retryDelayMs(asFailed ? rules.maxTries : tries, rules, chance());
    this.waitFor(entry, 'answer');
    this.options.onState(stateOf(current, { confirmed: false }));
    if (!(await this.say(entry, current, expiresMs))) return;
    if (confirmationOf(dialect, settings) !== 'none') return;
    await this.progress(current, 'unconfirmed', tries);
    this.watch.watch(meterId, current.desired, entry.lastTryMs);
    this.options.onState(stateOf(current, { state: 'unconfirmed', confirmed: false }));
  }

  /** Puts a command into words and sends it. One that can not be put into words has failed at once. */
  private async say(entry: UnderWay, relay: RelayRecord, expiresMs: number): Promise<boolean> {
    const { rules, transmit, onError, onState } = this.options;
    const { meterId, commandId, desired, version, issuedMs, settings, dialect } = relay;
    const arm = desired === 'on' && this.closingOf(relay) === 'arm' && dialectNamed(dialect).canArm;
    const command = { meterId, commandId, desired, version, issuedMs, expiresMs, settings, arm };
    try {
      const topics = transmit(relay, command);
      const atMs = entry.lastTryMs;
      entry.tried.push(...topics.map((topic) => ({ atMs, commandId, dialect, topic })));
      entry.tried.splice(0, entry.tried.length - MAX_ATTEMPTS_TOLD);
      return true;
    } catch (error) {
      onError(new Error(`${meterId}: ${errorText(error)}`));
      await this.progress(relay, 'failed', rules.maxTries);
      onState(stateOf(relay, { state: 'failed', confirmed: false }));
      this.watch.raise('failed', relay, entry.tried);
      return false;
    }
  }

  /** Writes down how far a command came. */
  private async progress(
    { meterId, commandId }: RelayRecord,
    state: RelayProgressPosting['state'],
    tries: number,
    life: { expiresMs?: number } = {},
  ): Promise<void> {
    await this.options.post({ type: 'relayProgress', meterId, commandId, state, tries, ...life });
  }

  private tellState(relay: RelayRecord): void {
    this.options.onState(stateOf(relay));
    this.options.onChange();
  }
}
