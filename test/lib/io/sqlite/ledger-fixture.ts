import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { AccountState, Registration } from '../../../../nodes/lib/ledger/account';
import type {
  ChargePosting,
  Posting,
  PostingResult,
  TopUpPosting,
} from '../../../../nodes/lib/ledger/posting';
import type { Segment } from '../../../../nodes/lib/meter/reading';
import { micros } from '../../../../nodes/lib/money/micros';
import type { Circumstances, Decision, DecideSupply } from '../../../../nodes/lib/policy/supply-decision';
import { SqliteStore } from '../../../../nodes/lib/io/sqlite/sqlite-store';
import { flatTariff, priceSegment } from '../../../../nodes/lib/tariff/flat-tariff';

export const START_MS = 1_700_000_000_000;
const TARIFF = flatTariff('home', 1, '8.00');

/** Decides nothing; tests of decisions bring their own. */
export const keepSupply: DecideSupply = (account: AccountState, _now: Circumstances): Decision => ({
  supply: null,
  reason: '',
  heldBackBy: null,
  warnedAtMs: account.warnedAtMs,
  notices: [],
});

export function registration(number: number): Registration {
  return {
    accountId: `A${number}`,
    name: `House ${number}`,
    meterId: `M${number}`,
    phone: '',
    language: 'en',
    isProtected: false,
    relayDialect: 'json',
  };
}

export function chargeOf(
  meterId: string,
  segment: Segment,
  decide: DecideSupply = keepSupply,
): ChargePosting {
  const reading = { meterId, atMs: segment.toMs, energyWh: segment.toWh };
  return { type: 'charge', reading, segment, charge: priceSegment(TARIFF, segment), decide };
}

export function topUpOf(accountId: string, amountMicros: number, reference: string): TopUpPosting {
  const amount = micros(amountMicros);
  return {
    type: 'topUp',
    accountId,
    amountMicros: amount,
    reference,
    channel: 'counter',
    by: 'clerk',
    decide: keepSupply,
  };
}

/** A real ledger in a folder of its own. */
export class LedgerFixture {
  readonly folder = mkdtempSync(join(tmpdir(), 'wattkeeper-ledger-'));
  readonly file = join(this.folder, 'ledger.sqlite');
  store = this.open();
  nowMs = START_MS;

  open(): SqliteStore {
    return new SqliteStore(this.file, (kind, _language, balance) => `${kind} ${balance}`);
  }

  /** Commits one posting as a batch of its own. */
  commit(posting: Posting): PostingResult {
    const [result] = this.store.commit([posting], this.nowMs);
    if (!result) throw new Error('no result');
    return result;
  }

  register(number: number): void {
    this.commit({ type: 'register', registration: registration(number), by: 'staff' });
  }

  dispose(): void {
    this.store.close();
    rmSync(this.folder, { recursive: true });
  }
}
