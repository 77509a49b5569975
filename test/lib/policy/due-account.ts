import {
  NEW_MEMORY,
  type AccountSituation,
  type Fleet,
  type PolicyMemory,
  type Told,
} from '../../../nodes/lib/policy/account-situation';
import { mergePolicy, type Policy } from '../../../nodes/lib/policy/policy';
import { SAFE_POLICY } from '../../../nodes/lib/policy/policy-presets';
import { micros } from '../../../nodes/lib/money/micros';
import { localDays } from '../../../nodes/lib/time/local-days';

/** A Wednesday at 11:00 in UTC. */
export const NOW_MS = Date.parse('2026-01-07T11:00:00Z');
export const MINUTE_MS = 60_000;
export const HOUR_MS = 60 * MINUTE_MS;
export const DAY_MS = 24 * HOUR_MS;
const UTC = localDays('UTC');

/** Warns at 30.00 only; cuts at zero, at any hour, one hour after the warning. */
export const POLICY: Policy = {
  ...mergePolicy(SAFE_POLICY, {
    warnings: { percentagesPpm: [], amountsMicros: [micros(30_000_000)], daysLeft: [] },
    noCut: { sets: [] },
  }),
};

export function told(atMs: number): Told {
  return { atMs, deliveredMs: null };
}

export function memory(changes: Partial<PolicyMemory> = {}): PolicyMemory {
  return { ...NEW_MEMORY, told: { 'credit/amount/30000000': told(NOW_MS - HOUR_MS) }, ...changes };
}

/** An account that every rule allows to be cut for credit; each test changes one thing. */
export const DUE: AccountSituation = {
  accountId: 'A1',
  balanceMicros: micros(0),
  lastRecharge: { amountMicros: micros(100_000_000), atMs: NOW_MS - 10 * DAY_MS },
  debtMicros: micros(0),
  period: { fromMs: NOW_MS - 7 * DAY_MS, spentMicros: micros(0), usedWh: 0 },
  slabs: [],
  today: { usedWh: 0, usualWh: null },
  weekdayCosts: null,
  own: { warnBelowMicros: null, spendMicros: null, energyWh: null },
  demand: null,
  dataAtMs: NOW_MS,
  heardAtMs: NOW_MS,
  supply: 'on',
  isProtected: false,
  convertedMs: null,
  staffCut: null,
  groups: ['north'],
  demandOrders: [],
  asksEmergency: false,
  meters: 1,
  memory: memory(),
};

/** An account with plenty of credit and nothing told. */
export const CALM: AccountSituation = { ...DUE, balanceMicros: micros(80_000_000), memory: NEW_MEMORY };

export function fleet(changes: Partial<Fleet> = {}): Fleet {
  return { days: UTC, wallAheadMs: 0, meters: 100, recentCuts: () => 0, ...changes };
}
