import type { Site } from '../lib/site/site';
import type { Answer } from '../lib/meter/meter-link';
import { retakeReadings, takeUnderstood, type Intake, type IntakeContext } from '../lib/meter/intake';
import { countIntake, newIntakeCounters } from '../lib/meter/intake-counters';
import { filedRefusals } from '../lib/meter/filed-refusals';
import { heldInDoubt } from '../lib/meter/held-in-doubt';
import type { MeterRules } from '../lib/meter/meter-rules';
import type { MeterWatch } from '../lib/meter/meter-watch';
import { RecentMap } from '../lib/meter/recent-map';
import { asList, fillMessage, type PrepaidMessage, type TakenReading } from '../lib/meter/prepaid-message';
import type { Reading } from '../lib/meter/reading';
import type { PayloadReader } from '../lib/meter/shapes/payload-reader';
import { toError } from '../lib/text/to-error';
import { OWN_SHAPE, type Binding, type Understood } from '../lib/meter/shapes/understood';
import { RefusalDesk } from './refusal-desk';

/** What comes out: accepted readings for output 1, refusals for output 2. News of meters is asked from the watch. */
export interface GateOutputs {
  accepted: PrepaidMessage | null;
  refusals: PrepaidMessage[];
}

/** A message from a broker; `answer` is null when nobody waits. */
export interface Arrival {
  topic: string;
  payload: Buffer;
  answer: Answer | null;
}

/** Readings of several messages on their way as one. */
interface Bundle {
  taken: TakenReading[];
  total: number;
  /** Those of them that travel no further, being copies or no readings. */
  ended: number;
  answers: Answer[];
  /** Who sent them, by topic. */
  senders: string[];
}

export interface GateOptions {
  site: Site;
  ingestId: string;
  answersOnCommit: boolean;
  /** Whether the device of a topic may speak for itself only. */
  isBound: Binding;
  reader: PayloadReader;
  rules: MeterRules;
  watch: MeterWatch;
  /** Hears of what went wrong behind a sender's back. */
  onFault: (error: Error) => void;
}

/** Where a meter was heard last. Past this many, those that were quiet for long are forgotten. */
const MAX_HEARD_ON = 100_000;
/** So many messages at once are a rush; below it each reading travels by itself, which is easier to build on. */
const MIN_BUNDLE = 8;
/** Senders that travel alone for now. Past this many, the rest travel together again. */
const MAX_ALONE = 10_000;
/** What comes by wire, an operator has let in. */
const FREE: Binding = () => false;
const NOTHING: GateOutputs = { accepted: null, refusals: [] };

/**
 * Lets readings in: takes messages apart, sends accepted readings on, stores refused ones, and settles the receipt
 * of everything that does not travel further.
 */
export class ReadingGate {
  readonly counters = newIntakeCounters();
  /** On which topic a meter that does not speak our own JSON was heard, so that it can be asked there. */
  private readonly heardOn = new RecentMap<string, string>(MAX_HEARD_ON);
  private readonly context: IntakeContext;
  /** Senders whose bundle was not stored. Each travels alone until it is, so that one does not hold up the others. */
  private readonly alone = new Set<string>();
  private readonly refusals: RefusalDesk;
  private lastNumber = 0;

  constructor(private readonly options: GateOptions) {
    const { site, rules, watch, onFault } = options;
    this.refusals = new RefusalDesk({ submit: (posting, settle) => site.submit(posting, settle), onFault });
    const { store, chain } = site;
    this.context = {
      chain,
      nowMs: 0,
      lookUp: (meterId, atMs) => store.storedMoment(meterId, atMs),
      lookAround: (meterId, atMs) => store.around(meterId, atMs),
      jumpOf: (meterId) => rules.of(meterId).jump,
      judge: (reading, nowMs) => watch.judge(reading, nowMs),
      onTaken: (reading, nowMs) => watch.observe(reading, nowMs),
    };
  }

  nowMs(): number {
    return this.options.site.nowMs();
  }

  /** Whether a device is a meter. What happens to others is not remembered, since anybody may call itself anything. */
  isMeter(device: string): boolean {
    return this.options.site.chain.accountOf(device) !== '';
  }

  /** What has not been written down yet stays with its senders. */
  close(): void {
    this.refusals.close();
  }

  topicOf(meterId: string): string | undefined {
    return this.heardOn.get(meterId);
  }

  /** A message from a broker. Its answer is called when every reading in it is durable, or can not be. */
  fromBroker(arrival: Arrival): GateOutputs {
    return this.passArrival(arrival, this.takeArrival(arrival));
  }

  /**
   * Messages that arrived together. Beyond a few, their readings travel as one frame with one receipt, so that a wire
   * is crossed once and not a thousand times. What was refused, or is a frame already, goes by itself: nobody's
   * acknowledgement shall depend on the bad reading of another.
   */
  fromBrokerTogether(
    arrivals: readonly Arrival[],
    fail: (arrival: Arrival, error: unknown) => void,
  ): GateOutputs[] {
    const outputs: GateOutputs[] = [];
    const bundle: Bundle = { taken: [], total: 0, ended: 0, answers: [], senders: [] };
    for (const arrival of arrivals) {
      try {
        const intake = this.takeArrival(arrival);
        const isRush = arrivals.length >= MIN_BUNDLE && !this.alone.has(arrival.topic);
        if (isRush && intake.refused.length === 0 && !intake.isFrame) addToBundle(bundle, intake, arrival);
        else outputs.push(this.passArrival(arrival, intake));
      } catch (error) {
        fail(arrival, error);
      }
    }
    if (bundle.total > 0) outputs.push(this.passBundle(bundle));
    return outputs;
  }

  /** A message from the input wire. Everything in it that is not ours is left alone. */
  fromWire(message: PrepaidMessage): GateOutputs {
    const intake = this.take(message.topic ?? '', message.payload, FREE);
    message.prepaid = { ...message.prepaid, ingestId: this.options.ingestId };
    return this.pass(message, intake);
  }

  /** Readings whose segment the ledger refused: the chain has been put right, so they get new segments. */
  again(message: PrepaidMessage): GateOutputs {
    const isFrame = Array.isArray(message.payload);
    this.context.nowMs = this.options.site.nowMs();
    const readings = asList(message.payload as Reading | Reading[]);
    return this.pass(message, retakeReadings(readings, isFrame, this.context));
  }

  private takeArrival({ topic, payload }: Arrival): Intake {
    return this.take(topic, payload, this.options.isBound);
  }

  private passArrival({ topic, answer }: Arrival, intake: Intake): GateOutputs {
    const { ingestId, site, onFault } = this.options;
    // An id of our own, since Node-RED would otherwise draw a random one for every reading.
    const message: PrepaidMessage = { _msgid: this.nextId(), topic, prepaid: { ingestId } };
    if (!this.promise(message, intake.total, answer === null ? [] : [answer], [topic])) {
      this.giveUp(intake.taken);
      return NOTHING;
    }
    try {
      return this.pass(message, intake);
    } catch (error) {
      this.giveUp(intake.taken);
      // The receipt answers for it, and so answers once.
      site.receipts.settle(message.prepaid?.receipt, intake.total, 'failed');
      onFault(toError(error));
      return NOTHING;
    }
  }

  private passBundle({ taken, total, ended, answers, senders }: Bundle): GateOutputs {
    const { ingestId, site } = this.options;
    const message: PrepaidMessage = { _msgid: this.nextId(), prepaid: { ingestId } };
    if (!this.promise(message, total, answers, senders)) {
      this.giveUp(taken);
      return NOTHING;
    }
    if (ended > 0) site.receipts.settle(message.prepaid?.receipt, ended, 'durable');
    return { accepted: taken.length > 0 ? fillMessage(message, taken, true) : null, refusals: [] };
  }

  /** Puts a receipt on a message for those who wait. False, and they are told so, when too many wait already. */
  private promise(
    message: PrepaidMessage,
    readings: number,
    answers: readonly Answer[],
    senders: readonly string[],
  ): boolean {
    const { site, ingestId, answersOnCommit } = this.options;
    if (answers.length === 0) return true;
    if (!answersOnCommit) {
      for (const answer of answers) answer(null);
      return true;
    }
    const receipt = site.receipts.issue(readings, site.monotonicMs(), (outcome) => {
      const error =
        outcome === 'durable' ? null : new Error(`the reading was not stored (${outcome}): send it again`);
      this.remember(senders, error !== null);
      for (const answer of answers) answer(error);
    });
    if (receipt === null) {
      const error = new Error('too many readings are waiting: send it again later');
      for (const answer of answers) answer(error);
      return false;
    }
    message.prepaid = { ingestId, receipt };
    return true;
  }

  private remember(senders: readonly string[], haveFailed: boolean): void {
    if (haveFailed) for (const sender of senders) if (this.alone.size < MAX_ALONE) this.alone.add(sender);
    if (!haveFailed && this.alone.size > 0) for (const sender of senders) this.alone.delete(sender);
  }

  private nextId(): string {
    this.lastNumber += 1;
    return `${this.options.ingestId}-${this.lastNumber}`;
  }

  private take(topic: string, payload: unknown, isBound: Binding): Intake {
    const nowMs = this.options.site.nowMs();
    this.context.nowMs = nowMs;
    const understood = this.options.reader.read(topic, payload, nowMs, isBound);
    if (understood.shape !== OWN_SHAPE) this.note(topic, understood, nowMs);
    const intake = takeUnderstood(understood, this.context);
    countIntake(this.counters, intake);
    return intake;
  }

  /** What a message says besides where registers stand. Our own JSON says nothing else. */
  private note(topic: string, { readings, live, events }: Understood, nowMs: number): void {
    const { watch } = this.options;
    const { chain } = this.options.site;
    // Of meters that nobody registered nothing is kept, however much they say.
    for (const { meterId } of readings)
      if (chain.accountOf(meterId) !== '') this.rememberTopic(meterId, topic);
    for (const values of live) {
      if (chain.accountOf(values.meterId) === '') continue;
      this.rememberTopic(values.meterId, topic);
      watch.hear(values.meterId, nowMs, values.voltageV);
      watch.add({ kind: 'live', ...values });
    }
    for (const { kind, meterId, atMs, reported } of events) {
      // A relay may report under its device's name, which need not be a meter's.
      if (reported) watch.add({ kind: 'relay', meterId, atMs, reported });
      if (chain.accountOf(meterId) === '') continue;
      if (kind === 'offline') watch.lose(meterId, nowMs, 'offline');
      else {
        this.rememberTopic(meterId, topic);
        watch.hear(meterId, nowMs);
      }
      if (kind === 'started') watch.add({ kind, meterId, atMs, reason: 'the meter has started' });
    }
  }

  private rememberTopic(meterId: string, topic: string): void {
    if (this.heardOn.get(meterId) !== topic) this.heardOn.set(meterId, topic);
  }

  private pass(message: PrepaidMessage, intake: Intake): GateOutputs {
    const { receipts } = this.options.site;
    const receipt = message.prepaid?.receipt;
    // A copy is stored already, and what only says something needs no storing.
    const ended = intake.duplicates + intake.noted;
    if (ended > 0) receipts.settle(receipt, ended, 'durable');
    const accepted = intake.taken.length > 0 ? fillMessage(message, intake.taken, intake.isFrame) : null;
    return { accepted, refusals: intake.refused.length > 0 ? this.store(message, intake) : [] };
  }

  /** A refused reading counts as dealt with once it is written down. */
  private store({ topic = '', prepaid }: PrepaidMessage, intake: Intake): PrepaidMessage[] {
    const { receipts, clockWatch } = this.options.site;
    const { isFrame } = intake;
    const refused = clockWatch?.isDoubted === true ? intake.refused.map(heldInDoubt) : intake.refused;
    this.refusals.file(topic, filedRefusals(refused, isFrame), (readings, outcome) =>
      receipts.settle(prepaid?.receipt, readings, outcome),
    );
    return refused.map(({ refusal }) => ({ topic, payload: refusal }));
  }

  /** The readings go nowhere, so the chain must not count them. */
  private giveUp(taken: readonly TakenReading[]): void {
    for (const { reading } of taken) this.options.site.chain.forget(reading.meterId);
  }
}

function addToBundle(
  bundle: Bundle,
  { taken, total, duplicates, noted }: Intake,
  { topic, answer }: Arrival,
): void {
  for (const one of taken) bundle.taken.push(one);
  bundle.total += total;
  bundle.ended += duplicates + noted;
  if (!answer) return;
  bundle.answers.push(answer);
  bundle.senders.push(topic);
}
