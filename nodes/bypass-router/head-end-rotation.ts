import type { Control } from '../lib/bypass/control';
import type { BypassIdentity } from '../lib/io/bypass/identity';
import type { KeyPair } from '../lib/io/bypass/hpke';
import { keyMark } from '../lib/io/bypass/frame-sealing';

export interface RotationSurroundings {
  identity: Pick<BypassIdentity, 'keys' | 'peers' | 'store'>;
  wallMs: () => number;
  tell: (gatewayId: string, control: Control) => void;
  newEpoch: (gatewayId: string) => void;
  emit: (kind: string, facts: Record<string, unknown>) => void;
  /** Told like the others, and kept for whoever looks later. */
  raise: (kind: string, facts: Record<string, unknown>) => void;
}

interface Started {
  publicKey: string;
  /** UTC. */
  atMs: number;
}

/** A gateway speaks once a minute. Whoever is away for a day does not keep all others waiting. */
const LONGEST_WAIT_MS = 86_400_000;
const STARTED = 'key change';
const BEHIND = 'behind with keys';
const WHAT_TO_DO =
  'They are still heard under the former key, which is taken until the next change. Before that bring them back, or remove them and let them in again by a code.';

/**
 * Brings the head-end's next key to every gateway and goes over to it when all have it, or when the last ones have been
 * away for long. Whoever is behind is sealed for with the key that it knows, as long as that one is kept.
 */
export class HeadEndRotation {
  constructor(private readonly around: RotationSurroundings) {}

  /** Those that have not taken the key of the change before. */
  get behind(): string[] {
    const noted = this.around.identity.store.noted(BEHIND);
    return noted === undefined ? [] : (JSON.parse(noted) as string[]);
  }

  /** Those that a change which is going on still waits for. */
  get awaited(): string[] {
    const { next } = this.around.identity.keys;
    return next ? this.without(next.publicKey.toString('hex')) : [];
  }

  /** Starts a change, or tells again whoever has not answered. */
  start(): object {
    const { keys, peers } = this.around.identity;
    const { behind } = this;
    if (behind.length > 0)
      throw new RangeError(
        `the keys can be changed again when ${behind.join(', ')} have the present one: bring them back, or ask to "remove" them and let them in again by a code`,
      );
    const publicKey = keys.prepareNext().publicKey.toString('hex');
    if (this.started?.publicKey !== publicKey) this.note({ publicKey, atMs: this.around.wallMs() });
    for (const gatewayId of this.awaited) this.around.tell(gatewayId, { control: 'key', publicKey });
    const missing = this.awaited;
    this.goOverWhenDue();
    return { publicKey, gateways: peers.peers.length, missing };
  }

  /** A gateway says that it has a key of ours. */
  taken(gatewayId: string, publicKey: string): void {
    const { store, keys } = this.around.identity;
    store.note(nameOf(gatewayId), publicKey);
    if (keys.inUse.publicKey.toString('hex') === publicKey) this.noLongerBehind(gatewayId);
    this.goOverWhenDue();
  }

  /** A gateway was let in. What one of its name knew before says nothing of what it knows. */
  letIn(gatewayId: string, knownKey: string | null): void {
    const { store, keys } = this.around.identity;
    store.note(nameOf(gatewayId), '');
    this.noLongerBehind(gatewayId);
    const isFormer = knownKey !== null && knownKey !== keyMark(keys.inUse.publicKey);
    if (isFormer) this.noteBehind([...this.behind, gatewayId]);
    const newest = keys.next ?? (isFormer ? keys.inUse : null);
    if (newest) this.around.tell(gatewayId, { control: 'key', publicKey: newest.publicKey.toString('hex') });
  }

  /** Nobody waits for a gateway that was taken out. */
  removed(gatewayId: string): void {
    this.noLongerBehind(gatewayId);
    this.goOverWhenDue();
  }

  /** Called often: looks at the clock only, since there may be many gateways. */
  tick(): void {
    const { next } = this.around.identity.keys;
    if (next && this.waitedMs(next.publicKey.toString('hex')) >= LONGEST_WAIT_MS) this.goOver(next);
  }

  private goOverWhenDue(): void {
    const { next } = this.around.identity.keys;
    if (next && this.awaited.length === 0) this.goOver(next);
  }

  private goOver({ publicKey: key }: KeyPair): void {
    const { keys, peers } = this.around.identity;
    const missing = this.awaited;
    const publicKey = key.toString('hex');
    if (!keys.goOver(key, this.around.wallMs())) return;
    this.noteBehind(missing);
    for (const gatewayId of peers.peers) this.around.newEpoch(gatewayId);
    this.around.emit('key', { publicKey, missing });
    if (missing.length > 0) this.around.raise('behind', { gatewayIds: missing, whatToDo: WHAT_TO_DO });
  }

  /** A change that began before this was noted, or a clock that was set back, waits from now on. */
  private waitedMs(publicKey: string): number {
    const nowMs = this.around.wallMs();
    const { started } = this;
    if (started?.publicKey === publicKey && started.atMs <= nowMs) return nowMs - started.atMs;
    this.note({ publicKey, atMs: nowMs });
    return 0;
  }

  private without(publicKey: string): string[] {
    const { peers, store } = this.around.identity;
    return peers.peers.filter((gatewayId) => store.noted(nameOf(gatewayId)) !== publicKey);
  }

  private get started(): Started | null {
    const noted = this.around.identity.store.noted(STARTED);
    return noted === undefined ? null : (JSON.parse(noted) as Started);
  }

  private note(started: Started): void {
    this.around.identity.store.note(STARTED, JSON.stringify(started));
  }

  private noLongerBehind(gatewayId: string): void {
    const { behind } = this;
    if (behind.includes(gatewayId)) this.noteBehind(behind.filter((other) => other !== gatewayId));
  }

  private noteBehind(gatewayIds: readonly string[]): void {
    this.around.identity.store.note(BEHIND, JSON.stringify(gatewayIds));
  }
}

const nameOf = (gatewayId: string): string => `key of ${gatewayId}`;
