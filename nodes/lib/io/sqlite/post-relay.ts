import type Database from 'better-sqlite3';
import type { SupplyState } from '../../ledger/account';
import type {
  PostingResult,
  RelayLockPosting,
  RelayProgressPosting,
  RelayRenewPosting,
  RelayReportPosting,
} from '../../ledger/posting';
import { refuse } from '../../ledger/refusals';
import type { RelayCommandState } from '../../ledger/store';
import type { Batch } from './commit-batch';
import type { LiveAccounts } from './live-accounts';
import type { PolicyBook } from './policy-book';

const RECORDED: PostingResult = { outcome: 'recorded' };
/** A report whose own time lies further back than this comes from a clock that was set anew, not from a slow way. */
const MAX_DISORDER_MS = 600_000;

interface ReportedRow {
  meter_key: number;
  device_ms: number | null;
  lock_name: string | null;
}

interface SwitchedRow {
  meter_key: number;
  desired: SupplyState;
  reported: SupplyState | null;
  reported_ms: number | null;
}

/** Writes what becomes of relays: what they said, how far their commands came, who locked them. */
export class RelayPoster {
  private readonly selectRelay;
  private readonly setReported;
  private readonly setProgress;
  private readonly setRenewed;
  private readonly nameCommand;
  private readonly takeBack;
  private readonly selectOff;
  private readonly setLock;
  private readonly insertAudit;
  private readonly selectLastSwitch;
  private readonly insertSwitch;

  constructor(
    db: Database.Database,
    private readonly live: LiveAccounts,
    private readonly policies: PolicyBook,
  ) {
    this.selectRelay = db.prepare<[string], ReportedRow>(
      `SELECT meter_key, device_ms, lock_name FROM relay JOIN meter USING (meter_key)
       WHERE meter_id = ? AND closed_ms IS NULL`,
    );
    // A report confirms a command that has left, and none that the device says nothing about. One that says otherwise after
    // the command was obeyed ends it: the next one needs an id of its own, since a device obeys each id once.
    this.setReported = db.prepare(
      `UPDATE relay SET reported = @reported, reported_ms = @nowMs, reported_by = @source,
         device_ms = coalesce(@deviceMs, device_ms),
         state = CASE
           WHEN desired = @reported AND state NOT IN ('idle', 'issued') AND coalesce(@commandId, command_id) = command_id
             THEN 'confirmed'
           WHEN desired <> @reported AND (state IN ('confirmed', 'unconfirmed')
             OR @commandId = command_id AND state IN ('sent', 'retrying', 'failed')) THEN 'idle'
           ELSE state END
       WHERE meter_key = @meterKey`,
    );
    // A command that is no longer the current one must not touch the state of its successor.
    this.setProgress = db.prepare<[RelayCommandState, number, number | null, string, string], SwitchedRow>(
      `UPDATE relay SET state = ?, tries = ?, expires_ms = coalesce(?, expires_ms)
       WHERE meter_key = (SELECT meter_key FROM meter WHERE meter_id = ? AND closed_ms IS NULL) AND command_id = ?
         AND state <> 'confirmed'
       RETURNING meter_key, desired, reported, reported_ms`,
    );
    this.setRenewed = db.prepare<
      { nowMs: number; meterId: string; commandId: string },
      { meter_key: number; version: number }
    >(
      `UPDATE relay SET version = version + 1, state = 'issued', tries = 0, expires_ms = NULL,
         reason = CASE WHEN reason = '' THEN 'as registered' ELSE reason END,
         wanted_ms = CASE WHEN version = 0 THEN @nowMs ELSE wanted_ms END,
         issued_ms = CASE WHEN desired = 'off' THEN issued_ms ELSE @nowMs END
       WHERE meter_key = (SELECT meter_key FROM meter WHERE meter_id = @meterId AND closed_ms IS NULL)
         AND command_id = @commandId
       RETURNING meter_key, version`,
    );
    this.nameCommand = db.prepare('UPDATE relay SET command_id = ? WHERE meter_key = ?');
    this.takeBack = db.prepare(`UPDATE relay SET state = 'expired', desired = 'on' WHERE meter_key = ?`);
    this.selectOff = db
      .prepare<[number], number>(
        `SELECT 1 FROM relay JOIN meter USING (meter_key)
         WHERE account_key = ? AND closed_ms IS NULL AND desired = 'off' LIMIT 1`,
      )
      .pluck();
    this.setLock = db.prepare(
      'UPDATE relay SET lock_name = ?, lock_reason = ?, lock_ms = ? WHERE meter_key = ?',
    );
    this.insertAudit = db.prepare(
      'INSERT INTO audit (at_ms, who, action, subject, detail) VALUES (?, ?, ?, ?, ?)',
    );
    this.selectLastSwitch = db.prepare<[number], { at_ms: number; desired: SupplyState }>(
      'SELECT at_ms, desired FROM relay_switch WHERE meter_key = ? ORDER BY at_ms DESC LIMIT 1',
    );
    this.insertSwitch = db.prepare(
      'INSERT INTO relay_switch (meter_key, at_ms, desired, command_id) VALUES (?, ?, ?, ?) ON CONFLICT DO NOTHING',
    );
  }

  report(batch: Batch, posting: RelayReportPosting): PostingResult {
    const { meterId, reported, commandId = null, deviceMs = null, source = '' } = posting;
    const relay = this.selectRelay.get(meterId);
    if (!relay) return refuse('meterId', meterId, 'no relay is registered for this meter');
    const lagMs = (relay.device_ms ?? 0) - (deviceMs ?? Infinity);
    // What was said before something that is known already says nothing about now.
    if (lagMs > 0 && lagMs < MAX_DISORDER_MS) return RECORDED;
    const { nowMs } = batch;
    this.setReported.run({ reported, nowMs, source, deviceMs, commandId, meterKey: relay.meter_key });
    return RECORDED;
  }

  progress(batch: Batch, posting: RelayProgressPosting): PostingResult {
    const { state, tries, meterId, commandId, expiresMs = null } = posting;
    const relay = this.setProgress.get(state, tries, expiresMs, meterId, commandId);
    if (!relay) return RECORDED;
    if (state === 'sent') this.noteSwitching(batch, relay, commandId);
    if (state === 'expired' && relay.desired === 'off') this.takeBackCut(meterId);
    return RECORDED;
  }

  /** A command that was made anew because nobody obeyed it is no other switching of the relay. */
  private noteSwitching(batch: Batch, relay: SwitchedRow, commandId: string): void {
    const last = this.selectLastSwitch.get(relay.meter_key);
    const hasTurned = relay.reported !== relay.desired && (relay.reported_ms ?? 0) > (last?.at_ms ?? 0);
    if (last?.desired === relay.desired && !hasTurned) return;
    this.insertSwitch.run(relay.meter_key, batch.nowMs, relay.desired, commandId);
  }

  /**
   * A cut that did not reach the relay in time is taken back, so that the next reading decides from what holds then. Where
   * another meter of the account was reached, its light stays off: it would only go on and off with every try.
   */
  private takeBackCut(meterId: string): void {
    const meter = this.live.meter(meterId);
    if (!meter) return;
    const { account, meterKey } = meter;
    this.takeBack.run(meterKey);
    this.policies.quiet.end(account.accountKey);
    if (this.selectOff.get(account.accountKey) === undefined) this.live.changeSupply(account, 'on');
  }

  renew(batch: Batch, { meterId, commandId }: RelayRenewPosting): PostingResult {
    const renewed = this.setRenewed.get({ nowMs: batch.nowMs, meterId, commandId });
    if (renewed) this.nameCommand.run(`${meterId}-${renewed.version}`, renewed.meter_key);
    return RECORDED;
  }

  lock(batch: Batch, { meterId, lock, override, by }: RelayLockPosting): PostingResult {
    const relay = this.selectRelay.get(meterId);
    if (!relay) return refuse('meterId', meterId, 'no relay is registered for this meter');
    const { lock_name: holder, meter_key: meterKey } = relay;
    if (lock && holder !== null && holder !== lock.name)
      return refuse('lock.name', lock.name, `must not replace the lock of ${holder}`);
    if (!lock && holder === null) return refuse('meterId', meterId, 'is not locked');
    if (!lock && holder !== by && !override)
      return refuse('unlock.name', by, `must be ${holder}, who put the lock on; or say "override": true`);
    this.setLock.run(lock?.name ?? null, lock?.reason ?? null, lock ? batch.nowMs : null, meterKey);
    const detail = JSON.stringify(lock ?? { holder, override });
    this.insertAudit.run(batch.nowMs, by, lock ? 'lock relay' : 'unlock relay', meterId, detail);
    return RECORDED;
  }
}
