import assert from 'node:assert/strict';
import { readFileSync, watch } from 'node:fs';
import { once } from 'node:events';
import path from 'node:path';
import type { Locator, Page } from 'playwright-core';
import { checkProfile } from '../../nodes/lib/meter/shapes/check-profile';
import { Bench } from '../gateway/launched';
import { seriousViolations } from './accessibility';
import { PHONE, takeShot, Visitors } from './browser';

const TAB = 'ab00000000000001';
const SITE = 'ab00000000000002';
const NODE = 'ab00000000000003';
/** A meter-ingest as it was saved before it had meters and profiles. */
const FLOW = [
  { id: TAB, type: 'tab', label: 'Meters' },
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
    type: 'meter-ingest',
    z: TAB,
    configVersion: 0,
    name: 'Take readings',
    site: SITE,
    broker: '',
    acknowledge: 'commit',
    x: 200,
    y: 100,
    wires: [[], [], []],
  },
];

const SAMPLE = { topic: 'plant/7/out', payload: { data: { q: [98765.4], u: '231,5' }, id: 'x' } };
const PROFILE = {
  name: 'plant',
  topic: 'plant/+/out',
  meterId: { topicLevel: 2 },
  fields: [
    { field: 'energyWh', path: 'data.q[0]', unit: 'kWh', scale: '0.1' },
    { field: 'voltageV', path: 'data.u', unit: 'V' },
  ],
  decimalComma: true,
};

interface StoredNode {
  id: string;
  meters?: unknown[];
  profiles?: unknown[];
  [setting: string]: unknown;
}

/** The dialog of one meter-ingest, as hands on a keyboard and a mouse find it. */
class IngestDialog {
  constructor(readonly page: Page) {}

  async open(): Promise<void> {
    await this.page.locator(`[id="${NODE}"]`).dblclick();
    await this.page.locator('#meter-ingest-tabs').waitFor();
  }

  async done(): Promise<void> {
    await this.page.locator('#node-dialog-ok').click();
    await this.page.locator('.red-ui-tray').waitFor({ state: 'detached' });
  }

  tab(name: string): Promise<void> {
    return this.page.locator(`#meter-ingest-tabs a[href="#meter-ingest-tab-${name}"]`).click();
  }

  at(place: string): Locator {
    return this.page.locator(`[data-place="${place}"]`);
  }

  /** What is said below the tabs, once it says that. */
  async says(text: string): Promise<void> {
    await this.page.locator('#meter-ingest-outcome').filter({ hasText: text }).waitFor();
  }

  async paste(topic: string, payload: string): Promise<void> {
    await this.page.locator('#meter-ingest-sample-topic').fill(topic);
    await this.page.locator('#meter-ingest-sample-payload').fill(payload);
  }

  /** What the node would read, once it says that. */
  async reads(text: string | RegExp, box = 'meter-ingest-read'): Promise<void> {
    await this.page.locator(`#${box}`).filter({ hasText: text }).waitFor();
  }
}

describe('the dialog of meter-ingest', function () {
  this.timeout(60_000);
  let bench: Bench;
  let visitors: Visitors;
  let page: Page;
  let dialog: IngestDialog;
  const undo: (() => Promise<void>)[] = [];

  const stored = (): StoredNode => {
    const flow = JSON.parse(readFileSync(path.join(bench.nodeRed, 'flows.json'), 'utf8')) as StoredNode[];
    const node = flow.find(({ id }) => id === NODE);
    assert.ok(node);
    return node;
  };
  const isDirty = (): Promise<boolean> =>
    page.evaluate(() => {
      const { RED } = window as unknown as { RED: { nodes: { dirty(): boolean } } };
      return RED.nodes.dirty();
    });

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
    dialog = new IngestDialog(page);
    await page.locator(`[id="${NODE}"]`).waitFor();
    // Before somebody has logged in, the editor's first questions are turned away.
    visitors.complaints.length = 0;
    await dialog.open();
  });
  after(async () => {
    for (const step of undo) await step();
  });

  it('shows the defaults of a node that was saved without them', async () => {
    assert.equal(await page.locator('#node-input-meterClass').inputValue(), 'single-phase');
    assert.equal(await page.locator('#node-input-maxAgeDays').inputValue(), '35');
    assert.equal(await page.locator('#node-input-checksSignals').isChecked(), true);
    assert.equal(await page.locator('#node-input-mayExport').isChecked(), false);
    await dialog.says('Meters: 0 rows. Profiles: 0.');
    const days = page.locator('#node-input-maxAgeDays');
    // The editor looks at a field when a key is let go.
    await days.fill('-');
    await days.press('1');
    await page.locator('#node-input-maxAgeDays.input-error').waitFor();
    await days.fill('3');
    await days.press('End');
    await days.press('5');
    await page.locator('#node-input-maxAgeDays:not(.input-error)').waitFor();
    await takeShot(page, 'ingest-readings', page.locator('.red-ui-tray'));
  });

  it('takes rows of meters, and says at the field what is wrong with one', async () => {
    await dialog.tab('meters');
    await page.locator('#meter-ingest-add-meters').click();
    const numbers = dialog.at('meters[0].meters');
    assert.equal(await numbers.getAttribute('aria-invalid'), 'true');
    await numbers.fill('M-1*1');
    await dialog.says('meters[0].meters must be numbers of meters, with * only at the end, got M-1*1');
    await numbers.fill('M-1001, plant-*');
    await dialog.at('meters[0].meterClass').selectOption('pulse');
    const pulses = dialog.at('meters[0].impPerKwh');
    await pulses.fill('0');
    await dialog.says('meters[0].impPerKwh must be above 0, got 0');
    assert.equal(await pulses.getAttribute('aria-invalid'), 'true');
    await pulses.fill('800');
    await dialog.says('Meters: 1 rows. Profiles: 0.');
    await page.getByText('Calibration of raw samples').first().click();
    await dialog.at('meters[0].calibration.bits').fill('64');
    await dialog.says('meters[0].calibration.bits must be a number from 1 to 32, got 64');
    await dialog.at('meters[0].calibration.bits').fill('');
    await dialog.says('Meters: 1 rows. Profiles: 0.');
    await takeShot(page, 'ingest-meters', page.locator('.red-ui-tray'));
  });

  it('tells what a message would be understood as without any profile', async () => {
    await dialog.tab('profiles');
    await dialog.paste('tele/plug/SENSOR', '{"ENERGY":{"Total":49.766,"Power":1,"Voltage":230}}');
    await dialog.reads(/Understood as: [Tt]asmota.*Reading of plug.*energyWh\s*49766/s);
    await dialog.paste('plant/7/count', '{"pulses": 1600}');
    await dialog.reads('impPerKwh is needed to turn pulses into Wh, got missing');
    await dialog.paste('plant-7/count', '{"pulses": 1600}');
    // 1600 pulses of 800 for a kWh, as the row of meters says.
    await dialog.reads(/Reading of plant-7.*energyWh\s*2000/s);
  });

  it('reads a message live with a profile that grows', async () => {
    await dialog.paste(SAMPLE.topic, JSON.stringify(SAMPLE.payload));
    await dialog.reads('is in no form that is known');
    await page.locator('#meter-ingest-add-profile').click();
    await dialog.at('profiles[0].name').fill(PROFILE.name);
    await dialog.at('profiles[0].topic').fill('plant/+/in');
    await dialog.reads('No profile reads it');
    await dialog.at('profiles[0].topic').fill(PROFILE.topic);
    await dialog.reads('energyWh is not in the message');
    const offered = page.locator('#meter-ingest-paths-0 option');
    assert.deepEqual(
      await offered.evaluateAll((options) => options.map((option) => (option as HTMLOptionElement).value)),
      ['data.q[0]', 'data.u', 'id'],
    );
    await dialog.at('profiles[0].fields[0].path').fill('data.q[0]');
    await dialog.reads(/Read by the profile “plant”.*Reading of 7.*energyWh\s*98765400/s);
    const scale = dialog.at('profiles[0].fields[0].scale');
    await scale.fill('0,1');
    const [problem = ''] = problemsOf({ ...PROFILE, fields: [{ ...PROFILE.fields[0], scale: '0,1' }] });
    await dialog.says(problem);
    assert.equal(await scale.getAttribute('aria-invalid'), 'true');
    await scale.fill('0.1');
    await dialog.reads(/energyWh\s*9876540/);
    await page.getByRole('button', { name: 'Add a value' }).click();
    await dialog.at('profiles[0].fields[1].field').selectOption('voltageV');
    assert.equal(await dialog.at('profiles[0].fields[1].unit').inputValue(), 'V');
    await dialog.at('profiles[0].fields[1].path').fill('data.u');
    await dialog.reads('data.u has a comma');
    await page.getByLabel('Numbers have a decimal comma').check();
    await dialog.reads(/voltageV\s*231\.5/);
    await dialog.reads('is in no form that is known', 'meter-ingest-read-plain');
    await takeShot(page, 'ingest-profiles', page.locator('.red-ui-tray'));
    await page.locator('.meter-ingest-trial').scrollIntoViewIfNeeded();
    await takeShot(page, 'ingest-trial', page.locator('.red-ui-tray'));
  });

  it('has no serious barrier for people with disabilities on any of its tabs', async () => {
    for (const tab of ['readings', 'meters', 'profiles']) {
      await dialog.tab(tab);
      assert.deepEqual(await seriousViolations(page, '#meter-ingest-panels'), [], tab);
    }
  });

  it('gives a profile as the file that a site takes, and takes one', async () => {
    const saved = page.waitForEvent('download');
    await page.getByRole('button', { name: 'Save as a file' }).click();
    const download = await saved;
    assert.equal(download.suggestedFilename(), 'plant.json');
    const file = JSON.parse(readFileSync(await download.path(), 'utf8')) as unknown;
    assert.deepEqual(file, PROFILE);
    await page.locator('#meter-ingest-import summary').click();
    const json = page.locator('#meter-ingest-profile-json');
    const bad = { ...PROFILE, colour: 'red' };
    await json.fill(JSON.stringify(bad));
    await page.locator('#meter-ingest-take-profile').click();
    await page.getByText(problemsOf(bad)[0] ?? '').waitFor();
    const counter = {
      name: 'counter',
      topic: 'wm/#',
      pulses: { path: 'n' },
      match: { path: 'v', equals: 1 },
    };
    await json.fill(JSON.stringify(counter));
    await page.locator('#meter-ingest-take-profile').click();
    await dialog.says('Meters: 1 rows. Profiles: 2.');
    assert.equal(await dialog.at('profiles[1].match.equals').inputValue(), '1');
    await page.getByRole('button', { name: 'Move profile 2 up' }).click();
    assert.equal(await dialog.at('profiles[0].name').inputValue(), 'counter');
  });

  it('saves what was edited, in the shape that the running node takes', async () => {
    await dialog.done();
    const isWritten = once(watch(bench.nodeRed), 'change', { signal: AbortSignal.timeout(20_000) });
    await page.locator('#red-ui-header-button-deploy').click();
    await isWritten;
    await page.waitForFunction(() => {
      const { RED } = window as unknown as { RED: { nodes: { dirty(): boolean } } };
      return !RED.nodes.dirty();
    });
    const { meters, profiles, meterClass, checksSignals } = stored();
    assert.deepEqual({ meterClass, checksSignals }, { meterClass: 'single-phase', checksSignals: true });
    assert.deepEqual(meters, [{ meters: 'M-1001, plant-*', meterClass: 'pulse', impPerKwh: 800 }]);
    assert.equal(profiles?.length, 2);
    assert.deepEqual(profiles[1], PROFILE);
  });

  it('leaves a node alone that was only looked at', async () => {
    await dialog.open();
    await dialog.tab('profiles');
    await dialog.done();
    assert.equal(await isDirty(), false);
  });

  it('fits the width of a phone', async () => {
    await dialog.open();
    await dialog.tab('profiles');
    await page.locator('.wk-form-unfold').last().click();
    // The editor itself is not made for a phone; a dialog in it can be as narrow as one.
    const form = page.locator('#dialog-form');
    await form.evaluate((element, width) => (element.style.width = `${width}px`), PHONE.width);
    const isTooWide = await page
      .locator('#meter-ingest-panels')
      .evaluate((panels) => panels.scrollWidth > panels.clientWidth);
    assert.equal(isTooWide, false);
    await takeShot(page, 'ingest-phone', form);
    assert.deepEqual(visitors.complaints, []);
  });
});

function problemsOf(profile: unknown): readonly string[] {
  const checked = checkProfile(profile);
  return checked.ok ? [] : checked.problems;
}
