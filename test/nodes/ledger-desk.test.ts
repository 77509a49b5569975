import assert from 'node:assert/strict';
import { LedgerDesk, type DeskResult } from '../../nodes/balance-guard/ledger-desk';
import type { PricedReading } from '../../nodes/lib/ledger/guard-input';
import type { Committed, Posting, PostingResult } from '../../nodes/lib/ledger/posting';
import type { PrepaidMessage } from '../../nodes/lib/meter/prepaid-message';
import type { Reading } from '../../nodes/lib/meter/reading';
import { Receipts } from '../../nodes/lib/meter/receipts';
import { micros } from '../../nodes/lib/money/micros';
import type { RelayIntent } from '../../nodes/lib/relay/relay-intent';
import type { Site } from '../../nodes/lib/site/site';
import { switchTo } from '../lib/policy/switch-to';

type Settle = (error: Error | null, result?: PostingResult) => void;

/** What the desk asks of a site, whose ledger answers when it is told to. */
class SlowSite {
  readonly receipts = new Receipts(1_000, 10);
  readonly submitted: Posting[] = [];
  readonly settles: Settle[] = [];

  submit(posting: Posting, settle: Settle): void {
    this.submitted.push(posting);
    this.settles.push(settle);
  }

  writeMoney(amount: number): string {
    return `INR ${amount}`;
  }

  giveBack({ prepaid }: PrepaidMessage, readings: readonly Reading[]): void {
    this.receipts.settle(prepaid?.receipt, readings.length, 'failed');
  }
}

const METERS = ['M1', 'M2', 'M3'];
const NO_GUARD = switchTo(null);

function priced(meterId: string): PricedReading {
  return {
    reading: { meterId, atMs: 60_000, energyWh: 20 },
    segment: { fromMs: 0, fromWh: 0, toMs: 60_000, toWh: 20 },
    charge: { tariffId: 'home', version: 1, amountMicros: micros(160), lines: [] },
  };
}

function committed(accountId: string, relays: RelayIntent[] = []): Committed {
  return {
    outcome: 'committed',
    account: {
      accountId,
      balanceMicros: micros(5),
      supply: 'on',
      daysLeft: null,
    },
    relays,
    notices: [],
  };
}

describe('the desk of the ledger', () => {
  let site: SlowSite;
  let answers: string[];
  let result: Promise<DeskResult>;

  beforeEach(() => {
    site = new SlowSite();
    answers = [];
    const receipt = site.receipts.issue(METERS.length, 0, (outcome) => answers.push(outcome));
    assert.ok(receipt);
    const desk = new LedgerDesk(site as unknown as Site, NO_GUARD);
    result = desk.takeReadings({ payload: [], prepaid: { receipt } }, METERS.map(priced));
  });

  const settle = (index: number, error: Error | null, answer?: PostingResult): void =>
    site.settles[index]?.(error, answer);

  it('posts each reading with its segment, its charge and the guard', () => {
    assert.deepEqual(
      site.submitted,
      METERS.map((meterId) => ({ type: 'charge', ...priced(meterId), guard: NO_GUARD })),
    );
  });

  it('answers the sender when the last reading of a frame is durable, and no sooner', async () => {
    settle(0, null, committed('A1'));
    settle(1, null, committed('A2'));
    assert.deepEqual(answers, []);
    settle(2, null, committed('A3'));
    assert.deepEqual(answers, ['durable']);
    assert.equal(site.receipts.size, 0);
    const { accounts, error } = await result;
    assert.equal(error, null);
    assert.deepEqual(
      accounts.map(({ accountId, meterId, balance }) => [accountId, meterId, balance]),
      METERS.map((meterId, index) => [`A${index + 1}`, meterId, 'INR 5']),
    );
  });

  for (const bad of [0, 2])
    it(`tells the sender of a failure at ${bad} once all of the frame has ended`, async () => {
      for (const index of METERS.keys()) {
        assert.deepEqual(answers, []);
        if (index === bad) settle(index, new Error('disk full'));
        else settle(index, null, committed('A'));
      }
      assert.deepEqual(answers, ['failed']);
      const { accounts, error } = await result;
      assert.equal(accounts.length, 2);
      assert.match(error?.message ?? '', /^1 of 3 readings are not billed: disk full$/);
    });

  it('hands on what single readings of a frame lead to, in their order', async () => {
    const cut = (meterId: string): RelayIntent => ({
      meterId,
      desired: 'off',
      reason: 'no-credit',
      commandId: `${meterId}-1`,
      version: 1,
    });
    settle(0, null, committed('A1', [cut('M1')]));
    settle(1, null, committed('A2'));
    settle(2, null, committed('A3', [cut('M3'), cut('M4')]));
    assert.deepEqual(
      (await result).relays.map(({ meterId }) => meterId),
      ['M1', 'M3', 'M4'],
    );
  });
});
