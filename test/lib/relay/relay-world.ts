// A ledger on disk, the driver before it, and a clock that only moves when a test says so.
import type { Posting, PostingResult } from '../../../nodes/lib/ledger/posting';
import type { RelayRecord } from '../../../nodes/lib/ledger/store';
import { micros } from '../../../nodes/lib/money/micros';
import { dialectNamed, parseRelayEntry, writeCommand } from '../../../nodes/lib/relay/dialects';
import type { DeviceCommand, DialectContext } from '../../../nodes/lib/relay/dialects/dialect';
import { RelayDriver } from '../../../nodes/lib/relay/relay-driver';
import type { RelayRules } from '../../../nodes/lib/relay/relay-rules';
import type { RelayAlarm, RelayState } from '../../../nodes/lib/relay/relay-state';
import { LedgerFixture, registration, START_MS } from '../io/sqlite/ledger-fixture';
import { switchTo } from '../policy/switch-to';

export const RULES: RelayRules = {
  lifeMs: 300_000,
  retryMs: 5_000,
  maxRetryMs: 45_000,
  maxTries: 3,
  minOnMs: 0,
  minOffMs: 0,
  switchesPerHour: 1_000,
  spreadMs: 600_000,
  massAbove: 20,
  closing: 'direct',
  drawAboveW: 10,
  settleMs: 15_000,
};

interface Timer {
  atMs: number;
  run: () => void;
}

export interface Sent extends DeviceCommand {
  atMs: number;
  meterId: string;
}

export const CONTEXT: DialectContext = {
  sign: null,
  devicePassword: '02123456',
  wallTime: () => ({ year: 2026, month: 3, day: 9, hour: 17, minute: 5, second: 42 }),
};

export class RelayWorld {
  readonly ledger = new LedgerFixture();
  nowMs = START_MS;
  sent: Sent[] = [];
  readonly states: RelayState[] = [];
  readonly alarms: RelayAlarm[] = [];
  readonly errors: string[] = [];
  isWayOpen = true;
  /** Hears every command as it leaves. */
  onSent: (sent: Sent) => void = () => undefined;
  driver: RelayDriver;
  private timers: Timer[] = [];
  private payments = 0;

  constructor(
    private readonly rules: Partial<RelayRules> = {},
    private readonly chance: () => number = () => 0,
  ) {
    this.driver = this.newDriver();
  }

  /** Registers house `number`, with a relay as somebody would enter it. */
  register(number: number, relay: object = { dialect: 'json' }): void {
    const entry = parseRelayEntry(`M${number}`, relay);
    const { dialect, settings, device } = entry;
    this.post({
      type: 'register',
      registration: {
        ...registration(number),
        relayDialect: dialect,
        relaySettings: settings,
        relayDevice: device,
      },
      by: 'staff',
    });
  }

  /** Lets the ledger decide, as a payment would. */
  decide(number: number, supply: 'on' | 'off'): void {
    this.payments += 1;
    this.post({
      type: 'topUp',
      accountId: `A${number}`,
      amountMicros: micros(1),
      reference: `payment ${this.payments}`,
      channel: 'x',
      by: 'test',
      guard: switchTo(supply),
    });
  }

  /** Decides and tells the driver. */
  async want(number: number, supply: 'on' | 'off'): Promise<void> {
    this.decide(number, supply);
    this.driver.consider(`M${number}`);
    await this.settle();
  }

  relay(number: number): RelayRecord {
    const relay = this.ledger.store.relay(`M${number}`);
    if (!relay) throw new Error(`there is no relay M${number}`);
    return relay;
  }

  post(posting: Posting): PostingResult {
    this.ledger.nowMs = this.nowMs;
    return this.ledger.commit(posting);
  }

  /** Runs something at a moment to come. */
  at(afterMs: number, run: () => void): void {
    this.timers.push({ atMs: this.nowMs + afterMs, run });
  }

  /** Lets time pass, timer by timer. */
  async pass(forMs: number): Promise<void> {
    const untilMs = this.nowMs + forMs;
    await this.settle();
    for (;;) {
      const next = this.timers.reduce<Timer | null>(
        (first, timer) => (timer.atMs <= untilMs && (!first || timer.atMs < first.atMs) ? timer : first),
        null,
      );
      if (!next) break;
      this.timers = this.timers.filter((timer) => timer !== next);
      this.nowMs = Math.max(this.nowMs, next.atMs);
      next.run();
      await this.settle();
    }
    this.nowMs = untilMs;
  }

  /** Lets everything finish that needs no time. */
  async settle(): Promise<void> {
    for (let turn = 0; turn < 3; turn += 1) await new Promise((resolve) => setImmediate(resolve));
  }

  /** The process ends and begins again; the ledger stays. */
  async restart(): Promise<void> {
    this.driver.close();
    this.timers = [];
    this.ledger.store.close();
    this.ledger.store = this.ledger.open();
    this.driver = this.newDriver();
    this.driver.start();
    await this.settle();
  }

  dispose(): void {
    this.driver.close();
    this.ledger.dispose();
  }

  private newDriver(): RelayDriver {
    const { ledger } = this;
    return new RelayDriver({
      store: ledger.store,
      rules: { ...RULES, ...this.rules },
      rate: 1,
      seed: 'test',
      nowMs: () => this.nowMs,
      chance: this.chance,
      schedule: (run, afterMs) => {
        const timer = { atMs: this.nowMs + afterMs, run };
        this.timers.push(timer);
        return () => {
          this.timers = this.timers.filter((other) => other !== timer);
        };
      },
      post: (posting) => Promise.resolve(this.post(posting)),
      isWayOpen: ({ dialect }) => this.isWayOpen || dialectNamed(dialect).way !== 'mqtt',
      transmit: (relay, command) =>
        writeCommand(relay.dialect, command, CONTEXT).map((message) => {
          const sent = { ...message, atMs: this.nowMs, meterId: relay.meterId };
          this.sent.push(sent);
          this.onSent(sent);
          return message.topic;
        }),
      onState: (state) => this.states.push(state),
      onAlarm: (alarm) => this.alarms.push(alarm),
      onError: (error) => this.errors.push(error.message),
      onChange: () => undefined,
    });
  }
}

export interface JsonCommand {
  commandId: string;
  desired: 'on' | 'off';
  version: number;
  expiresMs: number;
  arm?: boolean;
}

export function commandIn({ payload }: DeviceCommand): JsonCommand {
  if (typeof payload !== 'string') throw new TypeError('this is no command in JSON');
  return JSON.parse(payload) as JsonCommand;
}
