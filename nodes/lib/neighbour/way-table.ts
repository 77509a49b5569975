import type { Way } from './hello';
import type { Neighbour } from './neighbour';
import { MAX_HOPS } from './packet';
import { isLater } from './sequence-16';

/** Another next hop; the same with later news than we have told of; or nothing that others should hear. */
export type WayNews = 'other' | 'fresher' | 'same';

interface Told {
  readonly beat: number;
  readonly cost: number;
}

/** The root counts its time in these; each beat makes ways possible that an older one forbade. */
const BEAT_MS = 10_000;
const BEATS = 0x1_0000;
const MAX_COST = 0xfffe;
/** A way is left for another only when that one is much better. */
const WORTH_A_CHANGE = 0.75;
const MAX_ROOTS = 64;

/**
 * Finds the way up: the cheapest, over a neighbour that is certainly nearer to the end of it than we are. A neighbour
 * counts as nearer when its news is fresher than what we have told others, or as fresh and cheaper (the feasibility
 * condition of RFC 8966 §3.5.1). So ways never form a loop, and news of a root that is gone ends by itself.
 */
export class WayTable {
  private isRoot = false;
  private chosen: Neighbour | null = null;
  private readonly told = new Map<string, Told>();

  constructor(
    private readonly nodeId: number,
    private readonly boot: number,
    private readonly nowMs: () => number,
    /** When a neighbour was left because nothing came of what it took; null while nothing is held against it. */
    private readonly leftAtMs: (neighbour: Neighbour) => number | null = () => null,
  ) {}

  /** Null without a way, and when the way is our own. */
  get nextHop(): Neighbour | null {
    return this.isRoot ? null : this.chosen;
  }

  get isOwn(): boolean {
    return this.isRoot;
  }

  /** Hops to the end of the way; null without one. */
  get hops(): number | null {
    if (this.isRoot) return 0;
    return this.chosen?.way ? this.chosen.way.hops + 1 : null;
  }

  setOwn(isOwn: boolean): void {
    this.isRoot = isOwn;
  }

  /** Looks again at what the neighbours tell. */
  choose(neighbours: Iterable<Neighbour>): WayNews {
    const before = this.chosen;
    const eligible = this.eligible(neighbours);
    const kept = eligible.find((neighbour) => neighbour === before) ?? null;
    let best: Neighbour | null = null;
    for (const neighbour of eligible) if (!best || costOver(neighbour) < costOver(best)) best = neighbour;
    const isKept = kept && best && costOver(best) >= WORTH_A_CHANGE * costOver(kept);
    this.chosen = isKept ? kept : best;
    if (this.chosen !== before) return 'other';
    return this.isFresher() ? 'fresher' : 'same';
  }

  /** What to tell the neighbours, who may rely on it from then on. */
  wayToTell(): Way | null {
    if (this.isRoot) {
      const beat = Math.floor(this.nowMs() / BEAT_MS) % BEATS;
      return { rootNode: this.nodeId, rootBoot: this.boot % BEATS, beat, cost: 0, hops: 0 };
    }
    const way = this.chosen?.way;
    if (!this.chosen || !way) return null;
    const cost = Math.min(MAX_COST, costOver(this.chosen));
    this.remember(way, cost);
    return { ...way, cost, hops: way.hops + 1 };
  }

  /** What it told of its way up may have been invented, and true news must not look old beside it. */
  forgetNewsOf({ way }: Neighbour): void {
    if (way) this.told.delete(rootKey(way));
  }

  /** Those that were left count only when there are no others, and then the one whose turn was longest ago. */
  private eligible(neighbours: Iterable<Neighbour>): Neighbour[] {
    const good = [...neighbours].filter((neighbour) => this.isGood(neighbour));
    const trusted = good.filter((neighbour) => this.leftAtMs(neighbour) === null);
    if (trusted.length > 0) return trusted;
    const turn = (neighbour: Neighbour): number => this.leftAtMs(neighbour) ?? 0;
    return good.sort((a, b) => turn(a) - turn(b)).slice(0, 1);
  }

  private isFresher(): boolean {
    const way = this.nextHop?.way;
    if (!way) return false;
    const told = this.told.get(rootKey(way));
    return !told || isLater(way.beat, told.beat);
  }

  private isGood(neighbour: Neighbour): boolean {
    const { way } = neighbour;
    if (!way || !neighbour.isUsable || way.rootNode === this.nodeId || way.hops >= MAX_HOPS) return false;
    if (neighbour.hasOldWay(this.nowMs())) return false;
    const told = this.told.get(rootKey(way));
    if (!told || isLater(way.beat, told.beat)) return true;
    return way.beat === told.beat && way.cost < told.cost;
  }

  private remember(way: Way, cost: number): void {
    const key = rootKey(way);
    const told = this.told.get(key);
    const least = told && !isLater(way.beat, told.beat) ? Math.min(told.cost, cost) : cost;
    this.told.delete(key);
    this.told.set(key, { beat: way.beat, cost: least });
    const [oldest] = this.told.keys();
    if (this.told.size > MAX_ROOTS && oldest !== undefined) this.told.delete(oldest);
  }
}

const rootKey = ({ rootNode, rootBoot }: Way): string => `${rootNode} ${rootBoot}`;

const costOver = (neighbour: Neighbour): number => (neighbour.way?.cost ?? MAX_COST) + neighbour.linkCost;
