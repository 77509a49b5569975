import assert from 'node:assert/strict';
import { parsePolicyRequest } from '../../../nodes/lib/ledger/policy-request';

const LONG = 'x'.repeat(65);

describe('requests to a guard', () => {
  const good: { payload: object; is: object }[] = [
    {
      payload: { ask: 'why', accountId: 'A1' },
      is: { kind: 'why', accountId: 'A1', limit: 20 },
    },
    { payload: { ask: 'quarantine', limit: 5 }, is: { kind: 'quarantine', limit: 5 } },
    {
      payload: { cut: { accountId: 'A1', reason: ' moved out ', by: 'Asha' } },
      is: { kind: 'change', accountId: 'A1', change: { as: 'cut', reason: 'moved out' }, by: 'Asha' },
    },
    {
      payload: { withdrawCut: { accountId: 'A1', by: 'Asha' } },
      is: { kind: 'change', accountId: 'A1', change: { as: 'withdrawCut' }, by: 'Asha' },
    },
    {
      payload: { unlock: { accountId: 'A1', by: 'Asha' } },
      is: { kind: 'change', accountId: 'A1', change: { as: 'unlock' }, by: 'Asha' },
    },
    {
      payload: { askRelease: { accountId: 'A1', by: 'Asha' } },
      is: { kind: 'release', step: 'askRelease', of: { accountIds: ['A1'] }, by: 'Asha' },
    },
    {
      payload: { giveRelease: { all: true, by: 'Bela' } },
      is: { kind: 'release', step: 'giveRelease', of: { all: true }, by: 'Bela' },
    },
    {
      payload: { ownLimits: { accountId: 'A1', spend: '500.00', energyWh: null } },
      is: {
        kind: 'change',
        accountId: 'A1',
        change: { as: 'ownLimits', limits: { spendMicros: 500_000_000, energyWh: null } },
        by: 'customer',
      },
    },
    {
      payload: { ownLimits: { accountId: 'A1', spendMicros: null, warnBelowMicros: 7 } },
      is: {
        kind: 'change',
        accountId: 'A1',
        change: { as: 'ownLimits', limits: { spendMicros: null, warnBelowMicros: 7 } },
        by: 'customer',
      },
    },
    {
      payload: { emergency: { accountId: 'A1' } },
      is: { kind: 'change', accountId: 'A1', change: { as: 'emergency' }, by: 'customer' },
    },
    {
      payload: { override: { groupId: 'farmers', policy: null, by: 'Asha' } },
      is: { kind: 'groupPolicy', groupId: 'farmers', override: null, by: 'Asha' },
    },
    {
      payload: { override: { accountId: 'A1', policy: { cut: { atMicros: -5 } }, by: 'Asha' } },
      is: {
        kind: 'change',
        accountId: 'A1',
        change: { as: 'override', override: { cut: { atMicros: -5 } } },
        by: 'Asha',
      },
    },
    {
      payload: { groups: { accountId: 'A1', groups: ['feeder 7'], by: 'Asha' } },
      is: { kind: 'change', accountId: 'A1', change: { as: 'groups', groups: ['feeder 7'] }, by: 'Asha' },
    },
    {
      payload: { converted: { accountId: 'A1', atMs: 5, by: 'Asha' } },
      is: { kind: 'change', accountId: 'A1', change: { as: 'converted', atMs: 5 }, by: 'Asha' },
    },
    {
      payload: { withdrawOrder: { orderId: 'D1', by: 'Asha' } },
      is: { kind: 'withdrawOrder', orderId: 'D1', by: 'Asha' },
    },
    {
      payload: { delivered: { noticeId: 7, atMs: 9 } },
      is: { kind: 'delivered', noticeId: 7, deliveredMs: 9 },
    },
  ];
  for (const { payload, is } of good) {
    it(`reads ${JSON.stringify(payload)}`, () => {
      assert.deepEqual(parsePolicyRequest(payload), is);
    });
  }

  const wrong: { payload: object; says: RegExp }[] = [
    { payload: { ask: 'weather' }, says: /payload\.ask must be why or quarantine, got weather/ },
    { payload: { ask: 'why' }, says: /payload\.accountId must be text of 1 to 64 characters, got missing/ },
    { payload: { ask: 'why', accountId: 'A', limit: 0 }, says: /payload\.limit must be a whole number/ },
    { payload: { cut: { accountId: 'A1', by: 'Asha' } }, says: /cut\.reason must be text .*got missing/ },
    { payload: { cut: { accountId: 'A1', reason: 'x' } }, says: /cut\.by must be text .*got missing/ },
    { payload: { cut: { accountId: LONG, reason: 'x', by: 'y' } }, says: /cut\.accountId must be text/ },
    { payload: { cut: 'A1' }, says: /cut must be an object, got A1/ },
    {
      payload: { askRelease: { accountIds: [], by: 'x' } },
      says: /askRelease\.accountIds must be a list of 1 to 1000, got a list of 0/,
    },
    {
      payload: { askRelease: { accountIds: [5], by: 'x' } },
      says: /askRelease\.accountId must be text .*got 5/,
    },
    { payload: { ownLimits: { accountId: 'A1' } }, says: /ownLimits must be an object with spend/ },
    {
      payload: { ownLimits: { accountId: 'A1', spend: '-1' } },
      says: /ownLimits\.spend must be more than zero, or null for none, got -1/,
    },
    { payload: { ownLimits: { accountId: 'A1', spend: 'much' } }, says: /"much"/ },
    {
      payload: { ownLimits: { accountId: 'A1', energyWh: 1.5 } },
      says: /ownLimits\.energyWh must be a whole number .*got 1\.5/,
    },
    {
      payload: { override: { accountId: 'A1', by: 'x' } },
      says: /override\.policy must be an object, or null/,
    },
    { payload: { groups: { accountId: 'A1', groups: 'x', by: 'y' } }, says: /groups\.groups must be a list/ },
    { payload: { delivered: { noticeId: 0, atMs: 1 } }, says: /delivered\.noticeId must be a whole number/ },
  ];
  for (const { payload, says } of wrong) {
    it(`refuses ${JSON.stringify(payload).slice(0, 70)}`, () => {
      assert.throws(() => parsePolicyRequest(payload), says);
    });
  }

  it('leaves alone what is none', () => {
    for (const payload of [null, 5, 'x', [], {}, { meterId: 'M1', atMs: 1, energyWh: 1 }])
      assert.equal(parsePolicyRequest(payload), undefined);
  });
});
