import type { Policy } from './policy';

const PPM = 1_000_000;
const MAX_NAME_LENGTH = 64;

/** When meters were cut without a second person's release; what a restart has to remember of the whole fleet. */
export interface FleetCuts {
  cuts: readonly { atMs: number; meters: number }[];
}

export const NO_CUTS: FleetCuts = { cuts: [] };

/** Counts a cut and forgets those that no longer matter, so that no more is kept than the budget allows. */
export function countCut(
  { cuts }: FleetCuts,
  meters: number,
  { withinMs }: Policy['fleet'],
  nowMs: number,
): FleetCuts {
  const recent = cuts.filter(({ atMs }) => atMs > nowMs - withinMs);
  return { cuts: meters > 0 ? [...recent, { atMs: nowMs, meters }] : recent };
}

/** Meters cut within the time that ends now. */
export function recentCuts({ cuts }: FleetCuts, { withinMs }: Policy['fleet'], nowMs: number): number {
  return cuts.reduce((sum, { atMs, meters }) => (atMs > nowMs - withinMs ? sum + meters : sum), 0);
}

/** How many meters may be cut within the time that the policy names. */
export function cutBudget({ leastCuts, partPpm }: Policy['fleet'], fleetMeters: number): number {
  return Math.max(leastCuts, Math.floor((fleetMeters * partPpm) / PPM));
}

/**
 * An account whose cut was one too many. It waits for people, not for the hour to pass: something that wants to cut a
 * whole fleet is more often a mistake than a fact. One person asks for the release and another gives it.
 */
export interface Quarantine {
  /** The cut rule that was due; a release is for this one only. */
  rule: string;
  sinceMs: number;
  askedBy: string | null;
  released: { by: string; untilMs: number } | null;
}

export function enterQuarantine(rule: string, nowMs: number): Quarantine {
  return { rule, sinceMs: nowMs, askedBy: null, released: null };
}

/** Whoever asks last counts; a release that was given before stays. */
export function askRelease(quarantine: Quarantine, by: string): Quarantine {
  checkName(by);
  return { ...quarantine, askedBy: by.trim() };
}

/** Throws when the same person asks and gives, or nobody has asked. */
export function giveRelease(
  quarantine: Quarantine,
  by: string,
  { releaseLastsMs }: Policy['fleet'],
  nowMs: number,
): Quarantine {
  checkName(by);
  const { askedBy } = quarantine;
  if (askedBy === null)
    throw new RangeError(`release.by must follow a request of another person, got "${by}"`);
  if (personOf(askedBy) === personOf(by))
    throw new RangeError(`release.by must be another person than who asked for it, got "${by}"`);
  return { ...quarantine, released: { by: by.trim(), untilMs: nowMs + releaseLastsMs } };
}

export function isReleased(quarantine: Quarantine | null, rule: string, nowMs: number): boolean {
  const released = quarantine?.rule === rule ? quarantine.released : null;
  return released !== null && nowMs < released.untilMs;
}

/** Whether two names are one person's, however they are written. */
export function personOf(name: string): string {
  return name.trim().toLowerCase();
}

function checkName(by: string): void {
  if (by.trim() === '' || by.length > MAX_NAME_LENGTH)
    throw new RangeError(
      `release.by must be a name of 1 to ${MAX_NAME_LENGTH} characters, got "${by.slice(0, 80)}"`,
    );
}
