import assert from 'node:assert/strict';
import type { Posting } from '../../../../nodes/lib/ledger/posting';
import type { Refusal } from '../../../../nodes/lib/meter/reading';
import { LedgerFixture } from './ledger-fixture';
import { LedgerRows } from './ledger-rows';

const MAX_UNKNOWN = 10_000;
const MAX_OF_METER = 1_000;

describe('held readings without end', () => {
  let ledger: LedgerFixture;
  beforeEach(() => {
    ledger = new LedgerFixture();
    ledger.register(1);
  });
  afterEach(() => ledger.dispose());

  const hold = (
    cause: NonNullable<Refusal['cause']>,
    count: number,
    meterOf: (n: number) => string,
  ): void => {
    const postings = Array.from({ length: count }, (_, n): Posting => {
      const meterId = meterOf(n);
      const refusal: Refusal = {
        kind: 'held',
        cause,
        field: 'energyWh',
        value: `${n}`,
        reason: 'x',
        meterId,
      };
      return { type: 'refusal', refusal, source: 'test', content: '{}' };
    });
    for (const result of ledger.store.commit(postings, ledger.nowMs))
      assert.equal(result.outcome, 'recorded');
  };
  const countOf = (kind: string, cause: string): number => {
    const rows = new LedgerRows(ledger.file);
    const all = rows.all<{ kind: string; cause: string }>('SELECT kind, cause FROM refusal');
    rows.close();
    return all.filter((row) => row.kind === kind && row.cause === cause).length;
  };

  it('of meters that nobody knows leave room for those of others, also after a restart', () => {
    hold('unknown-meter', MAX_UNKNOWN + 5, (n) => `X${n}`);
    assert.deepEqual(
      [countOf('held', 'unknown-meter'), countOf('rejected', 'unknown-meter')],
      [MAX_UNKNOWN, 5],
    );
    ledger.store.close();
    ledger.store = ledger.open();
    hold('unknown-meter', 1, () => 'Y');
    hold('fell', 1, () => 'M1');
    assert.deepEqual([countOf('held', 'unknown-meter'), countOf('held', 'fell')], [MAX_UNKNOWN, 1]);
    const shown = ledger.store.heldReadings(3);
    assert.deepEqual(
      shown.map(({ meterId }) => meterId),
      ['X0', 'X1', 'X2', 'M1'],
    );
  });

  it('of one meter are as many as a person can look at, and one that is settled makes room', () => {
    hold('fell', MAX_OF_METER + 3, () => 'M1');
    assert.deepEqual([countOf('held', 'fell'), countOf('rejected', 'fell')], [MAX_OF_METER, 3]);
    hold('fell', 2, () => 'M1');
    assert.deepEqual([countOf('held', 'fell'), countOf('rejected', 'fell')], [MAX_OF_METER, 3]);
    assert.equal(ledger.store.heldReadings(1)[0]?.times, 2, 'what is held and comes again is a repeat');
    const [oldest] = ledger.store.heldReadings(1);
    const settlement = { as: 'reject' } as const;
    const posting = { type: 'settleHeld', by: 'clerk', guard: null } as const;
    const settled = ledger.commit({ ...posting, refusalId: oldest?.refusalId ?? 0, settlement });
    assert.notEqual(settled.outcome, 'refused', JSON.stringify(settled));
    hold('fell', 1, () => 'M1');
    assert.equal(countOf('rejected', 'fell'), 3);
  });
});
