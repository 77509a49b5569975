import { MAX_FRAME_BYTES } from './frame';
import { WAY_LIMITS, type Way } from './way-health';

/** Of a way up, so that what neighbours send never starves what is our own. They send again what did not get through. */
const NEIGHBOURS_SHARE = 0.5;

/** How much of our way up neighbours may use. */
export class CarryShare {
  private bytes = MAX_FRAME_BYTES;

  constructor(private atMs: number) {}

  take(way: Way, frameBytes: number, nowMs: number): boolean {
    const perSecond = WAY_LIMITS[way].bytesPerSecond * NEIGHBOURS_SHARE;
    this.bytes = Math.min(MAX_FRAME_BYTES, this.bytes + ((nowMs - this.atMs) * perSecond) / 1_000);
    this.atMs = nowMs;
    if (this.bytes < frameBytes) return false;
    this.bytes -= frameBytes;
    return true;
  }
}
