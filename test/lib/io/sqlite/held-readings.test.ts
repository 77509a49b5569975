import assert from 'node:assert/strict';
import { verifyLedger } from '../../../../nodes/lib/io/sqlite/verify-ledger';
import type { PostingResult, Settlement } from '../../../../nodes/lib/ledger/posting';
import type { Reading } from '../../../../nodes/lib/meter/reading';
import { approvalOf, HOME_TARIFF, LedgerFixture, registration, START_MS } from './ledger-fixture';
import { LedgerRows } from './ledger-rows';
import { nameOf, ReadingFlow } from './reading-flow';

const MINUTE_MS = 60_000;
const MICROS_PER_WH = 8_000;
const LIMITS = { maxFutureMs: 5 * MINUTE_MS, maxPowerW: 12_000 };
/** What the register showed last before anything odd happened. */
const HEAD = { minute: 1, energyWh: 99_900, exportWh: 5_000 };

interface Sent {
  minute: number;
  energyWh: number;
  exportWh?: number;
}

interface Case {
  name: string;
  /** Sent one after the other behind the head; the first is the one that is settled. */
  sent: Sent[];
  reason: RegExp;
  settlement: Settlement;
  /** What the customer is billed for by the settlement. */
  billsWh: number;
  /** What the device sends next, and what that bills. */
  next: Sent & { billsWh: number };
  /** How many wait still. */
  leaves?: number;
}

const CASES: Case[] = [
  {
    name: 'a register of five digits that began again',
    sent: [{ minute: 2, energyWh: 60 }],
    reason: /the register fell/,
    settlement: { as: 'rollover', digits: 5, whPerDigit: 1 },
    billsWh: 160,
    next: { minute: 3, energyWh: 100, billsWh: 40 },
  },
  {
    name: 'a register of three digits of kWh that began again',
    sent: [{ minute: 2, energyWh: 0 }],
    reason: /the register fell/,
    settlement: { as: 'rollover', digits: 3, whPerDigit: 1_000 },
    billsWh: 900_100,
    next: { minute: 3, energyWh: 1, billsWh: 1 },
  },
  {
    name: 'a register that was set to zero',
    sent: [{ minute: 2, energyWh: 60 }],
    reason: /the register fell/,
    settlement: { as: 'reset' },
    billsWh: 60,
    next: { minute: 3, energyWh: 100, billsWh: 40 },
  },
  {
    name: 'a device that was replaced, with both registers known',
    sent: [{ minute: 2, energyWh: 60 }],
    reason: /the register fell/,
    settlement: { as: 'swap', closingWh: 99_950, openingWh: 10 },
    billsWh: 100,
    next: { minute: 3, energyWh: 61, billsWh: 1 },
  },
  {
    name: 'a device that was replaced when nobody read the old one',
    sent: [{ minute: 2, energyWh: 60 }],
    reason: /the register fell/,
    settlement: { as: 'swap', closingWh: null, openingWh: 10 },
    billsWh: 50,
    next: { minute: 3, energyWh: 60, billsWh: 0 },
  },
  {
    name: 'a device that was replaced by one that shows more',
    sent: [{ minute: 2, energyWh: 500_000 }],
    reason: /Wh in [\d.]+ min, its connection carries/,
    settlement: { as: 'swap', closingWh: 99_910, openingWh: 499_995 },
    billsWh: 15,
    next: { minute: 3, energyWh: 500_007, billsWh: 7 },
  },
  {
    name: 'a jump that is right',
    sent: [{ minute: 2, energyWh: 150_000 }],
    reason: /Wh in [\d.]+ min, its connection carries/,
    settlement: { as: 'accept' },
    billsWh: 50_100,
    next: { minute: 3, energyWh: 150_001, billsWh: 1 },
  },
  {
    name: 'a clock ahead that is right',
    sent: [{ minute: 90, energyWh: 99_990 }],
    reason: /the clock is ahead/,
    settlement: { as: 'accept' },
    billsWh: 90,
    next: { minute: 91, energyWh: 99_991, billsWh: 1 },
  },
  {
    name: 'a reading that is wrong: the next one closes the gap',
    sent: [{ minute: 2, energyWh: 150_000 }],
    reason: /Wh in [\d.]+ min, its connection carries/,
    settlement: { as: 'reject' },
    billsWh: 0,
    next: { minute: 3, energyWh: 99_925, billsWh: 25 },
  },
  {
    name: 'a reset, and the readings that were held behind it',
    sent: [
      { minute: 2, energyWh: 60 },
      { minute: 3, energyWh: 75 },
      { minute: 4, energyWh: 95 },
    ],
    reason: /the register fell/,
    settlement: { as: 'reset' },
    billsWh: 95,
    next: { minute: 5, energyWh: 100, billsWh: 5 },
  },
  {
    name: 'a reset, and leaves the next fall behind it for a person',
    sent: [
      { minute: 2, energyWh: 60 },
      { minute: 3, energyWh: 7 },
    ],
    reason: /the register fell/,
    settlement: { as: 'reset' },
    billsWh: 60,
    next: { minute: 4, energyWh: 70, billsWh: 10 },
    leaves: 1,
  },
  {
    name: 'a two-way meter whose registers were both set to zero',
    sent: [{ minute: 2, energyWh: 60, exportWh: 3 }],
    reason: /the register fell/,
    settlement: { as: 'reset' },
    billsWh: 60,
    next: { minute: 3, energyWh: 61, exportWh: 4, billsWh: 1 },
  },
  {
    name: 'an export register that began again by itself',
    sent: [{ minute: 2, energyWh: 99_930, exportWh: 4 }],
    reason: /the register fell/,
    settlement: { as: 'rollover', digits: 4, whPerDigit: 1 },
    billsWh: 30,
    next: { minute: 3, energyWh: 99_931, exportWh: 5, billsWh: 1 },
  },
];

describe('a held reading', () => {
  let ledger: LedgerFixture;
  let flow: ReadingFlow;
  const readingAt = ({ minute, energyWh, exportWh }: Sent): Reading => {
    const reading = { meterId: 'M1', atMs: START_MS + minute * MINUTE_MS, energyWh };
    return exportWh === undefined ? reading : { ...reading, exportWh };
  };
  const send = (sent: Sent, nowMinute = 5): void => {
    flow.send(readingAt(sent), START_MS + nowMinute * MINUTE_MS);
    flow.commit(START_MS);
  };
  const settle = (refusalId: number, settlement: Settlement, nowMinute = 100): PostingResult => {
    ledger.nowMs = START_MS + nowMinute * MINUTE_MS;
    return ledger.commit({ type: 'settleHeld', refusalId, settlement, by: 'clerk', guard: null });
  };
  const billedWh = (): number => (0 - (ledger.store.balanceOf('A1') ?? NaN)) / MICROS_PER_WH;
  const oldestHeld = (): number =>
    ledger.store.heldReadings(10)[0]?.refusalId ?? assert.fail('nothing is held');
  const assertSound = (): void => {
    verifyLedger(ledger.file, ({ check, fault }) => assert.equal(fault, null, check));
  };

  beforeEach(() => {
    ledger = new LedgerFixture();
    ledger.register(1);
    flow = new ReadingFlow(ledger.store, 'home', LIMITS);
    send({ minute: 0, energyWh: HEAD.energyWh, exportWh: HEAD.exportWh });
    send(HEAD);
  });
  afterEach(() => ledger.dispose());

  for (const { name, sent, reason, settlement, billsWh, next, leaves = 0 } of CASES) {
    it(`settles ${name}`, () => {
      for (const one of sent) send(one);
      assert.equal(billedWh(), 0, 'nothing is billed before a person has spoken');
      const held = ledger.store.heldReadings(10);
      assert.equal(held.length, sent.length);
      assert.match(held[0]?.reason ?? '', reason);
      const result = settle(oldestHeld(), settlement);
      assert.equal(result.outcome, settlement.as === 'reject' ? 'recorded' : 'committed');
      assert.equal(billedWh(), billsWh);
      assert.equal(ledger.store.heldReadings(10).length, leaves);
      // A device repeats what was not acknowledged, such as a reading that the process did not expect after a settlement.
      for (let tries = 0; tries < 2; tries += 1) send(next, next.minute);
      assert.ok(flow.acknowledged.has(nameOf(readingAt(next))));
      assert.equal(billedWh(), billsWh + next.billsWh);
      assertSound();
      const rows = new LedgerRows(ledger.file);
      const [told] = rows.all<{ who: string; action: string; subject: string; detail: string }>(
        "SELECT who, action, subject, detail FROM audit WHERE action LIKE 'settle%' ORDER BY audit_id",
      );
      const [kept] = rows.all<{ settled_as: string; settled_by: string }>(
        'SELECT settled_as, settled_by FROM refusal ORDER BY refusal_id',
      );
      rows.close();
      assert.deepEqual(
        [told?.who, told?.action, told?.subject],
        ['clerk', `settle as ${settlement.as}`, 'M1'],
      );
      assert.match(told?.detail ?? '', /"held":"\{/);
      assert.deepEqual(kept, { settled_as: settlement.as, settled_by: 'clerk' });
    });
  }

  const refusals: { name: string; energyWh: number; settlement: Settlement; field: string }[] = [
    {
      name: 'a rollover of fewer digits than the register had',
      energyWh: 60,
      settlement: { as: 'rollover', digits: 4, whPerDigit: 1 },
      field: 'digits',
    },
    {
      name: 'a rollover of no number of digits',
      energyWh: 60,
      settlement: { as: 'rollover', digits: 2.5, whPerDigit: 1 },
      field: 'digits',
    },
    {
      name: 'a swap of which the old device ended before its last reading',
      energyWh: 60,
      settlement: { as: 'swap', closingWh: 99_899, openingWh: 0 },
      field: 'closingWh',
    },
    {
      name: 'a swap to a device that began above what it shows',
      energyWh: 60,
      settlement: { as: 'swap', closingWh: 99_900, openingWh: 61 },
      field: 'energyWh',
    },
    { name: 'a fall as if it were right', energyWh: 60, settlement: { as: 'accept' }, field: 'energyWh' },
  ];
  for (const { name, energyWh, settlement, field } of refusals) {
    it(`is not settled as ${name}, and goes on waiting`, () => {
      send({ minute: 2, energyWh });
      const result = settle(oldestHeld(), settlement);
      assert.ok(result.outcome === 'refused');
      assert.equal(result.field, field);
      assert.equal(ledger.store.heldReadings(10).length, 1);
      assert.equal(billedWh(), 0);
      assert.equal(settle(oldestHeld(), { as: 'reset' }).outcome, 'committed');
      assert.equal(billedWh(), 60);
      assertSound();
    });
  }

  it('is settled once, and the earlier of two first', () => {
    send({ minute: 2, energyWh: 60 });
    send({ minute: 3, energyWh: 7 });
    const [first, second] = ledger.store.heldReadings(10);
    assert.ok(first && second);
    const early = settle(second.refusalId, { as: 'reset' });
    assert.ok(early.outcome === 'refused' && early.reason.includes('waits behind'));
    assert.equal(settle(first.refusalId, { as: 'reset' }).outcome, 'committed');
    const again = settle(first.refusalId, { as: 'reset' });
    assert.ok(again.outcome === 'refused' && again.reason.includes('settled already'));
    assert.equal(settle(second.refusalId, { as: 'reset' }).outcome, 'committed');
    assert.equal(billedWh(), 60 + 7);
    assertSound();
  });

  it('is not taken while it is in the future, whatever a person says of it', () => {
    send({ minute: 90, energyWh: 60 });
    for (const settlement of [{ as: 'accept' }, { as: 'reset' }] as const) {
      const result = settle(oldestHeld(), settlement, 89);
      assert.ok(result.outcome === 'refused' && result.field === 'atMs', settlement.as);
    }
    send({ minute: 7, energyWh: 99_950 }, 7);
    assert.equal(billedWh(), 50, 'the meter goes on');
    assertSound();
  });

  it('from before the first reading moves the beginning of the meter back', () => {
    send({ minute: 2, energyWh: 99_950 });
    ledger.commit({
      type: 'refusal',
      refusal: { kind: 'held', cause: 'early', field: 'atMs', value: '', reason: 'is early', meterId: 'M1' },
      source: 'test',
      content: JSON.stringify({
        meterId: 'M1',
        atMs: START_MS - 60 * MINUTE_MS,
        energyWh: 90_000,
        exportWh: 4_000,
      }),
    });
    assert.equal(settle(oldestHeld(), { as: 'accept' }).outcome, 'committed');
    assert.equal(billedWh(), 9_950);
    assertSound();
    // Between the two the meter's own late readings fit, and one more may be put before.
    send({ minute: -30, energyWh: 95_000 });
    assert.ok(flow.acknowledged.has(nameOf(readingAt({ minute: -30, energyWh: 95_000 }))));
    for (const [energyWh, outcome] of [
      [90_001, 'refused'],
      [80_000, 'committed'],
    ] as const) {
      ledger.commit({
        type: 'refusal',
        refusal: {
          kind: 'held',
          cause: 'early',
          field: 'atMs',
          value: '',
          reason: 'is early',
          meterId: 'M1',
        },
        source: 'test',
        content: JSON.stringify({ meterId: 'M1', atMs: START_MS - 90 * MINUTE_MS, energyWh }),
      });
      const held = ledger.store.heldReadings(10).at(-1);
      assert.equal(settle(held?.refusalId ?? 0, { as: 'accept' }).outcome, outcome);
    }
    assert.equal(billedWh(), 19_950);
    send({ minute: 6, energyWh: 99_960 }, 6);
    assert.equal(billedWh(), 19_960);
    ledger.commit(approvalOf({ ...HOME_TARIFF, version: 2 }, START_MS - 100 * MINUTE_MS));
    for (const meterKey of ledger.store.dueReratings(10))
      ledger.commit({ type: 'rerate', meterKey, guard: null });
    assert.equal(billedWh(), 19_960);
    assertSound();
  });

  it('of a meter that nobody knew opens it once it is registered', () => {
    const opening = { meterId: 'M2', atMs: START_MS, energyWh: 4_000 };
    flow.send(opening, START_MS);
    flow.commit(START_MS);
    const unregistered = settle(oldestHeld(), { as: 'accept' });
    assert.ok(unregistered.outcome === 'refused' && unregistered.field === 'meterId');
    const terms = { ...registration(2), tariffId: 'home' };
    ledger.commit({ type: 'register', registration: terms, by: 'staff' });
    assert.equal(settle(oldestHeld(), { as: 'accept' }).outcome, 'committed');
    assert.equal(ledger.store.balanceOf('A2'), 0);
    flow.send({ ...opening, atMs: START_MS + MINUTE_MS, energyWh: 4_011 }, START_MS);
    flow.commit(START_MS);
    assert.equal(ledger.store.balanceOf('A2'), -11 * MICROS_PER_WH);
    assertSound();
  });
});
