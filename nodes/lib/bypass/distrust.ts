/** Who changed whom to trust, and when: kept for whoever asks later. */
export interface TrustChange {
  gatewayId: string;
  isDistrusted: boolean;
  by: string;
  /** UTC. */
  atMs: number;
}

interface Kept {
  /** Decided here. */
  own: string[];
  /** Decided at the head-end. */
  told: string[];
  /** The number of the head-end's last change that was followed: an older one may come later. */
  toldChange: number;
  /** How often something was decided here. */
  change: number;
  log: TrustChange[];
}

export const MOST_DISTRUSTED = 100;
const MOST_LOGGED = 500;
const NOTHING: Kept = { own: [], told: [], toldChange: 0, change: 0, log: [] };

/** Neighbours that nothing is given to and nothing is taken from, because somebody said so. Outlives a restart. */
export class Distrust {
  private kept: Kept;

  constructor(
    stored: string | undefined,
    private readonly keep: (text: string) => void,
  ) {
    this.kept = stored === undefined ? NOTHING : (JSON.parse(stored) as Kept);
  }

  has(gatewayId: string): boolean {
    return this.kept.own.includes(gatewayId) || this.kept.told.includes(gatewayId);
  }

  get list(): string[] {
    return [...new Set([...this.kept.own, ...this.kept.told])].sort();
  }

  /** What has been decided here, for others to follow. */
  get decided(): { gatewayIds: string[]; change: number } {
    return { gatewayIds: [...this.kept.own], change: this.kept.change };
  }

  get log(): readonly TrustChange[] {
    return this.kept.log;
  }

  /** Somebody decides here. Throws when the list is full. */
  decide({ gatewayId, isDistrusted, by, atMs }: TrustChange): void {
    const { kept } = this;
    const others = kept.own.filter((known) => known !== gatewayId);
    const own = isDistrusted ? [...others, gatewayId] : others;
    if (own.length > MOST_DISTRUSTED)
      throw new RangeError(`at most ${MOST_DISTRUSTED} gateways can be distrusted; remove gateways instead`);
    // Where the head-end is only reached through whom it distrusts, somebody on the spot has the last word.
    const told = isDistrusted ? kept.told : kept.told.filter((known) => known !== gatewayId);
    const log = [...kept.log, { gatewayId, isDistrusted, by, atMs }].slice(-MOST_LOGGED);
    // By the clock, so that it goes on rising after an older copy of this storage has been put back.
    this.write({ ...kept, own, told, change: Math.max(kept.change + 1, atMs), log });
  }

  /** The head-end has decided. Returns whether that was news. */
  follow(gatewayIds: readonly string[], change: number): boolean {
    if (change <= this.kept.toldChange) return false;
    this.write({ ...this.kept, told: [...gatewayIds], toldChange: change });
    return true;
  }

  private write(kept: Kept): void {
    this.keep(JSON.stringify(kept));
    this.kept = kept;
  }
}
