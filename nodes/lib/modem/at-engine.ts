import { AtFault } from './at-fault';
import { ByteFramer } from './byte-framer';
import type { BytePort, Schedule } from './byte-port';
import { type CommandRow, GENERAL_FAILURE, rowOf, shownCommand } from './command-table';
import { type Unsolicited, UnsolicitedCollector } from './unsolicited';

export interface AtReply {
  /** The lines before the final one. */
  readonly lines: readonly string[];
  readonly final: string;
  /** The raw bytes of a reply that carries some. */
  readonly raw: Buffer;
}

export interface EngineListener {
  onUnsolicited(message: Unsolicited): void;
  /** The modem repeats what it gets, which it only does before ATE0. */
  onEcho(): void;
  onPortClosed(reason: string): void;
}

export interface EngineCounters {
  commands: number;
  silences: number;
  unknownLines: number;
}

interface Running {
  readonly line: string;
  readonly row: CommandRow;
  readonly body: Uint8Array | null;
  readonly echoes: readonly string[];
  readonly lines: string[];
  raw: Buffer;
  isBodySent: boolean;
  isInfoSeen: boolean;
  cancelDeadline: () => void;
  resolve(reply: AtReply): void;
  reject(fault: AtFault): void;
}

interface Waiting {
  cancelTimer: () => void;
  offer(message: Unsolicited): void;
  reject(fault: AtFault): void;
}

const ESCAPE = Buffer.from('\x1b');
const NOTHING = Buffer.alloc(0);
/** No SIM800 or SIM900 hands out more at once; a larger number is a broken line. */
const MAX_RAW_BYTES = 2_048;
/** Questions of which no answer can be taken for another's, so that late ones are recognised and passed over. */
const PROBES = ['AT+CMEE?', 'AT+CFUN?', 'AT+IPR?', 'AT+CSCS?'] as const;
const PROBE_MS = 1_000;
/** After an escape some modems say OK, which must not be taken for the answer to the next command. */
const AFTER_ESCAPE_MS = 100;

/** Speaks to one port: one command at a time, each with its own end and an absolute deadline. */
export class AtEngine {
  readonly counters: EngineCounters = { commands: 0, silences: 0, unknownLines: 0 };
  private readonly framer: ByteFramer;
  private readonly collector = new UnsolicitedCollector();
  private running: Running | null = null;
  private readonly waiting = new Set<Waiting>();
  private dead: AtFault | null = null;

  constructor(
    private readonly port: BytePort,
    private readonly schedule: Schedule,
    private readonly listener: EngineListener,
  ) {
    this.framer = new ByteFramer({
      onLine: (line) => this.takeLine(line),
      onPrompt: () => this.sendBody(),
      onRaw: (bytes) => this.takeRaw(bytes),
    });
    port.onData((bytes) => this.dead ?? this.framer.push(bytes));
    port.onClose((reason) => this.end(new AtFault('closed', `the port is gone: ${reason}`), reason));
  }

  get isBusy(): boolean {
    return this.running !== null;
  }

  get overlongLines(): number {
    return this.framer.overlongLines;
  }

  /** Sends a command and gives back its answer. With a body, the body goes out when the prompt has come. */
  run(line: string, body: Uint8Array | null = null, deadlineMs?: number): Promise<AtReply> {
    if (this.dead) return Promise.reject(this.dead);
    if (this.running) throw new Error('a command is under way already');
    if (!/^[\x20-\xff]+$/.test(line)) throw new AtFault('invalid', 'a command holds one line');
    const row = rowOf(line);
    this.counters.commands += 1;
    return new Promise<AtReply>((resolve, reject) => {
      const waitMs = body ? row.promptMs : (deadlineMs ?? row.deadlineMs);
      this.running = {
        line,
        row,
        body,
        echoes: echoesOf(line, body),
        lines: [],
        raw: NOTHING,
        isBodySent: false,
        isInfoSeen: false,
        cancelDeadline: this.schedule.after(waitMs, () => this.passDeadline()),
        resolve,
        reject,
      };
      this.framer.expectPrompt(body !== null);
      this.port.write(Buffer.from(`${line}\r`, 'latin1'));
    });
  }

  /** Writes bytes that belong to no command, such as the ones that end a half-typed message. */
  writeRaw(bytes: Uint8Array): void {
    if (!this.dead) this.port.write(bytes);
  }

  /**
   * Finds the way back to one answer per command after an answer stayed out: leaves a half-typed message and asks a
   * question whose answer cannot be mistaken for a late one.
   */
  async resync(): Promise<boolean> {
    for (const probe of PROBES) {
      this.framer.clear();
      this.writeRaw(ESCAPE);
      await this.pause(AFTER_ESCAPE_MS);
      try {
        await this.run(probe, null, PROBE_MS);
        return true;
      } catch (thrown) {
        if (!(thrown instanceof AtFault)) throw thrown;
        if (thrown.kind !== 'silent' && thrown.kind !== 'refused') throw thrown;
      }
    }
    return false;
  }

  pause(durationMs: number): Promise<void> {
    return this.until(() => undefined, durationMs).then(() => undefined);
  }

  /** Waits for an unsolicited message that `pick` makes something of; null when none came in time. */
  until<T>(pick: (message: Unsolicited) => T | undefined, durationMs: number): Promise<T | null> {
    if (this.dead) return Promise.reject(this.dead);
    return new Promise<T | null>((resolve, reject) => {
      const settle = (value: T | null): void => {
        waiting.cancelTimer();
        this.waiting.delete(waiting);
        resolve(value);
      };
      const waiting: Waiting = {
        cancelTimer: this.schedule.after(durationMs, () => settle(null)),
        offer: (message) => {
          const value = pick(message);
          if (value !== undefined) settle(value);
        },
        reject,
      };
      this.waiting.add(waiting);
    });
  }

  /** Fails the running command and everybody who waits, for instance because the modem has started anew. */
  interrupt(fault: AtFault): void {
    const { running } = this;
    const wasBodySent = running?.isBodySent ?? false;
    this.framer.clear();
    this.collector.clear();
    if (running) this.finish(() => running.reject(new AtFault(fault.kind, fault.message, wasBodySent)));
    for (const waiting of [...this.waiting]) {
      waiting.cancelTimer();
      waiting.reject(fault);
    }
    this.waiting.clear();
  }

  /** Gives the port up. */
  async close(fault = new AtFault('stopped', 'the modem is being closed')): Promise<void> {
    this.end(fault, null);
    await this.port.close();
  }

  private end(fault: AtFault, portReason: string | null): void {
    if (this.dead) return;
    this.dead = fault;
    this.interrupt(fault);
    if (portReason !== null) this.listener.onPortClosed(portReason);
  }

  private passDeadline(): void {
    const { running } = this;
    if (!running) return;
    this.counters.silences += 1;
    const isPromptMissing = running.body !== null && !running.isBodySent;
    const what = shownCommand(running.line);
    const fault = isPromptMissing
      ? new AtFault('noPrompt', `${what}: no prompt`)
      : new AtFault('silent', `${what}: no answer in time`, running.isBodySent);
    const half = this.framer.abandonRaw().toString('latin1');
    this.framer.clear();
    this.finish(() => running.reject(fault));
    // A modem that starts anew while data is awaited says so in the place of the data.
    if (/(^|\n)RDY\r?\n/.test(half)) this.tell({ kind: 'started' });
  }

  private finish(settle: () => void): void {
    this.running?.cancelDeadline();
    this.running = null;
    this.framer.expectPrompt(false);
    settle();
  }

  private sendBody(): void {
    const { running } = this;
    if (!running?.body) return;
    running.isBodySent = true;
    running.cancelDeadline();
    running.cancelDeadline = this.schedule.after(running.row.deadlineMs, () => this.passDeadline());
    this.port.write(running.body);
  }

  private takeRaw(bytes: Buffer): void {
    if (this.running) this.running.raw = bytes;
  }

  private takeLine(line: string): void {
    const rest = this.collector.takeRest(line);
    if (rest.taken) {
      this.tell(rest.message);
      return;
    }
    const { running } = this;
    if (running && this.takeAnswer(running, line)) return;
    const first = this.collector.takeFirst(line);
    if (first.taken) {
      this.tell(first.message);
      if (running && running === this.running && running.row.abort?.test(line)) this.abort(running, line);
      return;
    }
    if (running?.row.bare?.test(line)) running.lines.push(line);
    else if (line !== '>' && line !== 'OK') this.counters.unknownLines += 1;
  }

  /** Whether the line belongs to the command under way. */
  private takeAnswer(running: Running, line: string): boolean {
    const { row } = running;
    if (running.echoes.includes(withoutEnd(line))) {
      this.listener.onEcho();
      return true;
    }
    if (row.info?.test(line)) {
      running.lines.push(line);
      running.isInfoSeen = true;
      const size = row.raw?.exec(line)?.[1];
      if (size !== undefined && Number(size) <= MAX_RAW_BYTES) this.framer.takeRaw(Number(size));
      return true;
    }
    if (line === 'OK' && row.isOkFirst) running.isInfoSeen = true;
    if (row.final.test(line)) {
      const isEarly =
        (running.body !== null && !running.isBodySent) || (row.needsInfo && !running.isInfoSeen);
      // A good end before the answer itself is the late end of an older command, or nobody's.
      if (isEarly) return line === 'OK';
      const { lines, raw } = running;
      this.finish(() => running.resolve({ lines, final: line, raw }));
      return true;
    }
    if (!GENERAL_FAILURE.test(line) && !row.failure?.test(line)) return false;
    this.finish(() => running.reject(refusal(running, line)));
    return true;
  }

  private abort(running: Running, line: string): void {
    const what = shownCommand(running.line);
    this.finish(() => running.reject(new AtFault('aborted', `${what}: ${line}`, running.isBodySent)));
  }

  private tell(message: Unsolicited | null): void {
    if (!message) return;
    for (const waiting of [...this.waiting]) waiting.offer(message);
    this.listener.onUnsolicited(message);
  }
}

const CTRL_Z = '\x1a';

function withoutEnd(text: string): string {
  return text.endsWith(CTRL_Z) ? text.slice(0, -1) : text;
}

/** What a modem with echo on sends back of a command and its body. */
function echoesOf(line: string, body: Uint8Array | null): string[] {
  const typed = body && body.length < 1_000 ? withoutEnd(Buffer.from(body).toString('latin1')) : '';
  return typed === '' ? [line] : [line, typed];
}

function refusal(running: Running, line: string): AtFault {
  const [, , family, code] = GENERAL_FAILURE.exec(line) ?? [];
  const number = code !== undefined && /^\d+$/.test(code) ? Number(code) : null;
  const message = `${shownCommand(running.line)}: ${line}`;
  const named = family === 'E' ? 'CME' : family === 'S' ? 'CMS' : null;
  return new AtFault('refused', message, running.isBodySent, number, named);
}
