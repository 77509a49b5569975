import type { SubmitResult } from '../../../nodes/lib/modem/text-submit';
import { OutgoingDesk } from '../../../nodes/lib/sms/outgoing-desk';
import type { OutgoingLimits } from '../../../nodes/lib/sms/outgoing-queue';
import type { TextReport, TextRequest } from '../../../nodes/lib/sms/outgoing-text';
import { VirtualSchedule } from '../modem/virtual-schedule';
import { KeptRecords } from './kept-records';

const LIMITS: OutgoingLimits = {
  maxWaiting: 3,
  messagesPerHour: 3_600,
  burst: 10,
  monthlyBudget: null,
  urgentReserve: 0,
};
const RULES = {
  numbers: { country: 'NP', allowShortCodes: false },
  lists: { allow: [], deny: ['+97716'] },
};
export const REQUEST: TextRequest = {
  messageId: 'a',
  to: '9800000001',
  text: 'Hi',
  priority: 'normal',
  isFlash: false,
  wantsReport: false,
  validityMs: 3_600_000,
  maxParts: 4,
  owner: 'node',
  topic: '',
  subject: null,
};
export const PASSING: SubmitResult = { state: 'failed', reason: 'congestion', code: 42, mayRetry: true };
export const REFUSED: SubmitResult = { state: 'failed', reason: 'no', code: 21, mayRetry: false };
export const UNKNOWN: SubmitResult = { state: 'unknown', reason: 'silence' };

/** A desk in front of a modem that answers as the test says. */
export class OutgoingBench {
  readonly schedule = new VirtualSchedule();
  readonly sent: string[] = [];
  readonly told: TextReport[] = [];
  readonly errors: string[] = [];
  /** Whether anybody listens to what became of texts. */
  isHeard = true;
  answers: (SubmitResult | Promise<SubmitResult>)[] = [];
  onSubmit: () => void = () => undefined;
  desk: OutgoingDesk;

  constructor(
    public store = new KeptRecords(),
    private readonly limits: Partial<OutgoingLimits> = {},
  ) {
    this.desk = this.open();
  }

  /** A process that starts with what is on the disk. */
  open(): OutgoingDesk {
    this.desk = new OutgoingDesk({
      store: this.store,
      submitPdu: async (pdu) => {
        this.onSubmit();
        const answer = await (this.answers.shift() ?? {
          state: 'submitted',
          reference: this.sent.length + 1,
        });
        if (answer.state !== 'failed') this.sent.push(pdu);
        return answer;
      },
      wallMs: () => this.schedule.nowMs(),
      monthAt: (atMs) => `month ${Math.floor(atMs / 2_592_000_000)}`,
      after: (delayMs, run) => this.schedule.after(delayMs, run),
      rules: RULES,
      limits: { ...LIMITS, ...this.limits },
      tell: (report) => {
        if (this.isHeard) this.told.push(report);
        return this.isHeard;
      },
      onError: (error) => void this.errors.push(error.message),
    });
    return this.desk;
  }

  async started(): Promise<this> {
    await this.desk.start();
    this.desk.setOpen(true);
    return this;
  }

  submit(request: Partial<TextRequest> = {}): Promise<TextReport> {
    return this.desk.submit({ ...REQUEST, ...request });
  }

  states(messageId = 'a'): string[] {
    return this.told.filter((report) => report.messageId === messageId).map(({ state }) => state);
  }
}
