import type { Way } from './way-health';

/** How a frame reached the head-end: by one of the ways up, or in a file that somebody carried. */
export type ArrivalWay = Way | 'carried';

/** By which way, and through which neighbour if through one. */
export interface Passage {
  way: ArrivalWay;
  via: string | null;
}

export interface UsedWay extends Passage {
  frames: number;
  msAgo: number;
}

export interface MeterWay extends Passage {
  meterId: string;
  msAgo: number;
}

/** What a dashboard shows of one gateway. */
export interface GatewayWays {
  gatewayId: string;
  /** The way of what it says now. */
  now: UsedWay;
  /** The ways it came by lately, the latest first. */
  used: UsedWay[];
  meters: MeterWay[];
}

interface Used extends Passage {
  frames: number;
  lastMs: number;
  /** When something other than a question came by it. */
  dataMs: number;
}

interface Seen extends Passage {
  atMs: number;
}

interface Remembered {
  used: Used[];
  meters: Map<string, Seen>;
}

/** For display: a gateway serves a street, not a town. */
const MOST_METERS = 500;
/** A gateway has three ways and few neighbours; who moves about has its latest ones shown. */
const MOST_USED = 6;
const MOST_GATEWAYS = 10_000;
/** A way that is only being asked whether it works again is not the way in use, unless nothing else comes for so long. */
const DATA_COUNTS_FOR_MS = 120_000;

/** Remembers which gateway and which meter came by which way, as far as a head-end needs it to show. */
export class ArrivalWays {
  private readonly gateways = new Map<string, Remembered>();

  /** An authenticated frame has come, with data of these meters, or null without data. */
  note(gatewayId: string, { way, via }: Passage, meterIds: Iterable<string> | null, nowMs: number): void {
    const known = this.gateways.get(gatewayId) ?? this.open(gatewayId);
    if (!known) return;
    const used = known.used.find((one) => one.way === way && one.via === via) ?? add(known.used, way, via);
    used.frames += 1;
    used.lastMs = nowMs;
    if (meterIds) used.dataMs = nowMs;
    known.used.sort((a, b) => b.lastMs - a.lastMs);
    known.used.splice(MOST_USED);
    for (const meterId of meterIds ?? []) {
      if (known.meters.size >= MOST_METERS && !known.meters.has(meterId)) continue;
      known.meters.set(meterId, { way, via, atMs: nowMs });
    }
  }

  /** Nobody asks for a gateway any more that has been taken out. */
  forget(gatewayId: string): void {
    this.gateways.delete(gatewayId);
  }

  metersOf(gatewayId: string): string[] {
    return [...(this.gateways.get(gatewayId)?.meters.keys() ?? [])];
  }

  /** The gateway that brought a reading of this meter last. */
  gatewayOf(meterId: string): string | null {
    let latest: { gatewayId: string; atMs: number } | null = null;
    for (const [gatewayId, { meters }] of this.gateways) {
      const atMs = meters.get(meterId)?.atMs;
      if (atMs !== undefined && (!latest || atMs > latest.atMs)) latest = { gatewayId, atMs };
    }
    return latest?.gatewayId ?? null;
  }

  list(nowMs: number): GatewayWays[] {
    const shown = ({ way, via, frames, lastMs }: Used): UsedWay => ({
      way,
      via,
      frames,
      msAgo: nowMs - lastMs,
    });
    return [...this.gateways].flatMap(([gatewayId, { used, meters }]) => {
      const [now] = [...used].sort((a, b) => weight(b) - weight(a));
      if (!now) return [];
      const list = [...meters].map(([meterId, { way, via, atMs }]) => ({
        meterId,
        way,
        via,
        msAgo: nowMs - atMs,
      }));
      return [{ gatewayId, now: shown(now), used: used.map(shown), meters: list }];
    });
  }

  private open(gatewayId: string): Remembered | null {
    if (this.gateways.size >= MOST_GATEWAYS) return null;
    const opened: Remembered = { used: [], meters: new Map() };
    this.gateways.set(gatewayId, opened);
    return opened;
  }
}

function add(list: Used[], way: ArrivalWay, via: string | null): Used {
  const used: Used = { way, via, frames: 0, lastMs: 0, dataMs: -Infinity };
  list.push(used);
  return used;
}

const weight = ({ lastMs, dataMs }: Used): number => Math.max(lastMs, dataMs + DATA_COUNTS_FOR_MS);
