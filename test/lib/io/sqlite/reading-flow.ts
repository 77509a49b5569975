import type { Store } from '../../../../nodes/lib/ledger/store';
import type { ChargePosting, Posting, PostingResult } from '../../../../nodes/lib/ledger/posting';
import { filedRefusals } from '../../../../nodes/lib/meter/filed-refusals';
import { retakeReadings, type Intake, type IntakeContext } from '../../../../nodes/lib/meter/intake';
import type { Reading } from '../../../../nodes/lib/meter/reading';
import { RegisterChain } from '../../../../nodes/lib/meter/register-chain';
import { PriceAhead } from '../../../../nodes/lib/site/price-ahead';

const MAX_RETAKES = 5;
const LIMITS = { maxFutureMs: 366 * 86_400_000, maxPowerW: 1e15 };

/** The way of a reading to the ledger as one process goes it, without Node-RED: chain, price, group commit, retake. */
export class ReadingFlow {
  readonly acknowledged = new Set<string>();
  readonly refusals: string[] = [];
  private readonly chain: RegisterChain;
  private readonly prices: PriceAhead;
  private readonly context: IntakeContext;
  private waiting: Posting[] = [];

  constructor(
    readonly store: Store,
    private readonly tariffId: string,
    private readonly limits = LIMITS,
    maxAtHand?: number,
  ) {
    this.chain = new RegisterChain(this.limits, (meterId) => store.knownMeter(meterId), store.meterNumbers);
    this.prices = new PriceAhead(
      (meterId, id, headMs) => store.pricing(meterId, id, headMs),
      store.meterNumbers,
      maxAtHand,
    );
    this.context = {
      chain: this.chain,
      nowMs: 0,
      lookUp: (meterId, atMs) => store.storedMoment(meterId, atMs),
      lookAround: (meterId, atMs) => store.around(meterId, atMs),
      jumpOf: () => undefined,
      judge: () => null,
      onTaken: () => undefined,
    };
  }

  /** A device sends a reading; it waits for the next commit. */
  send(reading: Reading, nowMs: number): void {
    this.context.nowMs = nowMs;
    this.pass(retakeReadings([{ ...reading }], false, this.context), [reading]);
  }

  submit(...postings: Posting[]): void {
    this.waiting.push(...postings);
  }

  /** Commits what waits as one batch. What does not fit is taken again, as long as that helps. */
  commit(nowMs: number): PostingResult[] {
    const all: PostingResult[] = [];
    for (let round = 0; this.waiting.length > 0; round += 1) {
      const group = this.waiting;
      this.waiting = [];
      const results = this.store.commit(group, nowMs);
      this.prices.committed(group);
      all.push(...results);
      const again: Reading[] = [];
      for (const [index, posting] of group.entries()) {
        const result = results[index];
        if (!result) throw new Error('a posting without an answer');
        if (posting.type === 'charge') this.settle(posting, result, again);
        else if (result.outcome === 'refused') throw new Error(`${posting.type}: ${JSON.stringify(result)}`);
        else this.prices.forgetAll();
      }
      if (round === MAX_RETAKES) {
        for (const { meterId } of again) this.giveBack(meterId);
        return all;
      }
      this.pass(retakeReadings(again, true, this.context), again);
    }
    return all;
  }

  /** What staff settled changes what a device's register counts from. */
  forget(meterId: string): void {
    this.giveBack(meterId);
  }

  private settle({ reading, segment }: ChargePosting, result: PostingResult, again: Reading[]): void {
    const { meterId } = reading;
    if (result.outcome === 'chain' || result.outcome === 'price') {
      this.chain.rewind(meterId, result.head);
      if (result.outcome === 'price') this.prices.forget(meterId);
      again.push(reading);
    } else if (result.outcome === 'refused') {
      this.refusals.push(`${meterId} ${reading.atMs}: ${result.field} ${result.value} ${result.reason}`);
      this.giveBack(meterId);
    } else {
      if (segment.isLate === true) this.prices.forget(meterId);
      this.acknowledged.add(nameOf(reading));
    }
  }

  private pass(intake: Intake, sent: readonly Reading[]): void {
    const [only] = sent;
    if (intake.duplicates > 0 && sent.length === 1 && only) this.acknowledged.add(nameOf(only));
    for (const { refusal, content } of filedRefusals(intake.refused, false)) {
      this.refusals.push(`${refusal.meterId ?? '?'} ${refusal.field} ${refusal.value} ${refusal.reason}`);
      this.waiting.push({ type: 'refusal', refusal, source: 'test', content });
    }
    const outOfStep: Reading[] = [];
    for (const { reading, segment } of intake.taken) {
      const charge = this.prices.charge(reading.meterId, segment, this.tariffId);
      if (charge) this.waiting.push({ type: 'charge', reading, segment, charge, guard: null });
      else outOfStep.push(reading);
    }
    // Not in step with the ledger: the sender has to repeat itself.
    for (const { meterId } of outOfStep) this.giveBack(meterId);
  }

  private giveBack(meterId: string): void {
    this.chain.forget(meterId);
    this.prices.forget(meterId);
  }
}

export function nameOf({ meterId, atMs }: Reading): string {
  return `${meterId} ${atMs}`;
}
