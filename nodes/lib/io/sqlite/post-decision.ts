import type Database from 'better-sqlite3';
import type { Committed } from '../../ledger/posting';
import type { Notice } from '../../notice/notice';
import type { Micros } from '../../money/micros';
import type { SupplyState } from '../../ledger/account';
import type { AccountSituation, Fleet } from '../../policy/account-situation';
import { FLEET_BRAKE } from '../../policy/brake-rules';
import type { Decision, PolicyNotice } from '../../policy/decide';
import { mergePolicy, type Policy } from '../../policy/policy';
import { quietBounds } from '../../policy/quiet-bounds';
import type { SupplyGuard } from '../../policy/supply-guard';
import type { UseRecord } from '../../policy/use-record';
import { markOf } from '../../policy/why';
import type { RelayIntent } from '../../relay/relay-intent';
import type { AccountSituations } from './account-situations';
import type { Batch } from './commit-batch';
import { accountState, type LiveAccount, type LiveAccounts, type LiveMeter } from './live-accounts';
import type { NoticeBook } from './notice-book';
import type { PolicyBook, StoredPolicy } from './policy-book';

interface Issue {
  desired: SupplyState;
  reason: string;
  nowMs: number;
  key: number;
}

interface IssuedRelay {
  meter_key: number;
  meter_id: string;
  version: number;
}

/** What led to a decision, besides a change of the account. */
export interface Occasion {
  /** Money that came in, for which the customer is thanked. */
  received?: Micros;
  asksEmergency?: boolean;
  /** The meter that has just been heard of. */
  meter?: LiveMeter;
}

/** Asks the policy about an account after something changed, and stores what it decided in the same transaction. */
export class DecisionPoster {
  private readonly issueRelays;
  private readonly issueRelay;
  private readonly nameCommand;
  private readonly selectDesired;
  private readonly selectLit;

  constructor(
    db: Database.Database,
    private readonly live: LiveAccounts,
    private readonly book: PolicyBook,
    private readonly situations: AccountSituations,
    private readonly notices: NoticeBook,
  ) {
    const issue = (which: string): string =>
      `UPDATE relay SET version = version + 1, desired = @desired, reason = @reason, wanted_ms = @nowMs,
         issued_ms = @nowMs, expires_ms = NULL, state = 'issued', tries = 0
       WHERE meter_key IN (SELECT meter_key FROM meter WHERE ${which} = @key AND closed_ms IS NULL)
       RETURNING meter_key, version, (SELECT meter_id FROM meter WHERE meter.meter_key = relay.meter_key) AS meter_id`;
    this.issueRelays = db.prepare<Issue, IssuedRelay>(issue('account_key'));
    this.issueRelay = db.prepare<Issue, IssuedRelay>(issue('meter_key'));
    this.nameCommand = db.prepare('UPDATE relay SET command_id = ? WHERE meter_key = ?');
    this.selectDesired = db
      .prepare<[number], SupplyState>('SELECT desired FROM relay WHERE meter_key = ?')
      .pluck();
    this.selectLit = db
      .prepare<[number], number>(
        `SELECT 1 FROM relay JOIN meter USING (meter_key)
         WHERE account_key = ? AND closed_ms IS NULL AND desired = 'on' LIMIT 1`,
      )
      .pluck();
  }

  /** The account as it is, for a posting that was made before and changes nothing now. */
  recall(account: LiveAccount): Committed {
    return { outcome: 'repeated', account: accountState(account), relays: [], notices: [] };
  }

  /** After a reading: nearly always it lies within the bounds in which nothing changes, and costs a few comparisons. */
  afterReading(
    batch: Batch,
    meter: LiveMeter,
    usedWh: number,
    amountMicros: number,
    guard: SupplyGuard | null,
  ): Committed {
    const { account } = meter;
    if (guard !== null && this.isQuiet(batch, meter, usedWh, amountMicros, guard))
      return { outcome: 'committed', account: accountState(account), relays: [], notices: [] };
    return this.post(batch, account, guard, { meter });
  }

  /** After anything else that may change an account. */
  afterChange(
    batch: Batch,
    account: LiveAccount,
    guard: SupplyGuard | null,
    occasion: Occasion = {},
  ): Committed {
    return this.post(batch, account, guard, occasion);
  }

  /** Something was changed by whoever has no say about the supply, such as that a customer is protected now. */
  lookSoon({ nowMs }: Batch, account: LiveAccount): void {
    this.book.lookSoon(account, nowMs);
  }

  /** The account's next reading has to be decided on, whatever it is. */
  endQuiet({ accountKey }: LiveAccount): void {
    this.book.quiet.end(accountKey);
  }

  private isQuiet(
    { nowMs }: Batch,
    { account, powerW, fold }: LiveMeter,
    usedWh: number,
    amountMicros: number,
    guard: SupplyGuard,
  ): boolean {
    if (fold === null) return false;
    const { accountKey, balanceMicros } = account;
    const { periodFromMs } = fold;
    const reading = { nowMs, balanceMicros, amountMicros, usedWh, powerW, periodFromMs };
    return this.book.quiet.holds(accountKey, guard, reading);
  }

  private post(
    batch: Batch,
    account: LiveAccount,
    guard: SupplyGuard | null,
    { received, asksEmergency = false, meter }: Occasion,
  ): Committed {
    const thanks =
      received === undefined ? [] : [this.notices.add(batch, account, 'top-up', { amountMicros: received })];
    if (guard === null) {
      this.lookSoon(batch, account);
      return { outcome: 'committed', account: accountState(account), relays: [], notices: thanks };
    }
    const policy = this.book.read(account);
    const { situation, use } = this.situations.read(batch, account, policy, guard, asksEmergency);
    const merged = this.policyFor(guard, situation, policy);
    const fleet = this.fleetAt(batch, guard, merged);
    const decision = guard.decide(merged, situation, batch.nowMs, fleet);
    const relays = this.storeSupply(batch, account, decision);
    const second = meter && this.cutAgain(batch, meter, merged, situation, decision, guard, fleet);
    if (second) relays.push(...second);
    const notices = this.tell(batch, account, decision, merged);
    const isNew = this.remember(account, policy, decision, use);
    const isSettled = !isNew && relays.length === 0 && !this.isHalfOff(account);
    const bounds = isSettled ? quietBounds(merged, situation, decision, guard.days) : null;
    if (bounds) this.book.quiet.keep(account.accountKey, guard, bounds);
    else this.book.quiet.end(account.accountKey);
    return {
      outcome: 'committed',
      account: accountState(account),
      relays,
      notices: [...thanks, ...notices],
      why: decision.why,
      ...(decision.emergency === null ? {} : { emergency: decision.emergency }),
    };
  }

  /** Where many are put aside at once, the office is told once of all of them. */
  private tell(
    batch: Batch,
    account: LiveAccount,
    { notices }: Decision,
    { fleet: { withinMs } }: Policy,
  ): Notice[] {
    const isKnown = ({ kind, rule }: PolicyNotice): boolean =>
      kind === 'office' &&
      rule === FLEET_BRAKE.name &&
      this.book.hasQuarantine(account, batch.nowMs - withinMs);
    return notices
      .filter((notice) => !isKnown(notice))
      .map(({ kind, rule, figures }) => this.notices.add(batch, account, kind, { ...figures, rule }));
  }

  private policyFor(
    { policy }: SupplyGuard,
    { groups }: AccountSituation,
    { override }: StoredPolicy,
  ): Policy {
    const overrides = [...groups.map((group) => this.book.overrideOf(group)), override].filter(
      (own) => own !== null,
    );
    return overrides.length === 0 ? policy : mergePolicy(policy, ...overrides);
  }

  private fleetAt({ nowMs }: Batch, { days, quiet, wallAheadMs }: SupplyGuard, { fleet }: Policy): Fleet {
    const { book } = this;
    return {
      days,
      wallAheadMs: wallAheadMs(),
      quiet: quiet?.() ?? null,
      get meters() {
        return book.fleetMeters(nowMs);
      },
      recentCuts: () => book.recentCuts(nowMs - fleet.withinMs),
    };
  }

  private storeSupply(batch: Batch, account: LiveAccount, decision: Decision): RelayIntent[] {
    const { supply, reason, countedCuts } = decision;
    const { nowMs } = batch;
    if (supply === null) {
      if (countedCuts > 0) this.book.countCutsOf(nowMs, account.accountKey);
      return [];
    }
    this.live.changeSupply(account, supply);
    const issued = this.issueRelays.all({ desired: supply, reason, nowMs, key: account.accountKey });
    return this.intentsOf(batch, issued, supply, reason, countedCuts > 0);
  }

  /**
   * Of several meters one whose command was lost is still lit while the account is off. Once it is heard of it is cut like
   * any other, with all that a cut needs; the rest of the account stays as it is.
   */
  private cutAgain(
    batch: Batch,
    { meterKey, headMs }: LiveMeter,
    policy: Policy,
    situation: AccountSituation,
    { supply, memory }: Decision,
    guard: SupplyGuard,
    fleet: Fleet,
  ): RelayIntent[] {
    if (situation.supply === 'on' || supply !== null || this.selectDesired.get(meterKey) !== 'on') return [];
    // The others are dark and may have nothing to report any more.
    const heard = { dataAtMs: headMs, heardAtMs: headMs };
    const lit: AccountSituation = { ...situation, ...heard, supply: 'on', meters: 1, memory };
    const decision = guard.decide(policy, lit, batch.nowMs, fleet);
    if (decision.supply !== 'off') return [];
    const { reason, countedCuts } = decision;
    const issued = this.issueRelay.all({ desired: 'off', reason, nowMs: batch.nowMs, key: meterKey });
    return this.intentsOf(batch, issued, 'off', reason, countedCuts > 0);
  }

  private intentsOf(
    { nowMs }: Batch,
    issued: readonly IssuedRelay[],
    desired: SupplyState,
    reason: string,
    counts: boolean,
  ): RelayIntent[] {
    return issued.map(({ meter_key, meter_id, version }) => {
      const commandId = `${meter_id}-${version}`;
      this.nameCommand.run(commandId, meter_key);
      if (counts) this.book.countCut(nowMs, meter_key);
      return { meterId: meter_id, desired, reason, commandId, version };
    });
  }

  /** Returns whether the decision left anything new behind, so that the next one may be another. */
  private remember(
    account: LiveAccount,
    policy: StoredPolicy,
    { memory, why, nextLookMs, notices }: Decision,
    use: UseRecord,
  ): boolean {
    const memoryText = JSON.stringify(memory);
    const whyMark = markOf(why);
    const isNew = memoryText !== policy.memoryText || notices.length > 0;
    if (whyMark !== policy.whyMark || why.warned.length > 0) this.book.addWhy(account, why);
    const { daysLeft } = why.figures;
    account.daysLeft = typeof daysLeft === 'number' ? daysLeft : null;
    account.isLookDue = false;
    const isSame =
      !isNew && use === policy.use && whyMark === policy.whyMark && nextLookMs === policy.nextLookMs;
    if (!isSame) this.book.save(account, { ...policy, memory, memoryText, use, whyMark, nextLookMs });
    return isNew;
  }

  private isHalfOff({ supply, accountKey }: LiveAccount): boolean {
    return supply === 'off' && this.selectLit.get(accountKey) !== undefined;
  }
}
