import { parseAmount, type Micros, micros } from '../money/micros';
import type { DemandOrder } from '../policy/demand-order';
import type { PolicyOverride } from '../policy/policy';
import { showValue } from '../text/show-value';
import type { OwnLimits, PolicyChange } from './posting';

/** Whose release is meant: some accounts, or all that wait. */
export type ReleaseOf = { accountIds: string[] } | { all: true };

/** What people and other nodes want of a guard, besides what moves money. */
export type PolicyRequest =
  | { kind: 'why'; accountId: string; limit: number }
  | { kind: 'quarantine'; limit: number }
  | { kind: 'change'; accountId: string; change: PolicyChange; by: string }
  | { kind: 'release'; step: 'askRelease' | 'giveRelease'; of: ReleaseOf; by: string }
  | { kind: 'order'; order: DemandOrder }
  | { kind: 'withdrawOrder'; orderId: string; by: string }
  | { kind: 'groupPolicy'; groupId: string; override: PolicyOverride | null; by: string }
  | { kind: 'delivered'; noticeId: number; deliveredMs: number };

type Source = Record<string, unknown>;

const MAX_NAME_LENGTH = 64;
const MAX_REASON_LENGTH = 60;
const MAX_GROUPS = 20;
const MAX_LISTED = 1_000;
const DEFAULT_WHYS = 20;
const DEFAULT_LISTED = 100;
/** Who asks when a customer's own request names nobody else. */
const CUSTOMER = 'customer';

const READERS: Readonly<Record<string, (source: Source, name: string) => PolicyRequest>> = {
  cut: (source, name) => {
    const reason = text(source, name, 'reason', MAX_REASON_LENGTH);
    return changeOf(source, name, { as: 'cut', reason });
  },
  withdrawCut: (source, name) => changeOf(source, name, { as: 'withdrawCut' }),
  unlock: (source, name) => changeOf(source, name, { as: 'unlock' }),
  askRelease: (source, name) => releaseOf(source, name, 'askRelease'),
  giveRelease: (source, name) => releaseOf(source, name, 'giveRelease'),
  ownLimits: (source, name) =>
    changeOf(source, name, { as: 'ownLimits', limits: limitsOf(source, name) }, CUSTOMER),
  emergency: (source, name) => changeOf(source, name, { as: 'emergency' }, CUSTOMER),
  override: overrideOf,
  groups: (source, name) => changeOf(source, name, { as: 'groups', groups: groupsOf(source, name) }),
  converted: (source, name) => {
    const atMs = source['atMs'] === null ? null : whole(source, name, 'atMs', Number.MAX_SAFE_INTEGER);
    return changeOf(source, name, { as: 'converted', atMs });
  },
  // What an order has to be the ledger checks, since it needs the time.
  order: ({ orderId, groups, limitW, fromMs, endMs, by, approvedBy = null }) => {
    const order = { orderId, groups, limitW, fromMs, endMs, by, approvedBy };
    return { kind: 'order', order: order as DemandOrder };
  },
  withdrawOrder: (source, name) => ({
    kind: 'withdrawOrder',
    orderId: text(source, name, 'orderId'),
    by: text(source, name, 'by'),
  }),
  delivered: (source, name) => ({
    kind: 'delivered',
    noticeId: whole(source, name, 'noticeId', Number.MAX_SAFE_INTEGER),
    deliveredMs: whole(source, name, 'atMs', Number.MAX_SAFE_INTEGER),
  }),
};

/** Reads a request; undefined when the payload is none. Throws an error that names the field and the value. */
export function parsePolicyRequest(payload: unknown): PolicyRequest | undefined {
  if (typeof payload !== 'object' || payload === null || Array.isArray(payload)) return undefined;
  const source = payload as Source;
  if ('ask' in source) return parseQuestion(source);
  for (const [name, read] of Object.entries(READERS)) {
    if (!(name in source)) continue;
    const fields = source[name];
    if (typeof fields === 'object' && fields !== null) return read(fields as Source, name);
    bad(name, fields, 'an object');
  }
  return undefined;
}

function parseQuestion(source: Source): PolicyRequest {
  const { ask } = source;
  if (ask === 'why') {
    const limit =
      source['limit'] === undefined ? DEFAULT_WHYS : whole(source, 'payload', 'limit', MAX_LISTED);
    return { kind: 'why', accountId: text(source, 'payload', 'accountId'), limit };
  }
  if (ask === 'quarantine') {
    const limit =
      source['limit'] === undefined ? DEFAULT_LISTED : whole(source, 'payload', 'limit', MAX_LISTED);
    return { kind: 'quarantine', limit };
  }
  return bad('payload.ask', ask, 'why or quarantine');
}

function changeOf(source: Source, name: string, change: PolicyChange, customer?: string): PolicyRequest {
  const by = source['by'] === undefined && customer !== undefined ? customer : text(source, name, 'by');
  return { kind: 'change', accountId: text(source, name, 'accountId'), change, by };
}

function releaseOf(source: Source, name: string, step: 'askRelease' | 'giveRelease'): PolicyRequest {
  const by = text(source, name, 'by');
  if (source['all'] === true) return { kind: 'release', step, of: { all: true }, by };
  const ids = Array.isArray(source['accountIds'])
    ? (source['accountIds'] as unknown[])
    : [source['accountId']];
  if (ids.length === 0 || ids.length > MAX_LISTED)
    bad(`${name}.accountIds`, ids, `a list of 1 to ${MAX_LISTED}`);
  const accountIds = ids.map((accountId) => text({ accountId }, name, 'accountId'));
  return { kind: 'release', step, of: { accountIds }, by };
}

function overrideOf(source: Source, name: string): PolicyRequest {
  const { policy } = source;
  if (typeof policy !== 'object' || Array.isArray(policy))
    bad(`${name}.policy`, policy, 'an object, or null for none');
  const override = policy as PolicyOverride | null;
  if (source['groupId'] === undefined) return changeOf(source, name, { as: 'override', override });
  return {
    kind: 'groupPolicy',
    groupId: text(source, name, 'groupId'),
    override,
    by: text(source, name, 'by'),
  };
}

function groupsOf(source: Source, name: string): string[] {
  const { groups } = source;
  if (!Array.isArray(groups) || groups.length > MAX_GROUPS)
    return bad(`${name}.groups`, groups, `a list of at most ${MAX_GROUPS}`);
  return groups.map((group: unknown) => text({ groups: group }, name, 'groups'));
}

function limitsOf(source: Source, name: string): OwnLimits {
  const limits: OwnLimits = {};
  const spendMicros = moneyOf(source, name, 'spend');
  const warnBelowMicros = moneyOf(source, name, 'warnBelow');
  if (spendMicros !== undefined) limits.spendMicros = spendMicros;
  if (warnBelowMicros !== undefined) limits.warnBelowMicros = warnBelowMicros;
  const { energyWh } = source;
  if (energyWh !== undefined)
    limits.energyWh = energyWh === null ? null : whole(source, name, 'energyWh', 1_000_000_000);
  if (Object.keys(limits).length === 0) bad(name, source, 'an object with spend, warnBelow or energyWh');
  return limits;
}

/** `spendMicros` in millionths, or `spend` as an amount such as "500.00"; null lifts it, and nothing leaves it. */
function moneyOf(source: Source, name: string, field: string): Micros | null | undefined {
  const inMicros = source[`${field}Micros`];
  const value = inMicros === undefined ? source[field] : inMicros;
  if (value === undefined || value === null) return value;
  // A number passes through its shortest decimal text, which is what the sender wrote.
  const amount =
    inMicros === undefined ? parseAmount(`${value as string | number}`) : micros(value as number);
  if (amount <= 0) bad(`${name}.${field}`, value, 'more than zero, or null for none');
  return amount;
}

function text(source: Source, name: string, field: string, maxLength = MAX_NAME_LENGTH): string {
  const value = source[field];
  if (typeof value === 'string' && value.trim() !== '' && value.length <= maxLength) return value.trim();
  return bad(`${name}.${field}`, value, `text of 1 to ${maxLength} characters`);
}

function whole(source: Source, name: string, field: string, max: number): number {
  const value = source[field];
  if (typeof value === 'number' && Number.isSafeInteger(value) && value > 0 && value <= max) return value;
  return bad(`${name}.${field}`, value, `a whole number from 1 to ${max}`);
}

function bad(field: string, value: unknown, mustBe: string): never {
  throw new RangeError(`${field} must be ${mustBe}, got ${showValue(value)}`);
}
