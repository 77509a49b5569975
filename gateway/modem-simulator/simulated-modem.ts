import type { Schedule } from '../../nodes/lib/modem/byte-port';
import { type Answer, type Prompt, endAt, plainError } from './answer';
import { CommandInput } from './command-input';
import { type ModemCommand, commandsIn } from './command-line';
import { type FarSide, NOWHERE } from './far-side';
import { answerGeneral } from './general-commands';
import { IncidentBook } from './incident-book';
import { incomingPdus } from './incoming-pdus';
import { directLines } from './message-lines';
import type { ModemInside } from './modem-inside';
import { type Mishap, type ModemSetup, PLAIN_SETUP, type Scenario } from './scenario';
import { SerialOutput } from './serial-output';
import { SimCard } from './sim-card';
import { SimulatedBearer, answerData } from './simulated-bearer';
import { statusReportFor } from './status-report';
import { answerText } from './text-commands';
import { newTextSettings } from './text-settings';

const POWER_UP_MS = 500;
const TEXT_READY_MS = 1_000;
const REPORT_MS = 3_000;

interface Typing {
  readonly prompt: Prompt;
  readonly mishaps: readonly Mishap[];
}

/** A SIM800 that a scenario can make do all that real ones do. */
export class SimulatedModem implements ModemInside {
  readonly setup: ModemSetup;
  readonly sim: SimCard;
  readonly bearer: SimulatedBearer;
  /** Texts that went into the air, the oldest first. */
  readonly sentPdus: string[] = [];
  isEchoOn: boolean;
  errorLevel = 0;
  baudRate: number;
  texts = newTextSettings();
  registrationNotices = 0;
  functionality = 1;
  isRadioStale = false;
  isTextReady = true;
  /** Told of every text that went into the air. */
  onSent: (pdu: string) => void = () => undefined;
  /** Every start, the first one included. */
  starts = 1;
  private readonly incidents: IncidentBook;
  private readonly output: SerialOutput;
  private hearBytes: (bytes: Buffer) => void = () => undefined;
  private hearPortGone: (() => void) | null = null;
  private portRate = 0;
  private isOn = true;
  /** Between its start and its first words it hears nothing. */
  private isStarting = false;
  private deafUntil: 'reopen' | 'powerKey' | null = null;
  private hasCoverage = true;
  private registeredFromMs: number;
  private reference = 0;
  private incomingCount = 0;
  private epoch = 0;
  private readonly input: CommandInput;
  private typing: Typing | null = null;

  constructor(
    readonly scenario: Scenario,
    private readonly schedule: Schedule,
    farSide: FarSide = NOWHERE,
  ) {
    this.setup = { ...PLAIN_SETUP, ...scenario.setup };
    this.sim = new SimCard(this.setup);
    this.isEchoOn = this.setup.isEchoOn;
    this.baudRate = this.setup.baudRate;
    this.output = new SerialOutput(schedule, scenario.chunkBytes ?? 0, (bytes) => this.put(bytes));
    this.input = new CommandInput({
      onByte: (byte) => this.isEchoOn && this.output.write(Buffer.from([byte])),
      onLine: (line) => this.carryOut(line),
      onBody: (bytes) => this.takeBody(bytes),
      onEscape: () => this.output.writeLine('OK'),
    });
    this.bearer = new SimulatedBearer(this, farSide);
    this.incidents = new IncidentBook(scenario.incidents ?? []);
    this.registeredFromMs = schedule.nowMs() + this.setup.searchMs;
    this.leaveHalfTyped();
    this.incidents.plan(schedule, (mishap) => this.befall(mishap));
  }

  get isRegistered(): boolean {
    return this.registration === 1 || this.registration === 5;
  }

  get registration(): number {
    if (this.functionality !== 1 || !this.sim.isOpen || !this.hasCoverage) return 0;
    return this.schedule.nowMs() >= this.registeredFromMs ? this.setup.registration : 2;
  }

  /** Somebody opens the port. A rate of 0 fits any. */
  attach(portRate: number, hear: (bytes: Buffer) => void, onGone: () => void): void {
    this.portRate = portRate;
    this.hearBytes = hear;
    this.hearPortGone = onGone;
    if (this.deafUntil === 'reopen') this.deafUntil = null;
  }

  detach(): void {
    this.hearBytes = () => undefined;
    this.hearPortGone = null;
  }

  /** Bytes from the gateway. */
  receive(bytes: Uint8Array): void {
    if (!this.isOn || this.isStarting || this.deafUntil || !this.isRateRight()) return;
    this.input.push(bytes);
  }

  /** The key toggles, as on a real one. */
  pressPowerKey(): void {
    this.deafUntil = null;
    if (this.isOn) this.switchOff();
    else this.reset(true);
  }

  /** A text or report comes from the network. */
  receiveText(pdu: string): void {
    if (this.texts.indications[1] === 2 && !this.isRadioStale) {
      this.say(...directLines(pdu, this.texts));
      return;
    }
    const slot = this.sim.receive(pdu);
    if (slot === null) this.say('+SMS FULL');
    else this.announceText(slot);
  }

  /** Somebody writes to this SIM. */
  receiveFrom(from: string, text: string): void {
    this.incomingCount += 1;
    for (const pdu of incomingPdus(from, text, this.incomingCount, this.schedule.nowMs()))
      this.receiveText(pdu);
  }

  close(): void {
    this.incidents.close();
    this.bearer.clear();
    this.epoch += 1;
  }

  announceText(slot: number): void {
    if (this.texts.indications[1] === 1 && !this.isRadioStale) this.say(`+CMTI: "SM",${slot}`);
  }

  sendText(pdu: string): number {
    this.reference = (this.reference + 1) % 256;
    this.sentPdus.push(pdu);
    this.onSent(pdu);
    const report = statusReportFor(pdu, this.reference);
    if (report !== null && this.texts.indications[3] === 1)
      this.later(REPORT_MS, () => this.say(...directLines(report, this.texts)));
    return this.reference;
  }

  say(...lines: readonly string[]): void {
    if (this.isOn && !this.deafUntil) for (const line of lines) this.output.writeLine(line);
  }

  later(delayMs: number, run: () => void): void {
    const { epoch } = this;
    this.schedule.after(delayMs, () => {
      if (epoch === this.epoch) run();
    });
  }

  openSim(): void {
    this.isTextReady = false;
    this.search();
    this.later(TEXT_READY_MS, () => {
      this.isTextReady = true;
      this.say('SMS Ready');
    });
  }

  reset(isSaid: boolean): void {
    this.forgetSettings();
    this.starts += 1;
    this.isOn = true;
    this.isStarting = true;
    this.later(POWER_UP_MS, () => {
      this.isStarting = false;
      if (isSaid && this.setup.baudRate !== 0) this.say('RDY');
      this.say('+CFUN: 1', `+CPIN: ${this.sim.isIn ? this.sim.lock : 'NOT INSERTED'}`);
      if (!this.sim.isOpen) return;
      this.search();
      this.later(this.setup.searchMs, () => this.say('Call Ready', 'SMS Ready'));
    });
  }

  switchOff(): void {
    this.later(50, () => {
      this.isOn = false;
      this.bearer.clear();
    });
  }

  setRadio(isOn: boolean): void {
    if (isOn) this.isRadioStale = false;
    if (isOn) this.search();
    else this.bearer.loseBearer();
  }

  /** Something goes wrong now. What belongs to a command has no meaning by the clock. */
  befall(mishap: Mishap): void {
    switch (mishap.kind) {
      case 'say':
        this.say(...mishap.lines);
        break;
      case 'noise':
        this.output.write(Buffer.from(mishap.hex, 'hex'));
        break;
      case 'reset':
        this.reset(mishap.isSaid ?? true);
        break;
      case 'simOut':
        this.takeSimOut(mishap.forMs);
        break;
      case 'noNetwork':
        this.loseNetwork(mishap.forMs);
        break;
      case 'staleRadio':
        this.isRadioStale = true;
        break;
      case 'deaf':
        this.deafUntil = mishap.cure;
        this.output.clear();
        break;
      case 'receive':
        this.receiveText(mishap.pdu);
        break;
      case 'receiveText':
        this.receiveFrom(mishap.from, mishap.text);
        break;
      case 'farSideCloses':
        this.bearer.endByFarSide();
        break;
      case 'bearerLost':
        this.bearer.loseBearer();
        break;
      case 'deadConnection':
        this.bearer.isDead = true;
        break;
      case 'portGone':
        this.hearPortGone?.();
        break;
      case 'silence':
      case 'answer':
      case 'noPrompt':
      case 'silentAfterBody':
        break;
    }
  }

  private isRateRight(): boolean {
    return this.baudRate === 0 || this.portRate === 0 || this.portRate === this.baudRate;
  }

  private put(bytes: Buffer): void {
    // At a wrong rate bits are read where none are.
    this.hearBytes(this.isRateRight() ? bytes : Buffer.from(bytes.map((byte) => (byte * 7) | 0x80)));
  }

  private leaveHalfTyped(): void {
    const { halfTyped } = this.setup;
    if (halfTyped === 'nothing') return;
    const byteCount = halfTyped === 'data' ? 500 : null;
    const take = (): Answer => plainError;
    this.wantBody({ byteCount, take }, []);
  }

  private forgetSettings(): void {
    this.epoch += 1;
    this.output.clear();
    this.bearer.clear();
    this.sim.powerUp();
    this.typing = null;
    this.input.clear();
    this.isEchoOn = this.setup.isEchoOn;
    this.errorLevel = 0;
    this.texts = newTextSettings();
    this.registrationNotices = 0;
    this.functionality = 1;
    this.isRadioStale = false;
    this.isTextReady = true;
    this.registeredFromMs = Infinity;
  }

  private search(): void {
    this.registeredFromMs = this.schedule.nowMs() + this.setup.searchMs;
    this.later(this.setup.searchMs, () => {
      if (this.registrationNotices > 0) this.say(`+CREG: ${this.registration}`);
    });
  }

  private takeSimOut(forMs: number): void {
    this.sim.isIn = false;
    this.sim.powerUp();
    this.bearer.clear();
    this.say('+CPIN: NOT READY');
    // Who takes a SIM out or stands in the way of the air does not ask whether the modem has started anew.
    this.incidents.after(this.schedule, forMs, () => {
      this.sim.isIn = true;
      this.say(`+CPIN: ${this.sim.lock}`);
      if (this.sim.isOpen) this.openSim();
    });
  }

  private loseNetwork(forMs: number): void {
    this.hasCoverage = false;
    if (this.registrationNotices > 0) this.say('+CREG: 0');
    this.bearer.loseBearer();
    this.incidents.after(this.schedule, forMs, () => {
      this.hasCoverage = true;
      this.search();
    });
  }

  private wantBody(prompt: Prompt, mishaps: readonly Mishap[]): void {
    this.typing = { prompt, mishaps };
    this.input.wantBody(prompt);
  }

  private takeBody(bytes: Buffer): void {
    const { typing } = this;
    this.typing = null;
    if (!typing) return;
    const silence = typing.mishaps.find((mishap) => mishap.kind === 'silentAfterBody');
    if (silence && !silence.isSent) return;
    const answer = typing.prompt.take(bytes);
    if (!silence) {
      this.give(answer, typing.mishaps);
      return;
    }
    const { lateByMs } = silence;
    if (lateByMs !== undefined) this.later(lateByMs, () => this.give(answer, []));
  }

  private carryOut(line: string): void {
    const commands = commandsIn(line);
    const info: (string | Buffer)[] = [];
    for (const [at, command] of commands.entries()) {
      const answer = this.answerTo(command);
      info.push(...answer.info);
      const isLast = at === commands.length - 1 || (answer.end?.includes('ERROR') ?? false);
      if (isLast) this.meet(command, { ...answer, info });
      else answer.then?.();
      if (isLast) return;
    }
  }

  private answerTo(command: ModemCommand): Answer {
    return (
      answerGeneral(this, command) ??
      answerText(this, command) ??
      answerData(this.bearer, command) ??
      plainError
    );
  }

  /** The answer, or what the scenario makes of it. */
  private meet(command: ModemCommand, answer: Answer): void {
    const mishaps = this.incidents.at(command.whole);
    const silence = mishaps.find((mishap) => mishap.kind === 'silence');
    if (silence?.isCarriedOut) answer.then?.();
    if (silence || mishaps.some((mishap) => mishap.kind === 'noPrompt')) return;
    const instead = mishaps.find((mishap) => mishap.kind === 'answer');
    if (instead) {
      this.say(...instead.lines);
      return;
    }
    for (const mishap of mishaps) if (mishap.kind !== 'say') this.befall(mishap);
    if (mishaps.some(({ kind }) => kind === 'reset' || kind === 'deaf')) return;
    if (answer.prompt) {
      this.wantBody(answer.prompt, mishaps);
      this.output.write(Buffer.from('\r\n> '));
    } else this.give(answer, mishaps);
  }

  private give(answer: Answer, mishaps: readonly Mishap[]): void {
    this.input.isPaused = true;
    this.later(answer.delayMs ?? 0, () => {
      const said = mishaps.flatMap((mishap) => (mishap.kind === 'say' ? mishap.lines : []));
      for (const [at, piece] of answer.info.entries()) {
        // A raw run follows its line without a gap; everywhere else others may speak up.
        if (typeof piece === 'string' && at > 0) this.say(...said);
        if (typeof piece === 'string') this.output.writeLine(piece);
        else this.output.write(piece);
      }
      this.say(...said);
      if (answer.end !== null) this.output.writeLine(endAt(this.errorLevel, answer.end));
      answer.then?.();
      this.input.resume();
    });
  }
}
