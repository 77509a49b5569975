import type { Site } from '../lib/site/site';
import type { Answer } from '../lib/meter/meter-link';
import {
  retakeReadings,
  takeMessage,
  type Intake,
  type IntakeContext,
  type RefusedReading,
} from '../lib/meter/intake';
import { countIntake, newIntakeCounters } from '../lib/meter/intake-counters';
import { asList, fillMessage, type PrepaidMessage } from '../lib/meter/prepaid-message';
import type { Reading } from '../lib/meter/reading';

/** What comes out: accepted readings for output 1, refusals for output 2. */
export interface GateOutputs {
  accepted: PrepaidMessage | null;
  refusals: PrepaidMessage[];
}

const NOTHING: GateOutputs = { accepted: null, refusals: [] };

/**
 * Lets readings in: takes messages apart, sends accepted readings on, stores refused ones, and settles the receipt
 * of everything that does not travel further.
 */
export class ReadingGate {
  readonly counters = newIntakeCounters();
  private readonly context: IntakeContext;
  private lastNumber = 0;

  constructor(
    private readonly site: Site,
    private readonly ingestId: string,
    private readonly answersOnCommit: boolean,
    /** Whether the broker lets a sender write below its own name only. */
    private readonly bindsTopics: boolean,
  ) {
    const { store, chain } = site;
    this.context = {
      chain,
      nowMs: 0,
      lookUp: (meterId, atMs) => store.storedMoment(meterId, atMs),
      bindsTopics: false,
    };
  }

  /** A message from a broker. `answer` is called when every reading in it is durable, or can not be. */
  fromBroker(topic: string, payload: Buffer, answer: Answer | null): GateOutputs {
    const intake = this.take(topic, payload, this.bindsTopics);
    // An id of our own, since Node-RED would otherwise draw a random one for every reading.
    const message: PrepaidMessage = { _msgid: this.nextId(), topic, prepaid: { ingestId: this.ingestId } };
    if (answer !== null && !this.answersOnCommit) answer(null);
    else if (answer !== null) {
      const receipt = this.site.receipts.issue(intake.total, this.site.monotonicMs(), (outcome) =>
        answer(
          outcome === 'durable' ? null : new Error(`the reading was not stored (${outcome}): send it again`),
        ),
      );
      if (receipt === null) {
        this.giveUp(intake);
        answer(new Error('too many readings are waiting: send it again later'));
        return NOTHING;
      }
      message.prepaid = { ingestId: this.ingestId, receipt };
    }
    return this.pass(message, intake);
  }

  /** A message from the input wire. Everything in it that is not ours is left alone. */
  fromWire(message: PrepaidMessage): GateOutputs {
    const intake = this.take(message.topic ?? '', message.payload, false);
    message.prepaid = { ...message.prepaid, ingestId: this.ingestId };
    return this.pass(message, intake);
  }

  /** Readings whose segment the ledger refused: the chain has been put right, so they get new segments. */
  again(message: PrepaidMessage): GateOutputs {
    const isFrame = Array.isArray(message.payload);
    this.context.nowMs = this.site.nowMs();
    const readings = asList(message.payload as Reading | Reading[]);
    return this.pass(message, retakeReadings(readings, isFrame, this.context));
  }

  private nextId(): string {
    this.lastNumber += 1;
    return `${this.ingestId}-${this.lastNumber}`;
  }

  private take(topic: string, payload: unknown, bindsTopics: boolean): Intake {
    this.context.bindsTopics = bindsTopics;
    this.context.nowMs = this.site.nowMs();
    const intake = takeMessage(topic, payload, this.context);
    countIntake(this.counters, intake);
    return intake;
  }

  private pass(message: PrepaidMessage, intake: Intake): GateOutputs {
    const { receipts } = this.site;
    const receipt = message.prepaid?.receipt;
    if (intake.duplicates > 0) receipts.settle(receipt, intake.duplicates, 'durable');
    const refusals = intake.refused.map((refused) => this.store(message, refused));
    const accepted = intake.taken.length > 0 ? fillMessage(message, intake.taken, intake.isFrame) : null;
    return { accepted, refusals };
  }

  /** A refused reading counts as dealt with once it is written down. */
  private store({ topic, prepaid }: PrepaidMessage, { refusal, content }: RefusedReading): PrepaidMessage {
    const source = topic ?? '';
    this.site.submit({ type: 'refusal', refusal, source, content }, (error, result) => {
      const isStored = error === null && result?.outcome === 'recorded';
      this.site.receipts.settle(prepaid?.receipt, 1, isStored ? 'durable' : 'failed');
    });
    return { topic: source, payload: refusal };
  }

  /** The readings go nowhere, so the chain must not count them. */
  private giveUp({ taken }: Intake): void {
    for (const { reading } of taken) this.site.chain.forget(reading.meterId);
  }
}
