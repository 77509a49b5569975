import assert from 'node:assert/strict';
import { readFileSync } from 'node:fs';
import path from 'node:path';
import Database from 'better-sqlite3';
import { connectAsync } from 'mqtt';
import type { Locator, Page } from 'playwright-core';
import type { Tariff } from '../../nodes/lib/tariff/tariff';
import { Bench, REPOSITORY } from '../gateway/launched';
import { seriousViolations } from './accessibility';
import { PHONE, takeShot, Visitors } from './browser';

const SHIPPED = path.join(REPOSITORY, 'examples', 'quick-start', 'Prepaid neighbourhood.json');
const MS_PER_HOUR = 3_600_000;
const SHOWN_WITHIN_MS = 15_000;
/** A house whose register ran over its last digit, and one whose meter jumped. */
const ROLLED = { accountId: 'house-901', name: 'Temple Road 1', meterId: 'meter-901' };
const JUMPED = { accountId: 'house-902', name: 'Temple Road 2', meterId: 'meter-902' };
/** A meter that reports before anybody has registered it. */
const FOUND = { accountId: 'house-903', name: 'Temple Road 3', meterId: 'meter-903' };

interface FlowNode {
  id: string;
  type: string;
  name?: string;
  tariff?: string;
  [property: string]: unknown;
}

/** The shipped flow with two more houses, and with a dearer version of its tariff that is still to come. */
function flowOfTheOffice(): FlowNode[] {
  const flow = JSON.parse(readFileSync(SHIPPED, 'utf8')) as FlowNode[];
  const enter = flow.find(({ name }) => name === 'Enter new meters');
  const calc = flow.find(({ type }) => type === 'tariff-calc');
  assert.ok(enter && calc?.tariff !== undefined);
  const tariff = JSON.parse(calc.tariff) as Tariff;
  const later: Tariff = {
    ...tariff,
    version: 2,
    components: [
      { kind: 'flat', id: 'energy', label: 'Energy', rateMicrosPerKwh: 9_250_000 },
      { kind: 'tax', id: 'duty', code: 'duty', ppm: 90_000, of: ['energy'] },
    ],
  };
  const next = { ...calc, id: 'aa00000000000901', wires: [[], []], inForceFrom: '2060-01-01T00:00' };
  const houses = {
    id: 'aa00000000000902',
    type: 'inject',
    z: enter['z'],
    props: [{ p: 'payload' }],
    payload: JSON.stringify([ROLLED, JUMPED]),
    payloadType: 'json',
    once: true,
    onceDelay: 0.1,
    wires: [[enter.id]],
  };
  return [...flow, { ...next, tariff: JSON.stringify(later) }, houses];
}

const shown = (locator: Locator, timeout = SHOWN_WITHIN_MS): Promise<void> => locator.waitFor({ timeout });
const cardOf = (page: Page, meterId: string): Locator => page.locator(`[data-held="${meterId}"]`);

/** What a cell says, in micros. */
function microsOf(text: string): bigint {
  const [, sign, whole = '', decimals = ''] = /^([+−]?)([\d,]+)\.(\d+)$/.exec(text.trim()) ?? [];
  const micros = BigInt(whole.replaceAll(',', '') + decimals.padEnd(6, '0'));
  return sign === '−' ? -micros : micros;
}

async function sumsOf(page: Page): Promise<Record<string, bigint>> {
  const rows = await page.locator('[data-sum]').all();
  const sums = rows.map(
    async (row) =>
      [await row.getAttribute('data-sum'), microsOf(await row.locator('td').innerText())] as const,
  );
  return Object.fromEntries(await Promise.all(sums)) as Record<string, bigint>;
}

describe('the office page', function () {
  this.timeout(60_000);
  let bench: Bench;
  let visitors: Visitors;
  let page: Page;
  const undo: (() => Promise<void>)[] = [];

  /** Each answer to the meter comes when its reading is durable, as a billed or as a held one. */
  async function say(meterId: string, readings: [hoursAgo: number, energyWh: number][]): Promise<void> {
    const nowMs = Date.now();
    const client = await connectAsync(`mqtt://127.0.0.1:${bench.mqttPort}`, { clientId: meterId });
    for (const [hoursAgo, energyWh] of readings) {
      const reading = { atMs: nowMs - hoursAgo * MS_PER_HOUR, energyWh };
      await client.publishAsync(`wk/${meterId}/reading`, JSON.stringify(reading), { qos: 1 });
    }
    await client.endAsync();
  }

  function ledger<Row>(sql: string, ...values: string[]): Row[] {
    const db = new Database(path.join(bench.data, 'ledger.sqlite'), { readonly: true });
    try {
      return db.prepare<string[], Row>(sql).all(...values);
    } finally {
      db.close();
    }
  }

  const headOf = (meterId: string): number | undefined =>
    ledger<{ headWh: number }>(
      'SELECT head_wh AS headWh FROM meter JOIN head USING (meter_key) WHERE meter_id = ?',
      meterId,
    )[0]?.headWh;

  before(async function () {
    visitors = await Visitors.arrive(this);
    undo.push(() => visitors.leave());
    bench = await Bench.open();
    undo.push(() => bench.close());
    bench.giveFlow(flowOfTheOffice());
    await bench.launch().running();
    page = await visitors.open(`${bench.base}/dashboard/neighbourhood`);
    await shown(page.locator(`tr[data-meter="${JUMPED.meterId}"]`));
  });
  after(async () => {
    for (const step of undo) await step();
  });

  it('is one click from the meters, and says so when nothing waits', async () => {
    await page.getByRole('link', { name: 'To the office' }).click();
    await shown(page.getByText('No reading waits. Nothing to do here.'));
    assert.equal(new URL(page.url()).pathname, '/dashboard/office');
  });

  it('shows held readings with their reason, one card for a meter', async () => {
    await say(ROLLED.meterId, [
      [8, 998_100],
      [6, 999_500],
      [4, 500],
      [3, 900],
    ]);
    await say(JUMPED.meterId, [
      [8, 1_000],
      [6, 2_500],
      [4, 900_000],
    ]);
    await page.reload();
    const rolled = cardOf(page, ROLLED.meterId);
    await shown(rolled.getByText('0.5 kWh read on'));
    await shown(rolled.getByText('The register shows less than before.'));
    // In the words of the check, with its figures.
    await shown(rolled.getByText(/^The register fell from 999500 Wh: a rollover is likely/));
    await rolled.getByRole('button', { name: /^Decide/ }).click();
    const choices = await rolled.locator('.wk-choice').allInnerTexts();
    assert.deepEqual(
      choices.map((choice) => /\((\w+)\)/.exec(choice)?.[1]),
      ['rollover', 'reset', 'swap', 'reject'],
    );
    await rolled.getByRole('button', { name: 'Cancel' }).click();
    await shown(rolled.getByText('1 more of this meter waits behind it.'));
    await shown(cardOf(page, JUMPED.meterId).getByText('more than a house can have used'));
  });

  it('asks for the name, says what a decision bills, and bills just that', async () => {
    const card = cardOf(page, ROLLED.meterId);
    await card.getByRole('button', { name: 'Decide about Temple Road 1' }).press('Enter');
    await card.getByLabel('(rollover)').check();
    await card.getByLabel('Digits of the display').fill('2');
    await card.getByRole('button', { name: 'Go on…' }).click();
    await shown(card.getByText('Enter how many digits the display has, from 3 to 12.'));
    await card.getByLabel('Digits of the display').fill('3');
    await card.getByRole('button', { name: 'Go on…' }).click();
    await shown(page.getByText('Enter your name first.'));
    await page.getByLabel('Your name, for the audit trail').fill('A. Clerk');
    await card.getByRole('button', { name: 'Go on…' }).click();
    await shown(card.getByText('Settle it as rollover? It bills 1 kWh'));
    assert.deepEqual(await seriousViolations(page), []);
    await takeShot(page, 'office');
    await card.getByRole('button', { name: 'Yes, settle it' }).dblclick();
    await shown(page.getByText('Temple Road 1: settled as rollover. 1.4 kWh more billed.'));
    await card.waitFor({ state: 'detached' });
    // From 999,500 over 1,000,000 to 500, and the reading behind it to 900.
    assert.equal(headOf(ROLLED.meterId), 1_000_900);
    const settled = ledger<{ as: string; by: string }>(
      'SELECT settled_as AS "as", settled_by AS "by" FROM refusal WHERE meter_id = ? ORDER BY refusal_id',
      ROLLED.meterId,
    );
    assert.deepEqual(settled, [
      { as: 'rollover', by: 'A. Clerk' },
      { as: 'accept', by: 'A. Clerk' },
    ]);
  });

  it('shows what the ledger says against a decision, and bills nothing then', async () => {
    const card = cardOf(page, JUMPED.meterId);
    await card.getByRole('button', { name: /^Decide/ }).click();
    await card.getByLabel('(swap)').check();
    await card.getByLabel('The new device began at').fill('899');
    await card.getByLabel('The old one ended at').fill('1');
    await card.getByRole('button', { name: 'Go on…' }).click();
    await card.getByRole('button', { name: 'Yes, settle it' }).click();
    await shown(card.getByText('The ledger did not do it: closingWh is below the last reading'));
    assert.equal(headOf(JUMPED.meterId), 2_500);
    await card.getByLabel('(reject)').check();
    await card.getByRole('button', { name: 'Go on…' }).click();
    await shown(card.getByText('Drop this reading? Nothing is billed by it'));
    await card.getByRole('button', { name: 'Yes, settle it' }).click();
    await shown(page.getByText('Temple Road 2: settled as reject. Nothing was billed.'));
    await shown(page.getByText('No reading waits. Nothing to do here.'));
    assert.equal(headOf(JUMPED.meterId), 2_500);
  });

  it('registers a meter that nobody knew in one go, and takes what it had said', async () => {
    await say(FOUND.meterId, [
      [5, 7_000],
      [4, 7_300],
    ]);
    await page.reload();
    const card = page.locator(`[data-unknown="${FOUND.meterId}"]`);
    await shown(card.getByText('7.3 kWh read on'));
    await card.getByRole('button', { name: 'Register this meter' }).press('Enter');
    assert.equal(await card.getByLabel('Account number').inputValue(), FOUND.meterId);
    // Whoever decided about the readings before; and it is one name for both lists.
    assert.equal(await card.getByLabel('Your name').inputValue(), 'A. Clerk');
    await card.getByLabel('Your name').fill('B. Clerk');
    assert.equal(await page.locator('#wk-person').inputValue(), 'B. Clerk');
    await page.locator('#wk-person').fill('A. Clerk');
    assert.equal(await card.getByLabel('Your name').inputValue(), 'A. Clerk');
    assert.equal(await card.getByLabel('Tariff').inputValue(), 'domestic');
    const take = card.getByRole('button', { name: 'Register it and take its readings' });
    await take.click();
    await shown(card.getByText('Enter the name of the customer.'));
    await card.getByLabel('Name of the customer').fill(FOUND.name);
    await card.getByLabel('Account number').fill(ROLLED.accountId);
    await take.click();
    await shown(card.getByText(`Account ${ROLLED.accountId} is that of ${ROLLED.name}.`));
    await card.getByLabel('Account number').fill(FOUND.accountId);
    assert.deepEqual(await seriousViolations(page), []);
    await takeShot(page, 'office-adopt');
    await take.dblclick();
    await shown(page.getByText(`${FOUND.meterId} is registered for ${FOUND.name}`));
    await card.waitFor({ state: 'detached' });
    assert.equal(headOf(FOUND.meterId), 7_300);
    const audit = ledger<{ who: string; action: string }>(
      'SELECT who, action FROM audit WHERE subject IN (?, ?) ORDER BY audit_id',
      FOUND.meterId,
      FOUND.accountId,
    );
    assert.deepEqual(
      audit.map(({ who }) => who),
      audit.map(() => 'A. Clerk'),
    );
    assert.ok(audit.some(({ action }) => action === 'settle as accept'));
    // From now on it is billed as any other.
    await say(FOUND.meterId, [[1, 7_800]]);
    assert.equal(headOf(FOUND.meterId), 7_800);
  });

  it('drops what a foreign meter says, once somebody has said so', async () => {
    await say('stranger-1', [[1, 500]]);
    await page.reload();
    const card = page.locator('[data-unknown="stranger-1"]');
    await card.getByRole('button', { name: 'Drop the readings of stranger-1' }).click();
    await card.getByRole('button', { name: 'Yes, drop it' }).click();
    await shown(page.getByText('stranger-1: dropped. Nothing was billed.'));
    await shown(page.getByText('Every meter that reports is registered.'));
    assert.equal(headOf('stranger-1'), undefined);
  });

  it('leaves no holes beside its groups, and has them one below the other on a phone', async () => {
    interface Place {
      left: number;
      right: number;
      top: number;
      bottom: number;
    }
    const places = async (): Promise<Place[]> =>
      page.locator('.nrdb-ui-group > .v-card').evaluateAll((groups) =>
        groups.map((group) => {
          const { left, right, top, bottom } = group.getBoundingClientRect();
          return { left, right, top, bottom };
        }),
      );
    const wide = await places();
    const [{ left, right } = { left: 0, right: 0 }] = wide;
    const rows = new Set(wide.map(({ top }) => top));
    assert.ok(rows.size < wide.length, 'some groups stand side by side');
    for (const row of rows) {
      const inRow = wide.filter(({ top }) => top === row);
      assert.deepEqual([inRow[0]?.left, inRow.at(-1)?.right], [left, right]);
      assert.equal(new Set(inRow.map(({ bottom }) => bottom)).size, 1);
    }
    await takeShot(page, 'office-whole', page.locator('.nrdb-ui-page'));
    const { width = 0, height = 0 } = page.viewportSize() ?? {};
    await page.setViewportSize({ width: 390, height: 844 });
    const narrow = await places();
    assert.equal(new Set(narrow.map((place) => place.top)).size, narrow.length);
    assert.equal(new Set(narrow.map((place) => `${place.left} ${place.right}`)).size, 1);
    await takeShot(page, 'office-narrow', page.locator('.nrdb-ui-page'));
    await page.setViewportSize({ width, height });
  });

  it('gives a statement that adds up, from register to register', async () => {
    await page.getByLabel('Account', { exact: true }).selectOption(ROLLED.accountId);
    await page.getByRole('button', { name: 'Show it' }).click();
    await shown(page.getByRole('heading', { name: `Statement for ${ROLLED.name}` }));
    const sums = await sumsOf(page);
    const { opening = 0n, topUps = 0n, charges = 0n, taxes = 0n, corrections = 0n, closing } = sums;
    assert.equal(opening + topUps + charges + taxes + corrections, closing);
    // 2.8 kWh at 8.00.
    assert.equal(charges, -22_400_000n);
    const [meter] = await page.locator('[data-part="registers"] tbody tr').allInnerTexts();
    assert.match(meter ?? '', /^meter-901\s+998\.100 kWh on .*\s1,000\.900 kWh on .*\s2\.800$/);
    const parts = await page.locator('[data-part="charges"] tbody td:last-child').allInnerTexts();
    assert.equal(
      parts.reduce((sum, amount) => sum + microsOf(amount), 0n),
      charges,
    );
    await takeShot(page, 'statement', page.locator('.wk-paper'));
  });

  it('gives one of other dates, and says what is wrong with a question', async () => {
    await page.getByLabel('Period').selectOption('dates');
    await page.getByLabel('From the day').fill('2026-02-02');
    await page.getByLabel('To the day, with it').fill('2026-02-01');
    await page.getByRole('button', { name: 'Show it' }).click();
    await shown(page.getByText('The last day must not be before the first.'));
    await page.getByLabel('To the day, with it').fill('2026-02-02');
    await page.getByRole('button', { name: 'Show it' }).click();
    await shown(page.getByText('Account house-901, 2 Feb 2026', { exact: true }));
    await shown(page.getByText('No reading in this period.'));
    await page.getByLabel('Account', { exact: true }).selectOption({ label: 'Another account…' });
    await page.getByLabel('Number of the account').fill('nobody');
    await page.getByLabel('Number of the account').press('Enter');
    await shown(page.getByText('No statement: accountId must be an account, got "nobody".'));
  });

  it('prints the statement alone', async () => {
    await page.emulateMedia({ media: 'print' });
    assert.equal(await page.locator('.wk-paper').isVisible(), true);
    for (const part of ['#wk-held-title', '#wk-tariffs-title', '#wk-statement-account', '#wk-office-title'])
      assert.equal(await page.locator(part).isVisible(), false, part);
    await page.emulateMedia({ media: 'screen' });
  });

  it('shows the tariffs in force and to come', async () => {
    const [now, later] = ['domestic 1', 'domestic 2'].map((key) => page.locator(`[data-tariff="${key}"]`));
    assert.ok(now && later);
    await shown(now.getByText('in force', { exact: true }));
    await shown(now.getByText('INR 8.00 per kWh.'));
    await shown(later.getByText('to come', { exact: true }));
    await shown(later.getByText('In force from 1 Jan 2060, 00:00.'));
    await shown(later.getByText('9 % on Energy, booked as duty.'));
  });

  it('fits a cheap phone without a barrier', async () => {
    await say(JUMPED.meterId, [[2, 800]]);
    await say('stranger-2', [[1, 500]]);
    const phone = await visitors.open(`${bench.base}/dashboard/office`, PHONE);
    await cardOf(phone, JUMPED.meterId)
      .getByRole('button', { name: /^Decide/ })
      .click();
    await phone.getByLabel('(swap)').check();
    await phone.getByRole('button', { name: 'Register this meter' }).click();
    await phone.getByLabel('Account', { exact: true }).selectOption(ROLLED.accountId);
    await phone.getByRole('button', { name: 'Show it' }).click();
    await shown(phone.getByRole('heading', { name: `Statement for ${ROLLED.name}` }));
    const isTooWide = await phone.evaluate(
      () => document.documentElement.scrollWidth > document.documentElement.clientWidth,
    );
    assert.equal(isTooWide, false);
    assert.deepEqual(await seriousViolations(phone), []);
    await takeShot(phone, 'office-phone');
    await phone.close();
    assert.deepEqual(visitors.complaints, []);
  });
});
