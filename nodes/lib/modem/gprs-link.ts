import { AtFault } from './at-fault';
import { quoted } from './at-fields';
import type { BytePipe } from './byte-pipe';
import type { Schedule } from './byte-port';
import type { CommandLanes } from './command-lanes';
import { GprsBearer } from './gprs-bearer';
import type { GprsSettings } from './modem-state';
import { TcpPipe } from './tcp-pipe';
import type { Unsolicited } from './unsolicited';

type ConnectResult = 'ok' | 'fail' | 'already' | 'lost';

/** SIM800 series AT command manual: CIPSTART answers within 75 s, with a name to look up within 160 s. */
const CONNECT_MS = 160_000;

/** The one data connection of a modem: bearer first, then TCP. */
export class GprsLink {
  private readonly bearer: GprsBearer;
  private pipe: TcpPipe | null = null;
  private isOpening = false;
  private hearConnect: ((result: ConnectResult) => void) | null = null;

  constructor(
    private readonly lanes: CommandLanes,
    private readonly schedule: Schedule,
    settings: GprsSettings,
    /** After each connection or attempt: whether anything at all came from the far side. */
    private readonly onOutcome: (wasAlive: boolean) => void,
  ) {
    this.bearer = new GprsBearer(lanes, schedule, settings);
  }

  async openTcp(host: string, port: number): Promise<BytePipe> {
    if (!/^[A-Za-z0-9._-]{1,100}$/.test(host)) throw new AtFault('invalid', 'the host is no name or address');
    if (!Number.isInteger(port) || port < 1 || port > 65_535)
      throw new AtFault('invalid', 'a port is a number from 1 to 65535');
    if (this.pipe || this.isOpening) throw new AtFault('invalid', 'a data connection is open already');
    this.isOpening = true;
    try {
      await this.bearer.bringUp();
      await this.connect(host, port);
      this.pipe = new TcpPipe(this.lanes, this.schedule, (pipe, reason) => this.onGone(pipe, reason));
      return this.pipe;
    } catch (thrown) {
      this.onOutcome(false);
      throw thrown;
    } finally {
      this.isOpening = false;
    }
  }

  onUnsolicited(message: Unsolicited): void {
    switch (message.kind) {
      case 'connect':
        return this.hearConnect?.(message.result);
      case 'dataWaiting':
        return this.pipe?.onDataWaiting();
      case 'tcpClosed':
        this.hearConnect?.('lost');
        return this.pipe?.onFarEnd('the far side closed the connection');
      case 'bearerLost':
        this.hearConnect?.('lost');
        return this.pipe?.fail('the network took the data bearer away');
      case 'started':
      case 'booted':
      case 'sim':
      case 'textStored':
      case 'textDirect':
      case 'registration':
      case 'ussd':
      case 'voltage':
      case 'storageFull':
      case 'powerDown':
      case 'lateReference':
      case 'other':
        return;
    }
  }

  /** Nothing of a data connection outlives the modem's start. */
  onModemLost(fault: AtFault): void {
    this.bearer.onModemLost();
    this.lanes.drop('data', fault);
    this.hearConnect?.('lost');
    this.pipe?.fail(fault.message);
  }

  /** Takes the bearer down, the second rung of the ladder. */
  async shut(): Promise<void> {
    this.bearer.onModemLost();
    this.pipe?.fail('the data bearer is set up anew');
    await this.bearer.shut();
  }

  private async connect(host: string, port: number): Promise<void> {
    const result = new Promise<ConnectResult>((resolve) => (this.hearConnect = resolve));
    const waited: { cancel: () => void } = { cancel: () => undefined };
    try {
      await this.lanes.run('data', `AT+CIPSTART="TCP",${quoted(host, 'the host')},${port}`);
      const late = new Promise<'late'>((resolve) => {
        waited.cancel = this.schedule.after(CONNECT_MS, () => resolve('late'));
      });
      const outcome = await Promise.race([result, late]);
      // "Already" is a connection somebody else has opened: its bytes are not ours.
      if (outcome !== 'ok') throw new AtFault('aborted', `no connection to ${host}:${port} (${outcome})`);
    } finally {
      waited.cancel();
      this.hearConnect = null;
    }
  }

  private onGone(pipe: TcpPipe, reason: string | null): void {
    if (this.pipe === pipe) this.pipe = null;
    this.onOutcome(pipe.receivedBytes > 0 || reason === null);
  }
}
