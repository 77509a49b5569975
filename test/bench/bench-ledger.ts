// The ledger that the path is measured on: 1,000 customers with money before, and whether every watt-hour was billed after.
import Database from 'better-sqlite3';
import type { Posting, PostingResult } from '../../nodes/lib/ledger/posting';
import type * as StoreModule from '../../nodes/lib/io/sqlite/sqlite-store';
import type * as MoneyModule from '../../nodes/lib/money/micros';
import { FIRST_WH, meterId, METERS } from './meter-registers';
import { PRICE_MICROS_PER_WH } from './path-flow';
import { loadCompiled } from './repository';

/** Micros of a million: more than the longest run can use, so that nobody is warned or cut off. */
const FIRST_TOP_UP_MICROS = 1_000_000_000_000;

/** Houses besides the usual ones, with so little money that they are warned at once and cut by their first kWh. */
export interface PoorHouses {
  ids: readonly string[];
  creditMicros: number;
}

const NOBODY: PoorHouses = { ids: [], creditMicros: 0 };

export function prepareLedger(file: string, poor: PoorHouses = NOBODY): void {
  const { SqliteStore } = loadCompiled('lib/io/sqlite/sqlite-store.js') as typeof StoreModule;
  const { micros } = loadCompiled('lib/money/micros.js') as typeof MoneyModule;
  const rich = Array.from({ length: METERS }, (_, meter) => meterId(meter));
  const meters = [...rich, ...poor.ids];
  const store = new SqliteStore(file, () => '');
  const commit = (postings: Posting[]): PostingResult[] => store.commit(postings, Date.now());
  try {
    commit(
      meters.map((id) => ({
        type: 'register',
        registration: {
          accountId: id,
          name: id,
          meterId: id,
          phone: '',
          language: 'en',
          isProtected: false,
          relayDialect: 'json',
          customerId: id,
          tariffId: null,
          sanctionedLoadW: null,
          isLifeline: null,
          termsFromMs: null,
        },
        by: 'bench',
      })),
    );
    const thanked = commit(
      meters.map((id, index) => ({
        type: 'topUp',
        accountId: id,
        amountMicros: micros(index < METERS ? FIRST_TOP_UP_MICROS : poor.creditMicros),
        reference: id,
        channel: 'bench',
        by: 'bench',
        guard: null,
      })),
    );
    const notices = thanked.flatMap((result) => (result.outcome === 'committed' ? result.notices : []));
    commit([{ type: 'noticesHanded', noticeIds: notices.map(({ noticeId }) => noticeId) }]);
  } finally {
    store.close();
  }
}

/** A ledger with so many meters as if they had been registered and paid for, written past the store: that takes seconds. */
export function prepareFleet(file: string, count: number): void {
  const { SqliteStore } = loadCompiled('lib/io/sqlite/sqlite-store.js') as typeof StoreModule;
  new SqliteStore(file, () => '').close();
  const db = new Database(file);
  try {
    const ids = `WITH RECURSIVE number (n) AS (SELECT 0 UNION ALL SELECT n + 1 FROM number WHERE n + 1 < ${count}),
      fleet AS (SELECT n, n + 1000000 AS key, printf('meter-%07d', n) AS id FROM number)`;
    db.transaction(() => {
      for (const sql of [
        `INSERT INTO book (book_key, name, balance_micros) ${ids} SELECT key, 'customer:' || id, ${FIRST_TOP_UP_MICROS} FROM fleet`,
        `INSERT INTO customer (customer_key, customer_id, name, phone, language) ${ids} SELECT key, id, id, '', 'en' FROM fleet`,
        `INSERT INTO account (account_key, account_id, customer_key) ${ids} SELECT key, id, key FROM fleet`,
        `INSERT INTO meter (meter_key, meter_id, account_key, opened_ms) ${ids} SELECT key, id, key, 0 FROM fleet`,
        `INSERT INTO meter_terms (meter_key, from_ms, sanctioned_load_w, is_lifeline) ${ids} SELECT key, 0, 0, 0 FROM fleet`,
      ])
        db.exec(sql);
    })();
  } finally {
    db.close();
  }
}

interface Books {
  readings: number;
  refused: number;
  paidMicros: number;
  usedWh: number;
}

/** Fails unless every acknowledged reading is stored and paid for, to the last micro. */
export function checkLedger(file: string, acknowledgedReadings: number): void {
  const db = new Database(file, { readonly: true });
  try {
    const { readings, refused, paidMicros, usedWh } = db
      .prepare<[number, number], Books>(
        // What a million customers have is more than a number of JavaScript counts exactly; what they paid is not.
        `SELECT (SELECT count(*) FROM reading) AS readings,
           (SELECT count(*) FROM refusal) AS refused,
           (SELECT sum(? - balance_micros) FROM book JOIN account ON account_key = book_key) AS paidMicros,
           (SELECT coalesce(sum(head_wh - ?), 0) FROM head) AS usedWh`,
      )
      .get(FIRST_TOP_UP_MICROS, FIRST_WH)!;
    if (refused > 0) throw new Error(`${refused} readings were held or rejected; there is no reason for any`);
    if (readings !== acknowledgedReadings) {
      throw new Error(`${acknowledgedReadings} readings were acknowledged and ${readings} are stored`);
    }
    const owedMicros = usedWh * PRICE_MICROS_PER_WH;
    if (paidMicros !== owedMicros) {
      throw new Error(`the customers paid ${paidMicros} micros, their registers say ${owedMicros}`);
    }
  } finally {
    db.close();
  }
}
