import type Database from 'better-sqlite3';

export type BypassStatements = ReturnType<typeof bypassStatements>;

/** Every statement of the store, prepared once. */
export function bypassStatements(db: Database.Database) {
  const told = 'RETURNING lane, octet_length(text) AS length';
  const stretch = 'WHERE peer = ? AND lane = ? AND seq BETWEEN ? AND ?';
  return {
    readFact: db.prepare('SELECT value FROM fact WHERE name = ?').pluck(),
    writeFact: db.prepare(
      'INSERT INTO fact (name, value) VALUES (?, ?) ON CONFLICT (name) DO UPDATE SET value = excluded.value',
    ),
    put: db.prepare('INSERT INTO outgoing (peer, lane, ran_ms, meter_id, text) VALUES (?, ?, ?, ?, ?)'),
    lastSeq: db.prepare(`SELECT seq FROM sqlite_sequence WHERE name = 'outgoing'`).pluck(),
    after: db.prepare(
      'SELECT seq, text FROM outgoing WHERE peer = ? AND lane = ? AND seq > ? ORDER BY seq LIMIT ?',
    ),
    lowest: db.prepare('SELECT seq FROM outgoing WHERE peer = ? AND lane = ? ORDER BY seq LIMIT 1').pluck(),
    // Counted beforehand: handing back every row that goes takes a fifth of the time.
    measure: db.prepare(
      `SELECT count(*) AS items, ifnull(sum(octet_length(text)), 0) AS length FROM outgoing ${stretch}`,
    ),
    remove: db.prepare(`DELETE FROM outgoing ${stretch}`),
    stretchEnd: db
      .prepare('SELECT seq FROM outgoing WHERE lane = ? AND seq >= ? ORDER BY seq LIMIT 1 OFFSET ?')
      .pluck(),
    thin: db.prepare(
      `DELETE FROM outgoing
       WHERE lane = @lane AND seq BETWEEN @from AND @to AND seq NOT IN (
         SELECT max(seq) FROM outgoing WHERE lane = @lane AND seq BETWEEN @from AND @to
         GROUP BY peer, meter_id, ran_ms / CAST(@bucketMs AS INTEGER)) ${told}`,
    ),
    dropOldest: db.prepare(
      `DELETE FROM outgoing
       WHERE seq IN (SELECT seq FROM outgoing WHERE lane = @lane ORDER BY seq LIMIT @items) ${told}`,
    ),
    dropOld: db.prepare(
      `DELETE FROM outgoing
       WHERE ran_ms < @beforeMs AND seq IN (SELECT seq FROM outgoing ORDER BY seq LIMIT @items) ${told}`,
    ),
    incoming: db.prepare('SELECT state FROM incoming WHERE peer = ? ORDER BY spoke DESC').pluck(),
    keepIncoming: db.prepare(
      `INSERT INTO incoming (peer, box, state, spoke) VALUES (?, ?, ?, ?)
       ON CONFLICT (peer, box) DO UPDATE SET state = excluded.state, spoke = excluded.spoke`,
    ),
    lastSpoke: db.prepare('SELECT ifnull(max(spoke), 0) FROM incoming').pluck(),
    keepArrival: db.prepare('INSERT INTO arrival (peer, lane, item) VALUES (?, ?, ?)'),
    leftArrivals: db.prepare('SELECT number, peer, lane, item FROM arrival ORDER BY number LIMIT ?'),
    handed: db.prepare('DELETE FROM arrival WHERE number = ?'),
  };
}
