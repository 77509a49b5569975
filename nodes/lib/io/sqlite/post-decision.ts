import type Database from 'better-sqlite3';
import type { Committed } from '../../ledger/posting';
import type { DecideSupply, Decision, RelayIntent } from '../../policy/supply-decision';
import type { Notice, NoticeKind } from '../../notice/notice';
import type { Micros } from '../../money/micros';
import type { SupplyState } from '../../ledger/account';
import { accountState, type LiveAccount, type LiveAccounts } from './live-accounts';
import type { Batch } from './commit-batch';

const HOUR_MS = 3_600_000;

/** Words a notice. Given from outside, since wording needs the site's currency. */
export type ComposeNotice = (
  kind: NoticeKind,
  language: string,
  balanceMicros: Micros,
  amountMicros: Micros | null,
) => string;

interface IssuedRelay {
  meter_key: number;
  meter_id: string;
  version: number;
}

/** Asks the policy about an account after money moved, and stores what it decided in the same transaction. */
export class DecisionPoster {
  private readonly issueRelays;
  private readonly nameCommand;
  private readonly insertCut;
  private readonly countCuts;
  private readonly insertNotice;

  constructor(
    db: Database.Database,
    private readonly live: LiveAccounts,
    private readonly compose: ComposeNotice,
  ) {
    this.issueRelays = db.prepare<[string, string, number, number, number], IssuedRelay>(
      `UPDATE relay SET version = version + 1, desired = ?, reason = ?, wanted_ms = ?, issued_ms = ?, expires_ms = NULL,
         state = 'issued', tries = 0
       WHERE meter_key IN (SELECT meter_key FROM meter WHERE account_key = ? AND closed_ms IS NULL)
       RETURNING meter_key, version, (SELECT meter_id FROM meter WHERE meter.meter_key = relay.meter_key) AS meter_id`,
    );
    this.nameCommand = db.prepare('UPDATE relay SET command_id = ? WHERE meter_key = ?');
    this.insertCut = db.prepare('INSERT INTO cut (at_ms, meter_key) VALUES (?, ?)');
    this.countCuts = db.prepare<[number], number>('SELECT count(*) FROM cut WHERE at_ms > ?').pluck();
    this.insertNotice = db.prepare(
      `INSERT INTO notice (kind, account_key, send_to, language, text, balance_micros, amount_micros, at_ms)
       VALUES (?, ?, ?, ?, ?, ?, ?, ?)`,
    );
  }

  /** The account as it is, for a posting that was made before and changes nothing now. */
  recall(account: LiveAccount): Committed {
    return { outcome: 'repeated', account: accountState(account), relays: [], notices: [] };
  }

  /** `received` is the money that the posting brought in, for which the customer is thanked. */
  post(
    batch: Batch,
    account: LiveAccount,
    readingAtMs: number | null,
    decide: DecideSupply,
    received: Micros | null,
  ): Committed {
    const decision = decide(accountState(account), {
      nowMs: batch.nowMs,
      readingAtMs,
      hasPaid: received !== null,
      cutsInLastHour: () => this.countCuts.get(batch.nowMs - HOUR_MS) ?? 0,
    });
    const relays = this.storeSupply(batch, account, decision);
    const notices = decision.notices.map((kind) => this.storeNotice(batch, account, kind, null));
    if (received !== null) notices.unshift(this.storeNotice(batch, account, 'top-up', received));
    return {
      outcome: 'committed',
      account: accountState(account),
      relays,
      notices,
    };
  }

  private storeSupply(batch: Batch, account: LiveAccount, decision: Decision): RelayIntent[] {
    const supply: SupplyState = decision.supply ?? account.supply;
    this.live.changeSupply(account, {
      supply,
      toldSupply: toldAfter(account, decision),
      warnedAtMs: decision.warnedAtMs,
    });
    if (decision.supply === null) return [];
    const issued = this.issueRelays.all(
      supply,
      decision.reason,
      batch.nowMs,
      batch.nowMs,
      account.accountKey,
    );
    return issued.map(({ meter_key, meter_id, version }) => {
      const commandId = `${meter_id}-${version}`;
      this.nameCommand.run(commandId, meter_key);
      if (supply === 'off') this.insertCut.run(batch.nowMs, meter_key);
      return { meterId: meter_id, desired: supply, reason: decision.reason, commandId, version };
    });
  }

  private storeNotice(
    batch: Batch,
    account: LiveAccount,
    kind: NoticeKind,
    amountMicros: Micros | null,
  ): Notice {
    const { balanceMicros } = account;
    const text = this.compose(kind, account.language, balanceMicros, amountMicros);
    const { lastInsertRowid } = this.insertNotice.run(
      kind,
      account.accountKey,
      account.phone,
      account.language,
      text,
      balanceMicros,
      amountMicros,
      batch.nowMs,
    );
    return {
      noticeId: Number(lastInsertRowid),
      kind,
      accountId: account.accountId,
      name: account.name,
      to: account.phone,
      language: account.language,
      text,
      atMs: batch.nowMs,
      data: amountMicros === null ? { balanceMicros } : { balanceMicros, amountMicros },
    };
  }
}

function toldAfter(account: LiveAccount, { notices }: Decision): SupplyState {
  if (notices.includes('cut-off')) return 'off';
  return notices.includes('restored') ? 'on' : account.toldSupply;
}
