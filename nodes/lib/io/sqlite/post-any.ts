import type { Posting } from '../../ledger/posting';
import type { Batch } from './commit-batch';
import type { ClockPoster } from './post-clock';
import type { DebtBook } from './debt-book';
import type { ChargePoster, ResultOrLater } from './post-charge';
import type { HeldPoster } from './post-held';
import type { MeterPoster } from './post-meters';
import type { MoneyBackPoster } from './post-money-back';
import type { NoticePoster } from './post-notices';
import type { PaymentPoster } from './post-payment';
import type { PolicyPoster } from './post-policy';
import type { RecordPoster } from './post-records';
import type { RelayPoster } from './post-relay';
import type { StandingPoster } from './post-standing';
import type { TariffPoster } from './post-tariff';
import type { TopUpPoster } from './post-top-up';

/** Whoever writes the postings of one part of the ledger. */
export interface Posters {
  readonly charges: ChargePoster;
  readonly standing: StandingPoster;
  readonly topUps: TopUpPoster;
  readonly payments: PaymentPoster;
  readonly moneyBacks: MoneyBackPoster;
  readonly debts: DebtBook;
  readonly meters: MeterPoster;
  readonly held: HeldPoster;
  readonly tariffs: TariffPoster;
  readonly records: RecordPoster;
  readonly relays: RelayPoster;
  readonly policies: PolicyPoster;
  readonly notices: NoticePoster;
  readonly clock: ClockPoster;
}

/** One line per type: the compiler sees that none is missing. */
export function postWith(posters: Posters, batch: Batch, posting: Posting): ResultOrLater {
  switch (posting.type) {
    case 'charge':
      return posters.charges.charge(batch, posting);
    case 'accrual':
      return posters.standing.accrual(batch, posting);
    case 'rerate':
      return posters.standing.rerate(batch, posting);
    case 'topUp':
      return posters.topUps.topUp(batch, posting);
    case 'receivePayment':
      return posters.payments.receive(batch, posting);
    case 'assignPayment':
      return posters.payments.assign(batch, posting);
    case 'acknowledgePayment':
      return posters.payments.acknowledge(batch, posting);
    case 'moneyBack':
      return posters.moneyBacks.ask(batch, posting);
    case 'settleMoneyBack':
      return posters.moneyBacks.settle(batch, posting);
    case 'openDebt':
      return posters.debts.open(batch, posting);
    case 'approveTariff':
      return posters.tariffs.approve(batch, posting);
    case 'feedPrices':
      return posters.tariffs.addPrices(batch, posting);
    case 'register':
      return posters.meters.register(batch, posting);
    case 'closeMeter':
      return posters.meters.close(batch, posting);
    case 'settleHeld':
      return posters.held.settle(batch, posting);
    case 'refusal':
      return posters.records.refusal(batch, posting);
    case 'relayReport':
      return posters.relays.report(batch, posting);
    case 'relayProgress':
      return posters.relays.progress(batch, posting);
    case 'relayRenew':
      return posters.relays.renew(batch, posting);
    case 'relayLock':
      return posters.relays.lock(batch, posting);
    case 'look':
      return posters.policies.look(batch, posting);
    case 'explain':
      return posters.policies.explain(batch, posting);
    case 'accountPolicy':
      return posters.policies.change(batch, posting);
    case 'noticeDelivered':
      return posters.policies.delivered(batch, posting);
    case 'demandOrder':
      return posters.policies.order(batch, posting);
    case 'withdrawOrder':
      return posters.policies.withdrawOrder(batch, posting);
    case 'groupPolicy':
      return posters.policies.groupPolicy(batch, posting);
    case 'sitePolicy':
      return posters.policies.sitePolicy(batch, posting);
    case 'clock':
      return posters.clock.note(batch, posting);
    case 'noticesHanded':
    case 'changeContact':
    case 'planNotices':
    case 'noticeStep':
    case 'calendarNotice':
    case 'weekUse':
    case 'summary':
      return posters.notices.post(batch, posting);
  }
}
