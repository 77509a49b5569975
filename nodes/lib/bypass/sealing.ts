import type { FrameHeader, FrameKind } from './frame';

/** A sealing key for one epoch. Each frame takes the next sequence number. */
export interface FrameSealer {
  readonly epoch: number;
  /** The number that the next frame will have. */
  readonly nextSeq: number;
  seal(body: string): Uint8Array;
}

export interface Opened {
  header: FrameHeader;
  body: string;
}

/**
 * Why a frame was not opened: it is no frame; nobody of that name is known; it was sealed with a key that is not known or
 * no longer taken; or it is not from who it says, or was changed on the way.
 */
export type OpenFault = 'form' | 'stranger' | 'key' | 'forged';

export type OpenResult = Opened | { fault: OpenFault; header: FrameHeader | null };

/** Seals and opens frames with the keys of this side. What implements it knows ciphers; everybody else does not. */
export interface Sealing {
  /**
   * The peer of a gateway is its head-end, whose name is empty. `ownKey` is the mark of the key of ours that the peer
   * knows, if that can be another than the one in use.
   */
  sealerTo(peer: string, kind: FrameKind, gatewayId: string, epoch: number, ownKey?: string): FrameSealer;
  open(frame: Uint8Array): OpenResult;
}

/** Far below where a cipher wears out; a new epoch also gives a new key to whoever reads along. */
export const MAX_FRAMES_PER_EPOCH = 1_000_000;
