import { IncomingDesk, type IncomingText, type Reception } from '../sms/incoming-desk';
import { OutgoingDesk } from '../sms/outgoing-desk';
import type { OutgoingLimits } from '../sms/outgoing-queue';
import { recipientOf, type RecipientRules, type TextReport, type TextRequest } from '../sms/outgoing-text';
import type { RecordStore } from '../sms/record-store';
import { encodeSubmit } from '../sms/submit-pdu';
import { readUssdText, writeUssdText, type UssdText } from '../sms/ussd';
import { toError } from '../text/to-error';
import { AtFault } from './at-fault';
import type { BytePipe } from './byte-pipe';
import type { ModemWiring } from './byte-port';
import { Modem } from './modem';
import type { SignalFact } from './modem-facts';
import type { ModemSettings, ModemState } from './modem-state';
import type { PinMemory } from './pin-desk';
import { ReportPost, type ReportClient } from './report-post';
import type { UssdAnswer } from './ussd-desk';

/** What a modem is used for. */
export const MODEM_MODES = ['sms', 'data', 'both'] as const;
export type ModemMode = (typeof MODEM_MODES)[number];

export interface ModemServiceOptions {
  readonly wiring: ModemWiring;
  readonly settings: ModemSettings;
  readonly mode: ModemMode;
  readonly pinMemory: PinMemory;
  readonly store: RecordStore;
  readonly rules: RecipientRules;
  readonly limits: OutgoingLimits;
  /** What is dialled for the SIM's balance; empty when nobody knows. */
  readonly balanceCode: string;
  readonly wallMs: () => number;
  readonly monthAt: (atMs: number) => string;
  readonly newId: () => string;
  readonly onError: (error: Error) => void;
}

/** What is known of the modem and the texts, at a glance. */
export interface ServiceState extends ModemState {
  readonly signal: SignalFact | null;
  readonly operator: string | null;
  readonly waitingTexts: number;
  readonly untakenTexts: number;
  /** Results of texts that wait for the node that sent them, and those that were given up. */
  readonly unheardResults: number;
  readonly droppedResults: number;
  readonly sentInMonth: number;
}

/** Somebody in a flow who uses the modem. */
export interface ModemClient extends ReportClient {
  offer(text: IncomingText): Reception;
  onState(state: ServiceState): void;
}

export interface UssdReply extends Partial<UssdText> {
  readonly outcome: UssdAnswer['outcome'];
}

/** How long a text that has its turn waits for the modem; afterwards it goes back to the queue. */
const SUBMIT_WAIT_MS = 60_000;
const TICK_MS = 60_000;
/** The signal of a modem that does not move changes slowly, and each question costs it a moment. */
const SIGNAL_EVERY_TICKS = 5;
/** GSM 7-bit, language unspecified: what a network means that names no coding. */
const PLAIN_CODING = 15;

/** A modem with its queue, its inbox and everybody who uses it. */
export class ModemService {
  readonly modem: Modem;
  private readonly outgoing: OutgoingDesk;
  private readonly incoming: IncomingDesk;
  private readonly clients = new Set<ModemClient>();
  private readonly post: ReportPost;
  private signal: SignalFact | null = null;
  private operator: string | null = null;
  private ticks = 0;
  private cancelTick: () => void = () => undefined;
  private hasStarted = false;
  private hasStopped = false;
  private shown = '';

  constructor(private readonly options: ModemServiceOptions) {
    const { wiring, settings, pinMemory, store, wallMs, monthAt, newId, rules, limits } = options;
    const onError = (error: Error): void => options.onError(error);
    this.post = new ReportPost(this.clients, () => wiring.schedule.nowMs());
    this.modem = new Modem(wiring, settings, pinMemory, {
      onPdu: (received) => {
        if (this.hasTexts) void this.incoming.onPdu(received);
      },
      onState: (state) => this.onModemState(state),
      onLateReference: (pdu, reference) => this.attempt(this.outgoing.onLateReference(pdu, reference)),
    });
    this.outgoing = new OutgoingDesk({
      store,
      submitPdu: (pdu) => this.modem.submitPdu(pdu, SUBMIT_WAIT_MS),
      wallMs,
      monthAt,
      after: (delayMs, run) => wiring.schedule.after(delayMs, run),
      rules,
      limits,
      tell: (report) => this.tell(report),
      onError,
    });
    this.incoming = new IncomingDesk({
      store,
      wallMs,
      newId,
      offer: (text) => this.offer(text),
      onReport: (report) => this.outgoing.onReport(report),
      release: (received) => this.modem.release(received),
      onError,
    });
  }

  get hasTexts(): boolean {
    return this.options.mode !== 'data';
  }

  get state(): ServiceState {
    const { signal, operator } = this;
    const { waitingCount, sentInMonth, unheardCount, droppedResults } = this.outgoing;
    return {
      ...this.modem.state,
      signal,
      operator,
      waitingTexts: waitingCount,
      untakenTexts: this.incoming.untakenCount,
      unheardResults: unheardCount,
      droppedResults,
      sentInMonth,
    };
  }

  start(): void {
    this.modem.start();
    this.planTick();
  }

  async stop(): Promise<void> {
    this.hasStopped = true;
    this.cancelTick();
    const sent = this.outgoing.close();
    await this.modem.stop();
    await Promise.all([sent, this.incoming.close()]);
    await this.outgoing.settle();
  }

  /** A node that uses the modem from now on; the returned function takes it off again. */
  attach(client: ModemClient): () => void {
    this.clients.add(client);
    this.post.onCome(client);
    if (this.hasTexts) {
      this.attempt(this.hasStarted ? this.outgoing.tellAgain() : this.outgoing.start());
      this.hasStarted = true;
      void this.incoming.tick();
    }
    client.onState(this.state);
    return () => {
      this.clients.delete(client);
      this.post.onLeave(client);
    };
  }

  async submit(request: TextRequest): Promise<TextReport> {
    if (!this.hasTexts) throw new RangeError('this modem is set up for data only: it sends no texts');
    const report = await this.outgoing.submit(request);
    this.showState();
    return report;
  }

  /** The flow has an incoming text. */
  onTaken(incomingId: string): Promise<boolean> {
    return this.incoming.onTaken(incomingId);
  }

  reportOf(messageId: string): TextReport | null {
    return this.outgoing.reportOf(messageId);
  }

  withdraw(messageId: string): Promise<TextReport | null> {
    return this.outgoing.withdraw(messageId);
  }

  sendAgain(messageId: string): Promise<TextReport | null> {
    return this.outgoing.sendAgain(messageId);
  }

  /** Puts a text into the modem's storage without sending it; gives back where its parts lie. */
  async storeText(to: unknown, text: string): Promise<number[]> {
    const recipient = recipientOf(to, this.options.rules);
    const reference = { value: this.ticks % 256, bits: 8 as const };
    const slots: number[] = [];
    for (const { pduHex } of encodeSubmit({ to: recipient.to, text, reference }))
      slots.push(await this.modem.writeText(pduHex));
    return slots;
  }

  /** Sends a USSD code, or an answer to what the network asked last, and reads the reply whichever way it is written. */
  async ussd(code: string): Promise<UssdReply> {
    const writing = this.modem.state.charset === 'UCS2' ? 'ucs2' : 'plain';
    const { outcome, rawText, coding } = await this.modem.ussd(writeUssdText(code, writing));
    return rawText === '' ? { outcome } : { outcome, ...readUssdText(rawText, coding ?? PLAIN_CODING) };
  }

  balance(): Promise<UssdReply> {
    const { balanceCode } = this.options;
    if (balanceCode === '')
      throw new RangeError("set the code for the SIM's balance at the modem port first");
    return this.ussd(balanceCode);
  }

  openTcp(host: string, port: number): Promise<BytePipe> {
    return this.modem.openTcp(host, port);
  }

  private onModemState(state: ModemState): void {
    const isReady = state.phase === 'ready';
    if (isReady && this.signal === null) this.attempt(this.readSignal());
    if (!isReady) this.signal = null;
    this.outgoing.setOpen(isReady);
    this.showState();
  }

  private showState(): void {
    const { state } = this;
    const shown = JSON.stringify(state);
    if (shown === this.shown) return;
    this.shown = shown;
    for (const client of this.clients) client.onState(state);
  }

  private tell(report: TextReport): boolean {
    const isHeard = this.post.tell(report);
    // Whether it was heard is counted after this.
    queueMicrotask(() => this.showState());
    return isHeard;
  }

  private offer(text: IncomingText): Reception {
    const receptions = [...this.clients].map((client) => client.offer(text));
    this.showState();
    if (receptions.includes('offered')) return 'offered';
    return receptions.includes('taken') ? 'taken' : 'nobody';
  }

  private planTick(): void {
    if (this.hasStopped) return;
    this.cancelTick = this.options.wiring.schedule.after(TICK_MS, () => {
      this.ticks += 1;
      if (this.hasStarted) {
        this.attempt(this.outgoing.tick());
        void this.incoming.tick();
      }
      if (this.ticks % SIGNAL_EVERY_TICKS === 0 && this.modem.state.phase === 'ready')
        this.attempt(this.readSignal());
      this.planTick();
    });
  }

  private async readSignal(): Promise<void> {
    try {
      this.signal = await this.modem.ask('signal');
      this.operator = (await this.modem.ask('operator')).name;
    } catch (thrown) {
      // A modem that does not answer is dealt with elsewhere.
      if (!(thrown instanceof AtFault)) throw thrown;
    }
    this.showState();
  }

  private attempt(work: Promise<void>): void {
    work.catch((error: unknown) => this.options.onError(toError(error)));
  }
}
