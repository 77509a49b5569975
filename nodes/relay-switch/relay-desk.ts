import { join } from 'node:path';
import type { PostingResult, RelayLockPosting } from '../lib/ledger/posting';
import type { RelayRecord } from '../lib/ledger/store';
import type { Answer, MeterLink } from '../lib/meter/meter-link';
import type { PrepaidMessage } from '../lib/meter/prepaid-message';
import type { Binding } from '../lib/meter/shapes/understood';
import { dialectNamed, writeCommand } from '../lib/relay/dialects';
import type { CommandToSend, DeviceCommand, DialectContext } from '../lib/relay/dialects/dialect';
import { RelayDriver } from '../lib/relay/relay-driver';
import { RelayEars } from '../lib/relay/relay-ears';
import type { RelayInput } from '../lib/relay/relay-input';
import type { RelayRules } from '../lib/relay/relay-rules';
import { stateOf, type RelayAlarm } from '../lib/relay/relay-state';
import type { Site } from '../lib/site/site';
import { showValue } from '../lib/text/show-value';
import { toError } from '../lib/text/to-error';
import { GpioDesk } from './gpio-desk';
import type { RelaySwitchConfig } from './relay-switch.config';

export interface RelayDeskOptions {
  site: Site;
  link: MeterLink | null;
  rules: RelayRules;
  context: DialectContext;
  failState: RelaySwitchConfig['failState'];
  /** Tells the spreading of restores of this node from that of another. */
  seed: string;
  emit: (ports: (PrepaidMessage | PrepaidMessage[] | null)[]) => void;
  /** Says an alarm in words. */
  wordsFor: (alarm: RelayAlarm) => string;
  /** Called when what the status says may have changed. */
  onChange: () => void;
  onError: (error: Error) => void;
}

/** Where the processes that hold lines of this computer are remembered, beside the ledger. */
const GPIO_FOLDER = 'gpio';

/** Stands between the driver and the world: the broker, the flow, and the lines of this computer. */
export class RelayDesk {
  readonly driver: RelayDriver;
  /** The relay that was moved last; the status is about it while it is the only one. */
  last: RelayRecord | null = null;
  private readonly gpio: GpioDesk;
  private readonly ears = new RelayEars();
  /** When what was dropped is told of next: at the first and then at every doubling, so that nobody fills the log. */
  private tellDroppedAt = 1;
  private readonly listening = new Map<string, () => void>();

  constructor(private readonly options: RelayDeskOptions) {
    const { site, link, rules, seed, onChange, onError } = options;
    const { store, clock, dataFolder } = site;
    this.driver = new RelayDriver({
      store,
      rules,
      seed,
      rate: clock.rate,
      nowMs: () => site.nowMs(),
      chance: () => Math.random(),
      schedule: (run, afterMs) => {
        const timer = setTimeout(run, afterMs);
        return () => clearTimeout(timer);
      },
      post: (posting) => site.post(posting),
      isWayOpen: ({ dialect }) =>
        link === null || dialectNamed(dialect).way !== 'mqtt' || link.state.kind === 'up',
      transmit: (relay, command) => this.transmit(relay, command),
      onState: (state) => this.tell(1, state.meterId, state),
      onAlarm: (alarm) => this.tell(2, alarm.meterId, { ...alarm, text: options.wordsFor(alarm) }),
      onError,
      onChange,
    });
    this.gpio = new GpioDesk({
      store,
      folder: join(dataFolder, GPIO_FOLDER),
      failState: options.failState,
      nowMs: () => site.nowMs(),
      onReport: (meterId, reported) => this.hear(this.driver.report({ meterId, reported }, 'read-back')),
      onFault: (meterId, error) => this.driver.fault(meterId, error),
      onWell: (meterId) => this.driver.isWell(meterId),
    });
  }

  start(): void {
    this.lookAround();
    this.driver.start();
  }

  /** Takes up what nobody takes up by itself: relays that are not where they shall be, and new ways of speaking. */
  reconcile(): void {
    this.lookAround();
    this.driver.reconcile();
  }

  async take(input: RelayInput): Promise<void> {
    switch (input.kind) {
      case 'intent': {
        const relay = this.requireRelay(input.intent.meterId);
        // The ledger knows the newest command; an older intent that arrives late changes nothing.
        if (input.intent.version >= relay.version) this.driver.consider(relay.meterId);
        return;
      }
      case 'report': {
        const { report } = input;
        const { meterId } = this.driver.relayNamed(report.meterId) ?? this.requireRelay(report.meterId);
        await this.driver.report({ ...report, meterId }, 'device');
        return;
      }
      case 'readings':
        for (const reading of input.readings)
          if (this.driver.isOfInterest(reading.meterId))
            await this.driver.readPower(reading.meterId, reading);
        return;
      case 'lock': {
        const { meterId, name, reason } = input;
        await this.lock({ type: 'relayLock', meterId, lock: { name, reason }, override: false, by: name });
        return;
      }
      case 'unlock': {
        const { meterId, name, override } = input;
        await this.lock({ type: 'relayLock', meterId, lock: null, override, by: name });
        return;
      }
      case 'button':
        this.driver.press(this.requireRelay(input.meterId).meterId);
        return;
      case 'online':
        this.driver.deviceIsBack(input.device);
        return;
      case 'answer':
        await this.hearAnswer(input.topic, input.payload);
        return;
    }
  }

  async close(): Promise<void> {
    for (const stop of this.listening.values()) stop();
    this.driver.close();
    await this.gpio.close();
  }

  /** Listens where the dialects that are in use report, and looks after the lines of this computer. */
  private lookAround(): void {
    this.gpio.prepare();
    for (const name of this.options.site.store.relayDialects()) this.listenTo(name);
  }

  private listenTo(dialect: string): void {
    const { link } = this.options;
    if (!link) return;
    for (const filter of dialectNamed(dialect).reportFilters) {
      if (this.listening.has(filter)) continue;
      const stop = link.listen(filter, (topic, payload, answer) => {
        const done = this.hearDevice(topic, payload, (device) => this.isBound(device));
        this.hear(answer === null ? done : answerAfter(done, answer));
      });
      this.listening.set(filter, stop);
    }
  }

  /** An answer to a command that went over a wire has its topic, the meter; others have a topic of the device. */
  private async hearAnswer(topic: string, payload: unknown): Promise<void> {
    const relay = this.options.site.store.relay(topic);
    const { read } = relay ? dialectNamed(relay.dialect) : { read: null };
    if (!relay || !read) {
      await this.hearDevice(topic, payload);
      return;
    }
    const word = read(payload, relay.settings);
    if (!word) return;
    const { reported, isArmed } = word;
    if (reported === null) await this.driver.armed(relay.meterId);
    else await this.driver.report({ meterId: relay.meterId, reported, isArmed }, 'device');
  }

  /** Whether the device of a topic may speak for itself only. */
  private isBound(device: string): boolean {
    const { link } = this.options;
    return link?.bindsTopics === true && !link.speaksForOthers(device);
  }

  /** What comes by wire, an operator has let in. */
  private async hearDevice(topic: string, payload: unknown, isBound?: Binding): Promise<void> {
    const heard = this.ears.hear(topic, payload, this.options.site.nowMs(), isBound);
    this.tellOfDropped(topic);
    for (const { device, reported, isBack } of heard) {
      if (isBack) this.driver.deviceIsBack(device);
      const relay = reported === null ? undefined : this.driver.relayNamed(device);
      if (relay && reported !== null)
        await this.driver.report({ meterId: relay.meterId, reported }, 'device');
    }
  }

  private tellOfDropped(topic: string): void {
    const { dropped } = this.ears;
    if (dropped < this.tellDroppedAt) return;
    this.tellDroppedAt = 2 * dropped;
    const words = `${dropped} times a device spoke of what is not its own or announced too much, at last`;
    this.options.onError(new Error(`${words} on ${showValue(topic)}`));
  }

  /** What comes without anybody waiting for it has nobody to tell of a fault. */
  private hear(done: Promise<void>): void {
    done.catch((error: unknown) => this.options.onError(toError(error)));
  }

  private async lock(posting: RelayLockPosting): Promise<void> {
    const { meterId } = posting;
    this.requireRelay(meterId);
    requireDone(await this.options.site.post(posting));
    this.gpio.prepare();
    const relay = this.requireRelay(meterId);
    this.tell(1, meterId, stateOf(relay));
    this.driver.consider(meterId);
  }

  private requireRelay(meterId: string): RelayRecord {
    const relay = this.options.site.store.relay(meterId);
    if (!relay) throw new RangeError(`payload.meterId must be a registered meter, got "${meterId}"`);
    return relay;
  }

  private transmit(relay: RelayRecord, command: CommandToSend): string[] {
    const messages = writeCommand(relay.dialect, command, this.options.context);
    const { way } = dialectNamed(relay.dialect);
    const { link, emit } = this.options;
    this.last = relay;
    // A relay that was registered since anybody looked around shall be heard when it answers.
    this.listenTo(relay.dialect);
    if (way === 'gpio') this.gpio.drive(relay, command.desired);
    emit([messages.map(({ topic, payload }) => ({ topic, payload: forWire(payload) })), null, null]);
    // What the broker could not take is sent again by the next try; the node's status shows the broker.
    for (const { topic, payload } of messages)
      if (way === 'mqtt' && typeof payload === 'string') link?.publish(topic, payload).catch(() => undefined);
    return messages.map(({ topic }) => topic);
  }

  private tell(port: 1 | 2, meterId: string, payload: unknown): void {
    const message = { topic: meterId, payload };
    this.options.emit(port === 1 ? [null, message, null] : [null, null, message]);
  }
}

/** A device keeps its report, and sends it again, until the ledger has it. */
async function answerAfter(done: Promise<void>, answer: Answer): Promise<void> {
  try {
    await done;
  } catch (error) {
    answer(toError(error));
    throw error;
  }
  answer(null);
}

/** Node-RED's nodes know Buffers only, also within an object. */
function forWire(payload: DeviceCommand['payload']): unknown {
  if (payload instanceof Uint8Array) return Buffer.from(payload);
  if (typeof payload === 'string') return payload;
  return Object.fromEntries(
    Object.entries(payload).map(([key, value]) => [
      key,
      value instanceof Uint8Array ? Buffer.from(value) : value,
    ]),
  );
}

function requireDone(result: PostingResult): void {
  if (result.outcome === 'refused')
    throw new RangeError(`${result.field} ${result.reason}, got "${result.value}"`);
}
