import type { PrepaidMessage } from '../../nodes/lib/meter/prepaid-message';
import { RunningFlow } from './running-flow';

/** A node that delivers notices at any hour, with a helper at each of its outputs. */
export const NOTICES = {
  id: 'notices',
  type: 'prepaid-notices',
  site: 'site',
  quietFrom: '00:00',
  quietTo: '00:00',
  country: 'NP',
  wires: [['sms'], ['mail'], ['mqtt'], ['event']],
};
export const REST = [
  { id: 'register', type: 'prepaid-register', site: 'site', wires: [['registered']] },
  { id: 'guard', type: 'balance-guard', site: 'site', wires: [[], [], ['notices']] },
  ...['registered', 'sms', 'mail', 'mqtt', 'event', 'error'].map((id) => ({ id, type: 'helper' })),
  { id: 'catch', type: 'catch', scope: null, uncaught: false, wires: [['error']] },
];
export const NUMBER = '+9779800000001';
export const CUSTOMER = {
  accountId: 'A1',
  name: 'Asha',
  meterId: 'M1',
  phone: '9800000001',
  language: 'en',
};

export type Fields = Record<string, unknown>;
export const payloadOf = (message: PrepaidMessage): Fields => message.payload as Fields;

/** A flow in which customers are told something. */
export class NoticeFlow {
  /** What came out of the output for events, since the start. */
  heard: Fields[] = [];

  private constructor(readonly running: RunningFlow) {}

  static async open(): Promise<NoticeFlow> {
    return new NoticeFlow(await RunningFlow.open());
  }

  /** Starts it with one customer; each part can be changed. */
  async start(changes: object = {}, customer: object = {}, site: object = {}, rest = REST): Promise<void> {
    const { running } = this;
    await running.start([running.site(site), { ...NOTICES, ...changes }, ...rest]);
    this.heard = [];
    running
      .node('event')
      .on('input', (message) => void this.heard.push(payloadOf(message as PrepaidMessage)));
    await running.ask('register', { payload: { ...CUSTOMER, ...customer } }, 'registered');
  }

  pay(reference: string): void {
    const topUp = { accountId: 'A1', amount: '50.00', reference, channel: 'cash' };
    this.running.send('guard', { payload: { topUp } });
  }

  stateOf(noticeId: unknown): unknown {
    return this.running.ledger.store.notices.delivery(noticeId as number)?.delivery.state;
  }

  /** The first event of this name, now or soon. */
  async eventOf(event: string): Promise<Fields> {
    for (;;) {
      const known = this.heard.find((one) => one['event'] === event);
      if (known) return known;
      await this.running.next('event');
    }
  }
}
