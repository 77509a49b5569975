import assert from 'node:assert/strict';
import fc, { type Arbitrary } from 'fast-check';
import { verifyLedger } from '../../../../nodes/lib/io/sqlite/verify-ledger';
import { compareTariffs } from '../../../../nodes/lib/tariff/simulate';
import type { Tariff } from '../../../../nodes/lib/tariff/tariff';
import { property } from '../../property';
import { pricedCase, type PricedCase } from '../../tariff/random-tariff';
import { approvalOf, LedgerFixture, registration } from './ledger-fixture';
import { ReadingFlow } from './reading-flow';

const HALF_HOUR_MS = 1_800_000;
/** Beside every boundary of a period, so that nothing is settled at the very moment of a cut. */
const ASIDE_MS = 427_001;
const ACCOUNTS = [1, 2];
const DEVICES = ['M1', 'M2', 'M3', 'M4'];

type Event =
  | { kind: 'read'; account: number; usedWh: number; exportedWh: number | null }
  | { kind: 'late'; account: number; part: number }
  | { kind: 'accrue' }
  | { kind: 'cut' }
  | { kind: 'swap'; account: number; closing: 'now' | 'before' | 'unread'; device: number; gap: number };

const event: Arbitrary<{ wait: number; event: Event }> = fc.record({
  wait: fc.oneof(fc.integer({ min: 1, max: 12 }), fc.integer({ min: 12, max: 150 })),
  event: fc.oneof(
    {
      weight: 6,
      arbitrary: fc.record({
        kind: fc.constant('read' as const),
        account: fc.constantFrom(...ACCOUNTS),
        usedWh: fc.nat(5_000),
        exportedWh: fc.option(fc.nat(3_000)),
      }),
    },
    {
      weight: 1,
      arbitrary: fc.record({
        kind: fc.constant('late' as const),
        account: fc.constantFrom(...ACCOUNTS),
        part: fc.double({ min: 0.1, max: 0.9, noNaN: true }),
      }),
    },
    { weight: 2, arbitrary: fc.constantFrom({ kind: 'accrue' as const }, { kind: 'cut' as const }) },
    {
      weight: 3,
      arbitrary: fc.record({
        kind: fc.constant('swap' as const),
        account: fc.constantFrom(...ACCOUNTS),
        closing: fc.constantFrom('now' as const, 'before' as const, 'unread' as const),
        device: fc.nat(DEVICES.length - 1),
        gap: fc.nat(60),
      }),
    },
  ),
});

interface Register {
  atMs: number;
  energyWh: number;
  exportWh: number | null;
}

/** Two accounts, and devices that are swapped behind them. Between two cuts the ledger is in step with the registers. */
class Street {
  readonly ledger: LedgerFixture;
  /** The moments of the registers and those of the ledger that belong together. */
  readonly cuts: { atMs: number; ledgerMs: number }[] = [];
  nowMs: number;
  private readonly flow: ReadingFlow;
  private readonly inUse = new Map<number, string>();
  private readonly shown = new Map<string, Register>();
  private readonly before = new Map<string, Register>();

  constructor(given: PricedCase) {
    const [first, ...others] = given.tariffs as [Tariff, ...Tariff[]];
    const { sanctionedLoadW, isLifeline, feed } = given.pieces[0]!.terms;
    this.nowMs = given.curve[0]!.atMs;
    this.ledger = new LedgerFixture(first, this.nowMs);
    this.flow = new ReadingFlow(this.ledger.store, first.tariffId);
    this.ledger.nowMs = this.nowMs;
    for (const tariff of others) {
      const begin = given.pieces.find(({ version }) => version === tariff.version);
      if (begin) this.ledger.commit(approvalOf(tariff, begin.fromMs));
    }
    if (feed.length > 0)
      this.ledger.commit({ type: 'feedPrices', tariffId: first.tariffId, prices: [...feed] });
    this.terms = { tariffId: first.tariffId, sanctionedLoadW, isLifeline };
    for (const account of ACCOUNTS) this.install(account, DEVICES[account - 1]!);
    this.cuts.push({ atMs: this.nowMs - 1, ledgerMs: 0 });
  }

  private readonly terms: { tariffId: string; sanctionedLoadW: number; isLifeline: boolean };

  do({ wait, event: one }: { wait: number; event: Event }): void {
    this.nowMs += wait * HALF_HOUR_MS;
    if (one.kind === 'accrue') this.chargeDue(this.nowMs);
    else if (one.kind === 'cut') this.cut();
    else if (one.kind === 'swap') this.swap(one);
    else if (one.kind === 'late') this.sendLate(one);
    else this.read(one.account, one.usedWh, one.exportedWh);
  }

  /** All meters are read and all days are charged: from here on the ledger owes nothing of before. */
  cut(): void {
    this.nowMs += ASIDE_MS;
    this.chargeDue(this.nowMs - 1);
    for (const account of ACCOUNTS) this.read(account, 100, null);
    this.cuts.push({ atMs: this.nowMs, ledgerMs: this.ledger.store.lastMs() + 1 });
    for (const meterId of DEVICES) this.before.delete(meterId);
    this.nowMs += HALF_HOUR_MS - ASIDE_MS;
  }

  private read(account: number, usedWh: number, exportedWh: number | null): void {
    const meterId = this.inUse.get(account);
    if (meterId === undefined) return;
    const shown = this.shown.get(meterId) ?? { atMs: 0, energyWh: 0, exportWh: null };
    const exportWh = exportedWh === null ? shown.exportWh : (shown.exportWh ?? 0) + exportedWh;
    const register = { atMs: this.nowMs, energyWh: shown.energyWh + usedWh, exportWh };
    this.send(meterId, register);
    this.before.set(meterId, shown);
    this.shown.set(meterId, register);
  }

  private send(meterId: string, { atMs, energyWh, exportWh }: Register): void {
    const reading = { meterId, atMs, energyWh };
    this.flow.send(exportWh === null ? reading : { ...reading, exportWh }, this.nowMs);
    this.flow.commit(this.nowMs);
    assert.ok(this.flow.acknowledged.has(`${meterId} ${atMs}`), this.flow.refusals.join('\n'));
  }

  private sendLate({ account, part }: { account: number; part: number }): void {
    const meterId = this.inUse.get(account);
    const shown = meterId === undefined ? undefined : this.shown.get(meterId);
    const before = meterId === undefined ? undefined : this.before.get(meterId);
    if (meterId === undefined || !shown || !before || before.atMs === 0) return;
    const between = (from: number, to: number): number => from + Math.floor((to - from) * part);
    const atMs = between(before.atMs, shown.atMs);
    this.before.delete(meterId);
    if (atMs === before.atMs) return;
    this.send(meterId, { atMs, energyWh: between(before.energyWh, shown.energyWh), exportWh: null });
  }

  private swap({ account, closing, device, gap }: Extract<Event, { kind: 'swap' }>): void {
    const { store } = this.ledger;
    const meterId = this.inUse.get(account);
    this.chargeDue(this.nowMs);
    if (meterId !== undefined) {
      const shown = this.shown.get(meterId)!;
      const atMs = closing === 'before' ? shown.atMs + Math.ceil((this.nowMs - shown.atMs) / 2) : this.nowMs;
      const energyWh = shown.energyWh + 333;
      this.ledger.nowMs = this.nowMs;
      const result = this.ledger.commit({
        type: 'closeMeter',
        meterId,
        closing: closing === 'unread' ? null : { atMs, energyWh },
        by: 'fitter',
        guard: null,
      });
      assert.equal(result.outcome, 'committed', JSON.stringify(result));
      this.nowMs = Math.max(this.nowMs, store.lastMs());
      this.flow.forget(meterId);
      this.inUse.delete(account);
      this.shown.set(meterId, { ...shown, energyWh });
      this.before.delete(meterId);
    }
    const next = DEVICES[device]!;
    if ([...this.inUse.values()].includes(next)) return;
    this.nowMs += (gap + 1) * HALF_HOUR_MS;
    this.install(account, next);
  }

  private install(account: number, meterId: string): void {
    this.ledger.nowMs = this.nowMs;
    const entry = { ...registration(account), meterId, ...this.terms };
    const result = this.ledger.commit({ type: 'register', registration: entry, by: 'fitter' });
    assert.equal(result.outcome, 'recorded', JSON.stringify(result));
    this.flow.forget(meterId);
    this.inUse.set(account, meterId);
    this.read(account, 0, null);
    this.before.delete(meterId);
  }

  private chargeDue(nowMs: number): void {
    for (const meterKey of this.ledger.store.dueAccruals(nowMs, 10))
      this.flow.submit({ type: 'accrual', meterKey, guard: null });
    this.flow.commit(nowMs);
  }
}

function simulatedOn(street: Street, accountId: string, fromMs: number, toMs: number): bigint {
  const { store } = street.ledger;
  let sum = 0n;
  for (const stay of store.stays(null, fromMs, toMs)) {
    const past = stay.accountId === accountId ? store.past(stay.meterKey, fromMs) : undefined;
    const compared = past && compareTariffs(past, past.plan, { fromMs, toMs, nowMs: street.nowMs });
    if (!compared) continue;
    assert.equal(compared.newMicros, compared.oldMicros, stay.meterId);
    assert.deepEqual(compared.newLines, compared.oldLines);
    const lines = compared.oldLines.reduce((total, { amountMicros }) => total + BigInt(amountMicros), 0n);
    assert.equal(lines, BigInt(compared.oldMicros));
    sum += lines;
  }
  return sum;
}

function chargedOn({ ledger }: Street, accountId: string, fromMs: number, toMs: number): bigint {
  const statement = ledger.store.statement(accountId, fromMs, toMs);
  assert.ok(statement);
  const { chargesMicros, taxesMicros, correctionsMicros } = statement;
  return BigInt(chargesMicros) + BigInt(taxesMicros) + BigInt(correctionsMicros);
}

describe('the past of meters that come and go', () => {
  it('comes to what the statement of each account says, and under the same tariff to the same', function () {
    this.timeout(300_000);
    property(
      fc.tuple(pricedCase, fc.array(event, { minLength: 5, maxLength: 30 })),
      ([given, events]) => {
        const street = new Street(given);
        try {
          for (const one of events) street.do(one);
          street.cut();
          const { cuts } = street;
          for (const accountId of ['A1', 'A2']) {
            for (const [index, to] of cuts.entries()) {
              for (const from of cuts.slice(0, index)) {
                const said = `${accountId} from ${from.atMs} to ${to.atMs}`;
                const simulated = simulatedOn(street, accountId, from.atMs, to.atMs);
                assert.equal(simulated, chargedOn(street, accountId, from.ledgerMs, to.ledgerMs), said);
              }
            }
          }
          verifyLedger(street.ledger.file, ({ check, fault }) => assert.equal(fault, null, check));
        } finally {
          street.ledger.dispose();
        }
      },
      Number(process.env['WATTKEEPER_LIVES'] ?? 60),
    );
  });
});
