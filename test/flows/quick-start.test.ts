import assert from 'node:assert/strict';
import { QuickStart, type MeterRow } from './quick-start-run';

const HOUSES = 24;
/** Somebody who has just moved in, with little credit. */
const NEWCOMER = 'meter-007';
const NEWCOMER_ACCOUNT = 'house-007';
/** 8.00 per kWh, as the flow's tariff says. */
const MICROS_PER_WH = 8_000;

/** What a balance is by definition: money in − price of the register curve. */
const owedBalance = ({ paidInMicros, headWh, firstWh }: MeterRow): number =>
  paidInMicros - (headWh - firstWh) * MICROS_PER_WH;

describe('the quick-start flow, as the launcher runs it', function () {
  this.timeout(90_000);
  let run: QuickStart;
  before(async () => {
    run = await QuickStart.start();
  });
  after(() => run.close());

  it('registers the street and gives every house its opening credit', async () => {
    await run.until('24 accounts with money', () => {
      const meters = run.meters();
      return meters.length === HOUSES && meters.every(({ paidInMicros }) => paidInMicros > 0);
    });
  });

  it('bills the readings of all meters, and balances fall', async () => {
    await run.until('three readings of each meter', () =>
      run.meters().every(({ readings }) => readings >= 3),
    );
    const meters = run.meters();
    assert.deepEqual(
      meters.map(({ meterId, balanceMicros }) => [meterId, balanceMicros]),
      meters.map((meter) => [meter.meterId, owedBalance(meter)]),
      'every balance is the money paid in less the price of the register',
    );
    const fallen = meters.filter(({ balanceMicros, paidInMicros }) => balanceMicros < paidInMicros);
    // A house with a roof may use nothing for some hours.
    assert.ok(fallen.length >= HOUSES - 4, `only ${fallen.length} balances have fallen`);
  });

  it('warns the newcomer, then cuts, and nobody else', async () => {
    await run.until('low credit', () => run.notices(NEWCOMER_ACCOUNT).includes('low-credit'));
    assert.equal(run.meter(NEWCOMER).reported, 'on', 'a warning comes before any cut');
    await run.until('the relay says off', () => run.meter(NEWCOMER).reported === 'off');
    assert.deepEqual(run.notices(NEWCOMER_ACCOUNT), ['top-up', 'low-credit', 'cut-off']);
    assert.ok(run.meter(NEWCOMER).balanceMicros <= 0);
    const dark = run.meters().filter(({ reported }) => reported === 'off');
    assert.deepEqual(
      dark.map(({ meterId }) => meterId),
      [NEWCOMER],
    );
  });

  it('brings the light back after a payment at the button in the flow', async () => {
    const { headWh, balanceMicros } = run.meter(NEWCOMER);
    await run.press('Recharge Mill Lane 7');
    await run.until('the relay says on', () => run.meter(NEWCOMER).reported === 'on');
    assert.ok(run.meter(NEWCOMER).balanceMicros > balanceMicros);
    assert.equal(run.payments('editor-'), 1);
    assert.deepEqual(run.notices(NEWCOMER_ACCOUNT).slice(3, 5).sort(), ['restored', 'top-up']);
    await run.until('the kiln is used again', () => run.meter(NEWCOMER).headWh > headWh + 500);
  });

  it('keeps its books, stops cleanly, and goes on from there', async () => {
    run.assertBooksBalance();
    assert.equal(run.complaints, '');
    assert.equal(await run.stop(), 0);

    await run.launch();
    const atStart = new Map(run.meters().map((meter) => [meter.meterId, meter.readings]));
    await run.until('new readings of each meter', () =>
      run.meters().every(({ meterId, readings }) => readings > atStart.get(meterId)! + 1),
    );
    for (const meter of run.meters()) assert.equal(meter.balanceMicros, owedBalance(meter), meter.meterId);
    run.assertBooksBalance();
  });
});
