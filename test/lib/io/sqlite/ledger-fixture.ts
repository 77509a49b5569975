import { existsSync, mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { Registration } from '../../../../nodes/lib/ledger/account';
import type {
  ApproveTariffPosting,
  ChargePosting,
  Posting,
  PostingResult,
  TopUpPosting,
} from '../../../../nodes/lib/ledger/posting';
import { MeterNumbers } from '../../../../nodes/lib/meter/meter-numbers';
import type { Segment } from '../../../../nodes/lib/meter/reading';
import { micros } from '../../../../nodes/lib/money/micros';
import type { ComposeNotice } from '../../../../nodes/lib/io/sqlite/notice-book';
import type { SupplyGuard } from '../../../../nodes/lib/policy/supply-guard';
import { SqliteStore } from '../../../../nodes/lib/io/sqlite/sqlite-store';
import type { Tariff } from '../../../../nodes/lib/tariff/tariff';

export const START_MS = 1_700_000_000_000;
/** Where Linux keeps files in memory. */
const MEMORY_FOLDER = '/dev/shm';
/** Where a test has several meters, they are put away between any two commits, as those of a large fleet are. */
const MAX_AT_HAND = 1;
/** And make room for each other, as those of a fleet beyond all bounds do. */
const MAX_KNOWN = 3;
const MICROS_PER_WH = 8_000;
/** Eight a kWh, at every hour. */
export const HOME_TARIFF: Tariff = {
  tariffId: 'home',
  version: 1,
  timeZone: 'Asia/Kathmandu',
  billing: { kind: 'month', anchorDay: 1 },
  holidays: [],
  seasons: [],
  components: [{ kind: 'flat', id: 'energy', rateMicrosPerKwh: 1000 * MICROS_PER_WH }],
};

export function registration(number: number): Registration {
  return {
    accountId: `A${number}`,
    name: `House ${number}`,
    meterId: `M${number}`,
    phone: '',
    language: 'en',
    isProtected: false,
    relayDialect: 'json',
    customerId: `A${number}`,
    tariffId: null,
    sanctionedLoadW: null,
    isLifeline: null,
    termsFromMs: null,
  };
}

export function chargeOf(meterId: string, segment: Segment, guard: SupplyGuard | null = null): ChargePosting {
  const reading = { meterId, atMs: segment.toMs, energyWh: segment.toWh };
  const amountMicros = micros((segment.toWh - segment.fromWh) * MICROS_PER_WH);
  return { type: 'charge', reading, segment, charge: { amountMicros, tariffId: 'home' }, guard };
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
    guard: null,
  };
}

export function approvalOf(tariff: Tariff, inForceMs: number | null = null): ApproveTariffPosting {
  return { type: 'approveTariff', tariff, inForceMs, by: 'regulator' };
}

/** A real ledger in a folder of its own. */
export class LedgerFixture {
  readonly folder: string;
  readonly file: string;
  store: SqliteStore;
  nowMs = START_MS;

  /** In memory, where thousands of commits cost no writing to a disk; else where a disk has to keep its word. */
  constructor(tariff: Tariff = HOME_TARIFF, inForceMs: number | null = null, isInMemory = false) {
    const root = isInMemory && existsSync(MEMORY_FOLDER) ? MEMORY_FOLDER : tmpdir();
    this.folder = mkdtempSync(join(root, 'wattkeeper-ledger-'));
    this.file = join(this.folder, 'ledger.sqlite');
    this.store = this.open();
    this.commit(approvalOf(tariff, inForceMs));
  }

  open(): SqliteStore {
    const compose: ComposeNotice = (kind, _language, { balanceMicros }) => `${kind} ${balanceMicros}`;
    return new SqliteStore(this.file, compose, undefined, MAX_AT_HAND, new MeterNumbers(MAX_KNOWN));
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
