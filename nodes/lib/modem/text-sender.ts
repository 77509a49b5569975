import type { Schedule } from './byte-port';
import type { CommandLanes } from './command-lanes';
import { isCureDue } from './recovery-ladder';
import { ReferenceCheck } from './reference-check';
import { type SubmitResult, submitPdu } from './text-submit';

export interface SenderListener {
  /** The reference of a text that was reported as unknown came after all. */
  onLateReference(pdu: string, reference: number): void;
  /** So many texts in a row were not taken that the radio has to be suspected. */
  onLost(textsInRow: number): void;
}

/** Hands texts to the network and matches answers with texts, also those that come late. */
export class TextSender {
  private readonly references = new ReferenceCheck();
  private submitting = 0;
  private lostInRow = 0;
  private unknownPdu: string | null = null;
  /** Named while a text was under way that had not been answered in time. */
  private heardReference: number | null = null;

  constructor(
    private readonly lanes: CommandLanes,
    private readonly schedule: Schedule,
    private readonly listener: SenderListener,
  ) {}

  /** The PDU goes out at most once. */
  async submit(pdu: string, waitMs?: number): Promise<SubmitResult> {
    this.submitting += 1;
    const result = this.believed(await submitPdu(this.lanes, pdu, waitMs));
    this.submitting -= 1;
    this.unknownPdu = result.state === 'unknown' ? pdu : null;
    this.countLost(result);
    return result;
  }

  /** While a text is under way that follows an unknown one, nobody can tell whose reference it is. */
  onLateReference(reference: number): void {
    this.references.onLate(reference);
    if (this.submitting > 0) this.heardReference = this.unknownPdu === null ? reference : null;
    else if (this.unknownPdu !== null) {
      this.listener.onLateReference(this.unknownPdu, reference);
      this.unknownPdu = null;
    }
  }

  onReset(): void {
    this.references.onReset();
  }

  /** A text is called submitted only when the answer cannot be the late one to an earlier text. */
  private believed(result: SubmitResult): SubmitResult {
    const reference = this.heardReference;
    this.heardReference = null;
    const nowMs = this.schedule.nowMs();
    if (result.state === 'unknown') {
      // Its answer came just after it had been given up.
      if (reference !== null) return { state: 'submitted', reference };
      this.references.onSilence(nowMs);
    }
    if (result.state !== 'submitted' || this.references.isOurs(result.reference, nowMs)) return result;
    return { state: 'unknown', reason: 'the modem named a text that may be an earlier one' };
  }

  /** A network that takes nothing while the modem says all is well is most often a radio that hangs. */
  private countLost(result: SubmitResult): void {
    const isAirborne = result.state === 'failed' && result.mayRetry && result.code !== null;
    this.lostInRow = isAirborne || result.state === 'unknown' ? this.lostInRow + 1 : 0;
    if (isCureDue(this.lostInRow)) this.listener.onLost(this.lostInRow);
  }
}
