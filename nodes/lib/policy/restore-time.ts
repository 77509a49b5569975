import { RestoreSpread } from '../relay/restore-spread';
import type { Policy } from './policy';

/**
 * When a light may come back. At once, unless many come back together: then each has a place in the window that follows
 * from its own name, so that a restart finds the same places.
 */
export function restoreAtMs(
  { massAbove, spreadMs }: Policy['restore'],
  accountId: string,
  wantedMs: number,
  recentRestores: number,
  nowMs: number,
): number {
  if (recentRestores < massAbove) return nowMs;
  // With none allowed at once, everybody gets a place.
  return new RestoreSpread({ massAbove: 0, spreadMs }, 'restore', 1).dueMs(accountId, wantedMs, nowMs);
}
