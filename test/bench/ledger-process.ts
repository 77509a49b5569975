// A process with our ledger and nothing around it: no Node-RED, no broker. Readings are put on their chains, priced, and
// committed in groups; a past is priced again when its tariff changes afterwards.
import Database from 'better-sqlite3';
import { statSync } from 'node:fs';
import type * as StoreModule from '../../nodes/lib/io/sqlite/sqlite-store';
import type * as AheadModule from '../../nodes/lib/site/price-ahead';
import type * as ChainModule from '../../nodes/lib/meter/register-chain';
import type * as GuardModule from '../../nodes/lib/policy/supply-guard';
import type * as PresetModule from '../../nodes/lib/policy/policy-presets';
import type * as DaysModule from '../../nodes/lib/time/local-days';
import type { ChargePosting } from '../../nodes/lib/ledger/posting';
import { checkLedger, prepareLedger } from './bench-ledger';
import { meterId, METERS, MeterRegisters } from './meter-registers';
import { flatTariff } from './bench-tariffs';
import { loadCompiled } from './repository';
import { answerRequests } from './requests';

const { SqliteStore } = loadCompiled('lib/io/sqlite/sqlite-store.js') as typeof StoreModule;
const { PriceAhead } = loadCompiled('lib/site/price-ahead.js') as typeof AheadModule;
const { RegisterChain } = loadCompiled('lib/meter/register-chain.js') as typeof ChainModule;
const { supplyGuard } = loadCompiled('lib/policy/supply-guard.js') as typeof GuardModule;
const { SAFE_POLICY } = loadCompiled('lib/policy/policy-presets.js') as typeof PresetModule;
const { localDays } = loadCompiled('lib/time/local-days.js') as typeof DaysModule;

/** What a site begins with, so that a reading costs what it costs a utility. */
const guard = supplyGuard(SAFE_POLICY, localDays('Asia/Kathmandu'));
const LIMITS = { maxFutureMs: 60_000, maxPowerW: 69_000 };

class OurLedger {
  private readonly store;
  private readonly chain;
  private readonly prices;
  private readonly registers = new MeterRegisters(METERS);
  /** A reading brings its meter's name along, as that of bare SQLite brings a number. */
  private readonly meterIds = Array.from({ length: METERS }, (_, meter) => meterId(meter));
  private nextMeter = 0;
  private stored = 0;

  constructor(private readonly file: string) {
    prepareLedger(file);
    const store = new SqliteStore(file, () => '');
    store.commit(
      [{ type: 'approveTariff', tariff: flatTariff(1), inForceMs: null, by: 'bench' }],
      Date.now(),
    );
    this.store = store;
    this.chain = new RegisterChain(LIMITS, (id) => store.knownMeter(id), store.meterNumbers);
    this.prices = new PriceAhead(
      (id, tariffId, headMs) => store.pricing(id, tariffId, headMs),
      store.meterNumbers,
    );
  }

  /** Readings per second, durable, in groups of the given size. */
  commitGroups({ ms, group }: { ms: number; group: number }): number {
    const startedMs = performance.now();
    let committed = 0;
    let elapsedMs = 0;
    while (elapsedMs < ms) {
      this.commit(group, METERS);
      committed += group;
      elapsedMs = performance.now() - startedMs;
    }
    return (committed * 1000) / elapsedMs;
  }

  /** Readings of so many meters only, so that each has a long past. */
  fill({ meters, readings }: { meters: number; readings: number }): void {
    this.nextMeter = 0;
    for (let left = meters * readings; left > 0; left -= meters) this.commit(meters, meters);
  }

  /** Approves a dearer tariff for all of the past, and prices it again. Answers with readings per second. */
  rerate({ version }: { version: number }): number {
    const { store } = this;
    store.commit(
      [{ type: 'approveTariff', tariff: flatTariff(version), inForceMs: version, by: 'bench' }],
      Date.now(),
    );
    const startedMs = performance.now();
    for (let due = store.dueReratings(10); due.length > 0; due = store.dueReratings(10)) {
      const postings = due.map((meterKey) => ({ type: 'rerate' as const, meterKey, guard }));
      store.commit(postings, Date.now());
    }
    return (this.stored * 1000) / (performance.now() - startedMs);
  }

  bytesPerReading(): number {
    const db = new Database(this.file);
    db.pragma('wal_checkpoint(TRUNCATE)');
    db.close();
    return statSync(this.file).size / this.stored;
  }

  check(): void {
    this.store.close();
    checkLedger(this.file, this.stored);
  }

  private commit(group: number, meters: number): void {
    const postings: ChargePosting[] = [];
    for (let index = 0; index < group; index += 1) {
      const meter = this.nextMeter;
      this.nextMeter = (meter + 1) % meters;
      const step = this.registers.next(meter);
      const reading = {
        meterId: this.meterIds[meter]!,
        atMs: this.registers.atMs(step),
        energyWh: this.registers.energyWh(step),
      };
      const verdict = this.chain.accept(reading, reading.atMs);
      if (verdict.kind !== 'segment') throw new Error(`a reading was not taken: ${verdict.kind}`);
      const { segment } = verdict;
      const charge = this.prices.charge(reading.meterId, segment, 'domestic');
      if (!charge) throw new Error('a reading was not priced');
      postings.push({ type: 'charge', reading, segment, charge, guard });
    }
    const results = this.store.commit(postings, Date.now());
    if (results.some(({ outcome }) => outcome !== 'committed')) throw new Error('a reading was not billed');
    this.stored += group;
  }
}

let ledger: OurLedger | null = null;
const opened = (): OurLedger => {
  if (!ledger) throw new Error('the ledger is not open');
  return ledger;
};

answerRequests({
  open: (file: string): void => {
    ledger = new OurLedger(file);
  },
  commitGroups: (wish: { ms: number; group: number }) => opened().commitGroups(wish),
  fill: (wish: { meters: number; readings: number }) => opened().fill(wish),
  rerate: (wish: { version: number }) => opened().rerate(wish),
  bytesPerReading: () => opened().bytesPerReading(),
  check: () => opened().check(),
});
