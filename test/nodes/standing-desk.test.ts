import assert from 'node:assert/strict';
import { StandingDesk } from '../../nodes/balance-guard/standing-desk';
import type { Posting } from '../../nodes/lib/ledger/posting';
import type { Site } from '../../nodes/lib/site/site';
import { keepSupply } from '../lib/io/sqlite/ledger-fixture';

/** What the desk asks of a site, with meters of which some cannot be charged. */
class DueSite {
  readonly posted: string[] = [];
  readonly prices = { forgetAll: () => undefined };
  readonly storeFault = null;
  readonly store = {
    dueReratings: (limit: number) => this.reratings.slice(0, limit),
    dueAccruals: (_nowMs: number, limit: number) => this.accruals.slice(0, limit),
  };

  constructor(
    private reratings: number[],
    private accruals: number[],
    private readonly isBad: (meterKey: number) => boolean,
  ) {}

  nowMs(): number {
    return 0;
  }

  post(posting: Posting): Promise<{ outcome: 'recorded' }> {
    if (posting.type !== 'rerate' && posting.type !== 'accrual') throw new Error(posting.type);
    const { type, meterKey } = posting;
    this.posted.push(`${type} ${meterKey}`);
    if (this.isBad(meterKey)) return Promise.reject(new Error(`meter ${meterKey} cannot be charged`));
    if (type === 'rerate') this.reratings = this.reratings.filter((key) => key !== meterKey);
    else this.accruals = this.accruals.filter((key) => key !== meterKey);
    return Promise.resolve({ outcome: 'recorded' });
  }
}

function keys(count: number): number[] {
  return Array.from({ length: count }, (_, index) => index + 1);
}

describe('the desk for standing charges', () => {
  it('charges every meter that can be charged, tries each other one once, and then says why', async () => {
    const site = new DueSite(keys(40), keys(500), (meterKey) => meterKey <= 12);
    const desk = new StandingDesk(site as unknown as Site, keepSupply);
    await assert.rejects(
      desk.chargeDue(() => undefined),
      /meter 1 cannot be charged/,
    );
    assert.equal(site.posted.length, new Set(site.posted).size);
    assert.equal(site.posted.length, 540);
  });

  it('says nothing when all is well', async () => {
    const site = new DueSite(keys(3), keys(3), () => false);
    await new StandingDesk(site as unknown as Site, keepSupply).chargeDue(() => undefined);
    assert.equal(site.posted.length, 6);
  });
});
