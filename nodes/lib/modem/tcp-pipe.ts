import { AtFault, toFault } from './at-fault';
import { fieldsOf, wholeNumber } from './at-fields';
import type { BytePipe } from './byte-pipe';
import type { CommandLanes } from './command-lanes';
import type { Schedule } from './byte-port';

/** What one AT+CIPSEND takes on every modem of the family (SIM900: 1,352, SIM800: 1,460). */
const SEGMENT_BYTES = 1_352;
const READ_BYTES = 1_460;
/** A lost notice must not leave bytes in the modem for ever. */
const POLL_MS = 15_000;
/** GPRS may need half a minute for a packet; after this long without an acknowledgement nobody is there. */
const DEAD_MS = 90_000;

/** One TCP connection inside the modem. Everything it wants of the modem waits its turn in the data lane. */
export class TcpPipe implements BytePipe {
  readonly segmentBytes = SEGMENT_BYTES;
  receivedBytes = 0;
  sentBytes = 0;
  private hearData: (bytes: Buffer) => void = () => undefined;
  private hearClose: (reason: string | null) => void = () => undefined;
  private closedWith: { reason: string | null } | null = null;
  private sending: Promise<void> = Promise.resolve();
  private isReading = false;
  private isMoreWaiting = false;
  private isPaused = false;
  private cancelPoll: () => void = () => undefined;
  private acknowledged = { bytes: 0, sinceMs: 0, isTold: true };
  private farEnd: string | null = null;

  constructor(
    private readonly lanes: CommandLanes,
    private readonly schedule: Schedule,
    private readonly onGone: (pipe: TcpPipe, reason: string | null) => void,
  ) {
    this.acknowledged.sinceMs = schedule.nowMs();
    this.planPoll();
  }

  get isClosed(): boolean {
    return this.closedWith !== null;
  }

  onData(hear: (bytes: Buffer) => void): void {
    this.hearData = hear;
  }

  onClose(hear: (reason: string | null) => void): void {
    this.hearClose = hear;
    // It may have ended between being opened and being listened to.
    if (this.closedWith) hear(this.closedWith.reason);
  }

  /** Each call is sent in pieces of its own, in the order of the calls. */
  send(bytes: Uint8Array): Promise<void> {
    const mine = this.sending.then(() => this.sendAll(bytes));
    this.sending = mine.catch(() => undefined);
    return mine;
  }

  pause(): void {
    this.isPaused = true;
  }

  resume(): void {
    this.isPaused = false;
    void this.read();
  }

  async close(): Promise<void> {
    if (this.isClosed) return;
    this.end(null);
    // 1 is the quick close: the far side needs not answer.
    await this.lanes.run('data', 'AT+CIPCLOSE=1').catch((thrown: unknown) => {
      if (!(thrown instanceof AtFault)) throw thrown;
    });
  }

  /** The modem says that there is something to read. */
  onDataWaiting(): void {
    void this.read();
  }

  /** The far side has closed: what it sent before is still in the modem and is read first. */
  onFarEnd(reason: string): void {
    this.farEnd = reason;
    void this.read();
  }

  /** The connection is gone, with everything in it. */
  fail(reason: string): void {
    this.end(reason);
  }

  private async sendAll(bytes: Uint8Array): Promise<void> {
    for (let from = 0; from < bytes.length; from += SEGMENT_BYTES) {
      if (this.isClosed) throw new AtFault('aborted', 'the connection is closed');
      const piece = bytes.subarray(from, from + SEGMENT_BYTES);
      try {
        await this.lanes.run('data', `AT+CIPSEND=${piece.length}`, piece);
      } catch (thrown) {
        // Half of a packet may be out, so nothing can follow it on this connection.
        const fault = toFault(thrown);
        this.failWithModem(fault.message);
        throw fault;
      }
      if (this.sentBytes === this.acknowledged.bytes) this.acknowledged.sinceMs = this.schedule.nowMs();
      this.sentBytes += piece.length;
    }
  }

  private async read(): Promise<void> {
    this.isMoreWaiting = true;
    if (this.isReading || this.isPaused || this.isClosed) return;
    this.isReading = true;
    try {
      while (this.mayRead()) {
        this.isMoreWaiting = false;
        const reply = await this.lanes.run('data', `AT+CIPRXGET=2,${READ_BYTES}`);
        const [, given, left] = fieldsOf(reply.lines[0] ?? '').map(wholeNumber);
        if (given !== reply.raw.length || typeof left !== 'number')
          throw new AtFault('garbled', 'the modem handed over other bytes than it said');
        if (left > 0) this.isMoreWaiting = true;
        this.receivedBytes += given;
        if (given > 0) this.hearData(reply.raw);
      }
      if (this.farEnd !== null && !this.isMoreWaiting) this.end(this.farEnd);
    } catch (thrown) {
      // Bytes may be lost between two reads, and a stream with a hole is worse than none.
      this.failWithModem(this.farEnd ?? toFault(thrown).message);
    } finally {
      this.isReading = false;
    }
  }

  private mayRead(): boolean {
    return this.isMoreWaiting && !this.isPaused && !this.isClosed;
  }

  private planPoll(): void {
    this.cancelPoll = this.schedule.after(POLL_MS, () => void this.poll());
  }

  /** Looks after what no notice tells: bytes whose notice was lost, and a far side that has died. */
  private async poll(): Promise<void> {
    await this.read();
    if (!this.isClosed && this.acknowledged.isTold && this.sentBytes > 0) await this.checkAcknowledged();
    if (!this.isClosed) this.planPoll();
  }

  private async checkAcknowledged(): Promise<void> {
    try {
      const { lines } = await this.lanes.run('data', 'AT+CIPACK');
      const [sent, acknowledged] = fieldsOf(lines[0] ?? '').map(wholeNumber);
      if (typeof sent !== 'number' || typeof acknowledged !== 'number') return;
      const nowMs = this.schedule.nowMs();
      if (acknowledged > this.acknowledged.bytes || acknowledged >= sent) {
        this.acknowledged.bytes = acknowledged;
        this.acknowledged.sinceMs = nowMs;
      } else if (nowMs - this.acknowledged.sinceMs > DEAD_MS)
        this.failWithModem('connected, but nothing that is sent gets acknowledged');
    } catch (thrown) {
      if (!(thrown instanceof AtFault)) throw thrown;
      if (thrown.kind === 'refused') this.acknowledged.isTold = false;
    }
  }

  /** Ours is over while the modem's may still stand. */
  private failWithModem(reason: string): void {
    if (this.isClosed) return;
    this.end(reason);
    void this.lanes.run('data', 'AT+CIPCLOSE=1').catch(() => undefined);
  }

  private end(reason: string | null): void {
    if (this.closedWith) return;
    this.closedWith = { reason };
    this.cancelPoll();
    this.onGone(this, reason);
    this.hearClose(reason);
  }
}
