import assert from 'node:assert/strict';
import {
  type AccountSituation,
  type Figures,
  type PolicyMemory,
  NEW_MEMORY,
} from '../../../nodes/lib/policy/account-situation';
import { decide } from '../../../nodes/lib/policy/decide';
import { isWarning, toldBy, withDelivery } from '../../../nodes/lib/policy/told-warnings';
import { orderWarning } from '../../../nodes/lib/policy/warning-rules';
import type { DemandOrder } from '../../../nodes/lib/policy/demand-order';
import { mergePolicy, type Policy } from '../../../nodes/lib/policy/policy';
import { CALM, fleet, HOUR_MS, MINUTE_MS, POLICY } from './due-account';

const at = (time: string): number => Date.parse(`2026-01-07T${time}:00Z`);
const timeOf = (atMs: number): string => new Date(atMs).toISOString().slice(11, 16);

const order = (orderId: string, from: string, end: string, limitW: number): DemandOrder => ({
  orderId,
  groups: ['north'],
  limitW,
  fromMs: at(from),
  endMs: at(end),
  by: 'Grid',
  approvedBy: 'Second',
});
/** Up to 2 kW all evening, and nothing at all for an hour within it. */
const MILD = order('mild', '18:00', '22:00', 2_000);
const STRICT = order('strict', '20:00', '21:00', 0);

interface Evening {
  orders: readonly DemandOrder[];
  policy?: Policy;
  powerW?: number;
  /** When each order is given; before the evening where it is not said. */
  givenMs?: Readonly<Record<string, number>>;
}

/** What one household is told and what becomes of its light from 16:00 to 23:00, looked at every five minutes. */
function liveThrough({ orders, policy = POLICY, powerW = 1_500, givenMs = {} }: Evening): string[] {
  let memory: PolicyMemory = NEW_MEMORY;
  let supply: AccountSituation['supply'] = 'on';
  const story: string[] = [];
  for (let nowMs = at('16:00'); nowMs <= at('23:00'); nowMs += 5 * MINUTE_MS) {
    const demandOrders = orders.filter(
      ({ orderId, endMs }) => nowMs < endMs && nowMs >= (givenMs[orderId] ?? 0),
    );
    const demand = { powerW: supply === 'on' ? powerW : 0, atMs: nowMs };
    const situation = { ...CALM, demandOrders, demand, dataAtMs: nowMs, heardAtMs: nowMs, memory, supply };
    const decision = decide(policy, situation, nowMs, fleet());
    for (const { kind, figures } of decision.notices)
      story.push(`${timeOf(nowMs)} ${kind} ${String(figures['orderId'] ?? '')}`.trim());
    if (decision.supply) story.push(`${timeOf(nowMs)} ${decision.supply}`);
    memory = decision.memory;
    supply = decision.supply ?? supply;
  }
  return story;
}

describe('demand orders that overlap', () => {
  it('are announced once each, in time, and cut when they begin', () => {
    assert.deepEqual(liveThrough({ orders: [MILD, STRICT] }), [
      '17:00 cut-announced mild',
      '19:00 cut-announced strict',
      '20:00 cut-ordered strict',
      '20:00 off',
      '21:00 restored',
      '21:00 on',
    ]);
  });

  it('are announced once each when both are to come', () => {
    const strict = order('strict', '18:30', '19:30', 0);
    assert.deepEqual(liveThrough({ orders: [MILD, strict] }), [
      '17:00 cut-announced mild',
      '17:30 cut-announced strict',
      '18:30 cut-ordered strict',
      '18:30 off',
      '19:30 restored',
      '19:30 on',
    ]);
  });

  it('are both announced when they begin together', () => {
    const strict = order('strict', '18:00', '19:00', 0);
    const story = liveThrough({ orders: [MILD, strict] });
    assert.deepEqual(story.slice(0, 2).sort(), ['17:00 cut-announced mild', '17:00 cut-announced strict']);
    assert.deepEqual(story.slice(2), ['18:00 cut-ordered strict', '18:00 off', '19:00 restored', '19:00 on']);
  });

  it('give a customer the lead of the stricter one, though the milder was announced long before', () => {
    const givenMs = { strict: at('20:00') };
    assert.deepEqual(liveThrough({ orders: [MILD, { ...STRICT, endMs: at('22:00') }], givenMs }), [
      '17:00 cut-announced mild',
      '20:00 cut-announced strict',
      '21:00 cut-ordered strict',
      '21:00 off',
      '22:00 restored',
      '22:00 on',
    ]);
  });

  it('do not free whoever breaks the milder one while the stricter one has its lead', () => {
    const givenMs = { strict: at('18:00') };
    const strict = order('strict', '18:00', '21:00', 1_000);
    assert.deepEqual(liveThrough({ orders: [MILD, strict], givenMs, powerW: 2_500 }).slice(0, 4), [
      '17:00 cut-announced mild',
      '18:00 cut-announced strict',
      '18:00 cut-ordered mild',
      '18:00 off',
    ]);
  });

  it('tell whoever is dark by one that the next one goes on, and until when', () => {
    const first = order('first', '18:00', '20:00', 0);
    const second = order('second', '19:00', '21:00', 0);
    assert.deepEqual(liveThrough({ orders: [first, second] }), [
      '17:00 cut-announced first',
      '18:00 cut-announced second',
      '18:00 cut-ordered first',
      '18:00 off',
      '20:00 cut-ordered second',
      '21:00 restored',
      '21:00 on',
    ]);
  });

  it('bring the light back when the first one ends and nobody was told of the second in time', () => {
    const first = order('first', '18:00', '20:00', 0);
    const second = order('second', '19:00', '21:00', 0);
    const givenMs = { second: at('19:30') };
    assert.deepEqual(liveThrough({ orders: [first, second], givenMs }).slice(3), [
      '19:30 cut-announced second',
      '20:00 restored',
      '20:00 on',
      '20:30 cut-ordered second',
      '20:30 off',
      '21:00 restored',
      '21:00 on',
    ]);
  });

  it('count from the delivery of their own announcement, where the policy wants it', () => {
    const policy = mergePolicy(POLICY, { warnings: { needsDelivery: true, leadMs: HOUR_MS } });
    assert.deepEqual(liveThrough({ orders: [MILD, STRICT], policy }), [
      '17:00 cut-announced mild',
      '19:00 cut-announced strict',
    ]);
  });

  it('are each delivered by their own notice, and not by a word of the office', () => {
    const told = Object.fromEntries(
      ['mild', 'strict'].map((id) => [orderWarning(id), { atMs: 1, deliveredMs: null }]),
    );
    const deliveredBy = (figures: Figures): unknown[] =>
      Object.entries(
        withDelivery(told, toldBy('cut-announced', figures), { writtenMs: 5, deliveredMs: 9 }),
      ).flatMap(([key, { deliveredMs }]) => (deliveredMs === 9 ? [key] : []));
    assert.deepEqual(deliveredBy({ orderId: 'strict' }), [orderWarning('strict')]);
    assert.deepEqual(deliveredBy({ reason: 'repair' }), []);
    assert.ok(isWarning('cut-announced') && isWarning('emergency-credit') && !isWarning('top-up'));
  });
});
