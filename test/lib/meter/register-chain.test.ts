import assert from 'node:assert/strict';
import type { MeterHead } from '../../../nodes/lib/meter/reading';
import { RegisterChain, type KnownMeter } from '../../../nodes/lib/meter/register-chain';

const NOW_MS = 1_700_000_000_000;
const MINUTE_MS = 60_000;
const LIMITS = { maxFutureMs: 5 * MINUTE_MS, maxPowerW: 12_000 };

function chainOf(meters: Record<string, KnownMeter>): RegisterChain {
  return new RegisterChain(LIMITS, (meterId) => meters[meterId]);
}

/** A meter of A1 that was always there and whose registers were never counted on. */
function known(head: MeterHead | null, changed: Partial<KnownMeter> = {}): KnownMeter {
  return { accountId: 'A1', openedMs: 0, head, offset: { energyWh: 0, exportWh: 0 }, loadW: 0, ...changed };
}

function headAt(atMs: number, energyWh: number, exportWh: number | null = null): MeterHead {
  return { atMs, energyWh, exportWh };
}

describe('register chain', () => {
  it('opens a new meter without charging for what its register already showed', () => {
    const chain = chainOf({ M1: known(null) });
    const verdict = chain.accept({ meterId: 'M1', atMs: NOW_MS, energyWh: 5_000 }, NOW_MS);
    assert.deepEqual(verdict, {
      kind: 'segment',
      accountId: 'A1',
      segment: { fromMs: NOW_MS, fromWh: 5_000, toMs: NOW_MS, toWh: 5_000 },
    });
  });

  it('cuts each segment where the last one ended', () => {
    const chain = chainOf({ M1: known(headAt(NOW_MS - MINUTE_MS, 100)) });
    const first = chain.accept({ meterId: 'M1', atMs: NOW_MS, energyWh: 150 }, NOW_MS);
    const second = chain.accept({ meterId: 'M1', atMs: NOW_MS + 1, energyWh: 150 }, NOW_MS);
    assert.ok(first.kind === 'segment' && second.kind === 'segment');
    assert.deepEqual(first.segment, { fromMs: NOW_MS - MINUTE_MS, fromWh: 100, toMs: NOW_MS, toWh: 150 });
    assert.deepEqual(second.segment, { fromMs: NOW_MS, fromWh: 150, toMs: NOW_MS + 1, toWh: 150 });
  });

  it('calls a reading stale that is not newer than the chain', () => {
    const chain = chainOf({ M1: known(headAt(NOW_MS, 100)) });
    assert.deepEqual(chain.accept({ meterId: 'M1', atMs: NOW_MS, energyWh: 100 }, NOW_MS), { kind: 'stale' });
  });

  const faults: { name: string; atMs: number; energyWh: number; field: string; reason: RegExp }[] = [
    { name: 'a register that fell', atMs: NOW_MS, energyWh: 99, field: 'energyWh', reason: /fell/ },
    {
      name: 'a jump beyond any household',
      atMs: NOW_MS,
      energyWh: 100 + 301,
      field: 'energyWh',
      reason: /its connection carries 300 Wh/,
    },
    {
      name: 'a clock ahead of ours',
      atMs: NOW_MS + 5 * MINUTE_MS + 1,
      energyWh: 100,
      field: 'atMs',
      reason: /ahead/,
    },
  ];
  for (const { name, atMs, energyWh, field, reason } of faults) {
    it(`holds ${name} and leaves the chain as it was`, () => {
      const head = headAt(NOW_MS - MINUTE_MS, 100);
      const chain = chainOf({ M1: known(head) });
      const verdict = chain.accept({ meterId: 'M1', atMs, energyWh }, NOW_MS);
      assert.ok(verdict.kind === 'refused');
      assert.equal(verdict.refusal.kind, 'held');
      assert.equal(verdict.refusal.field, field);
      assert.match(verdict.refusal.reason, reason);
      const next = chain.accept({ meterId: 'M1', atMs: NOW_MS, energyWh: 101 }, NOW_MS);
      assert.ok(next.kind === 'segment' && next.segment.fromWh === 100);
    });
  }

  it('takes the largest jump that is still possible', () => {
    const chain = chainOf({ M1: known(headAt(NOW_MS - MINUTE_MS, 100)) });
    // 12 kW for a minute are 200 Wh, and 100 Wh of tolerance.
    assert.equal(chain.accept({ meterId: 'M1', atMs: NOW_MS, energyWh: 400 }, NOW_MS).kind, 'segment');
  });

  it('holds a meter that nobody registered, and asks again once it is', () => {
    const meters: Record<string, KnownMeter> = {};
    const chain = chainOf(meters);
    const reading = { meterId: 'M9', atMs: NOW_MS, energyWh: 1 };
    const verdict = chain.accept(reading, NOW_MS);
    assert.ok(verdict.kind === 'refused' && verdict.refusal.reason === 'unknown meter');
    meters['M9'] = known(null, { accountId: 'A9' });
    assert.equal(chain.accept(reading, NOW_MS).kind, 'segment');
  });

  it('goes back to what is stored after a refused commit', () => {
    const stored = headAt(NOW_MS - MINUTE_MS, 100);
    const chain = chainOf({ M1: known(stored) });
    chain.accept({ meterId: 'M1', atMs: NOW_MS, energyWh: 150 }, NOW_MS);
    chain.rewind('M1', stored);
    const again = chain.accept({ meterId: 'M1', atMs: NOW_MS, energyWh: 150 }, NOW_MS);
    assert.ok(again.kind === 'segment' && again.segment.fromMs === stored.atMs);
    chain.rewind('M1', null);
    const opened = chain.accept({ meterId: 'M1', atMs: NOW_MS, energyWh: 150 }, NOW_MS);
    assert.ok(opened.kind === 'segment' && opened.segment.fromMs === NOW_MS);
  });

  it('is put back once for readings that were refused together, so that they follow each other again', () => {
    const stored = headAt(NOW_MS - MINUTE_MS, 100);
    const chain = chainOf({ M1: known(stored) });
    const accept = (second: number) =>
      chain.accept({ meterId: 'M1', atMs: stored.atMs + second * 1_000, energyWh: 100 + second }, NOW_MS);
    for (const second of [1, 2, 3]) accept(second);
    const starts: number[] = [];
    for (const second of [1, 2, 3]) {
      chain.rewind('M1', stored);
      const verdict = accept(second);
      assert.ok(verdict.kind === 'segment');
      starts.push(verdict.segment.fromWh);
    }
    assert.deepEqual(starts, [100, 101, 102]);
  });
});
