import { AtFault } from './at-fault';
import { quoted } from './at-fields';
import type { CommandLanes } from './command-lanes';
import type { Schedule } from './byte-port';
import type { Unsolicited } from './unsolicited';

/** 3GPP TS 27.007 clause 7.15, the first parameter of +CUSD. */
const OUTCOMES = ['done', 'inputWanted', 'ended', 'otherClient', 'unsupported', 'networkTimeout'] as const;

export interface UssdAnswer {
  readonly outcome: (typeof OUTCOMES)[number];
  /** As the modem gave it, in the modem's character set. */
  readonly rawText: string;
  /** The coding scheme of 3GPP TS 23.038 clause 5, where the network told it. */
  readonly coding: number | null;
}

/** A menu may think for a while; no network keeps a session longer than this without a word. */
const ANSWER_MS = 60_000;
/** GSM 7-bit, language unspecified. */
const PLAIN_CODING = 15;

/** One USSD session at a time, as the network allows no more. */
export class UssdDesk {
  private waiting: { resolve(answer: UssdAnswer): void; reject(fault: AtFault): void } | null = null;
  private cancelTimer: () => void = () => undefined;

  constructor(
    private readonly lanes: CommandLanes,
    private readonly schedule: Schedule,
  ) {}

  /** Sends a code or, when the last answer wanted one, a reply; `rawText` is in the modem's character set. */
  async ask(rawText: string): Promise<UssdAnswer> {
    if (this.waiting) throw new AtFault('invalid', 'a USSD code is under way already');
    const line = `AT+CUSD=1,${quoted(rawText, 'a USSD code')},${PLAIN_CODING}`;
    const answer = new Promise<UssdAnswer>((resolve, reject) => {
      this.waiting = { resolve, reject };
    });
    try {
      // The answer may come before the OK of the command does.
      const refused = this.lanes.run('ask', line).then(() => this.startTimer());
      const [heard] = await Promise.all([answer, refused]);
      return heard;
    } catch (thrown) {
      if (thrown instanceof AtFault && thrown.kind === 'silent') await this.cancel();
      throw thrown;
    } finally {
      this.cancelTimer();
      this.waiting = null;
    }
  }

  /** Ends a session that waits for input. */
  async cancel(): Promise<void> {
    await this.lanes.run('ask', 'AT+CUSD=2').catch((thrown: unknown) => {
      if (!(thrown instanceof AtFault)) throw thrown;
    });
  }

  onUnsolicited(message: Unsolicited): void {
    if (message.kind !== 'ussd') return;
    const { status, text, coding } = message;
    this.waiting?.resolve({ outcome: OUTCOMES[status] ?? 'ended', rawText: text, coding });
  }

  /** A session does not outlive the modem's start. */
  onModemLost(fault: AtFault): void {
    this.waiting?.reject(fault);
  }

  private startTimer(): void {
    const { waiting } = this;
    if (!waiting) return;
    this.cancelTimer = this.schedule.after(ANSWER_MS, () =>
      waiting.reject(new AtFault('silent', 'the network did not answer the USSD code')),
    );
  }
}
