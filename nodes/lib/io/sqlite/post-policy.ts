import type Database from 'better-sqlite3';
import { isDeepStrictEqual } from 'node:util';
import type {
  AccountPolicyPosting,
  DemandOrderPosting,
  ExplainPosting,
  GroupPolicyPosting,
  LookPosting,
  NoticeDeliveredPosting,
  OwnLimits,
  PolicyChange,
  PostingResult,
  SitePolicyPosting,
  WithdrawOrderPosting,
} from '../../ledger/posting';
import { refuse } from '../../ledger/refusals';
import { micros } from '../../money/micros';
import type { NoticeKind } from '../../notice/notice';
import type { Figures } from '../../policy/account-situation';
import { checkPolicyOverride } from '../../policy/check-policy';
import { checkDemandOrder } from '../../policy/demand-order';
import { askRelease, giveRelease, type Quarantine } from '../../policy/fleet-budget';
import type { Policy } from '../../policy/policy';
import type { SupplyGuard } from '../../policy/supply-guard';
import { toldBy, withDelivery } from '../../policy/told-warnings';
import { errorText } from '../../text/to-error';
import type { Batch } from './commit-batch';
import type { LiveAccount, LiveAccounts } from './live-accounts';
import type { PolicyBook, StoredPolicy } from './policy-book';
import type { DecisionPoster } from './post-decision';

const RECORDED: PostingResult = { outcome: 'recorded' };
/** All orders that stand, and what groups have of their own, are looked at in memory. */
const MAX_ORDERS = 1_000;
const MAX_GROUP_POLICIES = 1_000;

/** What is wrong with a change: the field, the value, and what is asked of it. */
type Fault = ReturnType<typeof refuse>;
type ChangeOf<As extends PolicyChange['as']> = Extract<PolicyChange, { as: As }>;

interface WrittenNotice {
  account_key: number;
  kind: NoticeKind;
  figures: string;
  at_ms: number;
}

interface Change {
  account: LiveAccount;
  policy: StoredPolicy;
  by: string;
  nowMs: number;
  guard: SupplyGuard;
}

/** Writes what people want of the policy: for one account, for a group, for all. */
export class PolicyPoster {
  private readonly dropGroups;
  private readonly insertGroup;
  private readonly selectOrder;
  private readonly countOrders;
  private readonly insertOrder;
  private readonly withdraw;
  private readonly lookAtGroups;
  private readonly lookAtAll;
  private readonly countOverrides;
  private readonly upsertOverride;
  private readonly dropOverride;
  private readonly selectSitePolicy;
  private readonly insertSitePolicy;
  private readonly selectNotice;
  private readonly insertAudit;

  constructor(
    db: Database.Database,
    private readonly live: LiveAccounts,
    private readonly book: PolicyBook,
    private readonly decisions: DecisionPoster,
  ) {
    this.dropGroups = db.prepare('DELETE FROM account_group WHERE account_key = ?');
    this.insertGroup = db.prepare('INSERT INTO account_group (account_key, group_id) VALUES (?, ?)');
    this.selectOrder = db
      .prepare<[string], string>('SELECT body FROM demand_order WHERE order_id = ?')
      .pluck();
    this.countOrders = db
      .prepare<[number], number>(
        'SELECT count(*) FROM demand_order WHERE withdrawn_ms IS NULL AND end_ms > ?',
      )
      .pluck();
    this.insertOrder = db.prepare('INSERT INTO demand_order (order_id, body, end_ms) VALUES (?, ?, ?)');
    this.withdraw = db
      .prepare<[number, string], string>(
        'UPDATE demand_order SET withdrawn_ms = ? WHERE order_id = ? AND withdrawn_ms IS NULL RETURNING body',
      )
      .pluck();
    const lookFrom = (accounts: string): string =>
      `INSERT INTO account_policy (account_key, memory, next_look_ms) ${accounts}
       ON CONFLICT DO UPDATE SET next_look_ms = min(coalesce(next_look_ms, excluded.next_look_ms), excluded.next_look_ms)`;
    this.lookAtGroups = db.prepare(
      lookFrom(
        `SELECT account_key, @memory, @atMs FROM account WHERE account_key IN (
           SELECT account_key FROM account_group WHERE group_id IN (SELECT value FROM json_each(@groups))
           UNION SELECT account_key FROM meter JOIN meter_terms USING (meter_key)
             WHERE closed_ms IS NULL AND tariff_id IN (SELECT value FROM json_each(@groups)))`,
      ),
    );
    this.lookAtAll = db.prepare('UPDATE account_policy SET next_look_ms = ?');
    this.countOverrides = db
      .prepare<[string], number>('SELECT count(*) FROM group_policy WHERE group_id <> ?')
      .pluck();
    this.upsertOverride = db.prepare(
      `INSERT INTO group_policy (group_id, override) VALUES (?, ?)
       ON CONFLICT DO UPDATE SET override = excluded.override`,
    );
    this.dropOverride = db.prepare('DELETE FROM group_policy WHERE group_id = ?');
    this.selectSitePolicy = db
      .prepare<[], string>('SELECT policy FROM site_policy ORDER BY version DESC LIMIT 1')
      .pluck();
    this.insertSitePolicy = db.prepare('INSERT INTO site_policy (at_ms, policy, set_by) VALUES (?, ?, ?)');
    this.selectNotice = db.prepare<[number], WrittenNotice>(
      'SELECT account_key, kind, figures, at_ms FROM notice WHERE notice_id = ?',
    );
    this.insertAudit = db.prepare(
      'INSERT INTO audit (at_ms, who, action, subject, detail) VALUES (?, ?, ?, ?, ?)',
    );
  }

  look(batch: Batch, { accountKey, guard }: LookPosting): PostingResult {
    return this.decisions.afterChange(batch, this.live.accountByKey(accountKey), guard);
  }

  explain(batch: Batch, { accountId, guard }: ExplainPosting): PostingResult {
    const account = this.live.account(accountId);
    if (!account) return refuse('accountId', accountId, 'there is no such account');
    return this.decisions.afterChange(batch, account, guard);
  }

  change(batch: Batch, { accountId, change, by, guard }: AccountPolicyPosting): PostingResult {
    const account = this.live.account(accountId);
    if (!account) return refuse('accountId', accountId, 'there is no such account');
    const policy = this.book.read(account);
    const fault = this.apply({ account, policy, by, nowMs: batch.nowMs, guard }, change);
    if (fault) return fault;
    this.book.save(account, policy);
    const { as, ...detail } = change;
    this.insertAudit.run(batch.nowMs, by, `policy: ${as}`, accountId, JSON.stringify(detail));
    return this.decisions.afterChange(batch, account, guard, { asksEmergency: as === 'emergency' });
  }

  /** Customers who need to be told before they are cut are so from when the notice arrived. */
  delivered(batch: Batch, { noticeId, deliveredMs, guard }: NoticeDeliveredPosting): PostingResult {
    const notice = this.selectNotice.get(noticeId);
    if (!notice) return refuse('noticeId', noticeId, 'there is no such notice');
    const account = this.live.accountByKey(notice.account_key);
    const policy = this.book.read(account);
    // No clock of a carrier makes a notice arrive before it was written, or in the future.
    const writtenMs = notice.at_ms;
    const arrival = { writtenMs, deliveredMs: Math.min(Math.max(deliveredMs, writtenMs), batch.nowMs) };
    const figures = JSON.parse(notice.figures) as Figures;
    const told = withDelivery(policy.memory.told, toldBy(notice.kind, figures), arrival);
    setMemory(policy, { ...policy.memory, told });
    this.book.save(account, policy);
    return this.decisions.afterChange(batch, account, guard);
  }

  order(batch: Batch, { order, guard }: DemandOrderPosting): PostingResult {
    const stored = this.selectOrder.get(order.orderId);
    if (stored !== undefined) {
      if (isDeepStrictEqual(JSON.parse(stored), order)) return RECORDED;
      return refuse('order.orderId', order.orderId, 'was used before for another order');
    }
    const [problem] = checkDemandOrder(order, batch.nowMs);
    if (problem !== undefined) return refuse('order', order.orderId, problem);
    if ((this.countOrders.get(batch.nowMs) ?? 0) >= MAX_ORDERS)
      return refuse('order.orderId', order.orderId, `is one too many: ${MAX_ORDERS} orders stand already`);
    this.insertOrder.run(order.orderId, JSON.stringify(order), order.endMs);
    const announcedMs = order.fromMs - guard.policy.warnings.leadMs;
    this.lookSoon(order.groups, Math.max(batch.nowMs, announcedMs));
    this.insertAudit.run(batch.nowMs, order.by, 'demand order', order.orderId, JSON.stringify(order));
    return RECORDED;
  }

  withdrawOrder(batch: Batch, { orderId, by }: WithdrawOrderPosting): PostingResult {
    const body = this.withdraw.get(batch.nowMs, orderId);
    if (body === undefined) return refuse('withdraw.orderId', orderId, 'names no order that stands');
    this.lookSoon((JSON.parse(body) as DemandOrderPosting['order']).groups, batch.nowMs);
    this.insertAudit.run(batch.nowMs, by, 'withdraw demand order', orderId, '');
    return RECORDED;
  }

  groupPolicy(batch: Batch, { groupId, override, by, guard }: GroupPolicyPosting): PostingResult {
    const [problem] = override === null ? [] : checkPolicyOverride(override, guard.policy);
    if (problem !== undefined) return refuse('override', groupId, problem);
    if (override !== null && (this.countOverrides.get(groupId) ?? 0) >= MAX_GROUP_POLICIES)
      return refuse(
        'override.groupId',
        groupId,
        `is one too many: ${MAX_GROUP_POLICIES} groups have their own`,
      );
    if (override === null) this.dropOverride.run(groupId);
    else this.upsertOverride.run(groupId, JSON.stringify(override));
    this.lookSoon([groupId], batch.nowMs);
    this.insertAudit.run(batch.nowMs, by, 'group policy', groupId, JSON.stringify(override));
    return RECORDED;
  }

  /** Every version stays. Who is off, or waits, may have another policy to thank for the light. */
  sitePolicy(batch: Batch, { policy, by }: SitePolicyPosting): PostingResult {
    const stored = this.selectSitePolicy.get();
    if (stored !== undefined && isDeepStrictEqual(JSON.parse(stored) as Policy, policy)) return RECORDED;
    const text = JSON.stringify(policy);
    this.insertSitePolicy.run(batch.nowMs, text, by);
    this.live.flushAndForget();
    this.lookAtAll.run(batch.nowMs);
    this.book.forget();
    this.insertAudit.run(batch.nowMs, by, 'site policy', '', text);
    return RECORDED;
  }

  /** What is remembered of accounts no longer holds, since their rows are changed here past it. */
  private lookSoon(groups: readonly string[], atMs: number): void {
    this.live.flushAndForget();
    this.lookAtGroups.run({ memory: this.book.newMemoryText, atMs, groups: JSON.stringify(groups) });
    this.book.forget();
  }

  /** One line per change: the compiler sees that none is missing. */
  private apply(to: Change, change: PolicyChange): Fault | null {
    switch (change.as) {
      case 'cut':
        return order(to, change);
      case 'withdrawCut':
        return withdrawCut(to);
      case 'unlock':
        return unlock(to);
      case 'askRelease':
        return release(to, (quarantine, by) => askRelease(quarantine, by));
      case 'giveRelease':
        return release(to, (quarantine, by) => giveRelease(quarantine, by, to.guard.policy.fleet, to.nowMs));
      case 'ownLimits':
        return limit(to, change.limits);
      case 'emergency':
        return null;
      case 'override':
        return override(to, change);
      case 'groups':
        return this.regroup(to, change);
      case 'converted':
        to.policy.convertedMs = change.atMs;
        return null;
    }
  }

  private regroup({ account, policy }: Change, { groups }: ChangeOf<'groups'>): null {
    this.dropGroups.run(account.accountKey);
    const all = [...new Set(groups)].sort();
    for (const group of all) this.insertGroup.run(account.accountKey, group);
    policy.groups = all;
    return null;
  }
}

function setMemory(policy: StoredPolicy, memory: StoredPolicy['memory']): void {
  policy.memory = memory;
  policy.memoryText = JSON.stringify(memory);
}

function order({ policy, by, nowMs }: Change, { reason }: ChangeOf<'cut'>): Fault | null {
  if (policy.staffCut !== null) return refuse('cut.accountId', policy.staffCut.by, 'ordered a cut already');
  policy.staffCut = { by, reason, atMs: nowMs };
  return null;
}

function withdrawCut({ policy, account }: Change): Fault | null {
  if (policy.staffCut === null)
    return refuse('withdrawCut.accountId', account.accountId, 'is under no order to be cut');
  policy.staffCut = null;
  return null;
}

function unlock({ policy, account }: Change): Fault | null {
  if (policy.memory.overload === null)
    return refuse('unlock.accountId', account.accountId, 'is not locked for overload');
  setMemory(policy, { ...policy.memory, overload: null });
  return null;
}

function release(
  { policy, account, by }: Change,
  step: (quarantine: Quarantine, by: string) => Quarantine,
): Fault | null {
  const { quarantine } = policy.memory;
  if (quarantine === null) return refuse('release.accountId', account.accountId, 'waits for no release');
  try {
    setMemory(policy, { ...policy.memory, quarantine: step(quarantine, by) });
    return null;
  } catch (error) {
    return refuse('release.by', by, errorText(error));
  }
}

function limit({ policy }: Change, { warnBelowMicros, spendMicros, energyWh }: OwnLimits): null {
  const { own } = policy;
  const money = (value: number | null): typeof own.spendMicros => (value === null ? null : micros(value));
  policy.own = {
    warnBelowMicros: warnBelowMicros === undefined ? own.warnBelowMicros : money(warnBelowMicros),
    spendMicros: spendMicros === undefined ? own.spendMicros : money(spendMicros),
    energyWh: energyWh === undefined ? own.energyWh : energyWh,
  };
  return null;
}

function override({ policy, guard, account }: Change, { override: own }: ChangeOf<'override'>): Fault | null {
  const [problem] = own === null ? [] : checkPolicyOverride(own, guard.policy);
  if (problem !== undefined) return refuse('override', account.accountId, problem);
  policy.override = own;
  return null;
}
