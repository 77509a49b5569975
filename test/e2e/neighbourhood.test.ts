import assert from 'node:assert/strict';
import type { Locator, Page } from 'playwright-core';
import { QuickStart } from '../flows/quick-start-run';
import { seriousViolations } from './accessibility';
import { PHONE, takeShot, Visitors } from './browser';

const NEWCOMER = 'meter-007';
const NEWCOMER_NAME = 'Mill Lane 7';
/** The newcomer needs about half a minute from full to dark; everything else takes seconds. */
const GOES_DARK_WITHIN_MS = 75_000;
const SHOWN_WITHIN_MS = 15_000;
const BALANCES = '.wk-meters tbody td:nth-child(2) .wk-number';

const rowOf = (page: Page, meterId: string): Locator => page.locator(`tr[data-meter="${meterId}"]`);
const chosenName = (page: Page): Locator => page.locator('#wk-meter-name');
const shown = (locator: Locator, timeout = SHOWN_WITHIN_MS): Promise<void> => locator.waitFor({ timeout });

async function balances(page: Page): Promise<number[]> {
  return (await page.locator(BALANCES).allTextContents()).map(Number);
}

async function askForRecharge(page: Page, amount: string): Promise<void> {
  await page.getByRole('button', { name: amount, exact: true }).click();
  await page.getByRole('button', { name: 'Recharge…' }).click();
}

/** A new reading has arrived in the chart. */
async function nextCurve(page: Page): Promise<void> {
  const before = await page.locator('.wk-line').getAttribute('d');
  await page.waitForFunction(
    (path) => document.querySelector('.wk-line')?.getAttribute('d') !== path,
    before,
  );
}

const scrollsSideways = (page: Page): Promise<boolean> =>
  page.evaluate(() => document.documentElement.scrollWidth > document.documentElement.clientWidth);

describe('the neighbourhood page', function () {
  this.timeout(90_000);
  let run: QuickStart;
  let visitors: Visitors;
  /** What has to be taken back, as far as `before` has come: without Chromium it ends at its first line. */
  const undo: (() => Promise<void>)[] = [];
  let page: Page;

  before(async function () {
    visitors = await Visitors.arrive(this);
    undo.push(() => visitors.leave());
    run = await QuickStart.start();
    undo.push(() => run.close());
    page = await visitors.open(`${run.base}/`);
  });
  after(async () => {
    for (const step of undo) await step();
  });

  it('is where the address of the machine leads, and says whose it is and how fast its time runs', async () => {
    await shown(page.getByRole('heading', { name: 'Mill Lane Cooperative' }));
    assert.equal(new URL(page.url()).pathname, '/dashboard/neighbourhood');
    await shown(page.getByText('300× faster than real time'));
    const before = await page.locator('[data-role="site-time"]').textContent();
    await page.waitForFunction(
      (text) => document.querySelector('[data-role="site-time"]')?.textContent !== text,
      before,
    );
  });

  it('shows 24 meters whose balances fall', async () => {
    await shown(page.locator('.wk-meters tbody tr').nth(23));
    assert.equal(await page.locator('.wk-meters tbody tr').count(), 24);
    await page.waitForFunction(
      (cells) => [...document.querySelectorAll(cells)].every(({ textContent }) => Number(textContent) > 0),
      BALANCES,
    );
    const before = await balances(page);
    // Solar houses may use nothing for some hours, and now and then somebody buys.
    await page.waitForFunction(
      ({ cells, first, enough }) => {
        const now = [...document.querySelectorAll(cells)].map(({ textContent }) => Number(textContent));
        return now.filter((balance, index) => balance < first[index]!).length >= enough;
      },
      { cells: BALANCES, first: before, enough: 18 },
    );
  });

  it('gives every visitor a meter of their own', async () => {
    const other = await visitors.open(`${run.base}/dashboard`);
    await shown(rowOf(other, 'meter-002'));
    await rowOf(other, 'meter-002').click();
    await shown(chosenName(other).getByText('Mill Lane 2', { exact: true }));
    await rowOf(page, 'meter-012').getByRole('button').press('Enter');
    await shown(chosenName(page).getByText('Orchard Row 4', { exact: true }));
    assert.equal(await page.getByLabel('Account').locator('option:checked').textContent(), 'Orchard Row 4');
    // With the next refresh each still has their own.
    await Promise.all([nextCurve(other), nextCurve(page)]);
    assert.equal(await chosenName(page).textContent(), 'Orchard Row 4');
    assert.equal(await chosenName(other).textContent(), 'Mill Lane 2');
    assert.equal(await other.locator('.wk-chosen').getAttribute('data-meter'), 'meter-002');
    await other.reload();
    await shown(chosenName(other).getByText('Mill Lane 2', { exact: true }));
    await other.close();
  });

  it('sorts, filters and finds meters', async () => {
    await page.getByRole('button', { name: 'INR' }).click();
    await shown(page.locator('th[aria-sort="ascending"]').getByText('INR'));
    const ascending = await balances(page);
    assert.deepEqual(
      ascending,
      [...ascending].sort((a, b) => a - b),
    );
    await page.getByPlaceholder('Find a meter').fill('well street 3');
    assert.deepEqual(await page.locator('.wk-meters tbody th').allInnerTexts(), ['Well Street 3']);
    await page.getByPlaceholder('Find a meter').fill('');
    await page.getByRole('button', { name: /^Meter/ }).click();
  });

  it('warns before the newcomer goes dark, in words and not by colour alone', async () => {
    await shown(rowOf(page, NEWCOMER).getByText('Low', { exact: true }), GOES_DARK_WITHIN_MS);
    await shown(page.locator('.wk-notice--low-credit').getByText('INR').first());
    await shown(rowOf(page, NEWCOMER).getByText('Off', { exact: true }), GOES_DARK_WITHIN_MS);
    await shown(page.locator('.wk-notice--cut-off').first());
    await page.getByRole('button', { name: /No supply/ }).click();
    assert.deepEqual(await page.locator('.wk-meters tbody th').allInnerTexts(), [NEWCOMER_NAME]);
    await page.getByRole('button', { name: /^All/ }).click();
    await rowOf(page, NEWCOMER).click();
    await shown(page.locator('.wk-one-head').getByText('No supply'));

    const phone = await visitors.open(`${run.base}/dashboard`, { width: 390, height: 844 });
    await shown(rowOf(phone, 'meter-024'));
    await takeShot(phone, 'phone');
    await phone.close();
  });

  it('has no serious barrier for people with disabilities', async () => {
    assert.deepEqual(await seriousViolations(page), []);
  });

  it('refuses an amount that is none, and says why', async () => {
    await page.getByLabel('Amount, INR').fill('twelve');
    await page.getByRole('button', { name: 'Recharge…' }).click();
    await shown(page.getByRole('alert').getByText('Enter an amount'));
    await page.getByLabel('Amount, INR').fill('');
  });

  it('brings the light back by a recharge, and credits a hasty double click once', async () => {
    await askForRecharge(page, '100');
    await shown(page.getByText(`Credit INR 100.00 to ${NEWCOMER_NAME}?`));
    await nextCurve(page);
    await takeShot(page, 'neighbourhood');
    assert.deepEqual(await seriousViolations(page), []);
    await page.getByRole('button', { name: /^Yes/ }).dblclick();
    await shown(page.getByText(`INR 100.00 credited to ${NEWCOMER_NAME} – the light comes back.`));
    await shown(rowOf(page, NEWCOMER).getByText('On', { exact: true }));
    await shown(page.getByText('The light is on again.'));
    await shown(page.locator('.wk-notice--restored').first());
    assert.equal(run.payments('dashboard-'), 1);
    assert.equal(run.meter(NEWCOMER).reported, 'on');
    await page.getByRole('button', { name: 'Another recharge' }).click();
  });

  it('asks again with the same reference when no answer came, also after a reload', async () => {
    const reference = 'dashboard-e2e-lost-answer';
    const lost = {
      state: 'sending',
      reference,
      accountId: 'house-001',
      name: 'Mill Lane 1',
      amount: '50.00',
      currency: 'INR',
    };
    for (const round of [1, 2]) {
      await page.evaluate(
        (attempt) => sessionStorage.setItem('wattkeeper-payment', attempt),
        JSON.stringify(lost),
      );
      await page.reload();
      await shown(page.getByText('No answer yet for INR 50.00 to Mill Lane 1.'));
      await page.getByRole('button', { name: 'Ask again' }).click();
      await shown(page.getByText('INR 50.00 credited to Mill Lane 1.'));
      assert.equal(run.payments(reference), 1, `round ${round}`);
    }
    await page.getByRole('button', { name: 'Another recharge' }).click();
  });

  it('shows a refused payment to the one who made it', async () => {
    const refused = {
      state: 'sending',
      reference: 'dashboard-e2e-nobody',
      accountId: 'nobody',
      name: 'Nobody',
      amount: '50.00',
      currency: 'INR',
    };
    await page.evaluate(
      (attempt) => sessionStorage.setItem('wattkeeper-payment', attempt),
      JSON.stringify(refused),
    );
    await page.reload();
    await page.getByRole('button', { name: 'Ask again' }).click();
    await shown(page.getByRole('alert').getByText('INR 50.00 was not credited to Nobody.'));
    await shown(page.getByRole('alert').getByText('there is no such account'));
    await page.getByRole('button', { name: 'Back' }).click();
    assert.equal(run.payments('dashboard-e2e-nobody'), 0);
  });

  it('takes nothing but a payment from a browser', async () => {
    const recharge = run.flow.find(({ type, name }) => type === 'ui-template' && name === 'Recharge');
    const before = run.meter('meter-003');
    const forged = {
      reference: 'forged',
      payload: { meterId: 'meter-003', atMs: before.headWh, energyWh: before.headWh + 1_000_000 },
      prepaid: { segment: {}, charge: { amountMicros: 0, lines: [] } },
    };
    const answer = await page.evaluate(
      async ([id, message]) => {
        const { __vue_app__: app } = document.querySelector('#app') as unknown as {
          __vue_app__: { _context: { provides: { $socket: Socket } } };
        };
        interface Socket {
          on(event: string, hear: (msg: { error?: { message: string } }) => void): void;
          emit(event: string, ...values: unknown[]): void;
        }
        const { $socket } = app._context.provides;
        return new Promise((resolve) => {
          $socket.on(`msg-input:${id}`, ({ error }) => error && resolve(error.message));
          $socket.emit('widget-send', id, message);
        });
      },
      [recharge!.id, forged] as const,
    );
    assert.match(String(answer), /topUp\.a/);
    assert.ok(run.meter('meter-003').headWh < before.headWh + 1_000_000);
  });

  it('fits on a cheap phone without sideways scrolling', async () => {
    const phone = await visitors.open(`${run.base}/dashboard`, PHONE);
    await shown(rowOf(phone, 'meter-024'));
    await shown(chosenName(phone));
    assert.equal(await scrollsSideways(phone), false);
    assert.deepEqual(await seriousViolations(phone), []);
    await rowOf(phone, 'meter-005').click();
    await shown(chosenName(phone).getByText('Mill Lane 5', { exact: true }));
    const { y } = (await chosenName(phone).boundingBox())!;
    assert.ok(y >= 0 && y < PHONE.height / 2, `the chosen meter comes into view, it is at ${y}`);
    await askForRecharge(phone, '200');
    assert.equal(await scrollsSideways(phone), false);
    await phone.close();
  });

  it('says when the server has fallen silent, and goes on when it is back', async () => {
    const lonely = await visitors.open(`${run.base}/dashboard`);
    await shown(rowOf(lonely, NEWCOMER));
    const quietSoFar = visitors.complaints.splice(0);
    await lonely.context().setOffline(true);
    await shown(lonely.getByText(/No data for \d+ s/), 20_000);
    await lonely.context().setOffline(false);
    await lonely.getByText(/No data for/).waitFor({ state: 'detached', timeout: 30_000 });
    await shown(chosenName(lonely));
    await lonely.close();
    // Without a network Chromium itself reports each try; what was said before counts.
    visitors.complaints.splice(0, visitors.complaints.length, ...quietSoFar);
  });

  it('said nothing on the console and asked nothing of anybody else', () => {
    assert.deepEqual(visitors.complaints, []);
    assert.equal(run.complaints, '');
    run.assertBooksBalance();
  });
});
