import assert from 'node:assert/strict';
import { StandingDesk } from '../../nodes/balance-guard/standing-desk';
import type { Posting, PostingResult } from '../../nodes/lib/ledger/posting';
import { refuse } from '../../nodes/lib/ledger/refusals';
import type { Site } from '../../nodes/lib/site/site';
import { switchTo } from '../lib/policy/switch-to';

/** What the desk asks of a site, with meters of which some cannot be charged. */
class DueSite {
  readonly posted: string[] = [];
  readonly prices = { forgetAll: () => undefined };
  readonly storeFault = null;
  readonly store = {
    dueReratings: (limit: number) => this.reratings.slice(0, limit),
    dueAccruals: (_nowMs: number, limit: number) => this.accruals.slice(0, limit),
    dueLooks: (_nowMs: number, limit: number) => this.looks.slice(0, limit),
  };

  constructor(
    private reratings: number[],
    private accruals: number[],
    private looks: number[],
    private readonly isBad: (meterKey: number) => boolean,
    private readonly isRefused = false,
  ) {}

  nowMs(): number {
    return 0;
  }

  post(posting: Posting): Promise<PostingResult> {
    const { type } = posting;
    if (type !== 'rerate' && type !== 'accrual' && type !== 'look') throw new Error(type);
    const due = type === 'look' ? posting.accountKey : posting.meterKey;
    this.posted.push(`${type} ${due}`);
    const reason = `meter ${due} cannot be charged`;
    if (this.isBad(due) && this.isRefused) return Promise.resolve(refuse('tariff', 'home', reason));
    if (this.isBad(due)) return Promise.reject(new Error(reason));
    const without = (keys: number[]): number[] => keys.filter((key) => key !== due);
    if (type === 'rerate') this.reratings = without(this.reratings);
    else if (type === 'accrual') this.accruals = without(this.accruals);
    else this.looks = without(this.looks);
    return Promise.resolve({ outcome: 'recorded' });
  }
}

function keys(count: number): number[] {
  return Array.from({ length: count }, (_, index) => index + 1);
}

describe('the desk for standing charges', () => {
  for (const how of ['fails', 'is refused'])
    it(`charges every meter that can be charged, tries one that ${how} once, and then says why`, async () => {
      const site = new DueSite(
        keys(40),
        keys(500),
        keys(300),
        (meterKey) => meterKey <= 12,
        how === 'is refused',
      );
      const desk = new StandingDesk(site as unknown as Site, switchTo(null));
      await assert.rejects(
        desk.settleDue(() => undefined),
        /meter 1 cannot be charged/,
      );
      assert.equal(site.posted.length, new Set(site.posted).size);
      assert.equal(site.posted.length, 840);
    });

  it('says nothing when all is well', async () => {
    const site = new DueSite(keys(3), keys(3), keys(3), () => false);
    await new StandingDesk(site as unknown as Site, switchTo(null)).settleDue(() => undefined);
    assert.equal(site.posted.length, 9);
  });
});
