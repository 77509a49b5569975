import { type Answer, cmeError, ok, plainError } from './answer';
import type { ModemCommand } from './command-line';
import type { FarConnection, FarSide } from './far-side';
import type { ModemInside } from './modem-inside';

type IpState =
  | 'IP INITIAL'
  | 'IP START'
  | 'IP GPRSACT'
  | 'IP STATUS'
  | 'TCP CONNECTING'
  | 'CONNECT OK'
  | 'TCP CLOSED'
  | 'PDP DEACT';

type Handler = (bearer: SimulatedBearer, command: ModemCommand) => Answer;

const MAX_SEND = 1_460;
/** 3GPP TS 27.007 clause 9.2.1: operation not allowed. */
const NOT_ALLOWED = 3;
const ADDRESS = '10.64.12.7';

/** The packet bearer and the one TCP connection over it, with the states of the SIM800. */
export class SimulatedBearer {
  state: IpState = 'IP INITIAL';
  isAttached = false;
  isReadOnRequest = false;
  isQuickSend = false;
  sentBytes = 0;
  acknowledgedBytes = 0;
  isDead = false;
  private received = Buffer.alloc(0);
  private far: FarConnection | null = null;

  constructor(
    readonly modem: ModemInside,
    private readonly farSide: FarSide,
  ) {}

  /** All of it is gone, as after a reset. */
  clear(): void {
    this.drop();
    this.state = 'IP INITIAL';
    this.isAttached = false;
    this.isReadOnRequest = false;
    this.isQuickSend = false;
  }

  drop(): void {
    this.far?.close();
    this.far = null;
    this.received = Buffer.alloc(0);
    this.isDead = false;
  }

  loseBearer(): void {
    if (this.state === 'IP INITIAL' || this.state === 'PDP DEACT') return;
    this.drop();
    this.state = 'PDP DEACT';
    this.modem.say('+PDP: DEACT');
  }

  /** The far side says goodbye; what it sent stays readable. */
  endByFarSide(): void {
    if (this.state !== 'CONNECT OK') return;
    this.far?.close();
    this.far = null;
    this.state = 'TCP CLOSED';
    this.modem.say('CLOSED');
  }

  start(host: string, port: number): void {
    this.state = 'TCP CONNECTING';
    this.sentBytes = 0;
    this.acknowledgedBytes = 0;
    if (this.modem.isRadioStale) {
      this.modem.later(75_000, () => this.failConnect());
      return;
    }
    const far = this.farSide.connect(host, port, {
      onOpen: () => this.modem.later(300, () => this.open()),
      onFail: () => this.modem.later(300, () => this.failConnect()),
      onData: (bytes) => this.far === far && this.receive(bytes),
      onEnd: () => this.far === far && this.endByFarSide(),
    });
    this.far = far;
  }

  send(bytes: Buffer): Answer {
    if (this.state !== 'CONNECT OK') return { info: [], end: this.isQuickSend ? 'ERROR' : 'SEND FAIL' };
    this.sentBytes += bytes.length;
    if (!this.isDead && !this.modem.isRadioStale) {
      this.acknowledgedBytes += bytes.length;
      this.far?.write(bytes);
    }
    return { info: [], end: this.isQuickSend ? `DATA ACCEPT:${bytes.length}` : 'SEND OK' };
  }

  read(wanted: number): Answer {
    const given = this.received.subarray(0, Math.min(wanted, MAX_SEND));
    this.received = this.received.subarray(given.length);
    return ok(`+CIPRXGET: 2,${given.length},${this.received.length}`, given);
  }

  close(): Answer {
    if (this.state !== 'CONNECT OK' && this.state !== 'TCP CONNECTING') return plainError;
    this.drop();
    this.state = 'TCP CLOSED';
    return { info: [], end: 'CLOSE OK' };
  }

  get waitingBytes(): number {
    return this.received.length;
  }

  private open(): void {
    if (this.state !== 'TCP CONNECTING') return;
    this.state = 'CONNECT OK';
    this.modem.say('CONNECT OK');
  }

  private failConnect(): void {
    if (this.state !== 'TCP CONNECTING') return;
    this.drop();
    this.state = 'TCP CLOSED';
    this.modem.say('STATE: TCP CLOSED', 'CONNECT FAIL');
  }

  private receive(bytes: Buffer): void {
    if (this.isDead || this.modem.isRadioStale) return;
    const isFirst = this.received.length === 0;
    this.received = Buffer.concat([this.received, bytes]);
    if (isFirst) this.modem.later(50, () => this.modem.say('+CIPRXGET: 1'));
  }
}

const only =
  (state: IpState, handler: Handler): Handler =>
  (bearer, command) =>
    bearer.state === state ? handler(bearer, command) : cmeError(NOT_ALLOWED);

/** A setting that has one value only. Whoever wants another hears an error, not an OK that means nothing. */
const onlyZero: Handler = (bearer, { name, form, args }) => {
  if (form === 'test') return ok(`${name}: (0)`);
  if (form === 'ask') return ok(`${name}: 0`);
  return bearer.state === 'IP INITIAL' && args[0] === '0' ? ok() : cmeError(NOT_ALLOWED);
};

function startConnection(bearer: SimulatedBearer, { args }: ModemCommand): Answer {
  if (bearer.state === 'CONNECT OK') return { info: ['ERROR'], end: 'ALREADY CONNECT' };
  if (bearer.state !== 'IP STATUS') return cmeError(NOT_ALLOWED);
  const [, host = '', port = ''] = args;
  return { ...ok(), then: () => bearer.start(host, Number(port)) };
}

function sendData(bearer: SimulatedBearer, { form, args }: ModemCommand): Answer {
  if (form === 'ask') return ok(`+CIPSEND: ${MAX_SEND}`);
  const byteCount = Number(args[0]);
  if (bearer.state !== 'CONNECT OK' || !(byteCount > 0 && byteCount <= MAX_SEND))
    return cmeError(NOT_ALLOWED);
  return { info: [], end: null, prompt: { byteCount, take: (bytes) => bearer.send(bytes) } };
}

function attach(bearer: SimulatedBearer, { form, args }: ModemCommand): Answer {
  if (form === 'ask') return ok(`+CGATT: ${bearer.isAttached ? 1 : 0}`);
  if (!bearer.modem.isRegistered) return plainError;
  bearer.isAttached = args[0] === '1';
  return { ...ok(), delayMs: 1_000 };
}

function nameApn(bearer: SimulatedBearer, { args }: ModemCommand): Answer {
  if (args[0] !== bearer.modem.setup.apn) return plainError;
  bearer.state = 'IP START';
  return ok();
}

function activate(bearer: SimulatedBearer): Answer {
  if (!bearer.isAttached || !bearer.modem.isRegistered) return plainError;
  bearer.state = 'IP GPRSACT';
  return { ...ok(), delayMs: 2_000 };
}

function takeAddress(bearer: SimulatedBearer): Answer {
  if (bearer.state === 'IP GPRSACT') bearer.state = 'IP STATUS';
  return bearer.state === 'IP INITIAL' || bearer.state === 'IP START'
    ? plainError
    : { info: [], end: ADDRESS };
}

function readData(bearer: SimulatedBearer, { form, args }: ModemCommand): Answer {
  if (form === 'ask') return ok(`+CIPRXGET: ${bearer.isReadOnRequest ? 1 : 0}`);
  if (args[0] === '1') {
    bearer.isReadOnRequest = true;
    return ok();
  }
  if (bearer.state !== 'CONNECT OK' && bearer.state !== 'TCP CLOSED') return cmeError(NOT_ALLOWED);
  if (args[0] === '4') return ok(`+CIPRXGET: 4,${bearer.waitingBytes}`);
  return args[0] === '2' ? bearer.read(Number(args[1])) : plainError;
}

const HANDLERS: Readonly<Record<string, Handler>> = {
  '+CGATT': attach,
  // One connection, and sends that name their length: all that this modem can do.
  '+CIPMUX': onlyZero,
  '+CIPMODE': onlyZero,
  '+CIPSSL': () => ok(),
  '+CIPQSEND': (bearer, { args }) => {
    bearer.isQuickSend = args[0] === '1';
    return ok();
  },
  '+CIPRXGET': readData,
  '+CSTT': only('IP INITIAL', nameApn),
  '+CIICR': only('IP START', activate),
  '+CIFSR': takeAddress,
  '+CIPSTATUS': (bearer) => ({ info: ['OK'], end: `STATE: ${bearer.state}` }),
  '+CIPSTART': startConnection,
  '+CIPSEND': sendData,
  '+CIPACK': (bearer) =>
    bearer.state === 'CONNECT OK'
      ? ok(
          `+CIPACK: ${bearer.sentBytes},${bearer.acknowledgedBytes},${bearer.sentBytes - bearer.acknowledgedBytes}`,
        )
      : plainError,
  '+CIPCLOSE': (bearer) => bearer.close(),
  '+CIPSHUT': (bearer) => {
    bearer.drop();
    bearer.state = 'IP INITIAL';
    return { info: [], end: 'SHUT OK' };
  },
};

export function answerData(bearer: SimulatedBearer, command: ModemCommand): Answer | null {
  const handler = HANDLERS[command.name];
  if (!handler) return null;
  return bearer.modem.sim.isOpen ? handler(bearer, command) : plainError;
}
