import { FragmentReceiver } from './fragment-receiver';
import { FragmentSender } from './fragment-sender';
import type { Hello, Way } from './hello';
import type { LinkMedium } from './link';
import { isLater, stepsAhead } from './sequence-16';

/** One lost or arrived cell moves the estimate by this part. */
const QUALITY_WEIGHT = 1 / 8;
/** What is thought of somebody heard for the first time. */
const FIRST_QUALITY = 0.75;
/** A longer gap says that the link was away, not how good it is. */
const MAX_GAP = 64;
const FULL_SCALE = 255;
/** Below this a link costs more than it brings. */
const WORST_QUALITY = 0.05;
/** The cost of a link without losses; a link that loses half of the cells costs twice as much. */
const COST_PER_LINK = 16;
/** A slow wire costs up to as much as a second link. */
const SLOW_BYTES_PER_SECOND = 8_000;
const MAX_SLOWNESS = 16;
const COST_PER_SILENCE = 8;
/**
 * Two that live under one number go back and forth between two starts for ever; a hello that was long under way makes
 * a restarted node seem to return once or twice.
 */
const RETURNS_OF_A_CLONE = 6;

/** What a hello told about its sender's starts. */
export type BootNews = 'same' | 'restarted' | 'twoAtOnce';

/** Everything known about one neighbour on one link. */
export class Neighbour {
  readonly sender: FragmentSender;
  readonly receiver = new FragmentReceiver();
  gatewayId: string;
  boot: number;
  way: Way | null = null;
  wayHeardMs = 0;
  heardAtMs: number;
  owesAnswer = false;
  /** Lost: what was meant for it goes elsewhere. */
  isGone = false;
  fragmentsSent = 0;
  private formerBoot: number | null = null;
  private returns = 0;
  private lastSequence: number;
  private quality = FIRST_QUALITY;
  private hearsUs = 0;

  constructor(
    readonly nodeId: number,
    readonly medium: LinkMedium,
    readonly linkName: string,
    first: { hello: Hello; sequence: number; nowMs: number },
    drawSession: () => number,
    /** How long it may be silent before it counts as lost, and what it has told as old. */
    private readonly patienceMs: () => number,
  ) {
    this.gatewayId = first.hello.gatewayId;
    this.boot = first.hello.boot;
    this.heardAtMs = first.nowMs;
    this.lastSequence = first.sequence;
    this.sender = new FragmentSender(medium, drawSession);
  }

  isSilent(nowMs: number): boolean {
    return nowMs - this.heardAtMs > this.patienceMs();
  }

  hasOldWay(nowMs: number): boolean {
    return nowMs - this.wayHeardMs > this.patienceMs();
  }

  /** Both hear each other. */
  get isUsable(): boolean {
    return this.hearsUs > 0;
  }

  /** As told in our own hello; never zero, which would mean that we do not hear it. */
  get heardScale(): number {
    return Math.max(1, Math.round(this.quality * FULL_SCALE));
  }

  /** The share of cells that arrive, there and back. */
  get delivery(): number {
    return this.quality * this.hearsUs;
  }

  /** What a packet costs over this link; higher is worse. */
  get linkCost(): number {
    const slowness = Math.min(MAX_SLOWNESS, Math.round(SLOW_BYTES_PER_SECOND / this.medium.bytesPerSecond));
    const losses = COST_PER_LINK / Math.max(WORST_QUALITY, this.delivery);
    return Math.round(losses) + slowness + COST_PER_SILENCE * this.sender.silences;
  }

  /** Any cell is a sign of life, and its number tells how many before it were lost. False for one that is no later than the last. */
  hear(sequence: number, nowMs: number): boolean {
    this.heardAtMs = nowMs;
    if (!isLater(sequence, this.lastSequence)) return false;
    const gap = stepsAhead(sequence, this.lastSequence);
    this.lastSequence = sequence;
    if (gap <= MAX_GAP) this.quality *= (1 - QUALITY_WEIGHT) ** (gap - 1);
    this.quality += (1 - this.quality) * QUALITY_WEIGHT;
    return true;
  }

  /** Takes a hello in. */
  learn(hello: Hello, sequence: number, ownNodeId: number, nowMs: number): BootNews {
    const news = this.bootNews(hello.boot);
    if (news !== 'same') this.startAnew(hello.boot, sequence);
    this.gatewayId = hello.gatewayId;
    this.way = hello.way;
    this.wayHeardMs = nowMs;
    this.hearsUs = (hello.heard.get(ownNodeId) ?? 0) / FULL_SCALE;
    return news;
  }

  leave(): void {
    this.isGone = true;
    this.sender.close();
  }

  private bootNews(boot: number): BootNews {
    if (boot === this.boot) return 'same';
    if (boot !== this.formerBoot) return 'restarted';
    this.returns += 1;
    return this.returns >= RETURNS_OF_A_CLONE ? 'twoAtOnce' : 'restarted';
  }

  private startAnew(boot: number, sequence: number): void {
    this.formerBoot = this.boot;
    this.boot = boot;
    this.lastSequence = sequence;
    this.receiver.reset();
    this.sender.restart();
  }
}
