import assert from 'node:assert/strict';
import fc from 'fast-check';
import type { ChargePosting } from '../../../nodes/lib/ledger/posting';
import type { MeterPricing } from '../../../nodes/lib/ledger/store';
import { MeterNumbers } from '../../../nodes/lib/meter/meter-numbers';
import type { Segment } from '../../../nodes/lib/meter/reading';
import { PriceAhead } from '../../../nodes/lib/site/price-ahead';
import { newMeterState } from '../../../nodes/lib/tariff/meter-state';
import { price } from '../../../nodes/lib/tariff/price-curve';
import { property } from '../property';
import { segmentsOf } from '../tariff/priced-meter';
import { planOfCase, pricedCase } from '../tariff/random-tariff';

/** Fewer at hand than there are meters, so that each is put away and taken out again and again. */
const MAX_AT_HAND = 2;
const METERS = ['M0', 'M1', 'M2', 'M3', 'M4'];

describe('prices ahead of the ledger', () => {
  it('are the same whether a meter is at hand or asked for again', function () {
    this.timeout(60_000);
    const choices = fc.array(fc.nat(METERS.length - 1), { minLength: 200, maxLength: 200 });
    property(fc.tuple(pricedCase, choices), ([given, order]) => {
      const plan = planOfCase(given);
      const segments = segmentsOf(given.curve);
      const stored = new Map<string, MeterPricing>();
      /** What is on its way is here only now and then. */
      const committed = new Map<string, MeterPricing>();
      const read = (meterId: string): MeterPricing =>
        stored.get(meterId) ?? { headMs: null, headWh: null, state: null, plan };
      let asked = 0;
      const ask = (meterId: string): MeterPricing => {
        asked += 1;
        return committed.get(meterId) ?? { headMs: null, headWh: null, state: null, plan };
      };
      const all = new PriceAhead(ask);
      const ahead = new PriceAhead(read, undefined, MAX_AT_HAND);
      const few = new PriceAhead(read, new MeterNumbers(3), MAX_AT_HAND);
      const next = new Map<string, number>();
      for (const choice of order) {
        const meterId = METERS[choice] ?? '';
        const done = next.get(meterId) ?? 0;
        const first = segments[0];
        if (!first || done > segments.length) continue;
        const opening = { ...first, toMs: first.fromMs, toWh: first.fromWh, ...openingExport(first) };
        const segment = done === 0 ? opening : segments[done - 1];
        if (!segment) continue;
        next.set(meterId, done + 1);
        const { state } = read(meterId);
        const after = state === null ? firstState(plan, segment) : price(plan, state, segment);
        for (const prices of [all, ahead, few]) {
          const charge = prices.charge(meterId, segment, '');
          assert.ok(charge, 'it follows');
          assert.equal(charge.amountMicros, after.amountMicros);
        }
        const { toMs, toWh } = segment;
        stored.set(meterId, { headMs: toMs, headWh: toWh, state: after.state, plan });
        if (stored.size % 3 === 0) for (const [id, head] of stored) committed.set(id, head);
      }
      assert.ok(asked <= METERS.length, 'nobody had to be asked for twice');
    });
  });

  it('are not let go while they are on their way, however many were forgotten before', () => {
    const head = firstHead();
    const ahead = new PriceAhead(() => head, undefined, 8);
    const step = (number: number): Segment => stepOf(head, number);
    for (let time = 0; time < 40; time += 1) {
      assert.ok(ahead.charge('M0', step(0), ''));
      ahead.forget('M0');
    }
    for (let number = 0; number < 5; number += 1)
      for (const meterId of ['M1', 'M2', 'M3', 'M4'])
        assert.ok(ahead.charge(meterId, step(number), ''), `reading ${number} of ${meterId}`);
  });

  it('are let go with their commit where the fleet is larger than what is at hand, and not while on their way', () => {
    const head = firstHead();
    for (const [meters, askedAgain] of [
      [4, []],
      [5, ['M1']],
    ] as const) {
      const asked: string[] = [];
      const ask = (meterId: string, _tariffId: string, headMs: number | null): MeterPricing => {
        asked.push(meterId);
        return { ...head, headMs };
      };
      const ahead = new PriceAhead(ask, undefined, 4);
      const send = (meterId: string, number: number): ChargePosting => {
        const segment = stepOf(head, number);
        const charge = ahead.charge(meterId, segment, '');
        assert.ok(charge, `reading ${number} of ${meterId}`);
        const reading = { meterId, atMs: segment.toMs, energyWh: segment.toWh };
        return { type: 'charge', reading, segment, charge, guard: null };
      };
      for (let number = 2; number < meters; number += 1) send(`M${number}`, 0);
      const first = send('M0', 0);
      send('M0', 1);
      const only = send('M1', 0);
      ahead.committed([first, only]);
      asked.length = 0;
      send('M0', 2);
      send('M1', 1);
      assert.deepEqual(asked, askedAgain);
    }
  });

  it('are asked for again when they do not follow, and not given when that does not help', () => {
    const first = firstHead();
    let head = first;
    const ahead = new PriceAhead(() => head);
    const step = (number: number): Segment => stepOf(first, number);
    assert.ok(ahead.charge('M1', step(0), ''));
    assert.equal(ahead.charge('M1', step(9), ''), undefined);
    assert.ok(
      ahead.charge('M1', step(0), ''),
      'another process was first, and the ledger says where it stands',
    );
    head = { ...head, headMs: first.headMs + 5 };
    ahead.forget('M1');
    assert.equal(ahead.charge('M1', step(0), ''), undefined);
  });
});

/** A meter that was read once. */
function firstHead(): MeterPricing & { headMs: number; headWh: number } {
  const [given] = fc.sample(pricedCase, { seed: 1, numRuns: 1 });
  const segment = given && segmentsOf(given.curve)[0];
  assert.ok(segment);
  const { fromMs: headMs, fromWh: headWh } = segment;
  const plan = planOfCase(given);
  return { headMs, headWh, state: newMeterState(plan, headMs, headWh), plan };
}

/** The segment that begins so many milliseconds after a head, one long and without any use. */
function stepOf({ headMs, headWh }: { headMs: number; headWh: number }, number: number): Segment {
  const fromMs = headMs + number;
  return { fromMs, fromWh: headWh, toMs: fromMs + 1, toWh: headWh };
}

function openingExport({ fromExportWh, toExportWh }: Segment): Partial<Segment> {
  const exportWh = fromExportWh ?? toExportWh;
  return exportWh === undefined ? {} : { fromExportWh: exportWh, toExportWh: exportWh };
}

function firstState(
  plan: MeterPricing['plan'],
  { toMs, toWh, toExportWh }: Segment,
): ReturnType<typeof price> {
  const state = newMeterState(plan, toMs, toWh, undefined, toExportWh);
  return { state, parts: [], amountMicros: 0 as ReturnType<typeof price>['amountMicros'] };
}
