import type { Figures, Told } from './account-situation';
import { orderWarning, WARNING_RULES } from './warning-rules';

type AllTold = Readonly<Record<string, Told>>;

/**
 * Since when the customer knows of a subject; null when no warning counts. What quiet hours hold back counts from their
 * end, which may be still to come, unless it arrives before.
 */
export function warnedSince(told: AllTold, subject: string, needsDelivery: boolean): number | null {
  let since: number | null = null;
  for (const [key, entry] of Object.entries(told)) {
    if (!key.startsWith(`${subject}/`)) continue;
    const countsMs = toldSince(entry, needsDelivery);
    if (countsMs === null) continue;
    if (since === null || countsMs < since) since = countsMs;
  }
  return since;
}

/** Since when one warning counts; null as long as it does not. */
export function toldSince(entry: Told | undefined, needsDelivery: boolean): number | null {
  if (!entry) return null;
  const { atMs, deliveredMs, heldUntilMs = atMs } = entry;
  return needsDelivery ? deliveredMs : Math.min(heldUntilMs, deliveredMs ?? Infinity);
}

/** Whether a kind of notice tells of something that a cut may have to wait for. */
export function isWarning(kind: string): boolean {
  return kind === INSTEAD_OF_CREDIT || WARNING_RULES.some((rule) => rule.kind === kind);
}

/** Whoever is told of emergency credit is not told of low credit in the same moment. */
const INSTEAD_OF_CREDIT = 'emergency-credit';

/** Which warnings somebody knows of who got a notice, by their keys. Each order is told by a notice of its own. */
export function toldBy(kind: string, { orderId }: Figures): (key: string) => boolean {
  if (typeof orderId === 'string') {
    const only = orderWarning(orderId);
    return (key) => key === only;
  }
  const rules = WARNING_RULES.filter((rule) => rule.kind === kind && rule.isEachTold !== true);
  const subjects = rules.map(({ subject }) => subject);
  if (kind === INSTEAD_OF_CREDIT) subjects.push('credit');
  return (key) => subjects.some((subject) => key.startsWith(`${subject}/`));
}

/**
 * A notice of some warnings arrived: whoever sends it says so, and the ledger keeps it. It says nothing of what was told
 * after it was written.
 */
export function withDelivery(
  told: AllTold,
  isTold: (key: string) => boolean,
  { writtenMs, deliveredMs }: { writtenMs: number; deliveredMs: number },
): AllTold {
  return Object.fromEntries(
    Object.entries(told).map(([key, entry]) => {
      const isThis = isTold(key) && entry.deliveredMs === null && entry.atMs <= writtenMs;
      return [key, isThis ? { ...entry, deliveredMs } : entry];
    }),
  );
}
