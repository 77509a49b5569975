-- What belongs to the site as a whole, such as its currency. Written once, checked at every start.
CREATE TABLE site (
  name  TEXT PRIMARY KEY,
  value TEXT NOT NULL
) STRICT, WITHOUT ROWID;

-- The accounts of the double entry. balance_micros is credits minus debits and always equals the sum of the transfers.
-- last_transfer is the newest transfer of a customer's book; from it the others are reached one by one.
CREATE TABLE book (
  book_key       INTEGER PRIMARY KEY,
  name           TEXT NOT NULL UNIQUE,
  balance_micros INTEGER NOT NULL DEFAULT 0,
  last_transfer  INTEGER
) STRICT;

-- A person or household. One customer may have several accounts. channel is how they want to be told; who opted out gets
-- no tips and reminders.
CREATE TABLE customer (
  customer_key INTEGER PRIMARY KEY,
  customer_id  TEXT NOT NULL UNIQUE,
  name         TEXT NOT NULL,
  phone        TEXT NOT NULL,
  language     TEXT NOT NULL,
  email        TEXT NOT NULL DEFAULT '',
  channel      TEXT CHECK (channel IN ('sms', 'email', 'mqtt')),
  is_opted_out INTEGER NOT NULL DEFAULT 0 CHECK (is_opted_out IN (0, 1))
) STRICT;
CREATE INDEX customer_by_phone ON customer (phone) WHERE phone <> '';

-- A customer's account, on top of its book "customer:<account_id>". statement_ms and tip_ms say when the next of these is
-- due.
CREATE TABLE account (
  account_key  INTEGER PRIMARY KEY REFERENCES book (book_key),
  account_id   TEXT NOT NULL UNIQUE,
  customer_key INTEGER NOT NULL REFERENCES customer (customer_key),
  is_protected INTEGER NOT NULL DEFAULT 0 CHECK (is_protected IN (0, 1)),
  supply       TEXT NOT NULL DEFAULT 'on' CHECK (supply IN ('on', 'off')),
  statement_ms INTEGER NOT NULL DEFAULT 0,
  tip_ms       INTEGER NOT NULL DEFAULT 0
) STRICT;
CREATE INDEX account_by_customer ON account (customer_key);
CREATE INDEX account_statement ON account (statement_ms);
CREATE INDEX account_tip ON account (tip_ms);

-- A meter's stay at an account: a device that moves, or another one in its place, is a new row, so that no bill ever
-- compares the registers of two. Registers are counted on over rollovers and resets: offset_wh is added to what the
-- device shows. rerate_ms is set while readings since then wait to be priced again; accrual_ms is when the next standing
-- charge is due.
CREATE TABLE meter (
  meter_key        INTEGER PRIMARY KEY,
  meter_id         TEXT NOT NULL,
  account_key      INTEGER NOT NULL REFERENCES account (account_key),
  opened_ms        INTEGER NOT NULL,
  closed_ms        INTEGER,
  offset_wh        INTEGER NOT NULL DEFAULT 0,
  offset_export_wh INTEGER NOT NULL DEFAULT 0,
  accrual_ms       INTEGER,
  rerate_ms        INTEGER
) STRICT;
CREATE UNIQUE INDEX meter_in_use ON meter (meter_id) WHERE closed_ms IS NULL;
CREATE INDEX meter_by_id ON meter (meter_id, opened_ms);
CREATE INDEX meter_by_account ON meter (account_key);
CREATE INDEX meter_to_accrue ON meter (accrual_ms) WHERE accrual_ms IS NOT NULL;
CREATE INDEX meter_to_rerate ON meter (meter_key) WHERE rerate_ms IS NOT NULL;

-- Where a meter's last committed segment ended, once it was read. A table of its own, since every reading writes here:
-- rows of a few numbers, which lie close together and belong to no index, are quick to replace.
CREATE TABLE head (
  meter_key      INTEGER PRIMARY KEY,
  head_ms        INTEGER NOT NULL,
  head_wh        INTEGER NOT NULL,
  head_export_wh INTEGER,
  power_w        REAL
) STRICT;

-- What pricing remembers of a meter at one of its latest readings; at the head it follows from the readings since.
CREATE TABLE meter_fold (
  meter_key INTEGER PRIMARY KEY REFERENCES meter (meter_key),
  at_ms     INTEGER NOT NULL,
  fold      TEXT NOT NULL
) STRICT;

-- What was added to a device's register from a moment on. A late reading needs the offset of its own time.
CREATE TABLE register_offset (
  meter_key        INTEGER NOT NULL REFERENCES meter (meter_key),
  from_ms          INTEGER NOT NULL,
  offset_wh        INTEGER NOT NULL,
  offset_export_wh INTEGER NOT NULL,
  reason           TEXT NOT NULL,
  PRIMARY KEY (meter_key, from_ms)
) STRICT, WITHOUT ROWID;

-- Which tariff, and what a tariff may have to know of a meter, from a moment on. A meter without a tariff takes that of
-- its first charge.
CREATE TABLE meter_terms (
  meter_key         INTEGER NOT NULL REFERENCES meter (meter_key),
  from_ms           INTEGER NOT NULL,
  tariff_id         TEXT,
  sanctioned_load_w INTEGER NOT NULL,
  is_lifeline       INTEGER NOT NULL CHECK (is_lifeline IN (0, 1)),
  PRIMARY KEY (meter_key, from_ms)
) STRICT, WITHOUT ROWID;
CREATE INDEX meter_terms_by_tariff ON meter_terms (tariff_id);

-- An approved tariff version. Its body never changes. Of those in force from the same moment the highest counts.
CREATE TABLE tariff_version (
  tariff_key  INTEGER PRIMARY KEY,
  tariff_id   TEXT NOT NULL,
  version     INTEGER NOT NULL,
  in_force_ms INTEGER NOT NULL,
  body        TEXT NOT NULL,
  approved_ms INTEGER NOT NULL,
  approved_by TEXT NOT NULL,
  UNIQUE (tariff_id, version)
) STRICT;
CREATE TRIGGER tariff_version_never_changes BEFORE UPDATE ON tariff_version
BEGIN SELECT RAISE(ABORT, 'an approved tariff version never changes'); END;

-- Prices that arrive as a series. null says that there is no price from then on.
CREATE TABLE feed_price (
  tariff_id        TEXT NOT NULL,
  from_ms          INTEGER NOT NULL,
  micros_per_kwh   INTEGER,
  PRIMARY KEY (tariff_id, from_ms)
) STRICT, WITHOUT ROWID;

-- One row per commit. Each hash covers the rows of its batch and the hash before it.
CREATE TABLE batch (
  batch INTEGER PRIMARY KEY,
  at_ms INTEGER NOT NULL,
  hash  BLOB NOT NULL CHECK (length(hash) = 32)
) STRICT;

-- Ordered by time first: the readings of many meters that arrive together then lie together, and a commit touches a
-- few pages instead of one per meter. from_ms is where the reading's segment began when it was committed (its own time
-- for a meter's first reading), so that one meter is walked back from its head. A late reading is no step of that walk;
-- the few of them have an index.
CREATE TABLE reading (
  at_ms                   INTEGER NOT NULL,
  meter_key               INTEGER NOT NULL,
  energy_wh               INTEGER NOT NULL,
  from_ms                 INTEGER NOT NULL CHECK (from_ms <= at_ms),
  batch                   INTEGER NOT NULL,
  export_wh               INTEGER,
  power_factor_thousandths INTEGER,
  is_late                 INTEGER,
  PRIMARY KEY (at_ms, meter_key)
) STRICT, WITHOUT ROWID;
CREATE INDEX late_reading ON reading (meter_key, at_ms) WHERE is_late = 1;

-- What pricing remembered of a meter at one of its readings: at its first, and before each new billing period. From
-- here a stretch is priced again when a reading arrives late.
CREATE TABLE checkpoint (
  meter_key INTEGER NOT NULL REFERENCES meter (meter_key),
  at_ms     INTEGER NOT NULL,
  fold      TEXT NOT NULL,
  PRIMARY KEY (meter_key, at_ms)
) STRICT, WITHOUT ROWID;

CREATE TABLE transfer_kind (
  kind INTEGER PRIMARY KEY,
  name TEXT NOT NULL UNIQUE
) STRICT;
INSERT INTO transfer_kind (kind, name) VALUES (1, 'charge'), (2, 'top-up'), (3, 'standing'), (4, 'correction'),
  (5, 'reversal'), (6, 'refund'), (7, 'debt'), (8, 'fee'), (9, 'tax');

-- Money only ever moves by a row here. What a meter costs names the meter, the tariff version and its lines (component,
-- Wh, rate, amount); a charge names the reading that ends its segment too. Everything else carries the caller's own id,
-- which stays unique for ever. previous is the customer's transfer before this one. A foreign key costs a search for every
-- row, and a check of several columns as much as writing one, so there are none of the first and few of the second here
-- and in readings: what writes them knows them, and verifying a ledger checks them.
CREATE TABLE transfer (
  transfer_key  INTEGER PRIMARY KEY,
  id            TEXT,
  debit         INTEGER NOT NULL,
  credit        INTEGER NOT NULL CHECK (credit <> debit),
  amount_micros INTEGER NOT NULL CHECK (amount_micros > 0),
  kind          INTEGER NOT NULL,
  at_ms         INTEGER NOT NULL,
  previous      INTEGER,
  ref           TEXT,
  meter_key     INTEGER,
  reading_ms    INTEGER,
  tariff_key    INTEGER,
  lines         TEXT,
  batch         INTEGER NOT NULL
) STRICT;
CREATE UNIQUE INDEX transfer_by_id ON transfer (id) WHERE id IS NOT NULL;
CREATE INDEX transfer_to_debt ON transfer (credit, at_ms) WHERE kind = 7;
CREATE TRIGGER transfer_is_never_updated BEFORE UPDATE ON transfer
BEGIN SELECT RAISE(ABORT, 'a transfer never changes'); END;
CREATE TRIGGER transfer_is_never_deleted BEFORE DELETE ON transfer
BEGIN SELECT RAISE(ABORT, 'a transfer is never deleted'); END;

-- A payment on its way: received, verified, credited, acknowledged, each with its time. What is in the way of crediting
-- it is its problem, and waits for a person. stated_account is what the payer gave and need not exist; account_id is whose
-- it is. The charges are those of the day it was received. Receipts are numbered without gaps; a receipt is kept as it was first issued.
CREATE TABLE payment (
  payment_key     INTEGER PRIMARY KEY,
  channel         TEXT NOT NULL,
  reference       TEXT NOT NULL,
  stated_account  TEXT NOT NULL,
  account_id      TEXT NOT NULL,
  amount_micros   INTEGER NOT NULL CHECK (amount_micros > 0),
  source          TEXT NOT NULL CHECK (source IN ('counter', 'webhook', 'sms', 'csv', 'message', 'flow')),
  payer           TEXT NOT NULL,
  taken_by        TEXT NOT NULL,
  fee_micros      INTEGER NOT NULL CHECK (fee_micros >= 0),
  tax_ppm         INTEGER NOT NULL CHECK (tax_ppm >= 0),
  tax_code        TEXT NOT NULL,
  paid_ms         INTEGER,
  received_ms     INTEGER NOT NULL,
  verified_ms     INTEGER,
  credited_ms     INTEGER,
  acknowledged_ms INTEGER,
  problem         TEXT,
  receipt_number  INTEGER UNIQUE,
  transfer_key    INTEGER UNIQUE REFERENCES transfer (transfer_key),
  balance_micros  INTEGER,
  receipt         TEXT,
  UNIQUE (channel, reference),
  CHECK ((problem IS NULL) = (verified_ms IS NOT NULL)),
  CHECK (credited_ms IS NULL OR verified_ms IS NOT NULL),
  CHECK ((credited_ms IS NULL) = (receipt_number IS NULL) AND (credited_ms IS NULL) = (transfer_key IS NULL)
    AND (credited_ms IS NULL) = (balance_micros IS NULL)),
  CHECK ((acknowledged_ms IS NULL) = (receipt IS NULL) AND (acknowledged_ms IS NULL OR credited_ms IS NOT NULL))
) STRICT;
CREATE INDEX payment_to_credit ON payment (received_ms) WHERE credited_ms IS NULL;
CREATE INDEX payment_by_account ON payment (account_id) WHERE credited_ms IS NOT NULL;

-- Money that goes back, by whom and why. Above a limit a second person settles it.
CREATE TABLE money_back (
  money_back_key INTEGER PRIMARY KEY,
  reference      TEXT NOT NULL UNIQUE,
  kind           TEXT NOT NULL CHECK (kind IN ('reversal', 'refund')),
  payment_key    INTEGER NOT NULL REFERENCES payment (payment_key),
  amount_micros  INTEGER NOT NULL CHECK (amount_micros > 0),
  reason         TEXT NOT NULL CHECK (reason <> ''),
  asked_by       TEXT NOT NULL CHECK (asked_by <> ''),
  asked_ms       INTEGER NOT NULL,
  settled_by     TEXT CHECK (settled_by <> asked_by),
  settled_ms     INTEGER,
  state          TEXT NOT NULL CHECK (state IN ('waiting', 'done', 'declined')),
  CHECK ((state = 'waiting') = (settled_ms IS NULL))
) STRICT;
CREATE INDEX money_back_by_payment ON money_back (payment_key);
CREATE INDEX money_back_waiting ON money_back (money_back_key) WHERE state = 'waiting';

-- What an account owes besides its balance. How much is left is the balance of its book, below zero.
CREATE TABLE debt (
  debt_key          INTEGER PRIMARY KEY,
  account_key       INTEGER NOT NULL REFERENCES account (account_key),
  code              TEXT NOT NULL,
  book_key          INTEGER NOT NULL UNIQUE REFERENCES book (book_key),
  principal_micros  INTEGER NOT NULL CHECK (principal_micros > 0),
  opened_ms         INTEGER NOT NULL,
  share_ppm         INTEGER,
  instalment_micros INTEGER,
  every_days        INTEGER,
  weekly_cap_micros INTEGER,
  UNIQUE (account_key, code),
  CHECK ((share_ppm IS NULL) = (instalment_micros IS NOT NULL) AND (instalment_micros IS NULL) = (every_days IS NULL))
) STRICT;

-- What each relay shall be and what it last said. version only rises: a command that is issued anew has a new version and
-- a new id. device is the name under which its reports come in. wanted_ms is when this was decided, issued_ms when the
-- command was made, expires_ms until when it may act, which is known once it was sent. device_ms is the device's own time
-- of its last report. While a lock stands nobody switches from afar.
CREATE TABLE relay (
  meter_key    INTEGER PRIMARY KEY REFERENCES meter (meter_key),
  dialect      TEXT NOT NULL,
  settings     TEXT NOT NULL DEFAULT '{}',
  device       TEXT NOT NULL DEFAULT '',
  version      INTEGER NOT NULL DEFAULT 0,
  desired      TEXT NOT NULL DEFAULT 'on' CHECK (desired IN ('on', 'off')),
  reason       TEXT NOT NULL DEFAULT '',
  command_id   TEXT NOT NULL DEFAULT '',
  wanted_ms    INTEGER NOT NULL DEFAULT 0,
  issued_ms    INTEGER NOT NULL DEFAULT 0,
  expires_ms   INTEGER,
  state        TEXT NOT NULL DEFAULT 'idle' CHECK (state IN (
    'idle', 'issued', 'sent', 'retrying', 'armed', 'confirmed', 'unconfirmed', 'failed', 'expired')),
  tries        INTEGER NOT NULL DEFAULT 0,
  reported     TEXT CHECK (reported IN ('on', 'off')),
  reported_ms  INTEGER,
  reported_by  TEXT NOT NULL DEFAULT '',
  device_ms    INTEGER,
  lock_name    TEXT,
  lock_reason  TEXT,
  lock_ms      INTEGER,
  CHECK ((lock_name IS NULL) = (lock_reason IS NULL) AND (lock_name IS NULL) = (lock_ms IS NULL))
) STRICT;
CREATE INDEX relay_by_device ON relay (device);
CREATE INDEX relay_by_dialect ON relay (dialect);
-- Few relays are not where they shall be, and somebody looks for them every minute.
CREATE INDEX relay_unsettled ON relay (issued_ms) WHERE state IN ('issued', 'sent', 'retrying', 'failed')
  OR state = 'expired' AND tries > 0 OR reported <> desired AND state NOT IN ('armed', 'unconfirmed');

-- Every time a relay was switched, for its rest between two and its budget in an hour.
CREATE TABLE relay_switch (
  meter_key  INTEGER NOT NULL REFERENCES meter (meter_key),
  at_ms      INTEGER NOT NULL,
  desired    TEXT NOT NULL CHECK (desired IN ('on', 'off')),
  command_id TEXT NOT NULL,
  PRIMARY KEY (meter_key, at_ms)
) STRICT, WITHOUT ROWID;

-- What the policy knows of an account. memory is what one decision hands to the next, use_record what use is compared
-- with, both as JSON; so are the customer's own limits, what the account has otherwise than the site, and the cut that
-- staff ordered. why_mark tells a decision that is like the one before. warned_ms is since when a warning of low credit
-- stands, quarantined_ms since when a cut waits for a release, next_look_ms when time alone may change the decision.
CREATE TABLE account_policy (
  account_key    INTEGER PRIMARY KEY REFERENCES account (account_key),
  memory         TEXT NOT NULL,
  use_record     TEXT,
  own_limits     TEXT,
  override       TEXT,
  staff_cut      TEXT,
  converted_ms   INTEGER,
  why_mark       TEXT NOT NULL DEFAULT '',
  warned_ms      INTEGER,
  quarantined_ms INTEGER,
  next_look_ms   INTEGER
) STRICT;
CREATE INDEX account_to_look_at ON account_policy (next_look_ms) WHERE next_look_ms IS NOT NULL;
CREATE INDEX account_in_quarantine ON account_policy (quarantined_ms) WHERE quarantined_ms IS NOT NULL;

-- Feeders and other groups that orders and policies may be for, besides the tariffs of an account's meters.
CREATE TABLE account_group (
  account_key INTEGER NOT NULL REFERENCES account (account_key),
  group_id    TEXT NOT NULL,
  PRIMARY KEY (group_id, account_key)
) STRICT, WITHOUT ROWID;
CREATE INDEX group_by_account ON account_group (account_key);

-- The last decisions on an account that were other than those before them. Bounded by the writer.
CREATE TABLE why (
  account_key INTEGER NOT NULL REFERENCES account (account_key),
  at_ms       INTEGER NOT NULL,
  record      TEXT NOT NULL,
  PRIMARY KEY (account_key, at_ms)
) STRICT, WITHOUT ROWID;

-- Every policy that the site had, and what groups have otherwise.
CREATE TABLE site_policy (
  version INTEGER PRIMARY KEY,
  at_ms   INTEGER NOT NULL,
  policy  TEXT NOT NULL,
  set_by  TEXT NOT NULL
) STRICT;
CREATE TABLE group_policy (
  group_id TEXT PRIMARY KEY,
  override TEXT NOT NULL
) STRICT, WITHOUT ROWID;

-- Demand control. An order that was withdrawn stays for the record.
CREATE TABLE demand_order (
  order_id     TEXT PRIMARY KEY,
  body         TEXT NOT NULL,
  end_ms       INTEGER NOT NULL,
  withdrawn_ms INTEGER
) STRICT, WITHOUT ROWID;
CREATE INDEX demand_order_in_force ON demand_order (end_ms) WHERE withdrawn_ms IS NULL;

-- Cuts that count against the fleet's budget, by time, so that what is left of it is one range count.
CREATE TABLE cut (
  at_ms     INTEGER NOT NULL,
  meter_key INTEGER NOT NULL REFERENCES meter (meter_key),
  PRIMARY KEY (at_ms, meter_key)
) STRICT, WITHOUT ROWID;

-- What was told, or is to be. figures is what the text was made from. What concerns no single account has none. A notice
-- that is made for a period, such as a statement, is made once for it.
CREATE TABLE notice (
  notice_id    INTEGER PRIMARY KEY,
  kind         TEXT NOT NULL,
  account_key  INTEGER REFERENCES account (account_key),
  period       TEXT,
  send_to      TEXT NOT NULL,
  language     TEXT NOT NULL,
  text         TEXT NOT NULL,
  figures      TEXT NOT NULL,
  at_ms        INTEGER NOT NULL,
  handed_at_ms INTEGER
) STRICT;
CREATE INDEX notice_to_hand ON notice (notice_id) WHERE handed_at_ms IS NULL;
CREATE UNIQUE INDEX notice_once ON notice (kind, period, coalesce(account_key, 0)) WHERE period IS NOT NULL;

-- How far a notice has come on its way to its reader. not_before_ms is when to look at it again; tries counts how often it
-- was handed to a channel, attempt those of them that were a message of their own.
CREATE TABLE notice_delivery (
  notice_id     INTEGER PRIMARY KEY REFERENCES notice (notice_id),
  state         TEXT NOT NULL CHECK (state IN (
    'waiting', 'handed', 'taken', 'sent', 'delivered', 'unconfirmed', 'failed', 'dropped')),
  not_before_ms INTEGER NOT NULL,
  channel       TEXT CHECK (channel IN ('sms', 'email', 'mqtt')),
  attempt       INTEGER NOT NULL,
  tries         INTEGER NOT NULL,
  reason        TEXT NOT NULL,
  changed_ms    INTEGER NOT NULL
) STRICT;
CREATE INDEX notice_delivery_due ON notice_delivery (not_before_ms) WHERE state IN ('waiting', 'handed', 'taken');
CREATE INDEX notice_under_way ON notice_delivery (channel) WHERE state IN ('handed', 'taken');

-- What each account used in the last whole week and in the one before, so that households can be compared.
CREATE TABLE week_use (
  account_key INTEGER PRIMARY KEY REFERENCES account (account_key),
  week        TEXT NOT NULL,
  tariff_id   TEXT NOT NULL,
  used_wh     INTEGER,
  before_wh   INTEGER
) STRICT;
CREATE INDEX week_use_by_tariff ON week_use (week, tariff_id);

-- Readings that were not billed, with the reason. Bounded by the writer; the count goes on. The same refusal again only
-- counts. A held reading stays until a person settles it; then it is kept as settled.
CREATE TABLE refusal (
  refusal_id INTEGER PRIMARY KEY AUTOINCREMENT,
  times      INTEGER NOT NULL DEFAULT 1,
  kind       TEXT NOT NULL CHECK (kind IN ('rejected', 'held')),
  cause      TEXT NOT NULL,
  at_ms      INTEGER NOT NULL,
  source     TEXT NOT NULL,
  meter_id   TEXT NOT NULL,
  field      TEXT NOT NULL,
  value      TEXT NOT NULL,
  reason     TEXT NOT NULL,
  content    TEXT NOT NULL,
  settled_as TEXT,
  settled_by TEXT,
  settled_ms INTEGER
) STRICT;
CREATE UNIQUE INDEX refusal_once ON refusal (meter_id, kind, cause, field, value) WHERE settled_as IS NULL;
CREATE INDEX refusal_rejected ON refusal (refusal_id) WHERE kind = 'rejected';
CREATE INDEX refusal_held ON refusal (meter_id) WHERE kind = 'held' AND settled_as IS NULL;

-- Every action of a person.
CREATE TABLE audit (
  audit_id INTEGER PRIMARY KEY AUTOINCREMENT,
  at_ms    INTEGER NOT NULL,
  who      TEXT NOT NULL,
  action   TEXT NOT NULL,
  subject  TEXT NOT NULL,
  detail   TEXT NOT NULL
) STRICT;
