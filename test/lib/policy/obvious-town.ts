/** What happened in a small town, as anybody would write it down. */
export interface HouseFacts {
  balance: number;
  lastPaidMs: number;
  payments: number[];
  spent: number;
  ownLimit: number | null;
  heardMs: number;
  isProtected: boolean;
  staffMs: number | null;
  asks: boolean;
}

export interface TownFacts {
  nowMs: number;
  leadMs: number;
  /** Whether cutting is only allowed from 10:00 to 13:00 UTC. */
  hasHours: boolean;
  houses: HouseFacts[];
}

export const LINES = [30_000_000, 10_000_000];
export const HYSTERESIS = 3_000_000;
export const FRESH_MS = 7_200_000;
export const HOUR_MS = 3_600_000;
export const EMERGENCY = { amount: 5_000_000, lastsMs: 3 * 24 * HOUR_MS, offerBelow: 1_000_000 };
export const BUDGET = 1;

export interface HouseView {
  supply: 'on' | 'off';
  /** Which lines were told with the last look. */
  told: string[];
  isQuarantined: boolean;
}

class ObviousHouse {
  supply: 'on' | 'off' = 'on';
  reason = '';
  told = new Map<string, number>();
  toldAgain = new Map<string, number>();
  emergencyMs: number | null = null;
  quarantine: string | null = null;
  releasedUntilMs = 0;

  /** A line is told when it is crossed, and forgotten when it is left by the hysteresis or money came in. */
  line(name: string, isCrossed: boolean, isOver: boolean, nowMs: number): boolean {
    if (isOver) {
      this.told.delete(name);
      this.toldAgain.delete(name);
    }
    if (!isCrossed || this.told.has(name)) return false;
    this.told.set(name, nowMs);
    return true;
  }

  warnedMs(subject: string): number {
    const times = [...this.told].filter(([name]) => name.startsWith(subject)).map(([, atMs]) => atMs);
    return Math.min(...times);
  }
}

/** The whole policy said as plainly as possible, without tables: what decide() has to agree with. */
export class ObviousTown {
  readonly houses: ObviousHouse[];
  private cuts: number[] = [];

  constructor(readonly facts: TownFacts) {
    this.houses = facts.houses.map(() => new ObviousHouse());
  }

  look(index: number): HouseView {
    const { nowMs, leadMs, hasHours, houses } = this.facts;
    const house = this.houses[index]!;
    const fact = houses[index]!;
    const told = this.tell(house, fact);

    if (fact.balance >= EMERGENCY.offerBelow) house.emergencyMs = null;
    else if (fact.asks) house.emergencyMs ??= nowMs;
    const livesOnEmergency =
      house.emergencyMs !== null &&
      fact.balance <= 0 &&
      fact.balance > -EMERGENCY.amount &&
      nowMs < house.emergencyMs + EMERGENCY.lastsMs;

    const reasons: string[] = [];
    if (fact.staffMs !== null) reasons.push('staff');
    if (fact.balance <= 0) reasons.push('credit');
    if (fact.ownLimit !== null && fact.spent >= fact.ownLimit) reasons.push('own spending limit');
    if (house.quarantine !== null && !reasons.includes(house.quarantine)) {
      // A release is for the quarantine that it was given in.
      house.quarantine = null;
      house.releasedUntilMs = 0;
    }

    const hour = new Date(nowMs).getUTCHours();
    const isNobodyCut = hasHours && (hour < 10 || hour >= 13);
    const mayCut = (reason: string): boolean =>
      !fact.isProtected &&
      !livesOnEmergency &&
      !isNobodyCut &&
      nowMs - fact.heardMs <= FRESH_MS &&
      nowMs - house.warnedMs(reason) >= Math.max(1, leadMs);

    const staysOff =
      house.supply === 'off' &&
      reasons.includes(house.reason) &&
      !fact.isProtected &&
      !(livesOnEmergency && house.reason === 'credit');
    if (!staysOff) {
      house.supply = 'on';
      for (const reason of reasons) {
        if (house.supply === 'off' || !mayCut(reason)) continue;
        if (this.mayCutOneMore(house, reason)) {
          house.supply = 'off';
          house.reason = reason;
          house.quarantine = null;
          house.releasedUntilMs = 0;
        } else house.quarantine ??= reason;
      }
    }
    return { supply: house.supply, told, isQuarantined: house.quarantine !== null };
  }

  release(index: number): void {
    const house = this.houses[index]!;
    if (house.quarantine !== null) house.releasedUntilMs = this.facts.nowMs + 24 * HOUR_MS;
  }

  private mayCutOneMore(house: ObviousHouse, reason: string): boolean {
    const { nowMs } = this.facts;
    if (house.quarantine !== null) return house.quarantine === reason && nowMs < house.releasedUntilMs;
    if (this.cuts.filter((atMs) => atMs > nowMs - HOUR_MS).length >= BUDGET) return false;
    this.cuts.push(nowMs);
    house.releasedUntilMs = 0;
    return true;
  }

  private tell(house: ObviousHouse, fact: HouseFacts): string[] {
    const { nowMs } = this.facts;
    const told: string[] = [];
    for (const line of [...LINES, 0]) {
      const name = `credit ${line}`;
      const isPaid = fact.lastPaidMs > (house.toldAgain.get(name) ?? house.told.get(name) ?? Infinity);
      // Who is told that it was not enough has known of the cut since before.
      if (isPaid && fact.balance <= 0) {
        house.toldAgain.set(name, nowMs);
        told.push(name);
        continue;
      }
      const isOver = isPaid || fact.balance > line + HYSTERESIS;
      if (house.line(name, fact.balance <= line, isOver, nowMs)) told.push(name);
    }
    for (const name of [...house.told.keys()]) {
      if (name.startsWith('staff') && name !== `staff ${fact.staffMs}`) house.told.delete(name);
      if (name.startsWith('own') && name !== `own spending limit ${fact.ownLimit}`) house.told.delete(name);
    }
    if (fact.staffMs !== null && house.line(`staff ${fact.staffMs}`, true, false, nowMs)) told.push('staff');
    const limit = fact.ownLimit;
    if (limit !== null && house.line(`own spending limit ${limit}`, fact.spent >= limit * 0.9, false, nowMs))
      told.push('own');
    return told;
  }
}
