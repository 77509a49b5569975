import assert from 'node:assert/strict';
import { readFileSync } from 'node:fs';
import path from 'node:path';
import type { Locator, Page } from 'playwright-core';
import { Bench, REPOSITORY } from '../gateway/launched';
import { seriousViolations } from './accessibility';
import { PHONE, takeShot, Visitors } from './browser';

const SHIPPED = path.join(REPOSITORY, 'examples', 'bypass', 'Data through a neighbour.json');
const SHOWN_WITHIN_MS = 30_000;

interface FlowNode {
  id: string;
  type: string;
  name?: string;
  [property: string]: unknown;
}

/** The shipped flow, with the first house told to go through its neighbour. */
function flowOfTheStreet(): FlowNode[] {
  const flow = JSON.parse(readFileSync(SHIPPED, 'utf8')) as FlowNode[];
  const house = flow.find(({ name }) => name === 'House 1');
  assert.ok(house);
  house['mode'] = 'neighbour';
  return flow;
}

const shown = (locator: Locator): Promise<void> => locator.waitFor({ timeout: SHOWN_WITHIN_MS });

describe('the page of the ways', function () {
  this.timeout(90_000);
  let bench: Bench;
  let visitors: Visitors;
  let page: Page;
  const undo: (() => Promise<void>)[] = [];
  const gateway = (id: string): Locator => page.locator(`[data-gateway="${id}"]`);

  before(async function () {
    visitors = await Visitors.arrive(this);
    undo.push(() => visitors.leave());
    bench = await Bench.open();
    undo.push(() => bench.close());
    bench.giveFlow(flowOfTheStreet());
    await bench.launch().running();
    page = await visitors.open(`${bench.base}/dashboard/ways`);
  });
  after(async () => {
    for (const step of undo) await step();
  });

  it('shows which gateway and which meter came by which way', async () => {
    await shown(gateway('house-1').locator('[data-meter="M1"]').getByText('Through house-2'));
    await shown(gateway('house-2').locator('[data-meter="M2"]').getByText('Directly'));
    assert.equal(await page.locator('[data-role="sum"]').innerText(), '2 gateways, 1 through a neighbour');
  });

  it('lets somebody distrust a neighbour, and says who did', async () => {
    const house = gateway('house-2');
    await house.getByRole('button', { name: 'Distrust house-2' }).click();
    await page.getByLabel('Your name, for the audit trail').fill('A. Clerk');
    assert.deepEqual(await seriousViolations(page), []);
    await takeShot(page, 'ways-question');
    await house.getByRole('button', { name: 'Distrust', exact: true }).click();
    await shown(house.getByText('not trusted'));
    await shown(page.locator('[data-alarm="distrust"]').getByText('By A. Clerk'));
    await takeShot(page, 'ways');
  });

  it('fits on a phone, and everybody can use it', async () => {
    const phone = await visitors.open(`${bench.base}/dashboard/ways`, PHONE);
    await shown(phone.locator('[data-meter="M2"]'));
    assert.deepEqual(await seriousViolations(phone), []);
    const wide = await phone.evaluate<number>('document.documentElement.scrollWidth - innerWidth');
    assert.ok(wide <= 0, `${wide} px too wide`);
    await takeShot(phone, 'ways-phone');
    assert.deepEqual(visitors.complaints, []);
  });
});
