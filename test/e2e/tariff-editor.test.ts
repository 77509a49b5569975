import assert from 'node:assert/strict';
import { readFileSync, watch } from 'node:fs';
import { once } from 'node:events';
import path from 'node:path';
import type { Locator, Page } from 'playwright-core';
import { checkTariff } from '../../nodes/lib/tariff/check-tariff';
import type { Tariff } from '../../nodes/lib/tariff/tariff';
import { Bench } from '../gateway/launched';
import { seriousViolations } from './accessibility';
import { takeShot, Visitors } from './browser';

const TAB = 'aa00000000000001';
const SITE = 'aa00000000000002';
const NODE = 'aa00000000000003';
/** A tariff-calc as version 0 stored it. */
const FLOW = [
  { id: TAB, type: 'tab', label: 'Tariffs' },
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
    id: NODE,
    type: 'tariff-calc',
    z: TAB,
    configVersion: 0,
    name: 'Homes',
    tariffId: 'home',
    version: 4,
    pricePerKwh: '7.25',
    x: 200,
    y: 100,
    wires: [[]],
  },
];

interface StoredNode {
  id: string;
  configVersion: number;
  site: string;
  tariff: string;
  [setting: string]: unknown;
}

/** The dialog of one tariff-calc, as hands on a keyboard and a mouse find it. */
class TariffDialog {
  constructor(readonly page: Page) {}

  async open(): Promise<void> {
    await this.page.locator(`[id="${NODE}"]`).dblclick();
    await this.page.locator('#tariff-calc-tabs').waitFor();
  }

  /** Once the slide of the tray has ended, as its buttons are where they stay. */
  async done(): Promise<void> {
    await this.page.locator('#node-dialog-ok').click();
    await this.page.locator('.red-ui-tray').waitFor({ state: 'detached' });
  }

  tab(name: string): Promise<void> {
    return this.page.locator(`#tariff-calc-tabs a[href="#tariff-calc-tab-${name}"]`).click();
  }

  at(place: string): Locator {
    return this.page.locator(`[data-place="${place}"]`);
  }

  async add(kind: string): Promise<void> {
    await this.page.locator('#tariff-calc-kind').selectOption(kind);
    await this.page.locator('#tariff-calc-add').click();
  }

  hour(row: number, hour: number): Locator {
    return this.page.locator(`[data-row="${row}"][data-hour="${hour}"]`);
  }

  /** What is said below the tabs, once it says that. */
  async says(text: string): Promise<void> {
    await this.page.locator('#tariff-calc-outcome').filter({ hasText: text }).waitFor();
  }

  async tariff(): Promise<Tariff> {
    return JSON.parse(await this.page.locator('#node-input-tariff').inputValue()) as Tariff;
  }

  async paint(from: Locator, to: Locator): Promise<void> {
    const [start, end] = [await from.boundingBox(), await to.boundingBox()];
    assert.ok(start && end);
    await this.page.mouse.move(start.x + 4, start.y + 4);
    await this.page.mouse.down();
    await this.page.mouse.move(end.x + 4, end.y + 4, { steps: 3 });
    await this.page.mouse.up();
  }
}

describe('the dialog of a tariff', function () {
  this.timeout(60_000);
  let bench: Bench;
  let visitors: Visitors;
  let page: Page;
  let dialog: TariffDialog;
  const undo: (() => Promise<void>)[] = [];

  const stored = (): StoredNode => {
    const flow = JSON.parse(readFileSync(path.join(bench.nodeRed, 'flows.json'), 'utf8')) as StoredNode[];
    const node = flow.find(({ id }) => id === NODE);
    assert.ok(node);
    return node;
  };

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
    dialog = new TariffDialog(page);
    await page.locator(`[id="${NODE}"]`).waitFor();
    // Before somebody has logged in, the editor's first questions are turned away.
    visitors.complaints.length = 0;
    await dialog.open();
  });
  after(async () => {
    for (const step of undo) await step();
  });

  it('shows a node of version 0 as the tariff it was, with its site', async () => {
    await dialog.says('100 kWh in a billing period cost 725.00');
    assert.equal(await page.locator('#node-input-site').inputValue(), SITE);
    assert.equal(await page.locator('#tariff-calc-version').inputValue(), '4');
  });

  it('says at once what is wrong with a rate, where it stands', async () => {
    await dialog.tab('components');
    const rate = dialog.at('components[0].rateMicrosPerKwh');
    await rate.fill('8.1234567');
    // What is said follows with the next picture.
    await dialog.says('rateMicrosPerKwh');
    const [problem] = checkTariff(await dialog.tariff());
    assert.match(problem ?? '', /rateMicrosPerKwh must be .* got "8.1234567"$/);
    await dialog.says(problem ?? '');
    assert.equal(await rate.getAttribute('aria-invalid'), 'true');
    await rate.fill('8.5');
    await dialog.says('cost 850.00');
    assert.equal(await rate.getAttribute('aria-invalid'), null);
  });

  it('shows gaps and overlaps of slabs where they are', async () => {
    await dialog.add('slabs');
    await page.getByRole('button', { name: 'Add a slab' }).click();
    await dialog.at('components[1].slabs[0].rateMicrosPerKwh').fill('1');
    await dialog.at('components[1].slabs[1].rateMicrosPerKwh').fill('2');
    const third = dialog.at('components[1].slabs[1].uptoWh');
    await third.fill('50');
    await page.getByText('An overlap').waitFor();
    await third.fill('');
    await page.getByText('A gap').waitFor();
    await third.fill('250');
    await page.getByText('A gap').waitFor({ state: 'hidden' });
    await dialog.says('cost 950.00');
    await takeShot(page, 'tariff-slabs', page.locator('.red-ui-tray'));
  });

  it('is painted with the mouse and with the keyboard', async () => {
    await dialog.add('timeOfUse');
    await dialog.at('components[2].periods[1].rateMicrosPerKwh').fill('1');
    await dialog.hour(7, 23).scrollIntoViewIfNeeded();
    await dialog.paint(dialog.hour(0, 18), dialog.hour(4, 21));
    await dialog.hour(7, 0).focus();
    for (const key of ['2', 'ArrowRight', 'Shift+ArrowRight', 'ArrowUp', 'Space'])
      await page.keyboard.press(key);
    await takeShot(page, 'tariff-hours', page.locator('.red-ui-tray'));
    // The field that is saved follows with the next picture, and so does the sum.
    await dialog.says('cost 9');
    await dialog.tab('example');
    const { components } = await dialog.tariff();
    const hours = components[2];
    assert.ok(hours?.kind === 'timeOfUse');
    const [grid] = hours.grids;
    const evening = '000000000000000000111100';
    assert.deepEqual(
      grid?.week.map((row) => row.join('')),
      [evening, evening, evening, evening, evening, '0'.repeat(24), '001'.padEnd(24, '0')],
    );
    assert.equal(grid.holiday.join(''), '111'.padEnd(24, '0'));
  });

  it('has no serious barrier for people with disabilities on any of its tabs', async () => {
    for (const tab of ['tariff', 'components', 'calendar', 'example', 'json']) {
      await dialog.tab(tab);
      assert.deepEqual(await seriousViolations(page, '#tariff-calc-panels'), [], tab);
    }
  });

  it('refuses a text that is no tariff in the words of the check, and takes one that is', async () => {
    await dialog.tab('json');
    const text = page.locator('#tariff-calc-json');
    const tariff = JSON.parse(await text.inputValue()) as Tariff;
    const bad = { ...tariff, timeZone: 'Mars/Olympus' };
    await text.fill(JSON.stringify(bad));
    await page.locator('#tariff-calc-import').click();
    await page.getByText(checkTariff(bad)[0] ?? '').waitFor();
    await text.fill(JSON.stringify({ ...tariff, timeZone: 'Asia/Kolkata', name: 'Homes' }));
    await page.locator('#tariff-calc-import').click();
    await dialog.tab('tariff');
    assert.equal(await dialog.at('timeZone').inputValue(), 'Asia/Kolkata');
  });

  it('has room for the names of its tabs', async () => {
    for (const name of ['components', 'tariff']) {
      await dialog.tab(name);
      const cut = await page.locator('#tariff-calc-tabs > li').evaluateAll((tabs) =>
        tabs.flatMap((tab) => {
          const text = document.createRange();
          text.selectNodeContents(tab.querySelector('.red-ui-tab-label') ?? tab);
          return text.getBoundingClientRect().right > tab.getBoundingClientRect().right
            ? tab.textContent
            : [];
        }),
      );
      assert.deepEqual(cut, [], name);
    }
  });

  it('asks what is given back once the tariff has a credit for it', async () => {
    await dialog.tab('example');
    const given = page.locator('#tariff-calc-export-kwh');
    assert.equal(await given.isVisible(), false);
    await dialog.tab('components');
    await dialog.add('exportCredit');
    await dialog.tab('example');
    await given.fill('50');
    const { id } = (await dialog.tariff()).components[3] ?? { id: 'no fourth component' };
    await page.locator('#tariff-calc-bill td').getByText(id, { exact: true }).waitFor();
    await dialog.tab('components');
    await page.getByRole('button', { name: 'Remove component 4' }).click();
    await dialog.tab('tariff');
  });

  it('makes a changed tariff a draft, until somebody says that it is approved', async () => {
    assert.equal(await page.locator('#node-input-state').inputValue(), 'draft');
    await page.getByText('This next one is a draft and bills nobody').waitFor();
    await page.locator('#node-input-state').selectOption('approved');
    await page.getByText('This next one counts from In force from on').waitFor();
    await page.locator('#tariff-calc-version').fill('6');
    await page.locator('#tariff-calc-version').press('Tab');
    assert.equal(await page.locator('#node-input-state').inputValue(), 'approved');
    await page.locator('#tariff-calc-version').fill('5');
    await page.locator('#tariff-calc-version').press('Tab');
    await page.locator('#node-input-state').selectOption('draft');
  });

  it('saves the changed tariff as the next version, and nothing of version 0', async () => {
    assert.equal(await page.locator('#tariff-calc-version').inputValue(), '5');
    await dialog.done();
    const isWritten = once(watch(bench.nodeRed), 'change', { signal: AbortSignal.timeout(20_000) });
    await page.locator('#red-ui-header-button-deploy').click();
    await isWritten;
    await page.waitForFunction(() => {
      const { RED } = window as unknown as { RED: { nodes: { dirty(): boolean } } };
      return !RED.nodes.dirty();
    });
    const { configVersion, site, tariff, state, tariffId, version, pricePerKwh } = stored();
    assert.deepEqual({ configVersion, site, state }, { configVersion: 1, site: SITE, state: 'draft' });
    assert.deepEqual([tariffId, version, pricePerKwh], [undefined, undefined, undefined]);
    const saved = JSON.parse(tariff) as Tariff;
    assert.deepEqual(checkTariff(saved), []);
    assert.deepEqual([saved.tariffId, saved.version, saved.components.length], ['home', 5, 3]);
  });

  it('leaves a node alone that was only looked at', async () => {
    await dialog.open();
    await dialog.tab('components');
    await dialog.done();
    const isDirty = await page.evaluate(() => {
      const { RED } = window as unknown as { RED: { nodes: { dirty(): boolean } } };
      return RED.nodes.dirty();
    });
    assert.equal(isDirty, false);
    assert.deepEqual(visitors.complaints, []);
  });
});
