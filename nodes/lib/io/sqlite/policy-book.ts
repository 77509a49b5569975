import type Database from 'better-sqlite3';
import { micros } from '../../money/micros';
import {
  NEW_MEMORY,
  type AccountSituation,
  type PolicyMemory,
  type StaffCut,
} from '../../policy/account-situation';
import type { DemandOrder } from '../../policy/demand-order';
import type { PolicyOverride } from '../../policy/policy';
import { QuietShelf } from '../../policy/quiet-shelf';
import type { UseRecord } from '../../policy/use-record';
import { warnedSince } from '../../policy/told-warnings';
import type { Why } from '../../policy/why';
import type { LiveAccount } from './live-accounts';

/** What is kept of an account for its next decision. It is read for each, so that memory holds the bounds alone. */
export interface StoredPolicy {
  /** As it is stored: the same text is the same memory. */
  memoryText: string;
  memory: PolicyMemory;
  use: UseRecord | null;
  own: AccountSituation['own'];
  override: PolicyOverride | null;
  staffCut: StaffCut | null;
  convertedMs: number | null;
  groups: readonly string[];
  whyMark: string;
  nextLookMs: number | null;
  meterIds: readonly string[];
}

interface PolicyRow {
  memory: string;
  use_record: string | null;
  own_limits: string | null;
  override: string | null;
  staff_cut: string | null;
  converted_ms: number | null;
  why_mark: string;
  next_look_ms: number | null;
}

const NO_LIMITS: AccountSituation['own'] = { warnBelowMicros: null, spendMicros: null, energyWh: null };
const NEW_MEMORY_TEXT = JSON.stringify(NEW_MEMORY);
/** So many decisions of an account are kept to be explained. */
const MAX_WHYS = 20;
/** How old a count of the whole fleet may be; counting it takes milliseconds. */
const FLEET_COUNT_LASTS_MS = 60_000;

/** Keeps what decisions need of accounts, groups and the fleet, and what they leave behind. */
export class PolicyBook {
  /** Within which bounds accounts need no decision. */
  readonly quiet = new QuietShelf();
  private readonly selectPolicy;
  private readonly selectMeters;
  private readonly selectGroups;
  private readonly selectRecharge;
  private readonly upsertPolicy;
  private readonly setNextLook;
  private readonly insertWhy;
  private readonly dropWhys;
  private readonly selectOrders;
  private readonly selectOverrides;
  private readonly selectQuarantine;
  private readonly countMeters;
  private readonly countCuts;
  private readonly insertCut;
  private readonly insertCutsOf;
  private orders: DemandOrder[] | null = null;
  private overrides: Map<string, PolicyOverride> | null = null;
  private fleet = { meters: 0, atMs: -Infinity };

  constructor(db: Database.Database) {
    this.selectPolicy = db.prepare<[number], PolicyRow>(
      `SELECT memory, use_record, own_limits, override, staff_cut, converted_ms, why_mark, next_look_ms
       FROM account_policy WHERE account_key = ?`,
    );
    this.selectMeters = db
      .prepare<[number], string>(
        'SELECT meter_id FROM meter WHERE account_key = ? AND closed_ms IS NULL ORDER BY meter_id',
      )
      .pluck();
    this.selectGroups = db
      .prepare<[number], string>('SELECT group_id FROM account_group WHERE account_key = ? ORDER BY group_id')
      .pluck();
    this.selectRecharge = db.prepare<[string], { amount_micros: number; credited_ms: number }>(
      `SELECT amount_micros, credited_ms FROM payment
       WHERE account_id = ? AND credited_ms IS NOT NULL
         AND amount_micros > (SELECT coalesce(sum(money_back.amount_micros), 0) FROM money_back
           WHERE money_back.payment_key = payment.payment_key AND state = 'done')
       ORDER BY credited_ms DESC, payment_key DESC LIMIT 1`,
    );
    this.upsertPolicy = db.prepare(
      `INSERT INTO account_policy (account_key, memory, use_record, own_limits, override, staff_cut, converted_ms,
         why_mark, warned_ms, quarantined_ms, next_look_ms)
       VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?)
       ON CONFLICT DO UPDATE SET memory = excluded.memory, use_record = excluded.use_record,
         own_limits = excluded.own_limits, override = excluded.override, staff_cut = excluded.staff_cut,
         converted_ms = excluded.converted_ms, why_mark = excluded.why_mark,
         warned_ms = excluded.warned_ms, quarantined_ms = excluded.quarantined_ms,
         next_look_ms = excluded.next_look_ms`,
    );
    this.setNextLook = db.prepare(
      `INSERT INTO account_policy (account_key, memory, next_look_ms) VALUES (?, '${NEW_MEMORY_TEXT}', ?)
       ON CONFLICT DO UPDATE SET next_look_ms = excluded.next_look_ms`,
    );
    // Several decisions of one commit have the same time, and none replaces another.
    this.insertWhy = db.prepare(
      `INSERT INTO why (account_key, at_ms, record)
       SELECT @key, max(@atMs, coalesce(1 + (SELECT max(at_ms) FROM why WHERE account_key = @key), @atMs)), @record`,
    );
    this.dropWhys = db.prepare(
      `DELETE FROM why WHERE account_key = @key AND at_ms <= (SELECT at_ms FROM why WHERE account_key = @key
         ORDER BY at_ms DESC LIMIT 1 OFFSET ${MAX_WHYS})`,
    );
    this.selectOrders = db
      .prepare<[number], string>(
        'SELECT body FROM demand_order WHERE withdrawn_ms IS NULL AND end_ms > ? ORDER BY end_ms, order_id',
      )
      .pluck();
    this.selectOverrides = db.prepare<[], { group_id: string; override: string }>(
      'SELECT group_id, override FROM group_policy',
    );
    this.selectQuarantine = db
      .prepare<[number, number], number>(
        'SELECT 1 FROM account_policy WHERE quarantined_ms > ? AND account_key <> ? LIMIT 1',
      )
      .pluck();
    this.countMeters = db.prepare<[], number>('SELECT count(*) FROM meter WHERE closed_ms IS NULL').pluck();
    // A cut that did not reach its relay and is made again is no other meter.
    this.countCuts = db
      .prepare<[number], number>('SELECT count(DISTINCT meter_key) FROM cut WHERE at_ms > ?')
      .pluck();
    this.insertCut = db.prepare('INSERT INTO cut (at_ms, meter_key) VALUES (?, ?) ON CONFLICT DO NOTHING');
    this.insertCutsOf = db.prepare(
      `INSERT INTO cut (at_ms, meter_key)
       SELECT ?, meter_key FROM meter WHERE account_key = ? AND closed_ms IS NULL ON CONFLICT DO NOTHING`,
    );
  }

  /** What is stored of an account that nobody has decided on. */
  get newMemoryText(): string {
    return NEW_MEMORY_TEXT;
  }

  read({ accountKey }: LiveAccount): StoredPolicy {
    const row = this.selectPolicy.get(accountKey);
    // Of many accounts nothing is remembered, and they share it.
    const isNew = row === undefined || row.memory === NEW_MEMORY_TEXT;
    return {
      memoryText: isNew ? NEW_MEMORY_TEXT : row.memory,
      memory: isNew ? NEW_MEMORY : (JSON.parse(row.memory) as PolicyMemory),
      use: parsed(row?.use_record) as UseRecord | null,
      own: (parsed(row?.own_limits) as AccountSituation['own'] | null) ?? NO_LIMITS,
      override: parsed(row?.override) as PolicyOverride | null,
      staffCut: parsed(row?.staff_cut) as StaffCut | null,
      convertedMs: row?.converted_ms ?? null,
      groups: this.selectGroups.all(accountKey),
      whyMark: row?.why_mark ?? '',
      nextLookMs: row?.next_look_ms ?? null,
      meterIds: this.selectMeters.all(accountKey),
    };
  }

  lastRecharge({ accountId }: LiveAccount): AccountSituation['lastRecharge'] {
    const row = this.selectRecharge.get(accountId);
    return row ? { amountMicros: micros(row.amount_micros), atMs: row.credited_ms } : null;
  }

  save(account: LiveAccount, policy: StoredPolicy): void {
    const { memory, use, own, override, staffCut } = policy;
    this.upsertPolicy.run(
      account.accountKey,
      policy.memoryText,
      use && JSON.stringify(use),
      own === NO_LIMITS ? null : JSON.stringify(own),
      override && JSON.stringify(override),
      staffCut && JSON.stringify(staffCut),
      policy.convertedMs,
      policy.whyMark,
      warnedSince(memory.told, 'credit', false),
      memory.quarantine?.sinceMs ?? null,
      policy.nextLookMs,
    );
  }

  /** For whoever moves money and has no say about the supply: a guard shall look at the account soon. */
  lookSoon(account: LiveAccount, nowMs: number): void {
    this.quiet.end(account.accountKey);
    if (account.isLookDue) return;
    account.isLookDue = true;
    this.setNextLook.run(account.accountKey, nowMs);
  }

  addWhy({ accountKey }: LiveAccount, why: Why): void {
    this.insertWhy.run({ key: accountKey, atMs: why.atMs, record: JSON.stringify(why) });
    this.dropWhys.run({ key: accountKey });
  }

  /** Orders that are not over, whenever they begin. */
  ordersFor(groups: readonly string[], nowMs: number): readonly DemandOrder[] {
    this.orders ??= this.selectOrders.all(nowMs).map((body) => JSON.parse(body) as DemandOrder);
    if (this.orders.length === 0) return this.orders;
    return this.orders.filter(
      (order) => order.endMs > nowMs && order.groups.some((group) => groups.includes(group)),
    );
  }

  overrideOf(groupId: string): PolicyOverride | null {
    this.overrides ??= new Map(
      this.selectOverrides
        .all()
        .map(({ group_id, override }) => [group_id, JSON.parse(override) as PolicyOverride]),
    );
    return this.overrides.get(groupId) ?? null;
  }

  /** Whether another account was put into quarantine since then. */
  hasQuarantine({ accountKey }: LiveAccount, sinceMs: number): boolean {
    return this.selectQuarantine.get(sinceMs, accountKey) !== undefined;
  }

  fleetMeters(nowMs: number): number {
    if (nowMs - this.fleet.atMs > FLEET_COUNT_LASTS_MS)
      this.fleet = { meters: this.countMeters.get() ?? 0, atMs: nowMs };
    return this.fleet.meters;
  }

  recentCuts(sinceMs: number): number {
    return this.countCuts.get(sinceMs) ?? 0;
  }

  countCut(nowMs: number, meterKey: number): void {
    this.insertCut.run(nowMs, meterKey);
  }

  /** All meters of an account, which stays off for another reason: it would be lit without this cut. */
  countCutsOf(nowMs: number, accountKey: number): void {
    this.insertCutsOf.run(nowMs, accountKey);
  }

  /** What is set for many has changed, here or in another process. */
  forget(): void {
    this.orders = null;
    this.overrides = null;
    this.fleet = { meters: 0, atMs: -Infinity };
    this.quiet.endAll();
  }
}

function parsed(text: string | null | undefined): unknown {
  return typeof text === 'string' ? JSON.parse(text) : null;
}
