import { isCodeOf } from '../lib/payment/receipt-seal';
import { receiptHtml, receiptPage } from '../lib/payment/receipt-page';
import { receiptSms } from '../lib/payment/receipt-text';
import { sealOfPayment, type Receipt } from '../lib/payment/receipt';
import type { MoneyBackRecord } from '../lib/payment/payment';
import { COUNTER, type PaymentRequest } from '../lib/payment/payment-request';
import type { TopUpSettings } from '../lib/payment/top-up-settings';
import { isFromGateway, readSmsPayment } from '../lib/payment/sms-patterns';
import type { Site } from '../lib/site/site';
import { errorText } from '../lib/text/to-error';
import { orThrow, PaymentRefused, sha256, type PaymentDesk, type Taken } from './payment-desk';
import { heldProblem, waitingProblem, type Problem } from './problems';

/** What a request led to: an answer for whoever asked, and what staff should know. */
export interface Reply {
  answer: object;
  problems: Problem[];
}

const MAX_LISTED = 1_000;
/** So many sales of a list are on their way to the guard at once. */
const SALES_AT_ONCE = 200;

type RequestOf<Kind extends PaymentRequest['kind']> = PaymentRequest & { kind: Kind };

/** Does what people and other systems ask for at the counter. */
export class RequestDesk {
  constructor(
    private readonly site: Site,
    private readonly desk: PaymentDesk,
    private readonly settings: TopUpSettings,
  ) {}

  /** One line per kind: the compiler sees that none is missing. */
  async take(request: PaymentRequest): Promise<Reply> {
    switch (request.kind) {
      case 'payment':
        return this.takePayment(request);
      case 'csv':
        return this.takeSales(request);
      case 'assign':
        return this.assign(request);
      case 'moneyBack':
        return this.giveBack(request);
      case 'settleMoneyBack':
        return this.settleBack(request);
      case 'debt':
        orThrow(await this.site.post({ ...request, type: 'openDebt' }));
        return reply({ kind: 'debts', debts: this.site.store.debts(request.accountId) });
      case 'receipt':
        return this.findReceipt(request);
      case 'checkReceipt':
        return this.checkReceipt(request);
      case 'held':
        return this.listHeld();
    }
  }

  /** A text of a mobile-money gateway. */
  async takeText(from: string, text: string): Promise<Reply> {
    const { gateway } = this.settings;
    const content = `${from}: ${text}`;
    if (!gateway) throw new PaymentRefused('choose a gateway in this node to take payments by text');
    if (!isFromGateway(gateway.gateway, from))
      return noPayment({ kind: 'sms', problem: 'the text is from somebody else than the gateway', content });
    const told = readSmsPayment(text, gateway.patterns);
    if (!told) return noPayment({ kind: 'sms', problem: 'the text of the gateway fits no pattern', content });
    const { channel } = gateway.gateway;
    return this.replyTo(await this.desk.take({ told, channel, source: 'sms', by: '' }, false));
  }

  private async takePayment({ channel, told, by }: RequestOf<'payment'>): Promise<Reply> {
    const source = channel === COUNTER ? 'counter' : 'message';
    return this.replyTo(await this.desk.take({ told, channel, source, by }, true));
  }

  /** Each sale by itself: a wrong one must not keep an honest customer of the same agent in the dark. */
  private async takeSales({ channel, sales, by }: RequestOf<'csv'>): Promise<Reply> {
    const problems: Problem[] = [];
    const refused: { reference: string; problem: string }[] = [];
    const counts = { credited: 0, held: 0, waiting: 0 };
    for (let at = 0; at < sales.length; at += SALES_AT_ONCE) {
      const some = sales.slice(at, at + SALES_AT_ONCE).map(async (told) => {
        try {
          const taken = await this.desk.take({ told, channel, source: 'csv', by }, false);
          counts[taken.state] += 1;
          problems.push(...problemsOf(taken));
        } catch (error) {
          if (!(error instanceof PaymentRefused)) throw error;
          refused.push({ reference: told.reference, problem: errorText(error) });
        }
      });
      await Promise.all(some);
    }
    return { answer: { kind: 'sales', channel, total: sales.length, ...counts, refused }, problems };
  }

  private async assign(request: RequestOf<'assign'>): Promise<Reply> {
    orThrow(await this.site.post({ ...request, type: 'assignPayment' }));
    const payment = this.desk.stored(request.channel, request.reference);
    return this.replyTo(await this.desk.bringOn(payment));
  }

  private async giveBack(request: RequestOf<'moneyBack'>): Promise<Reply> {
    const { back: kind, reference } = request;
    const { secondPersonAboveMicros } = this.settings;
    orThrow(
      await this.site.post({
        type: 'moneyBack',
        request: { ...request, kind },
        secondPersonAboveMicros,
        guard: null,
      }),
    );
    return this.moneyBackReply(reference);
  }

  private async settleBack({ reference, verdict, by }: RequestOf<'settleMoneyBack'>): Promise<Reply> {
    orThrow(await this.site.post({ type: 'settleMoneyBack', reference, verdict, by, guard: null }));
    return this.moneyBackReply(reference);
  }

  private moneyBackReply(reference: string): Reply {
    const back = this.site.store.moneyBack(reference);
    if (!back) throw new Error(`the ledger did not store ${reference}`);
    const balanceMicros = this.site.store.balanceOf(back.accountId);
    const answer = { ...back, kind: 'moneyBack', back: back.kind, balanceMicros };
    return { answer, problems: back.state === 'waiting' ? [secondPerson(back)] : [] };
  }

  private async findReceipt({ channel, reference }: RequestOf<'receipt'>): Promise<Reply> {
    const payment = this.desk.stored(channel, reference);
    if (payment.creditedMs === null) return reply({ kind: 'payment', state: 'waiting', payment });
    const receipt = await this.desk.receiptOf(payment);
    return reply(this.receiptAnswer({ state: 'credited', payment, receipt }));
  }

  /** Genuine is what the ledger has under this number with this code; the code is made anew from what it says. */
  private checkReceipt({ number, code }: RequestOf<'checkReceipt'>): Reply {
    const payment = this.site.store.paymentByNumber(number);
    const seal = payment && sealOfPayment(payment, sha256);
    const isGenuine = typeof seal === 'string' && isCodeOf(seal, code);
    return reply({ kind: 'checkedReceipt', number, isGenuine, payment: isGenuine ? payment : null });
  }

  private listHeld(): Reply {
    const { store } = this.site;
    const payments = store.heldPayments(MAX_LISTED);
    return reply({ kind: 'held', payments, moneyBack: store.waitingMoneyBack(MAX_LISTED) });
  }

  private replyTo(taken: Taken): Reply {
    const { state, payment } = taken;
    const answer =
      taken.state === 'credited' ? this.receiptAnswer(taken) : { kind: 'payment', state, payment };
    return { answer, problems: problemsOf(taken) };
  }

  private receiptAnswer({ state, payment, receipt }: Taken & { state: 'credited' }): object {
    const language = this.site.store.accountCard(payment.accountId)?.language ?? 'en';
    const texts = textsOf(receipt, language);
    // The receipt is there once, as an object.
    return {
      kind: 'payment',
      state,
      payment: { ...payment, receipt: null },
      receipt: { ...receipt, ...texts },
    };
  }
}

function textsOf(receipt: Receipt, language: string): { sms: string; html: string; page: string } {
  return {
    sms: receiptSms(receipt),
    html: receiptHtml(receipt, language),
    page: receiptPage(receipt, language),
  };
}

function problemsOf(taken: Taken): Problem[] {
  if (taken.state === 'held') return [heldProblem(taken.payment, taken.problem)];
  return taken.state === 'waiting' ? [waitingProblem(taken.payment)] : [];
}

function secondPerson(back: MoneyBackRecord): Problem {
  return {
    kind: 'second person',
    problem: `${back.kind} ${back.reference} waits for another person than ${back.askedBy}`,
    moneyBack: back,
  };
}

function noPayment(problem: Problem): Reply {
  return { answer: { kind: 'none', problem: problem.problem }, problems: [problem] };
}

function reply(answer: object): Reply {
  return { answer, problems: [] };
}
