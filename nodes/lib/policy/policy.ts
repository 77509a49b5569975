import type { Micros } from '../money/micros';
import type { NoCutSet } from './no-cut-windows';

/** What a utility decides about warning, cutting and restoring. Only data, so that it can be stored, shown and compared. */
export interface Policy {
  cut: {
    /** At or below this balance the supply may be cut: zero, or less where credit is given. */
    atMicros: Micros;
    /** No cut on data older than this. */
    freshWithinMs: number;
    /** Nobody is cut this soon after the change to prepayment. */
    conversionGraceMs: number;
  };
  warnings: {
    /** At these parts of the last recharge, in millionths of it. */
    percentagesPpm: readonly number[];
    amountsMicros: readonly Micros[];
    daysLeft: readonly number[];
    /** At this part of a limit that customers have set themselves. */
    ownLimitPpm: number;
    /** Whether the begin of a dearer slab is told. */
    nextSlab: boolean;
    /** A warning stands until its line is left by so much, so that it is not told again and again. */
    hysteresisMicros: Micros;
    hysteresisDays: number;
    hysteresisWh: number;
    /** No cut before a warning is this old. */
    leadMs: number;
    /** Whether a warning counts from its delivery instead of from when it was written. */
    needsDelivery: boolean;
  };
  highUse: {
    /** Told when today's use reaches this part of what is usual by this time; null is never. */
    abovePpm: number | null;
    /** Below this nothing is worth a message. */
    leastWh: number;
  };
  overload: {
    /** null is no limit. */
    limitW: number | null;
    /** An overload is over only so much below the limit, in millionths of it. */
    hysteresisPpm: number;
    /** From the warning to the cut. */
    warnMs: number;
    cutMs: number;
    /** After so many tries to switch on again, the next overload locks until staff unlock. */
    retries: number;
    /** After this long without an overload all tries are there again. */
    calmMs: number;
  };
  noCut: { sets: readonly NoCutSet[] };
  emergency: {
    mode: 'off' | 'automatic' | 'activated';
    /** How far below the cut-off it reaches; null is only bounded by time. */
    amountMicros: Micros | null;
    /** How long it lasts; null is only bounded by the amount. */
    lastsMs: number | null;
    /** Below this balance it can be had, and at this balance it is paid back. */
    offerBelowMicros: Micros;
  };
  fleet: {
    /** So many meters may be cut within `withinMs` however small the fleet is … */
    leastCuts: number;
    /** … and this part of a large one, in millionths. */
    partPpm: number;
    withinMs: number;
    /** How long a second person's release holds. */
    releaseLastsMs: number;
  };
}

/** What a tariff group or an account has of its own. The fleet's budget concerns everybody and stays with the site. */
export type PolicyOverride = {
  readonly [S in Exclude<keyof Policy, 'fleet'>]?: Readonly<Partial<Policy[S]>>;
};

/** The site's policy with what its tariff group and then its account say otherwise. Lists are replaced, not joined. */
export function mergePolicy(site: Policy, ...overrides: readonly (PolicyOverride | null)[]): Policy {
  return overrides.reduce<Policy>(
    (policy, own) => ({
      ...policy,
      cut: { ...policy.cut, ...own?.cut },
      warnings: { ...policy.warnings, ...own?.warnings },
      highUse: { ...policy.highUse, ...own?.highUse },
      overload: { ...policy.overload, ...own?.overload },
      noCut: { ...policy.noCut, ...own?.noCut },
      emergency: { ...policy.emergency, ...own?.emergency },
    }),
    site,
  );
}
