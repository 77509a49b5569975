import type { Posting, PostingResult } from '../lib/ledger/posting';
import type { PolicyRequest, ReleaseOf } from '../lib/ledger/policy-request';
import type { QuarantinedAccount } from '../lib/ledger/store';
import type { SupplyGuard } from '../lib/policy/supply-guard';
import { whyInWords, type FigureWriter, type Why } from '../lib/policy/why';
import type { Site } from '../lib/site/site';
import { timeWriter } from '../lib/time/time-text';
import { accountPayload } from './account-payload';
import { newResult, type DeskResult } from './ledger-desk';

/** What a request led to, and what is said to whoever asked. */
export interface DeskAnswer extends DeskResult {
  answer: object;
}

/** So many accounts are released in one commit. */
const RELEASES_PER_COMMIT = 200;
/** More wait than anybody reads; they are released in rounds. */
const MAX_RELEASED = 1_000_000;

type RequestOf<Kind extends PolicyRequest['kind']> = PolicyRequest & { kind: Kind };

/** Does what people and other nodes ask of the policy. */
export class PolicyDesk {
  constructor(
    private readonly site: Site,
    private readonly guard: SupplyGuard,
  ) {}

  /** One line per kind: the compiler sees that none is missing. */
  async take(request: PolicyRequest): Promise<DeskAnswer> {
    switch (request.kind) {
      case 'why':
        return this.why(request);
      case 'quarantine':
        return answered({
          timeZone: this.site.timeZone,
          quarantine: this.site.store
            .quarantined(request.limit)
            .map((account) => quarantineAnswer(account, this.site.writeMoney(account.balanceMicros))),
        });
      case 'change':
        return this.change(request);
      case 'release':
        return this.release(request);
      case 'order':
        await this.post({ type: 'demandOrder', order: request.order, guard: this.guard });
        return answered({ orderId: request.order.orderId, state: 'given' });
      case 'withdrawOrder':
        await this.post({ type: 'withdrawOrder', orderId: request.orderId, by: request.by });
        return answered({ orderId: request.orderId, state: 'withdrawn' });
      case 'groupPolicy': {
        const { groupId, override, by } = request;
        await this.post({ type: 'groupPolicy', groupId, override, by, guard: this.guard });
        return answered({ groupId, policy: override });
      }
      case 'delivered': {
        const { noticeId, deliveredMs } = request;
        const result = await this.post({ type: 'noticeDelivered', noticeId, deliveredMs, guard: this.guard });
        return { ...this.collected([result]), answer: { noticeId, deliveredMs } };
      }
    }
  }

  /** Decided anew, so that the figures are those of this moment; then the decisions that were other than those before. */
  private async why({ accountId, limit }: RequestOf<'why'>): Promise<DeskAnswer> {
    const result = await this.post({ type: 'explain', accountId, guard: this.guard });
    const write: FigureWriter = {
      money: (amount) => this.site.writeMoney(amount),
      time: timeWriter(this.site.timeZone),
    };
    const inWords = (why: Why): object => ({
      ...why,
      staff: whyInWords(why, 'staff', write),
      customer: whyInWords(why, 'customer', write),
    });
    const now = result.outcome === 'committed' ? result.why : undefined;
    const before = this.site.store.whys(accountId, limit).map(inWords);
    const done = this.collected([result]);
    // A question is no news of the account, unless the look at it changed something.
    const isNews = done.relays.length > 0 || done.notices.length > 0;
    const accounts = isNews ? done.accounts : [];
    return { ...done, accounts, answer: { accountId, why: now ? inWords(now) : null, before } };
  }

  private async change({ accountId, change, by }: RequestOf<'change'>): Promise<DeskAnswer> {
    const result = await this.post({ type: 'accountPolicy', accountId, change, by, guard: this.guard });
    const done = this.collected([result]);
    if (change.as !== 'emergency') {
      const { as, ...said } = change;
      const answer = change.as === 'ownLimits' ? { ownLimits: change.limits } : said;
      return { ...done, answer: { accountId, done: as, ...answer } };
    }
    const emergency = result.outcome === 'committed' ? result.emergency : undefined;
    // An account may have another amount than the site, and its notice says which.
    const notice = done.notices.find(({ kind }) => kind === 'emergency-credit');
    const amountMicros = notice ? notice.data['amountMicros'] : this.guard.policy.emergency.amountMicros;
    const noticeId = notice?.noticeId ?? null;
    return { ...done, answer: { accountId, emergency: emergency ?? 'refused', amountMicros, noticeId } };
  }

  private async release({ step, of, by }: RequestOf<'release'>): Promise<DeskAnswer> {
    const accountIds = this.waiting(of);
    const results: PostingResult[] = [];
    for (let at = 0; at < accountIds.length; at += RELEASES_PER_COMMIT) {
      const some = accountIds.slice(at, at + RELEASES_PER_COMMIT);
      const change = { as: step };
      results.push(
        ...(await Promise.all(
          some.map((accountId) =>
            this.post({ type: 'accountPolicy', accountId, change, by, guard: this.guard }),
          ),
        )),
      );
    }
    return { ...this.collected(results), answer: { done: step, accounts: accountIds.length, by } };
  }

  private waiting(of: ReleaseOf): string[] {
    if ('accountIds' in of) return of.accountIds;
    return this.site.store.quarantined(MAX_RELEASED).map(({ accountId }) => accountId);
  }

  private async post(posting: Posting): Promise<PostingResult> {
    const result = await this.site.post(posting);
    if (result.outcome === 'refused')
      throw new RangeError(`${result.field} "${result.value}": ${result.reason}`);
    return result;
  }

  private collected(results: readonly PostingResult[]): DeskResult {
    const done = newResult();
    for (const result of results) {
      if (result.outcome !== 'committed') continue;
      done.accounts.push(accountPayload(this.site, result.account, ''));
      done.relays.push(...result.relays);
      done.notices.push(...result.notices);
    }
    return done;
  }
}

function answered(answer: object): DeskAnswer {
  return { ...newResult(), answer };
}

function quarantineAnswer(
  { accountId, name, balanceMicros, rule, sinceMs, askedBy, released }: QuarantinedAccount,
  balance: string,
): object {
  const releasedBy = released?.by ?? null;
  return { accountId, name, balanceMicros, balance, rule, sinceMs, askedBy, releasedBy };
}
