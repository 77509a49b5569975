import type Database from 'better-sqlite3';
import type { SupplyState } from '../../ledger/account';
import type { RelayCommandState, RelayRecord, RelaySwitching } from '../../ledger/store';
import type { RelaySettings } from '../../relay/relay-settings';

interface RelayRow {
  meter_id: string;
  dialect: string;
  settings: string;
  state: RelayCommandState;
  wanted_ms: number;
  issued_ms: number;
  expires_ms: number | null;
  is_protected: number;
  desired: SupplyState;
  reason: string;
  command_id: string;
  version: number;
  tries: number;
  reported: SupplyState | null;
  reported_ms: number | null;
  reported_by: string;
  lock_name: string | null;
  lock_reason: string | null;
  lock_ms: number | null;
}

const SELECT = `SELECT meter_id, dialect, settings, state, wanted_ms, issued_ms, expires_ms, is_protected, desired, reason,
  command_id, version, tries, reported, reported_ms, reported_by, lock_name, lock_reason, lock_ms
  FROM relay JOIN meter USING (meter_key) JOIN account USING (account_key) WHERE closed_ms IS NULL`;
/** More switchings than this within any time that is asked for would have been refused. */
const MAX_SWITCHINGS = 1_000;

/** What is read of relays. */
export class RelayRecords {
  private readonly selectOne;
  private readonly selectUnsettled;
  private readonly selectOfDevice;
  private readonly selectSwitchings;
  private readonly selectDialects;
  private readonly selectSpeaking;
  private readonly selectOff;

  constructor(db: Database.Database) {
    this.selectOne = db.prepare<[string], RelayRow>(`${SELECT} AND meter_id = ?`);
    this.selectUnsettled = db.prepare<[number], RelayRow>(
      `${SELECT} AND (state IN ('issued', 'sent', 'retrying', 'failed')
         OR state = 'expired' AND tries > 0 OR reported <> desired AND state NOT IN ('armed', 'unconfirmed'))
       ORDER BY issued_ms LIMIT ?`,
    );
    this.selectOfDevice = db.prepare<[string], RelayRow>(`${SELECT} AND device = ? LIMIT 1`);
    this.selectSwitchings = db.prepare<[string, number], RelaySwitching>(
      `SELECT at_ms AS atMs, desired FROM relay_switch JOIN meter USING (meter_key)
       WHERE meter_id = ? AND closed_ms IS NULL AND at_ms >= min(?, (SELECT max(at_ms) FROM relay_switch AS last
         WHERE last.meter_key = meter.meter_key))
       ORDER BY at_ms DESC LIMIT ${MAX_SWITCHINGS}`,
    );
    // From one dialect to the next in the index, since nearly every relay speaks the same.
    this.selectDialects = db
      .prepare<[], string>(
        `WITH RECURSIVE used (dialect) AS (
           SELECT min(dialect) FROM relay
           UNION ALL
           SELECT (SELECT min(dialect) FROM relay WHERE relay.dialect > used.dialect) FROM used
           WHERE dialect IS NOT NULL)
         SELECT dialect FROM used WHERE dialect IS NOT NULL`,
      )
      .pluck();
    this.selectSpeaking = db.prepare<[string, number], RelayRow>(
      `${SELECT} AND dialect = ? ORDER BY meter_key LIMIT ?`,
    );
    this.selectOff = db.prepare<[number], RelayRow>(
      `${SELECT} AND desired = 'off' AND reported = 'off' ORDER BY meter_key LIMIT ?`,
    );
  }

  relay(meterId: string): RelayRecord | undefined {
    const row = this.selectOne.get(meterId);
    return row && recordOf(row);
  }

  unsettled(limit: number): RelayRecord[] {
    return this.selectUnsettled.all(limit).map(recordOf);
  }

  ofDevice(device: string): RelayRecord | undefined {
    const row = this.selectOfDevice.get(device);
    return row && recordOf(row);
  }

  switchings(meterId: string, sinceMs: number): RelaySwitching[] {
    return this.selectSwitchings.all(meterId, sinceMs);
  }

  dialects(): string[] {
    return this.selectDialects.all();
  }

  speaking(dialect: string, limit: number): RelayRecord[] {
    return this.selectSpeaking.all(dialect, limit).map(recordOf);
  }

  off(limit: number): RelayRecord[] {
    return this.selectOff.all(limit).map(recordOf);
  }
}

function recordOf(row: RelayRow): RelayRecord {
  const { lock_name: name, lock_reason: reason, lock_ms: sinceMs } = row;
  return {
    meterId: row.meter_id,
    dialect: row.dialect,
    settings: JSON.parse(row.settings) as RelaySettings,
    state: row.state,
    wantedMs: row.wanted_ms,
    issuedMs: row.issued_ms,
    expiresMs: row.expires_ms,
    isProtected: row.is_protected === 1,
    desired: row.desired,
    reason: row.reason,
    commandId: row.command_id,
    version: row.version,
    tries: row.tries,
    reported: row.reported,
    reportedMs: row.reported_ms,
    reportedBy: row.reported_by,
    lock: name === null || reason === null || sinceMs === null ? null : { name, reason, sinceMs },
  };
}
