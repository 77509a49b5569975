-- What a bypass-router keeps on disk, on either side.

-- The name of this outbox, the last epoch, the time that this outbox has been running.
CREATE TABLE fact (
  name  TEXT PRIMARY KEY,
  value TEXT NOT NULL
) STRICT;

-- AUTOINCREMENT: a number is never given twice, even when the last row has been deleted.
CREATE TABLE outgoing (
  seq      INTEGER PRIMARY KEY AUTOINCREMENT,
  peer     TEXT    NOT NULL,
  lane     INTEGER NOT NULL,
  ran_ms   INTEGER NOT NULL,
  meter_id TEXT    NOT NULL,
  text     TEXT    NOT NULL
) STRICT;
CREATE INDEX outgoing_by_peer ON outgoing (peer, lane, seq);

CREATE TABLE incoming (
  peer    TEXT NOT NULL,
  box     TEXT NOT NULL,
  state   TEXT NOT NULL,
  -- The outbox that spoke last comes first.
  spoke   INTEGER NOT NULL,
  PRIMARY KEY (peer, box)
) STRICT, WITHOUT ROWID;

-- Stored and not handed on yet.
CREATE TABLE arrival (
  number INTEGER PRIMARY KEY AUTOINCREMENT,
  peer   TEXT    NOT NULL,
  lane   INTEGER NOT NULL,
  item   TEXT    NOT NULL
) STRICT;

-- The public keys of the other side, newest first by `number`.
CREATE TABLE peer_key (
  number     INTEGER PRIMARY KEY AUTOINCREMENT,
  peer       TEXT    NOT NULL,
  public_key TEXT    NOT NULL,
  UNIQUE (peer, public_key)
) STRICT;

-- One-time codes that have been given out and not been used.
CREATE TABLE invitation (
  peer         TEXT    PRIMARY KEY,
  secret       TEXT    NOT NULL,
  expires_ms   INTEGER NOT NULL,
  tries_left   INTEGER NOT NULL
) STRICT;
