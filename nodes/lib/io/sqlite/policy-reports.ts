import type Database from 'better-sqlite3';
import type { QuarantinedAccount } from '../../ledger/store';
import { micros } from '../../money/micros';
import type { PolicyMemory } from '../../policy/account-situation';
import type { Why } from '../../policy/why';

interface QuarantineRow {
  account_id: string;
  name: string;
  balance_micros: number;
  memory: string;
}

/** What people and timers ask of the policy's records. */
export class PolicyReports {
  private readonly selectDue;
  private readonly selectWhys;
  private readonly selectQuarantined;

  constructor(db: Database.Database) {
    this.selectDue = db
      .prepare<[number, number], number>(
        'SELECT account_key FROM account_policy WHERE next_look_ms <= ? ORDER BY next_look_ms LIMIT ?',
      )
      .pluck();
    this.selectWhys = db
      .prepare<[string, number], string>(
        `SELECT record FROM why JOIN account USING (account_key) WHERE account_id = ? ORDER BY at_ms DESC LIMIT ?`,
      )
      .pluck();
    this.selectQuarantined = db.prepare<[number], QuarantineRow>(
      `SELECT account_id, customer.name, balance_micros, memory
       FROM account_policy JOIN account USING (account_key) JOIN customer USING (customer_key)
         JOIN book ON book_key = account_key
       WHERE quarantined_ms IS NOT NULL ORDER BY quarantined_ms, account_key LIMIT ?`,
    );
  }

  dueLooks(nowMs: number, limit: number): number[] {
    return this.selectDue.all(nowMs, limit);
  }

  whys(accountId: string, limit: number): Why[] {
    return this.selectWhys.all(accountId, limit).map((record) => JSON.parse(record) as Why);
  }

  quarantined(limit: number): QuarantinedAccount[] {
    return this.selectQuarantined.all(limit).flatMap((row) => {
      const { quarantine } = JSON.parse(row.memory) as PolicyMemory;
      if (quarantine === null) return [];
      return [
        {
          ...quarantine,
          accountId: row.account_id,
          name: row.name,
          balanceMicros: micros(row.balance_micros),
        },
      ];
    });
  }
}
