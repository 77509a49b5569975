import assert from 'node:assert/strict';
import fc from 'fast-check';
import { planRelay, type Circumstances } from '../../../nodes/lib/relay/relay-plan';
import { parseRelayInput } from '../../../nodes/lib/relay/relay-input';
import { relayReportOf } from '../../../nodes/lib/relay/relay-report';
import { RestoreSpread } from '../../../nodes/lib/relay/restore-spread';
import { retryDelayMs } from '../../../nodes/lib/relay/retry-delay';
import type { RelayRecord } from '../../../nodes/lib/ledger/store';
import { property } from '../property';
import { RULES } from './relay-world';

const STATES = [
  'idle',
  'issued',
  'sent',
  'retrying',
  'armed',
  'confirmed',
  'unconfirmed',
  'failed',
  'expired',
] as const;
const SUPPLY = ['on', 'off'] as const;

const relays: fc.Arbitrary<RelayRecord> = fc.record({
  meterId: fc.constant('M1'),
  dialect: fc.constant('json'),
  settings: fc.constant({}),
  desired: fc.constantFrom(...SUPPLY),
  reason: fc.constant('x'),
  commandId: fc.constant('M1-3'),
  version: fc.integer({ min: 0, max: 5 }),
  state: fc.constantFrom(...STATES),
  wantedMs: fc.integer({ min: 0, max: 1_000_000 }),
  issuedMs: fc.integer({ min: 0, max: 1_000_000 }),
  expiresMs: fc.option(fc.integer({ min: 0, max: 1_300_000 })),
  isProtected: fc.boolean(),
  tries: fc.integer({ min: 0, max: 6 }),
  reported: fc.constantFrom('on', 'off', null),
  reportedMs: fc.option(fc.integer({ min: 0, max: 1_000_000 })),
  reportedBy: fc.constant(''),
  lock: fc.option(fc.constant({ name: 'asha', reason: 'works', sinceMs: 1 })),
});
const moments: fc.Arbitrary<Circumstances> = fc.record({
  nowMs: fc.integer({ min: 0, max: 2_000_000 }),
  rules: fc.constant(RULES),
  isWayOpen: fc.boolean(),
  tryAtMs: fc.option(fc.integer({ min: 0, max: 2_000_000 })),
  dueMs: fc.integer({ min: 0, max: 2_000_000 }).map((dueMs) => () => dueMs),
  rest: fc
    .option(fc.integer({ min: 2_000_001, max: 3_000_000 }))
    .map((untilMs) => () => (untilMs === null ? null : { why: 'min-on' as const, untilMs })),
  needsButton: fc.boolean(),
});

describe('the plan for a relay', () => {
  it('sends only what may act, over an open way, to a relay that nobody works behind', () => {
    property(
      fc.tuple(relays, moments),
      ([relay, now]) => {
        const step = planRelay(relay, now);
        if (step.kind !== 'send') return;
        assert.ok(now.isWayOpen && relay.lock === null && relay.version > 0);
        assert.ok(now.nowMs < (relay.expiresMs ?? relay.issuedMs + RULES.lifeMs));
        assert.ok(relay.desired === 'on' || !relay.isProtected);
        assert.ok(!['confirmed', 'armed', 'unconfirmed', 'idle', 'expired'].includes(relay.state));
      },
      3_000,
    );
  });

  it('looks again at a cut when it expires at the latest, unless it is locked', () => {
    property(
      fc.tuple(relays, moments),
      ([relay, now]) => {
        const step = planRelay(relay, now);
        if (step.kind !== 'wait' || relay.desired === 'on' || relay.lock) return;
        const expiresMs = relay.expiresMs ?? relay.issuedMs + RULES.lifeMs;
        assert.ok(step.wakeMs !== null && step.wakeMs <= expiresMs && step.wakeMs > now.nowMs);
      },
      3_000,
    );
  });

  it('leaves alone what is right', () => {
    property(fc.tuple(relays, moments), ([relay, now]) => {
      const right = { ...relay, state: 'confirmed', reported: relay.desired } as const;
      assert.deepEqual(planRelay(right, now), { kind: 'nothing' });
    });
  });
});

describe('the wait for a repetition', () => {
  it('doubles up to a bound and is only ever shortened by chance', () => {
    assert.deepEqual(
      [1, 2, 3, 4, 5, 100, 1e9].map((tries) => retryDelayMs(tries, RULES, 0)),
      [5_000, 10_000, 20_000, 40_000, 45_000, 45_000, 45_000],
    );
    property(
      fc.tuple(fc.integer({ min: 1, max: 50 }), fc.double({ min: 0, max: 0.999, noNaN: true })),
      ([tries, chance]) => {
        const waitMs = retryDelayMs(tries, RULES, chance);
        assert.ok(waitMs <= retryDelayMs(tries, RULES, 0) && waitMs >= retryDelayMs(tries, RULES, 0) * 0.8);
      },
    );
  });
});

describe('the spread of restores', () => {
  const spread = (seed: string): RestoreSpread => new RestoreSpread(RULES, seed, 60_000);

  it('holds nobody back while they are few, and counts again after a while', () => {
    const few = spread('a');
    for (let meter = 0; meter < 20; meter += 1) assert.equal(few.dueMs(`M${meter}`, 1, 5), 5);
    assert.ok(few.dueMs('M20', 1, 5) > 5);
    assert.equal(few.dueMs('M21', 1, 60_005), 60_005);
  });

  it('gives the same moment for the same restore, whatever else is restored', () => {
    const dueOf = (seed: string, names: string[]): number => {
      const many = spread(seed);
      for (const name of names) many.dueMs(name, 1, 5);
      return many.dueMs('house', 1, 5);
    };
    const names = Array.from({ length: 30 }, (_, index) => `M${index}`);
    assert.equal(dueOf('a', names), dueOf('a', [...names].reverse()));
    assert.notEqual(dueOf('a', names), dueOf('b', names));
  });
});

describe('what comes in', () => {
  for (const [payload, topic, kind] of [
    [{ meterId: 'M1', desired: 'on', reason: 'x', commandId: 'c', version: 1 }, '', 'intent'],
    [{ kind: 'relay', meterId: 'M1', reported: 'on' }, 'wk/M1/relay', 'report'],
    [{ meterId: 'M1', atMs: 1, energyWh: 2, powerW: 3 }, 'M1', 'readings'],
    [[{ meterId: 'M1', atMs: 1, energyWh: 2 }], '', 'readings'],
    [{ kind: 'online', meterId: 'plug1' }, '', 'online'],
    [{ button: { meterId: 'M1' } }, '', 'button'],
    [Buffer.from([1, 2]), 'M1', 'answer'],
    [[1], 'M1', 'answer'],
    ['ON', 'stat/plug1/POWER', 'answer'],
  ] as const) {
    it(`is ${kind}: ${JSON.stringify(payload)}`, () => {
      assert.equal(parseRelayInput(payload, topic).kind, kind);
    });
  }

  it('is refused with a sentence or understood, whatever it is', () => {
    property(
      fc.anything(),
      (payload) => {
        try {
          parseRelayInput(payload);
        } catch (error) {
          assert.ok(error instanceof RangeError, String(error));
        }
      },
      2_000,
    );
  });

  it('takes of a report what is of use, and never refuses it for the rest', () => {
    assert.deepEqual(relayReportOf('M1', { reported: 'on', commandId: 7, atMs: 'soon', armed: 'yes' }), {
      meterId: 'M1',
      reported: 'on',
    });
    assert.deepEqual(
      relayReportOf('M1', { reported: 'off', commandId: 'c', atMs: 1_700_000_000, armed: true }),
      {
        meterId: 'M1',
        reported: 'off',
        commandId: 'c',
        atMs: 1_700_000_000_000,
        isArmed: true,
      },
    );
    assert.equal(relayReportOf('M1', { reported: 'dim' }), null);
  });
});
