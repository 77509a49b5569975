import type { Evidence } from './evidence';
import type { LossReason } from './link-driver';

/** What the mesh tells its node of. */
export type MeshEvent =
  | { readonly kind: 'neighbourSeen'; readonly gatewayId: string; readonly link: string }
  | {
      readonly kind: 'neighbourLost';
      readonly gatewayId: string;
      readonly link: string;
      readonly reason: LossReason;
    }
  /** A way up over a neighbour, or none any more: then all three are null. */
  | { readonly kind: 'wayChanged'; readonly viaGatewayId: string | null; readonly hops: number | null }
  /** What was given to this neighbour has not been heard by the head-end: another one is taken if there is one. */
  | { readonly kind: 'wayLeft'; readonly gatewayId: string }
  /** A gateway with a way up, or the one a frame down is for, has said that it took the frame. */
  | { readonly kind: 'carried'; readonly ticket: number; readonly byGatewayId: string }
  /** Nobody took it in time: it is the giver's again. */
  | { readonly kind: 'givenUp'; readonly ticket: number }
  | { readonly kind: 'evidence'; readonly evidence: Evidence };

export interface MeshListener {
  /**
   * We have the way up: send it. False when it cannot be taken now; its sender then offers it again. `fromGatewayId` is
   * what the link says and nobody has proved.
   */
  onUp(frame: Uint8Array, fromGatewayId: string): boolean;
  /** A frame for us. */
  onDown(frame: Uint8Array, fromGatewayId: string): void;
  onEvent(event: MeshEvent): void;
}

/** A frame that was taken comes back as an event with its ticket: carried or given up. */
export type CarryAnswer =
  | { readonly isTaken: true; readonly ticket: number }
  | { readonly isTaken: false; readonly why: 'full' | 'size' | 'name' | 'closed' };

export interface MeshStatus {
  readonly neighbours: readonly {
    readonly gatewayId: string;
    readonly link: string;
    readonly isUsable: boolean;
    /** The part of what is sent that arrives, there and back. */
    readonly delivery: number;
    /** How far its way up is; null when it has none. */
    readonly hops: number | null;
  }[];
  readonly viaGatewayId: string | null;
  readonly hops: number | null;
  /** Own frames that nobody has taken yet. */
  readonly waiting: number;
  /** Frames of others that wait here. */
  readonly transit: number;
  readonly counters: Readonly<MeshCounters>;
}

export interface MeshCounters {
  /** Own frames that somebody took. */
  carried: number;
  /** Frames of others that went on to the next hop, or up from here. */
  routed: number;
  /** Frames of others that found no room, or no way in time. */
  dropped: number;
  badCells: number;
}
