import assert from 'node:assert/strict';
import { readFileSync } from 'node:fs';
import path from 'node:path';
import type { Locator, Page } from 'playwright-core';
import { DEFAULTS as NOTICES } from '../../nodes/prepaid-notices/prepaid-notices.config';
import { Bench } from '../gateway/launched';
import { seriousViolations } from './accessibility';
import { Visitors } from './browser';

const TAB = 'ab00000000000001';
const SITE = 'ab00000000000002';
const NODE = 'ab00000000000003';
/** A site as version 0 stored it: without an office and without texts of its own. */
const FLOW = [
  { id: TAB, type: 'tab', label: 'Notices' },
  {
    id: SITE,
    type: 'prepaid-site',
    configVersion: 0,
    name: 'Mill Lane',
    timeZone: 'Asia/Kolkata',
    currency: 'INR',
    database: 'ledger.sqlite',
    clockRate: '1',
  },
  {
    ...NOTICES,
    id: NODE,
    type: 'prepaid-notices',
    z: TAB,
    site: SITE,
    x: 200,
    y: 100,
    wires: [[], [], [], []],
  },
];
const OWN = '{name}: {amount} received, {balance} now.';

describe('the wording of notices', function () {
  this.timeout(60_000);
  let bench: Bench;
  let visitors: Visitors;
  let page: Page;
  const undo: (() => Promise<void>)[] = [];
  const part = (name: string): Locator => page.locator(`#prepaid-site-${name}`);

  before(async function () {
    visitors = await Visitors.arrive(this);
    undo.push(() => visitors.leave());
    bench = await Bench.open();
    undo.push(() => bench.close());
    bench.giveFlow(FLOW);
    const launched = bench.launch();
    await launched.running();
    page = await visitors.open(`${bench.base}/editor/`);
    await page.locator('#node-dialog-login-username').fill('admin');
    await page.locator('#node-dialog-login-password').fill(/Password {3}(\S+)/.exec(launched.out)?.[1] ?? '');
    await page.locator('#node-dialog-login-submit').click();
    await page.locator(`[id="${NODE}"]`).dblclick();
    await page.locator('#node-input-btn-site-edit, #node-input-lookup-site').first().click();
    await part('text').waitFor();
  });
  after(async () => {
    for (const step of undo) await step();
  });

  it('begins with what is shipped', async () => {
    assert.equal(await page.locator('#node-config-input-officeLanguage').inputValue(), 'en');
    await part('kind').selectOption('top-up');
    assert.match(await part('text').inputValue(), /^We received \{amount\}/);
    await part('language').fill('sw');
    assert.match(await part('text').inputValue(), /^Tumepokea \{amount\}/);
    await part('language').fill('en');
  });

  it('says at once what a text lacks, and how long it is', async () => {
    await part('text').fill('{amount} received');
    await part('length').filter({ hasText: 'the text of top-up must have {balance}' }).waitFor();
    await part('text').fill(OWN);
    await part('length').filter({ hasText: 'GSM-7, 51 characters, messages: 1' }).waitFor();
    assert.equal(await part('own').innerText(), 'en: top up');
    assert.deepEqual(await seriousViolations(page, '#prepaid-site-ownTexts'), []);
  });

  it('is stored with the site', async () => {
    await page.locator('#node-config-dialog-ok').click();
    await page.locator('.red-ui-tray').nth(1).waitFor({ state: 'detached' });
    await page.locator('#node-dialog-ok').click();
    await page.locator('.red-ui-tray').waitFor({ state: 'detached' });
    const deployed = page.waitForResponse((response) => response.request().method() === 'POST');
    await page.locator('#red-ui-header-button-deploy').click();
    assert.ok((await deployed).ok());
    const flow = JSON.parse(readFileSync(path.join(bench.nodeRed, 'flows.json'), 'utf8')) as {
      id: string;
      ownTexts?: unknown;
      configVersion?: number;
    }[];
    const site = flow.find(({ id }) => id === SITE);
    assert.equal(site?.configVersion, 1);
    assert.deepEqual(site.ownTexts, [{ language: 'en', kind: 'top-up', text: OWN }]);
  });
});
