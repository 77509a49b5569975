import assert from 'node:assert/strict';
import type { PrepaidMessage } from '../../nodes/lib/meter/prepaid-message';
import type { NoticeChannel } from '../../nodes/lib/notice/notice';
import { Site } from '../../nodes/lib/site/site';
import { localDays } from '../../nodes/lib/time/local-days';
import { NoticeDesk, type NoticeEvent } from '../../nodes/prepaid-notices/notice-desk';
import { LedgerFixture, registration, topUpOf } from '../lib/io/sqlite/ledger-fixture';

const MINUTE_MS = 60_000;
const MAIL: NoticeChannel = 'email';

/** A ledger that outlives the nodes that deliver from it. */
class Utility {
  readonly ledger = new LedgerFixture();
  readonly handed: PrepaidMessage[] = [];
  readonly events: NoticeEvent[] = [];
  monotonicMs = 0;

  constructor() {
    const house = { ...registration(1), channel: MAIL, email: 'asha@example.org' };
    this.ledger.commit({ type: 'register', registration: house, by: 'staff' });
  }

  /** As a process begins, or a node is made anew. */
  start(): NoticeDesk {
    const { ledger } = this;
    const site = new Site({
      store: ledger.store,
      clock: { rate: 1, nowMs: () => ledger.nowMs },
      timeZone: 'UTC',
      money: { currency: 'NPR', decimals: 2 },
      siteName: '',
      ownTexts: {},
      office: { phone: '', email: '', language: 'en' },
      dataFolder: ledger.folder,
      chainLimits: { maxFutureMs: 1, maxPowerW: 1 },
      monotonicMs: () => this.monotonicMs,
      schedule: (run) => {
        const timer = setImmediate(run);
        return () => clearImmediate(timer);
      },
      isItemFault: () => false,
      onThrown: (error) => assert.fail(error),
      receiptPrefix: 'r-',
    });
    const open = new Set<NoticeChannel>(['email']);
    const rules = { channel: MAIL, open, busy: new Set<NoticeChannel>(), underWay: () => 0, quiet: null };
    return new NoticeDesk(site, {
      siteName: '',
      mqttPrefix: 'p',
      pageOf: () => null,
      rules: () => ({ ...rules, days: localDays('UTC') }),
      hand: (_, message) => void this.handed.push(message),
      tell: (event) => void this.events.push(event),
      onUnwired: (channel) => assert.fail(channel),
    });
  }

  /** Money comes in, and the customer is to be thanked. */
  pay(reference: string): number {
    this.ledger.commit(topUpOf('A1', 1_000_000, reference));
    const [notice] = this.ledger.store.recentNotices(1);
    return notice!.noticeId;
  }

  pass(ms: number): void {
    this.ledger.nowMs += ms;
    this.monotonicMs += ms;
  }

  stateOf(noticeId: number): [state: string | undefined, reason: string | undefined] {
    const known = this.ledger.store.notices.delivery(noticeId);
    return [known?.delivery.state, known?.delivery.reason];
  }
}

const UNKNOWN = ['unconfirmed', 'a restart came before anybody said whether it was sent'];

describe('notices that a restart meets', () => {
  let utility: Utility;
  beforeEach(() => {
    utility = new Utility();
  });
  afterEach(() => utility.ledger.dispose());

  const handOver = async (desk: NoticeDesk, reference: string): Promise<number> => {
    const noticeId = utility.pay(reference);
    await desk.take([utility.ledger.store.notices.notice(noticeId)!]);
    return noticeId;
  };

  it('are not known to have been sent, and are not sent again: staff are told within a minute', async () => {
    const noticeId = await handOver(utility.start(), 'r1');
    assert.equal(utility.handed.length, 1);
    utility.pass(20);
    const desk = utility.start();
    utility.pass(MINUTE_MS - 1);
    await desk.settleEarlier();
    assert.equal(utility.stateOf(noticeId)[0], 'handed', 'its word may still come');
    utility.pass(1);
    await desk.settleEarlier();
    assert.deepEqual(utility.stateOf(noticeId), UNKNOWN);
    assert.deepEqual(
      utility.ledger.store.notices.unconfirmed(10).map(({ notice }) => notice.noticeId),
      [noticeId],
    );
    assert.equal(utility.events.at(-1)?.event, 'unconfirmed');
    utility.pass(100 * MINUTE_MS);
    await desk.deliver();
    assert.equal(utility.handed.length, 1, 'never twice');
  });

  it('are believed when the word comes all the same, early or late', async () => {
    const first = utility.start();
    const ids = [await handOver(first, 'r1'), await handOver(first, 'r2')];
    utility.pass(20);
    const desk = utility.start();
    const sent = { messageId: null, attempt: 1, word: { state: 'sent' as const, reason: '' } };
    await desk.hear({ noticeId: ids[0]!, ...sent });
    utility.pass(MINUTE_MS);
    await desk.settleEarlier();
    assert.deepEqual(
      ids.map((id) => utility.stateOf(id)[0]),
      ['sent', 'unconfirmed'],
    );
    await desk.hear({ noticeId: ids[1]!, ...sent });
    assert.deepEqual(utility.stateOf(ids[1]!), ['sent', '']);
    assert.deepEqual(utility.ledger.store.notices.unconfirmed(10), []);
  });

  it('are told of once; what was handed over since waits its hour', async () => {
    const first = utility.start();
    const before: number[] = [];
    for (let number = 0; number < 130; number += 1) before.push(await handOver(first, `b${number}`));
    utility.pass(20);
    const desk = utility.start();
    const since = await handOver(desk, 'r2');
    utility.pass(MINUTE_MS);
    await desk.settleEarlier();
    await desk.settleEarlier();
    assert.ok(before.every((id) => utility.stateOf(id)[0] === 'unconfirmed'));
    assert.equal(utility.stateOf(since)[0], 'handed');
    assert.equal(utility.events.filter(({ event }) => event === 'unconfirmed').length, 130);
    utility.pass(60 * MINUTE_MS);
    await desk.deliver();
    assert.deepEqual(utility.stateOf(since), ['unconfirmed', 'nobody said what became of it']);
  });

  it('go out after it when they are known not to have left', async () => {
    const first = utility.start();
    const noticeId = utility.pay('r1');
    const taking = first.take([utility.ledger.store.notices.notice(noticeId)!]);
    // The stop comes while the step is on its way to the disk.
    while (utility.ledger.store.notices.delivery(noticeId) === undefined)
      await new Promise((resolve) => setImmediate(resolve));
    await Promise.all([first.stop(), taking]);
    assert.deepEqual([utility.stateOf(noticeId)[0], utility.handed.length], ['waiting', 0]);
    await utility.start().deliver();
    assert.deepEqual([utility.stateOf(noticeId)[0], utility.handed.length], ['handed', 1]);
  });
});
