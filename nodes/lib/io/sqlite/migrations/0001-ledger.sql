-- What belongs to the site as a whole, such as its currency. Written once, checked at every start.
CREATE TABLE site (
  name  TEXT PRIMARY KEY,
  value TEXT NOT NULL
) STRICT, WITHOUT ROWID;

-- The accounts of the double entry. balance_micros is credits minus debits and always equals the sum of the transfers.
CREATE TABLE book (
  book_key       INTEGER PRIMARY KEY,
  name           TEXT NOT NULL UNIQUE,
  balance_micros INTEGER NOT NULL DEFAULT 0
) STRICT;

-- A customer's account, on top of its book "customer:<account_id>".
CREATE TABLE account (
  account_key  INTEGER PRIMARY KEY REFERENCES book (book_key),
  account_id   TEXT NOT NULL UNIQUE,
  name         TEXT NOT NULL,
  phone        TEXT NOT NULL,
  language     TEXT NOT NULL,
  is_protected INTEGER NOT NULL DEFAULT 0 CHECK (is_protected IN (0, 1)),
  supply       TEXT NOT NULL DEFAULT 'on' CHECK (supply IN ('on', 'off')),
  told_supply  TEXT NOT NULL DEFAULT 'on' CHECK (told_supply IN ('on', 'off')),
  warned_at_ms INTEGER
) STRICT;

-- head_ms and head_wh say where the meter's last committed segment ended; both are null before its first reading.
CREATE TABLE meter (
  meter_key   INTEGER PRIMARY KEY,
  meter_id    TEXT NOT NULL UNIQUE,
  account_key INTEGER NOT NULL REFERENCES account (account_key),
  head_ms     INTEGER,
  head_wh     INTEGER,
  power_w     REAL,
  CHECK ((head_ms IS NULL) = (head_wh IS NULL))
) STRICT;
CREATE INDEX meter_by_account ON meter (account_key);

-- One row per commit. Each hash covers the rows of its batch and the hash before it.
CREATE TABLE batch (
  batch INTEGER PRIMARY KEY,
  at_ms INTEGER NOT NULL,
  hash  BLOB NOT NULL CHECK (length(hash) = 32)
) STRICT;

-- Ordered by time first: the readings of many meters that arrive together then lie together, and a commit touches a
-- few pages instead of one per meter. from_ms is where the reading's segment began (its own time for a meter's first
-- reading), so that one meter is walked back from its head.
CREATE TABLE reading (
  at_ms     INTEGER NOT NULL,
  meter_key INTEGER NOT NULL REFERENCES meter (meter_key),
  energy_wh INTEGER NOT NULL,
  from_ms   INTEGER NOT NULL CHECK (from_ms <= at_ms),
  batch     INTEGER NOT NULL,
  PRIMARY KEY (at_ms, meter_key)
) STRICT, WITHOUT ROWID;

-- A tariff version as it was when it first priced something; its body never changes afterwards.
CREATE TABLE tariff_version (
  tariff_key         INTEGER PRIMARY KEY,
  tariff_id          TEXT NOT NULL,
  version            INTEGER NOT NULL,
  rate_micros_per_kwh INTEGER NOT NULL,
  UNIQUE (tariff_id, version)
) STRICT;

CREATE TABLE transfer_kind (
  kind INTEGER PRIMARY KEY,
  name TEXT NOT NULL UNIQUE
) STRICT;
INSERT INTO transfer_kind (kind, name) VALUES (1, 'charge'), (2, 'top-up');

-- Money only ever moves by a row here. A charge names the reading (meter_key, reading_ms) that ends its segment;
-- everything else carries the caller's own id, which stays unique for ever.
CREATE TABLE transfer (
  transfer_key  INTEGER PRIMARY KEY,
  id            TEXT,
  debit         INTEGER NOT NULL REFERENCES book (book_key),
  credit        INTEGER NOT NULL REFERENCES book (book_key) CHECK (credit <> debit),
  amount_micros INTEGER NOT NULL CHECK (amount_micros > 0),
  kind          INTEGER NOT NULL REFERENCES transfer_kind (kind),
  at_ms         INTEGER NOT NULL,
  ref           TEXT,
  meter_key     INTEGER,
  reading_ms    INTEGER,
  tariff_key    INTEGER REFERENCES tariff_version (tariff_key),
  batch         INTEGER NOT NULL,
  FOREIGN KEY (reading_ms, meter_key) REFERENCES reading (at_ms, meter_key),
  CHECK ((kind = 1) = (id IS NULL) AND (kind = 1) = (meter_key IS NOT NULL))
) STRICT;
CREATE UNIQUE INDEX transfer_by_id ON transfer (id) WHERE id IS NOT NULL;
CREATE TRIGGER transfer_is_never_updated BEFORE UPDATE ON transfer
BEGIN SELECT RAISE(ABORT, 'a transfer never changes'); END;
CREATE TRIGGER transfer_is_never_deleted BEFORE DELETE ON transfer
BEGIN SELECT RAISE(ABORT, 'a transfer is never deleted'); END;

-- What each relay shall be and what it last said. version only rises.
CREATE TABLE relay (
  meter_key    INTEGER PRIMARY KEY REFERENCES meter (meter_key),
  dialect      TEXT NOT NULL,
  version      INTEGER NOT NULL DEFAULT 0,
  desired      TEXT NOT NULL DEFAULT 'on' CHECK (desired IN ('on', 'off')),
  reason       TEXT NOT NULL DEFAULT '',
  command_id   TEXT NOT NULL DEFAULT '',
  issued_ms    INTEGER NOT NULL DEFAULT 0,
  state        TEXT NOT NULL DEFAULT 'idle' CHECK (state IN ('idle', 'issued', 'sent', 'confirmed', 'failed', 'expired')),
  tries        INTEGER NOT NULL DEFAULT 0,
  reported     TEXT CHECK (reported IN ('on', 'off')),
  reported_ms  INTEGER
) STRICT;

-- Every cut is kept by time, so that the fleet budget is one range count.
CREATE TABLE cut (
  at_ms     INTEGER NOT NULL,
  meter_key INTEGER NOT NULL REFERENCES meter (meter_key),
  PRIMARY KEY (at_ms, meter_key)
) STRICT, WITHOUT ROWID;

CREATE TABLE notice (
  notice_id      INTEGER PRIMARY KEY,
  kind           TEXT NOT NULL,
  account_key    INTEGER NOT NULL REFERENCES account (account_key),
  send_to        TEXT NOT NULL,
  language       TEXT NOT NULL,
  text           TEXT NOT NULL,
  balance_micros INTEGER NOT NULL,
  amount_micros  INTEGER,
  at_ms          INTEGER NOT NULL,
  handed_at_ms   INTEGER
) STRICT;
CREATE INDEX notice_to_hand ON notice (notice_id) WHERE handed_at_ms IS NULL;

-- Readings that were not billed, with the reason. Bounded by the writer; the count goes on.
-- The same refusal again only counts.
CREATE TABLE refusal (
  refusal_id INTEGER PRIMARY KEY AUTOINCREMENT,
  times      INTEGER NOT NULL DEFAULT 1,
  kind       TEXT NOT NULL CHECK (kind IN ('rejected', 'held')),
  at_ms      INTEGER NOT NULL,
  source     TEXT NOT NULL,
  meter_id   TEXT NOT NULL,
  field      TEXT NOT NULL,
  value      TEXT NOT NULL,
  reason     TEXT NOT NULL,
  content    TEXT NOT NULL
) STRICT;
CREATE UNIQUE INDEX refusal_once ON refusal (meter_id, kind, field, value, reason);
CREATE INDEX refusal_rejected ON refusal (refusal_id) WHERE kind = 'rejected';

-- Every action of a person.
CREATE TABLE audit (
  audit_id INTEGER PRIMARY KEY AUTOINCREMENT,
  at_ms    INTEGER NOT NULL,
  who      TEXT NOT NULL,
  action   TEXT NOT NULL,
  subject  TEXT NOT NULL,
  detail   TEXT NOT NULL
) STRICT;
