import type { HeldReading } from '../ledger/report';
import type { Settlement } from '../ledger/posting';
import { isFiledReading } from '../meter/filed-reading';
import { isHeldInDoubt } from '../meter/held-in-doubt';
import { toError } from '../text/to-error';
import type { Site } from './site';

/** As many as the ledger holds. */
const MAX_HELD = 100_000;
const RELEASES_PER_COMMIT = 200;
/** Who is named for what no person did. */
const BY_ITSELF = 'prepaid-site';

/**
 * Settles the readings that were held since the site's own clock was in doubt: what fits is taken. What is ahead even now
 * is rejected, since the meter's next reading closes the gap. What falls or jumps waits for a person, as ever.
 */
export async function releaseHeld(site: Site): Promise<void> {
  const held = site.store.heldReadings(MAX_HELD).filter(isHeldInDoubt);
  const faults: unknown[] = [];
  for (let at = 0; at < held.length; at += RELEASES_PER_COMMIT) {
    const nowMs = site.nowMs();
    const some = held.slice(at, at + RELEASES_PER_COMMIT);
    const done = some.map((one) => release(site, one, nowMs));
    // What cannot be taken, as of a meter without a tariff, waits for a person and holds up nobody else's.
    for (const result of await Promise.allSettled(done))
      if (result.status === 'rejected') faults.push(result.reason);
  }
  if (faults.length > 0) throw toError(faults[0]);
}

async function release(
  site: Site,
  { refusalId, meterId, content }: HeldReading,
  nowMs: number,
): Promise<void> {
  const settlement = settlementOf(site, content, nowMs);
  if (settlement === null) return;
  await site.post({ type: 'settleHeld', refusalId, settlement, by: BY_ITSELF, guard: null });
  site.forgetMeter(meterId);
}

function settlementOf({ chain }: Site, content: string, nowMs: number): Settlement | null {
  const reading = readingIn(content);
  if (!isFiledReading(reading) || reading.atMs > nowMs) return { as: 'reject' };
  chain.forget(reading.meterId);
  return chain.accept(reading, nowMs).kind === 'refused' ? null : { as: 'accept' };
}

/** What the device sent may be anything. */
function readingIn(content: string): unknown {
  try {
    return JSON.parse(content);
  } catch {
    return null;
  }
}
