import assert from 'node:assert/strict';
import Database from 'better-sqlite3';
import fc, { type Arbitrary } from 'fast-check';
import { verifyLedger } from '../../../../nodes/lib/io/sqlite/verify-ledger';
import type { ChargePosting, Posting, PostingResult } from '../../../../nodes/lib/ledger/posting';
import type { Store } from '../../../../nodes/lib/ledger/store';
import type { Reading, Segment } from '../../../../nodes/lib/meter/reading';
import { micros } from '../../../../nodes/lib/money/micros';
import { PricedCharge } from '../../../../nodes/lib/tariff/priced-charge';
import type { Tariff } from '../../../../nodes/lib/tariff/tariff';
import { property } from '../../property';
import { pricedCase, type PricedCase } from '../../tariff/random-tariff';
import { priceOfCurve, TariffHistory } from './curve-price';
import { approvalOf, HOME_TARIFF, LedgerFixture, registration, START_MS } from './ledger-fixture';
import { nameOf, ReadingFlow } from './reading-flow';

/** What a flow between the tariff and the guard does to a reading on its way. */
type Alteration =
  | { kind: 'none' | 'copy' | 'twice' | 'lines' | 'earlier charge' | 'other charge' }
  | { kind: 'amount'; by: number }
  | { kind: 'segment'; field: Exclude<keyof Segment, 'isLate'>; by: number }
  | { kind: 'drop'; field: 'toExportWh' | 'fromExportWh' | 'powerFactorThousandths' }
  | { kind: 'late' };

const by = fc.constantFrom(-1_000_000, -1_000, -1, 1, 7, 1_000, 3_600_000);
const alteration: Arbitrary<Alteration> = fc.oneof(
  { weight: 4, arbitrary: fc.constant<Alteration>({ kind: 'none' }) },
  fc.constantFrom<Alteration>(
    { kind: 'copy' },
    { kind: 'twice' },
    { kind: 'lines' },
    { kind: 'earlier charge' },
    { kind: 'other charge' },
    { kind: 'late' },
  ),
  fc.record({ kind: fc.constant('amount' as const), by }),
  fc.record({
    kind: fc.constant('segment' as const),
    field: fc.constantFrom(
      'fromMs' as const,
      'fromWh' as const,
      'toMs' as const,
      'toWh' as const,
      'fromExportWh' as const,
      'toExportWh' as const,
      'powerFactorThousandths' as const,
    ),
    by,
  }),
  fc.record({
    kind: fc.constant('drop' as const),
    field: fc.constantFrom('toExportWh' as const, 'fromExportWh' as const, 'powerFactorThousandths' as const),
  }),
);

/** Stands before a ledger and does to each charge what a flow might do, as long as there is something left to do. */
class Meddler {
  private earlier: ChargePosting['charge'] | null = null;

  constructor(
    private readonly store: Store,
    private readonly alterations: Alteration[],
  ) {}

  before(): Store {
    return new Proxy(this.store, {
      get: (store, name: keyof Store) => {
        if (name === 'commit') return (postings: Posting[], nowMs: number) => this.commit(postings, nowMs);
        return bound(store, name);
      },
    });
  }

  private commit(postings: readonly Posting[], nowMs: number): PostingResult[] {
    const charges = postings.map((posting) => (posting.type === 'charge' ? posting.charge : null));
    const again: Posting[] = [];
    const altered = postings.map((posting, index) => {
      if (posting.type !== 'charge') return posting;
      const one = this.alterations.pop() ?? { kind: 'none' };
      const other = charges[(index + 1) % charges.length] ?? posting.charge;
      const changed = this.alter(posting, one, other);
      if (one.kind === 'twice') again.push(changed);
      return changed;
    });
    return this.store.commit([...altered, ...again], nowMs).slice(0, postings.length);
  }

  private alter(posting: ChargePosting, one: Alteration, other: ChargePosting['charge']): ChargePosting {
    const { charge, segment } = posting;
    const earlier = this.earlier ?? charge;
    this.earlier = charge;
    switch (one.kind) {
      case 'none':
      case 'twice':
        return posting;
      case 'copy':
        return { ...posting, segment: { ...segment }, charge: structuredClone({ ...charge }) };
      case 'lines':
        if (charge instanceof PricedCharge)
          for (const line of charge.lines.splice(0)) Object.assign(line, { energyWh: 1, amountMicros: 1 });
        return posting;
      case 'earlier charge':
        return { ...posting, charge: earlier };
      case 'other charge':
        return { ...posting, charge: other };
      case 'amount':
        return { ...posting, charge: withAmount(charge, charge.amountMicros + one.by) };
      case 'late':
        segment.isLate = true;
        return posting;
      case 'drop':
        Reflect.deleteProperty(segment, one.field);
        return posting;
      case 'segment':
        // In place, as a function node would.
        segment[one.field] = (segment[one.field] ?? 0) + one.by;
        return posting;
    }
  }
}

function bound(store: Store, name: keyof Store): unknown {
  const member: unknown = Reflect.get(store, name);
  return typeof member === 'function' ? (member.bind(store) as unknown) : member;
}

function withAmount(charge: ChargePosting['charge'], amountMicros: number): ChargePosting['charge'] {
  Object.assign(charge, { amountMicros: micros(amountMicros) });
  return charge;
}

function readingsOf(meterId: string, { curve }: PricedCase): Reading[] {
  return curve.map(({ atMs, energyWh, exportWh, powerFactorThousandths }) => ({
    meterId,
    atMs,
    energyWh,
    ...(exportWh === undefined ? {} : { exportWh }),
    ...(powerFactorThousandths === undefined ? {} : { powerFactor: powerFactorThousandths / 1000 }),
  }));
}

describe('charges that a flow has changed on their way', () => {
  it('are refused or harmless: what is booked is what the registers cost', function () {
    this.timeout(120_000);
    property(
      fc.tuple(
        pricedCase,
        fc.array(alteration, { minLength: 5, maxLength: 40 }),
        fc.integer({ min: 1, max: 6 }),
      ),
      ([given, alterations, groupSize]) => {
        const [first] = given.tariffs as [Tariff];
        let nowMs = given.curve[0]!.atMs;
        const ledger = new LedgerFixture(first, nowMs);
        try {
          const { store } = ledger;
          const history = enterTerms(ledger, given);
          const left = alterations.slice();
          const flow = new ReadingFlow(new Meddler(store, left).before(), first.tariffId);
          const readings = [...readingsOf('M1', given), ...readingsOf('M2', given)].sort(
            (a, b) => a.atMs - b.atMs,
          );
          const sendAll = (): void => {
            for (const [index, reading] of readings.entries()) {
              if (flow.acknowledged.has(nameOf(reading))) continue;
              flow.send(reading, nowMs);
              if (index % groupSize === groupSize - 1) flow.commit(nowMs);
            }
            flow.commit(nowMs);
          };
          // The first reading opens a meter, so it has to come first.
          for (const meterId of ['M1', 'M2'])
            while (!flow.acknowledged.has(nameOf(readingsOf(meterId, given)[0]!))) {
              flow.send(readingsOf(meterId, given)[0]!, nowMs);
              flow.commit(nowMs);
            }
          sendAll();
          left.length = 0;
          sendAll();
          nowMs = Math.max(given.untilMs, store.lastMs()) + 1;
          store.commit(
            store.dueAccruals(nowMs, 10).map((meterKey) => ({ type: 'accrual', meterKey, guard: null })),
            nowMs,
          );
          const charged = priceOfCurve(history.plan(), pointsOf(given), store.lastMs());
          assertBooked(ledger.file, charged);
          verifyLedger(ledger.file, ({ check, fault }) => assert.equal(fault, null, check));
        } finally {
          ledger.dispose();
        }
      },
      100,
    );
  });

  const HOUR_MS = 3_600_000;
  const REGISTERS = [
    { exportWh: 0, powerFactor: 0.8 },
    { exportWh: 2_000, powerFactor: 0.8 },
    { exportWh: 2_000, powerFactor: 0.8 },
  ];
  const changes: [string, (segment: Segment) => void][] = [
    ['more was fed back than the reading says', (segment) => (segment.toExportWh = 900_000)],
    ['nothing was fed back', (segment) => Reflect.deleteProperty(segment, 'toExportWh')],
    ['the power factor was better', (segment) => (segment.powerFactorThousandths = 1_000)],
    ['the power factor is not known', (segment) => Reflect.deleteProperty(segment, 'powerFactorThousandths')],
    ['it was later', (segment) => (segment.toMs += HOUR_MS / 2)],
  ];
  for (const [said, change] of changes) {
    it(`are cut again where a segment says that ${said}, also when that costs the same now`, () => {
      const ledger = new LedgerFixture({
        ...HOME_TARIFF,
        components: [
          { kind: 'flat', id: 'energy', rateMicrosPerKwh: 0 },
          {
            kind: 'exportCredit',
            id: 'solar',
            settle: 'banked',
            of: ['energy'],
            leftoverMicrosPerKwh: 5_000_000,
          },
        ],
      });
      try {
        ledger.register(1);
        const { store } = ledger;
        let isChanged = false;
        const commit = (postings: Posting[], nowMs: number): PostingResult[] => {
          const [posting] = postings;
          const isIt = posting?.type === 'charge' && posting.reading.atMs > START_MS && !isChanged;
          if (isIt) change(posting.segment);
          const results = store.commit(postings, nowMs);
          if (isIt) assert.equal(results[0]?.outcome, 'chain');
          isChanged ||= isIt;
          return results;
        };
        const flow = new ReadingFlow(
          new Proxy(store, {
            get: (_, name: keyof Store) => {
              return name === 'commit' ? commit : bound(store, name);
            },
          }),
          'home',
        );
        for (const [index, register] of REGISTERS.entries()) {
          const atMs = START_MS + index * HOUR_MS;
          flow.send({ meterId: 'M1', atMs, energyWh: index * 500, ...register }, atMs);
          flow.commit(atMs);
          assert.ok(flow.acknowledged.has(`M1 ${atMs}`), flow.refusals.join());
        }
        assert.ok(isChanged);
        ledger.nowMs = START_MS + 3 * HOUR_MS;
        ledger.commit({ type: 'closeMeter', meterId: 'M1', closing: null, by: 'fitter', guard: null });
        // Of 2 kWh that were fed back, 1 kWh was used; the other one is paid out.
        assert.equal(store.balanceOf('A1'), 5_000_000);
        verifyLedger(ledger.file, ({ check, fault }) => assert.equal(fault, null, check));
      } finally {
        ledger.dispose();
      }
    });
  }
});

/** All that two meters are priced by, in the ledger and beside it. */
function enterTerms(ledger: LedgerFixture, { tariffs, pieces, curve }: PricedCase): TariffHistory {
  const [first, ...others] = tariffs as [Tariff, ...Tariff[]];
  const { sanctionedLoadW, isLifeline, feed } = pieces[0]!.terms;
  const history = new TariffHistory({ sanctionedLoadW, isLifeline });
  history.approve(first, ledger.store.approvedTariffs()[0]!.inForceMs);
  ledger.nowMs = curve[0]!.atMs;
  for (const tariff of others) {
    const begin = pieces.find(({ version }) => version === tariff.version);
    if (!begin) continue;
    ledger.commit(approvalOf(tariff, begin.fromMs));
    history.approve(tariff, begin.fromMs);
  }
  for (const { fromMs, microsPerKwh } of feed) history.feed.set(fromMs, microsPerKwh);
  if (feed.length > 0) ledger.commit({ type: 'feedPrices', tariffId: first.tariffId, prices: [...feed] });
  for (const number of [1, 2]) {
    const entry = { ...registration(number), tariffId: first.tariffId, sanctionedLoadW, isLifeline };
    ledger.commit({ type: 'register', registration: entry, by: 'staff' });
  }
  return history;
}

function assertBooked(file: string, charged: ReadonlyMap<string, bigint>): void {
  const raw = new Database(file, { readonly: true });
  const select = raw
    .prepare<[string], [string, bigint]>(
      `SELECT book.name, sum(CASE WHEN book_key = credit THEN amount_micros ELSE -amount_micros END)
       FROM transfer JOIN book ON book_key IN (debit, credit) JOIN meter USING (meter_key)
       WHERE meter_id = ? AND book_key NOT IN (SELECT account_key FROM account) GROUP BY book_key`,
    )
    .safeIntegers()
    .raw();
  for (const meterId of ['M1', 'M2']) {
    const stored = select.all(meterId).filter(([, amount]) => amount !== 0n);
    assert.deepEqual(new Map(stored.sort()), new Map([...charged].sort()), meterId);
  }
  raw.close();
}

function pointsOf({ curve }: PricedCase) {
  return curve.map(({ atMs, energyWh, exportWh, powerFactorThousandths }) => ({
    atMs,
    energyWh,
    exportWh: exportWh ?? null,
    powerFactorThousandths: powerFactorThousandths === undefined ? null : Math.abs(powerFactorThousandths),
  }));
}
