import assert from 'node:assert/strict';
import Database from 'better-sqlite3';
import fc, { type Arbitrary } from 'fast-check';
import { verifyLedger } from '../../../../nodes/lib/io/sqlite/verify-ledger';
import type { Reading } from '../../../../nodes/lib/meter/reading';
import type { CurvePoint } from '../../../../nodes/lib/meter/register-curve';
import type { FeedPrice } from '../../../../nodes/lib/tariff/meter-terms';
import type { Tariff } from '../../../../nodes/lib/tariff/tariff';
import type { PricedCase } from '../../tariff/random-tariff';
import { priceOfCurve, TariffHistory } from './curve-price';
import { approvalOf, LedgerFixture, registration, topUpOf } from './ledger-fixture';
import { nameOf, ReadingFlow } from './reading-flow';

const METERS = [1, 2];
const TARIFF_ID = 'random';
const HOUR_MS = 3_600_000;

type Event =
  | { kind: 'send'; pick: number }
  | { kind: 'commit' | 'accrue' | 'rerate' | 'approve' | 'terms' | 'feed' | 'reopen' | 'top-up' }
  | { kind: 'wait'; hours: number };

export interface Step {
  /** Which of the two processes does it. */
  side: 0 | 1;
  event: Event;
}

export const step: Arbitrary<Step> = fc.record({
  side: fc.constantFrom(0, 1),
  event: fc.oneof(
    { weight: 10, arbitrary: fc.record({ kind: fc.constant('send' as const), pick: fc.nat() }) },
    {
      weight: 8,
      arbitrary: fc.record({
        kind: fc.constantFrom(
          'commit',
          'commit',
          'accrue',
          'rerate',
          'approve',
          'terms',
          'feed',
          'reopen',
          'top-up',
        ),
      }),
    },
    { weight: 2, arbitrary: fc.record({ kind: fc.constant('wait' as const), hours: fc.nat(40) }) },
  ),
});

/** One ledger, two processes on it, and what should come of all that is done to it. */
export class LedgerRun {
  readonly ledger: LedgerFixture;
  readonly readings: Reading[];
  readonly history: TariffHistory;
  private readonly flows: ReadingFlow[];
  private readonly versions: { tariff: Tariff; fromMs: number }[];
  private readonly terms: Piece[];
  private readonly prices: FeedPrice[];
  private readonly acknowledged = new Set<string>();
  private paid = 0;
  private nowMs: number;

  constructor(
    private readonly given: PricedCase,
    hasPowerFactors: boolean,
  ) {
    const { tariffs, pieces, curve } = given;
    const [first, ...others] = tariffs as [Tariff, ...Tariff[]];
    const [opening, ...changes] = pieces as [Piece, ...Piece[]];
    this.nowMs = curve[0]!.atMs;
    this.ledger = new LedgerFixture(first, this.nowMs);
    this.versions = others.flatMap((tariff) => {
      const begin = pieces.find(({ version }) => version === tariff.version);
      return begin ? [{ tariff, fromMs: begin.fromMs }] : [];
    });
    this.history = new TariffHistory(opening.terms);
    this.history.approve(first, this.ledger.store.approvedTariffs()[0]!.inForceMs);
    this.terms = changes;
    this.prices = opening.terms.feed.slice();
    this.readings = METERS.flatMap((number) =>
      curve.map((point) => readingOf(`M${number}`, point, hasPowerFactors)),
    );
    this.flows = [
      new ReadingFlow(this.ledger.store, TARIFF_ID),
      new ReadingFlow(this.ledger.open(), TARIFF_ID),
    ];
    for (const number of METERS) {
      const { sanctionedLoadW, isLifeline } = opening.terms;
      this.flow(0).submit({
        type: 'register',
        registration: { ...registration(number), tariffId: TARIFF_ID, sanctionedLoadW, isLifeline },
        by: 'staff',
      });
      this.flow(0).commit(this.nowMs);
      // The first reading opens a meter: what is older than it was somewhere else.
      this.flow(0).send(readingOf(`M${number}`, curve[0]!, hasPowerFactors), this.nowMs);
      this.flow(0).commit(this.nowMs);
    }
  }

  do({ side, event }: Step): void {
    const flow = this.flow(side);
    switch (event.kind) {
      case 'send': {
        flow.send(this.readings[event.pick % this.readings.length]!, this.nowMs);
        return;
      }
      case 'wait':
        this.nowMs += event.hours * HOUR_MS;
        return;
      case 'commit':
        flow.commit(this.nowMs);
        return;
      case 'accrue': {
        flow.submit(
          ...flow.store
            .dueAccruals(this.nowMs, 10)
            .map((meterKey) => ({ type: 'accrual' as const, meterKey, guard: null })),
        );
        return;
      }
      case 'rerate': {
        flow.submit(
          ...flow.store
            .dueReratings(10)
            .map((meterKey) => ({ type: 'rerate' as const, meterKey, guard: null })),
        );
        return;
      }
      case 'top-up':
        this.paid += 1;
        {
          flow.submit(topUpOf('A1', 5, `payment ${this.paid}`));
          return;
        }
      case 'approve': {
        this.approve(flow);
        return;
      }
      case 'terms': {
        this.enterTerms(flow);
        return;
      }
      case 'feed': {
        this.addPrice(flow);
        return;
      }
      case 'reopen': {
        this.reopen(side);
        return;
      }
    }
  }

  /** Senders repeat what was not acknowledged, and what is due is charged; then the two must agree with the definition. */
  end(): void {
    for (let round = 0; round < 20 && this.missing().length > 0; round += 1) {
      for (const reading of this.missing()) this.flow(round % 2).send(reading, this.nowMs);
      for (const side of [0, 1]) this.flow(side).commit(this.nowMs);
    }
    // Whoever does not know whether a payment arrived sends it again under its own id.
    for (let number = 1; number <= this.paid; number += 1)
      this.flow(0).submit(topUpOf('A1', 5, `payment ${number}`));
    this.flow(0).commit(this.nowMs);
    assert.deepEqual(this.missing(), [], this.flows.flatMap(({ refusals }) => refusals).join('\n'));
    this.nowMs = Math.max(this.nowMs, this.given.untilMs, this.ledger.store.lastMs()) + 1;
    for (const kind of ['rerate', 'accrue'] as const) {
      this.do({ side: 0, event: { kind } });
      this.flow(0).commit(this.nowMs);
    }
    const untilMs = this.ledger.store.lastMs();
    const charged = priceOfCurve(this.history.plan(), pointsOf(this.readings, 'M1'), untilMs);
    const raw = new Database(this.ledger.file, { readonly: true });
    const select = raw
      .prepare<[string], [string, bigint]>(
        `SELECT book.name, sum(CASE WHEN book_key = credit THEN amount_micros ELSE -amount_micros END)
         FROM transfer JOIN book ON book_key IN (debit, credit) JOIN meter USING (meter_key)
         WHERE meter_id = ? AND book_key NOT IN (SELECT account_key FROM account) GROUP BY book_key`,
      )
      .safeIntegers()
      .raw();
    for (const number of METERS) {
      const stored = select.all(`M${number}`).filter(([, amount]) => amount !== 0n);
      assert.deepEqual(new Map(stored.sort()), new Map([...charged].sort()), `M${number}`);
      const sum = [...charged.values()].reduce((total, amount) => total + amount, 0n);
      const paid = number === 1 ? BigInt(5 * this.paid) : 0n;
      assert.equal(BigInt(this.ledger.store.balanceOf(`A${number}`) ?? -1), paid - sum);
    }
    raw.close();
    verifyLedger(this.ledger.file, ({ check, fault }) => assert.equal(fault, null, check));
  }

  dispose(): void {
    this.flow(1).store.close();
    this.flow(0).store.close();
    this.ledger.store = this.ledger.open();
    this.ledger.dispose();
  }

  private flow(side: number): ReadingFlow {
    return this.flows[side]!;
  }

  private missing(): Reading[] {
    for (const flow of this.flows) for (const name of flow.acknowledged) this.acknowledged.add(name);
    return this.readings.filter((reading) => !this.acknowledged.has(nameOf(reading)));
  }

  private approve(flow: ReadingFlow): void {
    const next = this.versions.shift();
    if (!next) return;
    flow.submit(approvalOf(next.tariff, next.fromMs));
    flow.commit(this.nowMs);
    this.history.approve(next.tariff, next.fromMs);
  }

  private enterTerms(flow: ReadingFlow): void {
    const next = this.terms.shift();
    if (!next) return;
    const { sanctionedLoadW, isLifeline } = next.terms;
    for (const number of METERS) {
      flow.submit({
        type: 'register',
        registration: { ...registration(number), sanctionedLoadW, isLifeline, termsFromMs: next.fromMs },
        by: 'staff',
      });
    }
    flow.commit(this.nowMs);
    this.history.enter(next.fromMs, next.terms);
  }

  private addPrice(flow: ReadingFlow): void {
    // From the end, so that each changes what was priced by an earlier one.
    const next = this.prices.pop();
    if (!next) return;
    flow.submit({ type: 'feedPrices', tariffId: TARIFF_ID, prices: [next] });
    flow.commit(this.nowMs);
    this.history.feed.set(next.fromMs, next.microsPerKwh);
  }

  /** What was not committed is lost with the process. */
  private reopen(side: number): void {
    this.missing();
    this.flow(side).store.close();
    const store = this.ledger.open();
    if (side === 0) this.ledger.store = store;
    this.flows[side] = new ReadingFlow(store, TARIFF_ID);
  }
}

type Piece = PricedCase['pieces'][number];

function readingOf(
  meterId: string,
  { atMs, energyWh, exportWh, powerFactorThousandths }: PricedCase['curve'][number],
  hasPowerFactor: boolean,
): Reading {
  const reading: Reading = { meterId, atMs, energyWh };
  if (exportWh !== undefined) reading.exportWh = exportWh;
  if (hasPowerFactor && powerFactorThousandths !== undefined)
    reading.powerFactor = powerFactorThousandths / 1000;
  return reading;
}

function pointsOf(readings: readonly Reading[], meterId: string): CurvePoint[] {
  return readings
    .filter((reading) => reading.meterId === meterId)
    .map(({ atMs, energyWh, exportWh, powerFactor }) => ({
      atMs,
      energyWh,
      exportWh: exportWh ?? null,
      powerFactorThousandths: powerFactor === undefined ? null : Math.round(Math.abs(powerFactor) * 1000),
    }))
    .sort((a, b) => a.atMs - b.atMs);
}
