import type Database from 'better-sqlite3';
import { isDeepStrictEqual } from 'node:util';
import type { Registration } from '../../ledger/account';
import type { CloseMeterPosting, PostingResult, RegisterPosting } from '../../ledger/posting';
import { customerAccount } from '../../ledger/book-names';
import { refuse } from '../../ledger/refusals';
import { errorText } from '../../text/to-error';
import type { Books } from './books';
import type { LiveAccounts, LiveMeter } from './live-accounts';
import type { Batch } from './commit-batch';
import type { ChargePoster } from './post-charge';
import type { DecisionPoster } from './post-decision';
import type { Rerating } from './rerating';
import type { StandingPoster } from './post-standing';
import { CHARGED_SINCE } from './post-tariff';
import { throwSqliteError } from './sqlite-fault';

const RECORDED: PostingResult = { outcome: 'recorded' };

interface RegisteredRow {
  meter_key: number;
  meter_id: string;
  account_id: string;
  customer_id: string;
  name: string;
  phone: string;
  language: string;
  email: string;
  channel: string | null;
  is_protected: number;
  dialect: string;
  settings: string;
  head_ms: number | null;
  tariff_id: string | null;
  sanctioned_load_w: number;
  is_lifeline: number;
}

/** What a registration says of a customer, compared without what it leaves as it is. */
interface Entry {
  customerId: string;
  name: string;
  phone: string;
  language: string;
  email: string;
  channel: string | null;
  isProtected: boolean;
  relayDialect: string;
  relaySettings: object;
}

const UPSERT_CUSTOMER = `INSERT INTO customer (customer_id, name, phone, language, email, channel)
  VALUES (@customerId, @name, @phone, @language, coalesce(@email, ''), @channel)
  ON CONFLICT (customer_id) DO UPDATE SET name = excluded.name, phone = excluded.phone,
    language = excluded.language, email = coalesce(@email, email),
    channel = CASE WHEN @hasChannel THEN excluded.channel ELSE channel END
  RETURNING customer_key`;

/** A customer's row; what a registration leaves out stays. */
interface Customer {
  customerId: string;
  name: string;
  phone: string;
  language: string;
  email: string | null;
  channel: string | null;
  hasChannel: number;
}

interface Terms {
  tariffId: string | null;
  sanctionedLoadW: number;
  isLifeline: boolean;
}

/** Writes customers, accounts and meters: who lives where, behind which meter, at which tariff, since when. */
export class MeterPoster {
  private readonly upsertCustomer;
  private readonly upsertAccount;
  private readonly selectRegistered;
  private readonly selectLastClosed;
  private readonly insertMeter;
  private readonly upsertRelay;
  private readonly selectDeviceOwner;
  private readonly selectLineOwner;
  private readonly upsertTerms;
  private readonly dropTerms;
  private readonly markMeter;
  private readonly endMeter;
  private readonly insertAudit;

  constructor(
    db: Database.Database,
    private readonly live: LiveAccounts,
    private readonly books: Books,
    private readonly charges: ChargePoster,
    private readonly standing: StandingPoster,
    private readonly rerating: Rerating,
    private readonly decisions: DecisionPoster,
  ) {
    this.upsertCustomer = db.prepare<[Customer], number>(UPSERT_CUSTOMER).pluck();
    this.upsertAccount = db.prepare(
      `INSERT INTO account (account_key, account_id, customer_key, is_protected) VALUES (?, ?, ?, ?)
       ON CONFLICT (account_key) DO UPDATE SET customer_key = excluded.customer_key,
         is_protected = excluded.is_protected`,
    );
    this.selectRegistered = db.prepare<[string, number], RegisteredRow>(
      `SELECT meter_key, meter_id, account_id, customer_id, name, phone, language, email, channel, is_protected, dialect,
         settings, head_ms, tariff_id, sanctioned_load_w, is_lifeline
       FROM meter JOIN account USING (account_key) JOIN customer USING (customer_key) JOIN relay USING (meter_key)
         JOIN meter_terms USING (meter_key) LEFT JOIN head USING (meter_key)
       WHERE meter_id = ? AND closed_ms IS NULL ORDER BY from_ms <= ? DESC, from_ms DESC LIMIT 1`,
    );
    this.selectLastClosed = db
      .prepare<[string], number | null>('SELECT max(closed_ms) FROM meter WHERE meter_id = ?')
      .pluck();
    this.insertMeter = db.prepare('INSERT INTO meter (meter_id, account_key, opened_ms) VALUES (?, ?, ?)');
    // Who was told to be off at the last stay may be so whatever was heard: the light is put on for the next customer.
    this.upsertRelay = db.prepare(
      `INSERT INTO relay (meter_key, dialect, settings, device, reported, version) VALUES (@meterKey, @dialect, @settings, @device,
         (SELECT CASE desired WHEN 'off' THEN desired ELSE reported END
          FROM relay JOIN meter USING (meter_key) WHERE meter_id = @meterId ORDER BY closed_ms DESC LIMIT 1),
         (SELECT coalesce(max(version), 0) FROM relay JOIN meter USING (meter_key) WHERE meter_id = @meterId))
       ON CONFLICT (meter_key) DO UPDATE SET dialect = excluded.dialect, settings = excluded.settings,
         device = excluded.device`,
    );
    this.selectDeviceOwner = db
      .prepare<[string, string], string>(
        `SELECT meter_id FROM relay JOIN meter USING (meter_key)
         WHERE device = ? AND meter_id <> ? AND closed_ms IS NULL LIMIT 1`,
      )
      .pluck();
    this.selectLineOwner = db
      .prepare<[string, string], string>(
        `SELECT meter_id FROM relay JOIN meter USING (meter_key), json_each(relay.settings) AS setting
         WHERE dialect IN ('gpio', 'latching') AND setting.key IN ('line', 'onLine', 'offLine', 'readLine')
           AND setting.value = ? AND meter_id <> ? AND closed_ms IS NULL LIMIT 1`,
      )
      .pluck();
    this.upsertTerms = db.prepare(
      `INSERT INTO meter_terms (meter_key, from_ms, tariff_id, sanctioned_load_w, is_lifeline) VALUES (?, ?, ?, ?, ?)
       ON CONFLICT DO UPDATE SET tariff_id = excluded.tariff_id, sanctioned_load_w = excluded.sanctioned_load_w,
         is_lifeline = excluded.is_lifeline`,
    );
    this.dropTerms = db.prepare('DELETE FROM meter_terms WHERE meter_key = ? AND from_ms <= ?');
    // Where the past is changed it is priced again; the accrual looks at once whether there is something to charge now.
    this.markMeter = db.prepare(
      `UPDATE meter SET accrual_ms = 0,
         rerate_ms = CASE WHEN ${CHARGED_SINCE} THEN min(coalesce(rerate_ms, @sinceMs), @sinceMs) ELSE rerate_ms END
       WHERE meter_key = @meterKey AND meter_key IN (SELECT meter_key FROM head)`,
    );
    this.endMeter = db.prepare('UPDATE meter SET closed_ms = ?, accrual_ms = NULL WHERE meter_key = ?');
    this.insertAudit = db.prepare(
      'INSERT INTO audit (at_ms, who, action, subject, detail) VALUES (?, ?, ?, ?, ?)',
    );
  }

  register(batch: Batch, { registration, by }: RegisterPosting): PostingResult {
    const { accountId, meterId } = registration;
    // Whether the meter was read in this very batch counts too.
    this.live.flush();
    const sinceMs = registration.termsFromMs ?? batch.nowMs;
    const stored = this.selectRegistered.get(meterId, sinceMs);
    if (stored && stored.account_id !== accountId)
      return refuse('meterId', meterId, 'belongs to another account: take it down there first');
    const terms = termsOf(registration, stored);
    const isSame = stored && isDeepStrictEqual(entryOf(stored), entryIn(registration, stored));
    const hasSameTerms = stored && isDeepStrictEqual(termsOf(null, stored), terms);
    // Saying again what is known is no change, and so not worth a line in the audit.
    if (isSame && hasSameTerms) return RECORDED;
    const taken = isSame ? null : this.refuseTaken(registration);
    if (taken) return taken;
    const unpriced = stored && this.refuseUnpriced(stored, terms, sinceMs, batch.nowMs);
    if (unpriced) return unpriced;
    if (stored && !hasSameTerms) this.rerating.keepWhatWasCharged(stored.meter_key);
    // What is remembered of the account and its meter no longer holds.
    this.live.flushAndForget();
    const meterKey = this.storeEntry(registration, stored?.meter_key);
    if (!hasSameTerms) {
      // What holds by now holds from a meter's first reading on, whenever that was; what is to come waits for its time.
      const isUnread = (stored?.head_ms ?? null) === null && (!stored || sinceMs <= batch.nowMs);
      if (isUnread) this.dropTerms.run(meterKey, sinceMs);
      this.storeTerms(meterKey, terms, isUnread ? 0 : sinceMs);
    }
    const { account } = this.live.meterByKey(meterKey);
    if (stored && !isSame) this.decisions.lookSoon(batch, account);
    else this.decisions.endQuiet(account);
    const action = stored ? 'change account' : 'open account';
    this.insertAudit.run(batch.nowMs, by, action, accountId, JSON.stringify(registration));
    return RECORDED;
  }

  /** What was read already is priced again by another tariff: where that has no period, nothing more could be billed. */
  private refuseUnpriced(
    { head_ms: headMs, tariff_id: formerId }: RegisteredRow,
    { tariffId }: Terms,
    sinceMs: number,
    nowMs: number,
  ): PostingResult | null {
    if (headMs === null || tariffId === null || tariffId === formerId) return null;
    const gap = this.rerating.gapOf(tariffId, sinceMs, Math.max(headMs, nowMs));
    return gap === null ? null : refuse('tariffId', tariffId, `cannot be billed: ${gap}`);
  }

  /** Two meters at one relay would each be told what the other's did, and cut each other off. */
  private refuseTaken(registration: Registration): PostingResult | null {
    const { meterId, relayDialect, relaySettings = {}, relayDevice = meterId } = registration;
    const owner = this.selectDeviceOwner.get(relayDevice, meterId);
    if (owner !== undefined) return refuse('relay.device', relayDevice, `is the relay of meter ${owner}`);
    if (relayDialect !== 'gpio' && relayDialect !== 'latching') return null;
    for (const key of ['line', 'onLine', 'offLine', 'readLine'] as const) {
      const line = relaySettings[key];
      const holder = line === undefined ? undefined : this.selectLineOwner.get(line, meterId);
      if (line !== undefined && holder !== undefined)
        return refuse(`relay.${key}`, line, `belongs to the relay of meter ${holder}`);
    }
    return null;
  }

  /** Ends a meter's stay: with its last reading when there is one, and with its standing charges up to then. */
  close(batch: Batch, { meterId, closing, by, guard }: CloseMeterPosting): PostingResult {
    const meter = this.live.meter(meterId);
    if (!meter) return refuse('meterId', meterId, 'is not in use');
    const closedMs = closing?.atMs ?? batch.nowMs;
    if (closedMs > batch.nowMs) return refuse('closing.atMs', closedMs, 'is in the future');
    if (closedMs <= (meter.headMs ?? 0))
      return refuse('closing.atMs', closedMs, `must be after the last reading, ${meter.headMs}`);
    if (closing && meter.headWh === null)
      return refuse('closing.energyWh', closing.energyWh, 'ends a meter that was never read: leave it out');
    const gap = this.rerating.gapOfPlan(meter, closedMs);
    if (gap !== null) return refuse('meterId', meterId, `cannot be settled: ${gap}`);
    if (meter.rerateMs !== null) this.rerating.settle(batch, meter, null);
    if (closing && meter.headWh !== null) {
      const fault = this.storeClosing(batch, meter, meter.headWh, closing);
      if (fault) return fault;
    }
    this.standing.end(batch, meter, closedMs);
    this.live.flushAndForget();
    this.endMeter.run(closedMs, meter.meterKey);
    const detail = JSON.stringify({ account: meter.account.accountId, closedMs, closing });
    this.insertAudit.run(batch.nowMs, by, 'take meter down', meterId, detail);
    const { account } = this.live.meterByKey(meter.meterKey);
    return this.decisions.afterChange(batch, account, guard);
  }

  private storeClosing(
    batch: Batch,
    meter: LiveMeter,
    headWh: number,
    { atMs, energyWh, exportWh }: NonNullable<CloseMeterPosting['closing']>,
  ): PostingResult | null {
    const toWh = energyWh + meter.offsetWh;
    if (toWh < headWh) return refuse('closing.energyWh', energyWh, 'is below the last reading');
    const segment = { fromMs: meter.headMs ?? atMs, fromWh: headWh, toMs: atMs, toWh };
    const toExportWh = exportWh === undefined ? undefined : exportWh + meter.offsetExportWh;
    if (toExportWh !== undefined && toExportWh < (meter.headExportWh ?? 0))
      return refuse('closing.exportWh', exportWh ?? 0, 'is below the last reading');
    const exported =
      toExportWh === undefined ? {} : { fromExportWh: meter.headExportWh ?? toExportWh, toExportWh };
    try {
      this.charges.takeSettled(batch, meter, { ...segment, ...exported });
      return null;
    } catch (error) {
      throwSqliteError(error);
      return refuse('closing', energyWh, errorText(error));
    }
  }

  private storeEntry(registration: Registration, knownKey: number | undefined): number {
    const { accountId, customerId, meterId, name, phone, language, isProtected, relayDialect } = registration;
    const { email = null, channel } = registration;
    const contact = { email, channel: channel ?? null, hasChannel: channel === undefined ? 0 : 1 };
    const customerKey = this.upsertCustomer.get({ customerId, name, phone, language, ...contact });
    const accountKey = this.books.bookKey(customerAccount(accountId));
    this.upsertAccount.run(accountKey, accountId, customerKey, isProtected ? 1 : 0);
    // A meter that was here before counts from when it was taken down; a new one from whenever it was first read.
    const openedMs = this.selectLastClosed.get(meterId) ?? 0;
    const meterKey = knownKey ?? Number(this.insertMeter.run(meterId, accountKey, openedMs).lastInsertRowid);
    // A new meter starts with the light on: a cut needs a decision of its own. Its commands are numbered on from those
    // of its earlier stays, since the device remembers them.
    const { relaySettings = {}, relayDevice = meterId } = registration;
    const settings = JSON.stringify(relaySettings);
    this.upsertRelay.run({ meterKey, dialect: relayDialect, settings, device: relayDevice, meterId });
    return meterKey;
  }

  private storeTerms(
    meterKey: number,
    { tariffId, sanctionedLoadW, isLifeline }: Terms,
    sinceMs: number,
  ): void {
    this.upsertTerms.run(meterKey, sinceMs, tariffId, sanctionedLoadW, isLifeline ? 1 : 0);
    this.markMeter.run({ meterKey, sinceMs });
  }
}

function entryOf(row: RegisteredRow): Entry {
  return {
    customerId: row.customer_id,
    name: row.name,
    phone: row.phone,
    language: row.language,
    email: row.email,
    channel: row.channel,
    isProtected: row.is_protected === 1,
    relayDialect: row.dialect,
    relaySettings: JSON.parse(row.settings) as object,
  };
}

function entryIn(registration: Registration, stored: RegisteredRow): Entry {
  const { customerId, name, phone, language, isProtected, relayDialect, relaySettings = {} } = registration;
  const { email = stored.email, channel = stored.channel } = registration;
  return { customerId, name, phone, language, email, channel, isProtected, relayDialect, relaySettings };
}

/** What a registration leaves out stays as it is. */
function termsOf(registration: Registration | null, stored: RegisteredRow | undefined): Terms {
  return {
    tariffId: registration?.tariffId ?? stored?.tariff_id ?? null,
    sanctionedLoadW: registration?.sanctionedLoadW ?? stored?.sanctioned_load_w ?? 0,
    isLifeline: registration?.isLifeline ?? stored?.is_lifeline === 1,
  };
}
