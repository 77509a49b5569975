import path from 'node:path';
import { readJsonFile, writeJsonFile } from '../lib/io/json-file';
import { MeterClient } from '../lib/io/mqtt/meter-client';
import type { LinkState, MeterLink } from '../lib/meter/meter-link';
import type { PrepaidMessage } from '../lib/meter/prepaid-message';
import { localClock } from '../lib/simulation/local-time';
import { buildNeighbourhood, type House } from '../lib/simulation/neighbourhood';
import { errorText } from '../lib/text/to-error';
import type { Site } from '../lib/site/site';
import {
  RunningNeighbourhood,
  type ConnectionHandlers,
  type NeighbourhoodCounts,
  type SimulatedSite,
} from './running-neighbourhood';
import { parseSimulatorInput } from './simulator-input';

export interface SimulatorDeskOptions {
  site: Site;
  link: MeterLink;
  /** The broker's login; with a password alone each meter uses its own name. */
  username: string;
  password: string;
  /** Names this simulator's file beside the ledger. */
  nodeId: string;
  seed: number;
  houses: number;
  reportEveryMs: number;
  residentsBuy: boolean;
  emit: (ports: (PrepaidMessage | null)[]) => void;
  onState: (state: SimulatorState) => void;
}

/** How the simulator is doing, for its status. */
export type SimulatorState =
  | { kind: 'broken'; reason: string }
  | { kind: 'paused' }
  | { kind: 'connecting'; connected: number; meters: number }
  | { kind: 'unregistered'; houses: number }
  | { kind: 'running'; meters: number; clockRate: number };

/** Real time between two looks at what is due. */
const TICK_MS = 250;
const STATISTICS_EVERY_MS = 60_000;

/** Brings the houses to life once the broker is up, and keeps real time, the file and the wires together. */
export class SimulatorDesk {
  private readonly houses: House[];
  private readonly file: string;
  private readonly stopHearing: () => void;
  private neighbourhood: RunningNeighbourhood | null = null;
  private ticker: NodeJS.Timeout | null = null;
  private statisticsAtMs: number;
  /** Why meters are not connected; forgotten once they all are. */
  private trouble = '';
  /** Why the last look at the houses failed, such as a ledger that is closed. */
  private fault = '';

  constructor(private readonly options: SimulatorDeskOptions) {
    const { site, link, seed, houses, nodeId } = options;
    this.houses = buildNeighbourhood(seed, houses);
    this.file = path.join(site.dataFolder, `simulator-${nodeId.replaceAll(/[^\w-]/g, '_')}.json`);
    this.statisticsAtMs = site.monotonicMs() + STATISTICS_EVERY_MS;
    this.stopHearing = link.onState((state) => this.hearLink(state));
    this.hearLink(link.state);
  }

  /** Does what a message asks. Throws an error that names the field and the value. */
  request(payload: unknown): void {
    const request = parseSimulatorInput(payload);
    const { neighbourhood } = this;
    if (!neighbourhood) throw new Error('the broker is not up yet: no meter is connected');
    if (request.kind === 'publish') neighbourhood.setPublishing(request.isOn);
    else neighbourhood.setExtraLoad(request.house, request.loadW);
    this.showState();
  }

  async close(): Promise<void> {
    this.stopHearing();
    if (this.ticker) clearInterval(this.ticker);
    await this.neighbourhood?.close();
  }

  private hearLink(state: LinkState): void {
    this.trouble = state.kind === 'down' ? state.reason : '';
    // Nothing is sent before the first tick: while a flow starts, the nodes behind our wires may not be there yet.
    if (state.kind === 'up') this.ticker ??= setInterval(() => this.tick(), TICK_MS);
    this.showState();
  }

  private open(): RunningNeighbourhood {
    const { site, seed, reportEveryMs, residentsBuy, emit } = this.options;
    return new RunningNeighbourhood({
      seed,
      reportEveryMs,
      residentsBuy,
      houses: this.houses,
      site: sightOf(site),
      monotonicMs: () => site.monotonicMs(),
      connect: (handlers) => this.connect(handlers),
      kept: asRecord(readJsonFile(this.file)),
      keep: (memory) => writeJsonFile(this.file, memory),
      onEvent: (event) => emit([{ topic: event.event, payload: event }, null, null]),
      onTopUp: (topUp) => emit([null, { topic: topUp.accountId, payload: { topUp } }, null]),
      onAccounts: (accounts) => emit([null, null, { topic: 'accounts', payload: accounts }]),
    });
  }

  private connect({ meterId, ...hear }: ConnectionHandlers): MeterClient {
    const { link, username, password } = this.options;
    const identity = username === '' && password !== '' ? meterId : username;
    return new MeterClient({
      url: link.url,
      meterId,
      username: identity,
      password,
      ...hear,
      onTrouble: (reason) => {
        this.trouble = reason;
      },
    });
  }

  private tick(): void {
    try {
      this.neighbourhood ??= this.open();
      this.neighbourhood.tick();
      this.tellStatistics(this.neighbourhood);
      this.fault = '';
    } catch (error) {
      this.fault = errorText(error);
    }
    this.showState();
  }

  private tellStatistics({ counts }: RunningNeighbourhood): void {
    const { site, emit } = this.options;
    if (site.monotonicMs() < this.statisticsAtMs) return;
    this.statisticsAtMs += STATISTICS_EVERY_MS;
    const payload = { ...counts, atMs: site.nowMs(), clockRate: site.clock.rate };
    emit([{ topic: 'statistics', payload }, null, null]);
  }

  private showState(): void {
    this.options.onState(this.state());
  }

  private state(): SimulatorState {
    const meters = this.houses.length;
    const counts: NeighbourhoodCounts | undefined = this.neighbourhood?.counts;
    const connected = counts?.connected ?? 0;
    if (connected === meters) this.trouble = '';
    const reason = this.fault || this.trouble;
    if (reason !== '') return { kind: 'broken', reason };
    if (this.neighbourhood?.isPaused) return { kind: 'paused' };
    if (!counts || connected < meters) return { kind: 'connecting', connected, meters };
    if (counts.unregistered > 0) return { kind: 'unregistered', houses: counts.unregistered };
    return { kind: 'running', meters, clockRate: this.options.site.clock.rate };
  }
}

/**
 * What a neighbourhood may know of its site: the time, and whether it has been registered and let in.
 * Balances stay the ledger's own; residents reckon for themselves.
 */
function sightOf(site: Site): SimulatedSite {
  const toLocal = localClock(site.timeZone);
  return {
    nowMs: () => site.nowMs(),
    localMs: toLocal,
    accountExists: (accountId) => site.accountExists(accountId),
    hasCredit: (accountId) => (site.store.balanceOf(accountId) ?? 0) !== 0,
    acceptedWh: (meterId) => site.store.knownMeter(meterId)?.head?.energyWh ?? null,
  };
}

function asRecord(value: unknown): Record<string, unknown> {
  return typeof value === 'object' && value !== null && !Array.isArray(value)
    ? (value as Record<string, unknown>)
    : {};
}
