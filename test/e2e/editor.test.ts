import assert from 'node:assert/strict';
import type { Page } from 'playwright-core';
import { QuickStart } from '../flows/quick-start-run';
import { takeShot, Visitors } from './browser';

/** Wide enough for the whole flow beside the palette and the sidebar. */
const DESK = { width: 1920, height: 1080 };

interface EditorNode {
  type: string;
  name: string;
  valid?: boolean;
  validationErrors?: string[];
}

/** All nodes that the editor marks with a red triangle, config nodes included. */
const invalidNodes = (page: Page): Promise<string[]> =>
  page.evaluate(() => {
    type Visit = (look: (node: EditorNode) => unknown) => void;
    const { RED } = window as unknown as { RED: { nodes: { eachNode: Visit; eachConfig: Visit } } };
    const all: EditorNode[] = [];
    RED.nodes.eachNode((node) => all.push(node));
    RED.nodes.eachConfig((node) => all.push(node));
    return all
      .filter(({ valid }) => valid === false)
      .map(({ type, name, validationErrors }) => `${type} "${name}": ${String(validationErrors)}`);
  });

describe('the editor', function () {
  this.timeout(60_000);
  let run: QuickStart;
  let visitors: Visitors;
  /** What has to be taken back, as far as `before` has come: without Chromium it ends at its first line. */
  const undo: (() => Promise<void>)[] = [];

  before(async function () {
    visitors = await Visitors.arrive(this);
    undo.push(() => visitors.leave());
    run = await QuickStart.start();
    undo.push(() => run.close());
  });
  after(async () => {
    for (const step of undo) await step();
  });

  it('opens with the login of the first start and shows the flow without an invalid node', async () => {
    const page = await visitors.open(`${run.base}/editor/`, DESK);
    await page.locator('#node-dialog-login-username').fill('admin');
    await page.locator('#node-dialog-login-password').fill(run.password);
    await page.locator('#node-dialog-login-submit').click();
    await page.locator('.red-ui-tab-label').getByText('Prepaid neighbourhood').waitFor();
    const onCanvas = run.flow.filter(({ wires }) => wires !== undefined).length;
    await page
      .locator('.red-ui-flow-node-group')
      .nth(onCanvas - 1)
      .waitFor();
    assert.equal(await page.locator('.red-ui-flow-node-group').count(), onCanvas);
    assert.deepEqual(await invalidNodes(page), []);
    await page.locator('.red-ui-flow-node-status-group').getByText('24 meters').first().waitFor();
    await takeShot(page, 'quick-start-flow', page.locator('#red-ui-workspace'));
  });
});
