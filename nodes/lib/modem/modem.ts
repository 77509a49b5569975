import type { AtEngine } from './at-engine';
import { AtFault, toFault } from './at-fault';
import { bootModem } from './boot-modem';
import type { BytePipe } from './byte-pipe';
import type { ModemWiring } from './byte-port';
import { CommandLanes } from './command-lanes';
import { type Trouble, cureModem, troubleOf } from './cure-modem';
import { findModem } from './find-modem';
import { GprsLink } from './gprs-link';
import { MessageShelf, type ReceivedPdu } from './message-shelf';
import { MODEM_QUESTIONS, type ModemAnswers } from './modem-questions';
import type { ModemSettings, ModemState } from './modem-state';
import { ModemWatch } from './modem-watch';
import { PhoneBook } from './phone-book';
import type { PinMemory } from './pin-desk';
import { RecoveryLadder, isCureDue } from './recovery-ladder';
import { ResetWatch } from './reset-watch';
import { TextSender } from './text-sender';
import type { SubmitResult } from './text-submit';
import type { Unsolicited } from './unsolicited';
import { type UssdAnswer, UssdDesk } from './ussd-desk';

export interface ModemListener {
  /** A text or a delivery report. It stays in the modem until `release` says that it was taken. */
  onPdu(received: ReceivedPdu): void;
  onState(state: ModemState): void;
  /** The reference of a text that was reported as unknown came after all. */
  onLateReference(pdu: string, reference: number): void;
}

/** After this long, what a booting modem says means that it has started anew without saying RDY. */
const BOOT_TALK_MS = 60_000;

/** Node-RED gives a node 15 s to close. */
const HEAR_OUT_MS = 8_000;

/** One GSM modem, kept alive: whatever happens to it, it is brought back, and what was asked of it gets an answer. */
export class Modem {
  readonly phoneBook: PhoneBook;
  private readonly lanes: CommandLanes;
  private readonly shelf: MessageShelf;
  private readonly sender: TextSender;
  private readonly ussdDesk: UssdDesk;
  private readonly link: GprsLink | null;
  private readonly ladder: RecoveryLadder;
  private readonly resets = new ResetWatch();
  private readonly watch: ModemWatch;
  private engine: AtEngine | null = null;
  private baudRate: number | null = null;
  private current: ModemState;
  private life: Promise<void> | null = null;
  private hasStopped = false;
  private isResetOrdered = false;
  private isChecking = false;
  private isEchoHarmless = false;
  private endSession: ((trouble: Trouble) => void) | null = null;
  private sessionSinceMs = 0;
  private deadConnections = 0;
  private wakeUp: () => void = () => undefined;

  constructor(
    private readonly wiring: ModemWiring,
    private readonly settings: ModemSettings,
    private readonly pinMemory: PinMemory,
    private readonly listener: ModemListener,
  ) {
    const { schedule } = wiring;
    this.ladder = new RecoveryLadder(wiring.pressPowerKey !== undefined);
    this.lanes = new CommandLanes(schedule, (fault) =>
      this.trouble({ kind: 'cure', gentlest: 'reopen', fault }),
    );
    this.shelf = new MessageShelf(this.lanes, (received) => listener.onPdu(received));
    this.sender = new TextSender(this.lanes, schedule, {
      onLateReference: (pdu, reference) => listener.onLateReference(pdu, reference),
      onLost: (textsInRow) => this.onLostTexts(textsInRow),
    });
    this.ussdDesk = new UssdDesk(this.lanes, schedule);
    this.phoneBook = new PhoneBook(this.lanes);
    const { gprs } = settings;
    this.link = gprs && new GprsLink(this.lanes, schedule, gprs, (wasAlive) => this.onConnection(wasAlive));
    this.watch = new ModemWatch(this.lanes, schedule, this.shelf, (patch) => {
      if (patch.phase === 'ready') this.ladder.onWell(schedule.nowMs());
      this.show(patch);
    });
    this.current = {
      phase: 'closed',
      detail: '',
      identity: null,
      charset: 'IRA',
      baudRate: null,
      storage: null,
      isStorageFull: false,
      isRoaming: false,
      isPowerSupplySuspect: false,
      resets: 0,
      recoveries: { ...this.ladder.counts },
    };
  }

  get state(): ModemState {
    return this.current;
  }

  /** Commands repeated because the modem had not answered them. */
  get retries(): number {
    return this.lanes.retries;
  }

  start(): void {
    this.life ??= this.live();
  }

  async stop(): Promise<void> {
    if (this.hasStopped) return;
    this.hasStopped = true;
    const fault = new AtFault('stopped', 'the modem is being closed');
    this.trouble({ kind: 'boot', fault });
    // A text that is on its way has a while to say what became of it.
    await this.lanes.idleWithin(HEAR_OUT_MS);
    this.lanes.close(fault);
    this.wakeUp();
    await this.engine?.close(fault);
    await this.life;
    this.show({ phase: 'closed', detail: '' });
  }

  /** Hands one PDU to the network. It goes out at most once. */
  submitPdu(pdu: string, waitMs?: number): Promise<SubmitResult> {
    return this.sender.submit(pdu, waitMs);
  }

  /** The message is in safe hands and may be deleted from the modem. */
  async release(received: ReceivedPdu): Promise<void> {
    await this.shelf.release(received);
    if (this.current.isStorageFull) this.watch.sweepSoon();
  }

  listTexts(): Promise<{ slot: number; status: number; pdu: string }[]> {
    return this.shelf.list();
  }

  writeText(pdu: string): Promise<number> {
    return this.shelf.write(pdu);
  }

  eraseText(slot: number): Promise<void> {
    return this.shelf.erase(slot);
  }

  async ask<Name extends keyof ModemAnswers>(name: Name): Promise<ModemAnswers[Name]> {
    const { line, read } = MODEM_QUESTIONS[name];
    return read((await this.lanes.run('ask', line)).lines);
  }

  ussd(rawText: string): Promise<UssdAnswer> {
    return this.ussdDesk.ask(rawText);
  }

  cancelUssd(): Promise<void> {
    return this.ussdDesk.cancel();
  }

  openTcp(host: string, port: number): Promise<BytePipe> {
    if (!this.link) return Promise.reject(new AtFault('invalid', 'this modem has no APN to connect with'));
    return this.link.openTcp(host, port);
  }

  /** Switches the modem off; it stays off until somebody presses its key. */
  async powerDown(): Promise<void> {
    await this.lanes.run('keep', 'AT+CPOWD=1');
    await this.stop();
  }

  private isStopped(): boolean {
    return this.hasStopped;
  }

  private async live(): Promise<void> {
    while (!this.isStopped()) {
      let trouble: Trouble;
      try {
        trouble = await this.serve(await this.boot());
      } catch (thrown) {
        trouble = troubleOf(toFault(thrown));
      }
      if (!this.isStopped()) await this.recover(trouble);
    }
  }

  /** From wherever the modem is to one that can be used. */
  private async boot(): Promise<AtEngine> {
    const engine = this.engine ?? (await this.findEngine());
    const { settings, pinMemory } = this;
    const baudRate = this.baudRate ?? 0;
    const booted = await bootModem({
      engine,
      settings,
      pinMemory,
      baudRate,
      show: (phase, detail) => {
        this.show({ phase, detail });
      },
    });
    const { identity, charset } = booted;
    this.watch.showStorage(booted.storage);
    this.show({ identity, charset, baudRate: this.baudRate, phase: 'searching', detail: '' });
    return engine;
  }

  private async findEngine(): Promise<AtEngine> {
    this.show({ phase: 'opening', detail: '' });
    const listener = {
      onUnsolicited: (message: Unsolicited) => this.onUnsolicited(message),
      onEcho: () => this.onEcho(),
      onPortClosed: () => this.trouble(troubleOf(new AtFault('closed', 'the port is gone'))),
    };
    try {
      const found = await findModem(this.wiring, this.baudRate, listener, (engine) => {
        this.engine = engine;
        if (this.isStopped()) throw new AtFault('stopped', 'the modem is being closed');
      });
      this.baudRate = found.baudRate;
      return found.engine;
    } catch (thrown) {
      await this.engine?.close();
      this.engine = null;
      throw thrown;
    }
  }

  /** Serves everybody until something is wrong. */
  private serve(engine: AtEngine): Promise<Trouble> {
    this.sessionSinceMs = this.wiring.schedule.nowMs();
    this.isEchoHarmless = false;
    return new Promise<Trouble>((resolve) => {
      this.endSession = resolve;
      const end = (trouble: Trouble): void => {
        // An earlier session's watch has no say in this one.
        if (this.endSession === resolve) this.trouble(trouble);
      };
      this.watch.run(engine).then(end, (thrown: unknown) => end(troubleOf(toFault(thrown))));
    });
  }

  /** Ends the session at once, so that nothing more is asked of a modem that is not set up. */
  private trouble(trouble: Trouble): void {
    const end = this.endSession;
    if (!end) return;
    this.endSession = null;
    this.lanes.hold();
    this.lanes.drop('keep', trouble.fault);
    this.link?.onModemLost(trouble.fault);
    this.ussdDesk.onModemLost(trouble.fault);
    end(trouble);
  }

  private async recover(trouble: Trouble): Promise<void> {
    const { fault } = trouble;
    // A text that is on its way is heard out, or nobody would know what became of it.
    await this.lanes.idle();
    this.engine?.interrupt(fault);
    if (trouble.kind === 'boot' || this.isStopped()) return;
    const gentlest = this.engine ? trouble.gentlest : 'reopen';
    const rung = this.ladder.climb(gentlest, this.wiring.schedule.nowMs());
    this.show({ phase: 'recovering', detail: fault.message, recoveries: { ...this.ladder.counts } });
    await this.rest(this.ladder.restMs());
    if (this.isStopped()) return;
    this.isResetOrdered = true;
    this.engine = await cureModem(rung, this.engine, this.wiring);
    this.isResetOrdered = false;
  }

  private rest(durationMs: number): Promise<void> {
    return new Promise((resolve) => {
      const cancel = this.wiring.schedule.after(durationMs, resolve);
      this.wakeUp = () => {
        cancel();
        resolve();
      };
    });
  }

  private onUnsolicited(message: Unsolicited): void {
    this.ussdDesk.onUnsolicited(message);
    this.link?.onUnsolicited(message);
    switch (message.kind) {
      case 'started': {
        this.onReset();
        return;
      }
      case 'booted': {
        this.onBootTalk();
        return;
      }
      case 'sim':
        if (message.state.startsWith('NOT ')) this.reboot(new AtFault('reset', 'the SIM was taken out'));
        return;
      case 'textStored': {
        this.watch.onTextStored(message.slot);
        return;
      }
      case 'textDirect': {
        this.listener.onPdu({ pdu: message.pdu, slot: null });
        return;
      }
      case 'storageFull': {
        this.show({ isStorageFull: true });
        return;
      }
      case 'voltage': {
        this.show({ isPowerSupplySuspect: true, detail: message.text });
        return;
      }
      case 'powerDown': {
        this.trouble(troubleOf(new AtFault('closed', 'the modem has switched itself off')));
        return;
      }
      case 'lateReference': {
        this.sender.onLateReference(message.reference);
        return;
      }
      case 'registration':
      case 'ussd':
      case 'connect':
      case 'tcpClosed':
      case 'bearerLost':
      case 'dataWaiting':
      case 'other':
        return;
    }
  }

  /** A modem that started anew has forgotten its settings, and the command under way with them. */
  private onReset(): void {
    if (this.isResetOrdered) return;
    const nowMs = this.wiring.schedule.nowMs();
    this.resets.onReset(nowMs);
    this.sender.onReset();
    const isPowerSupplySuspect = this.current.isPowerSupplySuspect || this.resets.isPowerSuspect(nowMs);
    this.show({ resets: this.resets.total, isPowerSupplySuspect });
    this.reboot(new AtFault('reset', 'the modem started anew'));
  }

  private reboot(fault: AtFault): void {
    this.engine?.interrupt(fault);
    this.trouble({ kind: 'boot', fault });
  }

  /** With automatic rate the modem starts without RDY, and only its greetings or its echo tell. */
  private onBootTalk(): void {
    if (this.wiring.schedule.nowMs() - this.sessionSinceMs > BOOT_TALK_MS) this.checkSettings();
  }

  /** Echo is off since booting. Should it stay, it comes from the line and says nothing. */
  private onEcho(): void {
    if (!this.isEchoHarmless) this.checkSettings();
  }

  private checkSettings(): void {
    const { engine, endSession } = this;
    if (!engine || !endSession || this.isChecking) return;
    this.isChecking = true;
    this.watch
      .hasSettings(engine)
      .then((isKept) => {
        if (this.endSession !== endSession) return;
        if (isKept) this.isEchoHarmless = true;
        else this.onReset();
      })
      // A session that ends meanwhile or a modem that is silent is dealt with where that is noticed.
      .catch(() => undefined)
      .finally(() => (this.isChecking = false));
  }

  private onLostTexts(textsInRow: number): void {
    const fault = new AtFault('aborted', `${textsInRow} texts in a row were not taken`);
    this.trouble({ kind: 'cure', gentlest: 'radio', fault });
  }

  private onConnection(wasAlive: boolean): void {
    if (!this.endSession) return;
    this.deadConnections = wasAlive ? 0 : this.deadConnections + 1;
    if (!isCureDue(this.deadConnections)) return;
    const fault = new AtFault('aborted', `${this.deadConnections} data connections in a row were dead`);
    this.trouble({ kind: 'cure', gentlest: 'shut', fault });
  }

  private show(patch: Partial<ModemState>): void {
    const next = { ...this.current, ...patch };
    if (JSON.stringify(next) === JSON.stringify(this.current)) return;
    this.current = next;
    this.listener.onState(next);
  }
}
