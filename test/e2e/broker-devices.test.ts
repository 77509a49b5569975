// The devices in a broker's dialog, with the clicks of an operator.
import assert from 'node:assert/strict';
import { connectAsync } from 'mqtt';
import type { Page } from 'playwright-core';
import { Bench } from '../gateway/launched';
import { seriousViolations } from './accessibility';
import { takeShot, Visitors } from './browser';

const BROKER = 'ab00000000000002';
/** A broker as version 0 stored it. */
const FLOW = [
  { id: 'ab00000000000001', type: 'tab', label: 'Meters' },
  {
    id: BROKER,
    type: 'meter-broker',
    configVersion: 0,
    name: 'Mill Lane',
    kind: 'embedded',
    host: '127.0.0.1',
    port: '${WATTKEEPER_MQTT_PORT}',
    isOpen: false,
    url: '',
  },
];

interface EditorPage {
  RED: { editor: { editConfig(name: string, type: string, id: string): void } };
}

describe('the devices in the dialog of a broker', function () {
  this.timeout(60_000);
  let bench: Bench;
  let page: Page;
  const undo: (() => Promise<void>)[] = [];

  before(async function () {
    const visitors = await Visitors.arrive(this);
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
    await page.locator('#red-ui-header-button-deploy').waitFor();
    await page.locator('.red-ui-tab').filter({ hasText: 'Meters' }).first().waitFor();
    await page.evaluate((id) => {
      (window as unknown as EditorPage).RED.editor.editConfig('', 'meter-broker', id);
    }, BROKER);
    await page.locator('#meter-broker-devices').waitFor();
  });
  after(async () => {
    for (const step of undo) await step();
  });

  const devices = (): ReturnType<Page['locator']> => page.locator('#meter-broker-devices');

  it('shows a broker of version 0 as it is: one password or none, and wide limits', async () => {
    assert.equal(await page.locator('#node-config-input-access').inputValue(), 'shared');
    assert.equal(await page.locator('#node-config-input-messagesPerMinute').inputValue(), '0');
    assert.ok(await page.locator('#node-config-input-password').isVisible());
    await page.locator('#node-config-input-access').selectOption('each');
    assert.ok(!(await page.locator('#node-config-input-password').isVisible()));
  });

  it('makes a password that opens the broker, and shows it this once', async () => {
    await devices().getByLabel('Name of a new device').fill('M1');
    await devices().getByRole('button', { name: 'Make a password' }).click();
    const password = await devices().locator('code').innerText();
    const login = { clientId: 'x', username: 'M1', password, reconnectPeriod: 0 };
    const client = await connectAsync(`mqtt://127.0.0.1:${bench.mqttPort}`, login);
    await client.endAsync();
    await devices().getByRole('cell', { name: 'M1' }).waitFor();
    await takeShot(page, 'broker-devices', page.locator('.red-ui-tray').last());
    assert.deepEqual(await seriousViolations(page, '#meter-broker-devices'), []);
    await devices().getByLabel('Name of a new device').fill('a/b');
    await devices().getByRole('button', { name: 'Make a password' }).click();
    await devices().getByText("the device's name must have").waitFor();
    assert.equal(await devices().locator('code').count(), 0);
  });

  it('takes it back after a question', async () => {
    page.once('dialog', (question) => void question.accept());
    await devices().getByRole('button', { name: 'Take back' }).click();
    await devices().getByText('The passwords of M1 are taken back.').waitFor();
    await devices().getByRole('cell', { name: 'taken back' }).waitFor();
  });

  it('asks nobody to the list who is not logged in', async () => {
    const url = `${bench.base}/editor/meter-broker/${BROKER}`;
    const headers = { 'content-type': 'application/json' };
    assert.equal((await fetch(`${url}/devices`)).status, 401);
    const body = JSON.stringify({ add: 'M2' });
    assert.equal((await fetch(`${url}/devices`, { method: 'POST', headers, body })).status, 401);
    assert.equal((await fetch(`${url}/mosquitto`, { method: 'POST', headers, body: '{}' })).status, 401);
  });
});
