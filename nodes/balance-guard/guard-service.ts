import { parsePolicyRequest, type PolicyRequest } from '../lib/ledger/policy-request';
import type { Notice } from '../lib/notice/notice';
import type { SupplyGuard } from '../lib/policy/supply-guard';
import type { Site } from '../lib/site/site';
import { toPorts, type Ports } from './guard-ports';
import { LedgerDesk, type DeskResult } from './ledger-desk';
import { PolicyDesk } from './policy-desk';
import { StandingDesk } from './standing-desk';

export interface GuardServiceOptions {
  site: Site;
  guard: SupplyGuard;
  send: (ports: Ports) => void;
  onError: (error: Error) => void;
}

/** Notices that a stop kept from the flow are handed over at the next start, at most this many. */
const MAX_NOTICES_AT_START = 1_000;
/** Whoever delivers notices has taken one over by then. */
const TAKEN_OVER_MS = 10_000;
/** Who is named for a policy that comes from a node's settings. */
const BY_SETTINGS = 'balance-guard';

/** What a guard does besides readings and top-ups: it starts, answers, and looks after what time brings. */
export class GuardService {
  readonly desk: LedgerDesk;
  private readonly policies: PolicyDesk;
  private readonly standing: StandingDesk;
  private readonly marking = new Set<NodeJS.Timeout>();
  private stopTaking = (): void => undefined;

  constructor(private readonly options: GuardServiceOptions) {
    const { site, guard } = options;
    this.desk = new LedgerDesk(site, guard);
    this.policies = new PolicyDesk(site, guard);
    this.standing = new StandingDesk(site, guard);
  }

  /** To be called when the flow is complete, since things are sent into it. */
  start(): void {
    const { site, guard, send, onError } = this.options;
    this.stopTaking = site.offerGuard((payload) => this.takeRequest(payload));
    const { policy } = guard;
    site.submit({ type: 'sitePolicy', policy, by: BY_SETTINGS }, (error) => error && onError(error));
    const notices = site.claimNotices(MAX_NOTICES_AT_START);
    if (notices.length > 0) send([null, null, notices.map((notice) => ({ payload: notice }))]);
    this.handOver(notices);
  }

  stop(): void {
    this.stopTaking();
    for (const timer of this.marking) clearTimeout(timer);
    this.marking.clear();
  }

  /** What it led to leaves by its own outputs; the answer is for whoever asked. */
  async answer(request: PolicyRequest): Promise<object> {
    const { answer, ...result } = await this.policies.take(request);
    if (result.accounts.length > 0) this.give(result);
    return answer;
  }

  /** Everything that is due now without a message. */
  settleDue(): Promise<void> {
    return this.standing.settleDue((result) => this.give(result));
  }

  /**
   * Notices that have left are not sent again after a restart. Whoever delivers them stores that in the commit with
   * which they are taken over: until then they are only on a wire, and a crash must not lose them there. What a flow
   * keeps from delivery is stored as handed a little later.
   */
  handOver(notices: readonly Notice[]): void {
    if (notices.length === 0) return;
    const { site } = this.options;
    const noticeIds = notices.map(({ noticeId }) => noticeId);
    if (!site.deliversNotices) {
      this.markHanded(noticeIds);
      return;
    }
    const timer = setTimeout(() => {
      this.marking.delete(timer);
      this.markHanded(noticeIds);
    }, TAKEN_OVER_MS);
    timer.unref();
    this.marking.add(timer);
  }

  private markHanded(noticeIds: number[]): void {
    const { site, onError } = this.options;
    site.submit({ type: 'noticesHanded', noticeIds }, (error) => error && onError(error));
  }

  private give(result: DeskResult): void {
    this.options.send(toPorts({ payload: result.accounts }, result));
    this.handOver(result.notices);
  }

  private async takeRequest(payload: unknown): Promise<object> {
    const request = parsePolicyRequest(payload);
    if (!request) throw new RangeError('payload must be a request to a balance-guard, got something else');
    return this.answer(request);
  }
}
