import { readingTopic, relayTopic } from '../lib/meter/topics';
import { housePower } from '../lib/simulation/house-power';
import type { House } from '../lib/simulation/neighbourhood';
import { recallHouse, type HouseMemory } from '../lib/simulation/neighbourhood-memory';
import { lastReportMs } from '../lib/simulation/report-schedule';
import { considerBuying } from '../lib/simulation/residents';
import { parseCommand, SimulatedMeter } from '../lib/simulation/simulated-meter';

/** What the neighbourhood sees of the site it belongs to. */
export interface SimulatedSite {
  nowMs(): number;
  /** Local wall time for a moment. */
  localMs(siteMs: number): number;
  accountExists(accountId: string): boolean;
  hasCredit(accountId: string): boolean;
  /** The register as the ledger last accepted it; null when it never has. */
  acceptedWh(meterId: string): number | null;
}

/** One meter's way to the broker. */
export interface MeterConnection {
  readonly isReady: boolean;
  publish(topic: string, payload: string, onAcknowledged: () => void): boolean;
  close(): Promise<void>;
}

export interface ConnectionHandlers {
  meterId: string;
  onCommand: (payload: string) => void;
  onReady: () => void;
}

export interface TopUp {
  accountId: string;
  amount: string;
  reference: string;
  channel: string;
  by: string;
}

export interface NewAccount {
  accountId: string;
  name: string;
  meterId: string;
  phone: string;
  language: string;
}

/** Something that happened in a house. */
export interface HouseEvent {
  event: 'relay' | 'purchase';
  house: string;
  meterId: string;
  atMs: number;
  detail: string;
}

export interface NeighbourhoodOptions {
  seed: number;
  houses: House[];
  reportEveryMs: number;
  residentsBuy: boolean;
  site: SimulatedSite;
  monotonicMs: () => number;
  connect: (handlers: ConnectionHandlers) => MeterConnection;
  /** What was kept by the last run, by meter. */
  kept: Readonly<Record<string, unknown>>;
  keep: (memory: Record<string, unknown>) => void;
  onAccounts: (accounts: NewAccount[]) => void;
  onTopUp: (topUp: TopUp) => void;
  onEvent: (event: HouseEvent) => void;
}

export interface NeighbourhoodCounts {
  meters: number;
  connected: number;
  /** Houses whose account the ledger does not know yet. */
  unregistered: number;
  lightsOff: number;
  published: number;
  acknowledged: number;
  purchases: number;
}

/** A house comes to life step by step: its account first, then its credit, then its readings. */
type Stage = 'registering' | 'paying in' | 'living';

interface Resident {
  house: House;
  memory: HouseMemory;
  meter: SimulatedMeter;
  connection: MeterConnection;
  stage: Stage;
  extraW: number;
  lastReportMs: number;
}

/** Accounts and opening credits travel over wires; what has not arrived by then is sent again. */
const REPEAT_AFTER_MS = 5_000;
/** A flow without a way for purchases shall see readings nevertheless. */
const WAITS_FOR_CREDIT_MS = 10_000;
const KEEP_EVERY_MS = 5_000;

/** The houses of a simulator at work: time passes in them, their meters report, their residents buy. */
export class RunningNeighbourhood {
  private readonly residents: Resident[];
  private readonly counters = { published: 0, acknowledged: 0, purchases: 0 };
  private readonly startedMs: number;
  private isPublishing = true;
  private repeatAtMs = 0;
  private keepAtMs: number;

  constructor(private readonly options: NeighbourhoodOptions) {
    this.startedMs = options.monotonicMs();
    this.keepAtMs = this.startedMs;
    this.residents = options.houses.map((house) => this.moveIn(house));
  }

  get counts(): NeighbourhoodCounts {
    const count = (holds: (resident: Resident) => boolean): number => this.residents.filter(holds).length;
    return {
      meters: this.residents.length,
      connected: count(({ connection }) => connection.isReady),
      unregistered: count(({ stage }) => stage === 'registering'),
      lightsOff: count(({ memory }) => memory.meter.relay === 'off'),
      ...this.counters,
    };
  }

  get isPaused(): boolean {
    return !this.isPublishing;
  }

  /** A meter that does not publish counts on, like one without a signal. */
  setPublishing(isOn: boolean): void {
    this.isPublishing = isOn;
  }

  /** Switches something on in a house, on top of what its residents use; 0 switches it off again. */
  setExtraLoad(name: string, loadW: number): void {
    const resident = this.residents.find(({ house }) => house.name === name);
    if (!resident) {
      const some = this.residents.slice(0, 3).map(({ house }) => house.name);
      throw new RangeError(`payload.house must be one of ${some.join(', ')}, …, got "${name.slice(0, 80)}"`);
    }
    resident.meter.advance(this.options.site.nowMs());
    resident.extraW = loadW;
  }

  /** Lets everything happen that is due. */
  tick(): void {
    const nowMs = this.options.site.nowMs();
    this.settleIn();
    for (const resident of this.residents) {
      if (resident.stage === 'living') this.live(resident, nowMs);
      else resident.meter.advance(nowMs);
    }
    if (this.options.monotonicMs() >= this.keepAtMs) this.keep();
  }

  async close(): Promise<void> {
    this.keep();
    await Promise.all(this.residents.map(({ connection }) => connection.close()));
  }

  private moveIn(house: House): Resident {
    const { seed, site, kept, connect } = this.options;
    const { meterId } = house;
    const memory = recallHouse(kept[meterId], house, site.nowMs(), { energyWh: site.acceptedWh(meterId) });
    const traits = {
      seed,
      house: house.number,
      meterId,
      hasSolar: house.roof !== null,
      powerFactor: house.powerFactor,
    };
    const resident: Resident = {
      house,
      memory,
      meter: new SimulatedMeter(traits, memory.meter, (siteMs) =>
        housePower(seed, house, site.localMs(siteMs), resident.extraW),
      ),
      connection: connect({
        meterId,
        onCommand: (payload) => this.obey(resident, payload),
        onReady: () => resident.stage === 'living' && this.tellRelay(resident),
      }),
      stage: 'registering',
      extraW: 0,
      lastReportMs: 0,
    };
    return resident;
  }

  /** Registers and pays in until every house lives. Both may be repeated: accounts and references are unique. */
  private settleIn(): void {
    const waiting = this.residents.filter(({ stage }) => stage !== 'living');
    if (waiting.length === 0) return;
    const { site, monotonicMs, onAccounts } = this.options;
    const isRepeat = monotonicMs() >= this.repeatAtMs;
    if (isRepeat) this.repeatAtMs = monotonicMs() + REPEAT_AFTER_MS;
    for (const resident of waiting) this.settle(resident, isRepeat);
    const unknown = waiting.filter(({ house }) => !site.accountExists(house.accountId));
    if (isRepeat && unknown.length > 0) onAccounts(unknown.map(({ house }) => accountOf(house)));
  }

  private settle(resident: Resident, isRepeat: boolean): void {
    const { site, monotonicMs, reportEveryMs } = this.options;
    const { house, stage } = resident;
    if (stage === 'registering' && !site.accountExists(house.accountId)) return;
    if (stage === 'registering' || isRepeat) this.options.onTopUp(openingCredit(house));
    resident.stage = 'paying in';
    const isTooLate = monotonicMs() - this.startedMs > WAITS_FOR_CREDIT_MS;
    if (!isTooLate && !site.hasCredit(house.accountId) && site.acceptedWh(house.meterId) === null) return;
    resident.stage = 'living';
    resident.lastReportMs = lastReportMs(site.nowMs(), reportEveryMs, house.number);
    if (resident.connection.isReady) this.tellRelay(resident);
  }

  private live(resident: Resident, nowMs: number): void {
    const { seed, reportEveryMs, residentsBuy } = this.options;
    const { house, meter, memory } = resident;
    const dueMs = lastReportMs(nowMs, reportEveryMs, house.number);
    if (dueMs > resident.lastReportMs) {
      resident.lastReportMs = dueMs;
      meter.advance(dueMs);
      if (this.isPublishing) this.publish(resident, readingTopic(house.meterId), meter.reading());
    }
    meter.advance(nowMs);
    if (!residentsBuy || !house.residentsBuy) return;
    const { relay, importWh: energyWh } = memory.meter;
    const purchase = considerBuying(seed, house.number, memory.residents, { nowMs, relay, energyWh });
    if (!purchase) return;
    this.counters.purchases += 1;
    // Kept before it is told, so that a purchase keeps its number over a crash.
    this.keep();
    this.options.onTopUp({
      accountId: house.accountId,
      amount: `${purchase.amount}.00`,
      reference: `sim-${seed}-${house.number}-${purchase.number}`,
      channel: 'simulated',
      by: house.name,
    });
    this.tellEvent(resident, 'purchase', `${purchase.amount}.00`);
  }

  private obey(resident: Resident, payload: string): void {
    const command = parseCommand(payload);
    if (!command) return;
    const before = resident.memory.meter.relay;
    if (!resident.meter.obey(command, this.options.site.nowMs())) return;
    // Kept before it is confirmed: a meter that forgot a cut over a crash would give light on no credit.
    this.keep();
    this.tellRelay(resident);
    if (resident.memory.meter.relay !== before) this.tellEvent(resident, 'relay', command.desired);
  }

  private tellRelay(resident: Resident): void {
    const { relay, commandId } = resident.memory.meter;
    const report = { reported: relay, commandId, atMs: this.options.site.nowMs() };
    this.publish(resident, relayTopic(resident.house.meterId), report);
  }

  private tellEvent({ house }: Resident, event: HouseEvent['event'], detail: string): void {
    const atMs = this.options.site.nowMs();
    this.options.onEvent({ event, house: house.name, meterId: house.meterId, atMs, detail });
  }

  private publish({ connection }: Resident, topic: string, content: object): void {
    const isTaken = connection.publish(
      topic,
      JSON.stringify(content),
      () => (this.counters.acknowledged += 1),
    );
    if (isTaken) this.counters.published += 1;
  }

  /** Houses that are simulated no longer stay in memory, in case they come back. */
  private keep(): void {
    this.keepAtMs = this.options.monotonicMs() + KEEP_EVERY_MS;
    const current = this.residents.map(({ house, memory }) => [house.meterId, memory] as const);
    this.options.keep({ ...this.options.kept, ...Object.fromEntries(current) });
  }
}

function accountOf({ accountId, name, meterId, phone }: House): NewAccount {
  return { accountId, name, meterId, phone, language: 'en' };
}

function openingCredit({ accountId, openingCredit: amount, name }: House): TopUp {
  const reference = `opening-${accountId}`;
  return { accountId, amount: `${amount}.00`, reference, channel: 'simulated', by: name };
}
