import assert from 'node:assert/strict';
import fc from 'fast-check';
import { ContactWatch } from '../../../nodes/lib/meter/checks/contact-watch';
import { DEFAULT_FILTER_LIMITS, MeterFilters } from '../../../nodes/lib/meter/checks/meter-filters';
import { MeterNumbers, NO_NUMBER } from '../../../nodes/lib/meter/meter-numbers';
import { MeterRules } from '../../../nodes/lib/meter/meter-rules';
import { MeterWatch } from '../../../nodes/lib/meter/meter-watch';
import { RegisterChain, type KnownMeter } from '../../../nodes/lib/meter/register-chain';
import { property } from '../property';

const T0_MS = 1_780_000_000_000;
const MINUTE_MS = 60_000;

describe('numbers of meters', () => {
  it('are kept as long as there is room, then go on to another meter that nobody has heard for a while', () => {
    const numbers = new MeterNumbers(3);
    const forgotten: string[] = [];
    numbers.onForgotten((number) => forgotten.push(numbers.idOf(number)));
    assert.deepEqual(
      ['A', 'B', 'C', 'A'].map((id) => numbers.take(id)),
      [0, 1, 2, 0],
    );
    assert.equal(numbers.find('D'), NO_NUMBER);
    numbers.take('D');
    assert.deepEqual([forgotten, numbers.size, numbers.idOf(numbers.find('D'))], [['A'], 3, 'D']);
    numbers.find('B');
    numbers.take('E');
    assert.deepEqual(forgotten, ['A', 'C'], 'B was heard since the hand came by');
    assert.equal(numbers.find('C'), NO_NUMBER);
    assert.notEqual(numbers.find('B'), NO_NUMBER);
  });

  it('never stand for two meters, and whoever keeps something is told of each that goes', () => {
    const how = fc.constantFrom<'find' | 'take' | 'take again'>('find', 'take', 'take again');
    property(fc.array(fc.tuple(fc.nat(9), how), { maxLength: 100 }), (steps) => {
      const numbers = new MeterNumbers(4);
      const kept = new Map<number, string>();
      /** Also of those who have it no more. */
      const had = new Map<string, number>();
      numbers.onForgotten((number) => assert.ok(kept.delete(number)));
      for (const [meter, asked] of steps) {
        const id = `M${meter}`;
        const ask = {
          find: () => numbers.find(id),
          take: () => numbers.take(id),
          'take again': () => numbers.takeAgain(id, had.get(id) ?? NO_NUMBER),
        };
        const number = ask[asked]();
        if (number === NO_NUMBER) assert.ok(![...kept.values()].includes(id));
        else {
          assert.equal(kept.get(number) ?? id, id);
          assert.equal(numbers.idOf(number), id);
          kept.set(number, id);
          had.set(id, number);
        }
        assert.equal(new Set(kept.values()).size, kept.size);
        assert.ok(numbers.size <= 4 && kept.size === numbers.size);
      }
    });
  });

  it('are no longer told of to whoever has gone', () => {
    const numbers = new MeterNumbers(1);
    const watch = new MeterWatch(new MeterRules([], {}), true, numbers);
    watch.close();
    watch.observe({ meterId: 'A', atMs: T0_MS, energyWh: 1, powerW: 5 }, T0_MS);
    numbers.take('B');
    assert.equal(watch.filters.size, 1, 'what it kept is its own affair');
  });
});

describe('a meter that had to make room for others', () => {
  it('goes on where the ledger has it', () => {
    const stored = new Map<string, { atMs: number; energyWh: number }>();
    const offset = { energyWh: 7, exportWh: 0 };
    const chain = new RegisterChain(
      { maxFutureMs: MINUTE_MS, maxPowerW: 12_000 },
      (meterId) => {
        const head = stored.get(meterId);
        return {
          accountId: `of ${meterId}`,
          openedMs: 0,
          head: head ? { ...head, exportWh: null } : null,
          offset: meterId === 'M1' ? offset : { energyWh: 0, exportWh: 0 },
          loadW: 0,
        };
      },
      new MeterNumbers(2),
    );
    for (let round = 0; round < 20; round += 1)
      for (const meterId of ['M1', 'M2', 'M3', 'M4', 'M5']) {
        const atMs = T0_MS + round * MINUTE_MS;
        const before = stored.get(meterId);
        const verdict = chain.accept({ meterId, atMs, energyWh: round * 10 }, atMs);
        assert.ok(verdict.kind === 'segment', JSON.stringify(verdict));
        const toWh = round * 10 + (meterId === 'M1' ? 7 : 0);
        const from = before ?? { atMs, energyWh: toWh };
        assert.deepEqual(verdict, {
          kind: 'segment',
          accountId: `of ${meterId}`,
          segment: { fromMs: from.atMs, fromWh: from.energyWh, toMs: atMs, toWh },
        });
        stored.set(meterId, { atMs, energyWh: toWh });
      }
  });

  it('leaves nothing to the one that has its number now, whoever gave that out', () => {
    const numbers = new MeterNumbers(1);
    const of = (meterId: string): KnownMeter => ({
      accountId: `of ${meterId}`,
      openedMs: 0,
      head: { atMs: T0_MS - MINUTE_MS, energyWh: meterId === 'M1' ? 500 : 0, exportWh: null },
      offset: { energyWh: 0, exportWh: 0 },
      loadW: 0,
    });
    const chain = new RegisterChain({ maxFutureMs: MINUTE_MS, maxPowerW: 12_000 }, of, numbers);
    chain.accept({ meterId: 'M1', atMs: T0_MS, energyWh: 510 }, T0_MS);
    numbers.take('M2');
    const verdict = chain.accept({ meterId: 'M2', atMs: T0_MS, energyWh: 10 }, T0_MS);
    assert.deepEqual(verdict.kind === 'segment' && [verdict.accountId, verdict.segment.fromWh], ['of M2', 0]);
  });

  it('is met anew, and its place in the filters and in the lists of those who are missed is free', () => {
    const numbers = new MeterNumbers(2);
    const watch = new MeterWatch(new MeterRules([], {}), true, numbers);
    for (let index = 0; index < 100; index += 1)
      watch.observe({ meterId: `M${index}`, atMs: T0_MS, energyWh: 1, powerW: 5, exportWh: 0 }, T0_MS);
    assert.equal(watch.filters.size, 2);
    watch.takeNews();
    watch.sweep(T0_MS + 3_600_000);
    assert.deepEqual(
      watch.takeNews().map(({ kind, meterId }) => [kind, meterId]),
      [
        ['offline', 'M98'],
        ['offline', 'M99'],
      ],
    );
  });

  it('is filtered no more than there is room, and the others are left alone', () => {
    const filters = new MeterFilters({ ...DEFAULT_FILTER_LIMITS, maxMeters: 2 });
    for (const meterId of ['A', 'B', 'C']) filters.observe({ meterId, atMs: T0_MS, energyWh: 1, powerW: 5 });
    assert.deepEqual([filters.size, filters.estimateOf('C')], [2, null]);
    filters.forget('A');
    filters.observe({ meterId: 'C', atMs: T0_MS, energyWh: 1, powerW: 6 });
    assert.deepEqual(filters.estimateOf('C')?.powerW, 6);
  });

  it('is not remembered at all when it only ever went away', () => {
    const contacts = new ContactWatch();
    assert.equal(contacts.lost('stranger', T0_MS, 'outage')?.value, 'outage');
    assert.equal(contacts.contactOf('stranger'), null);
  });
});
