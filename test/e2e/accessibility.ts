import type { Page } from 'playwright-core';

const AXE = require.resolve('axe-core/axe.min.js');

interface Violation {
  id: string;
  impact: string;
  nodes: { html: string; failureSummary: string }[];
}

/** What keeps people with disabilities from using the page, or a part of it, in words. */
export async function seriousViolations(page: Page, part = 'html'): Promise<string[]> {
  await page.addScriptTag({ path: AXE });
  const violations = await page.evaluate(async (selector) => {
    const { axe } = window as unknown as {
      axe: { run(selector: string): Promise<{ violations: Violation[] }> };
    };
    return (await axe.run(selector)).violations;
  }, part);
  return violations
    .filter(({ impact }) => impact === 'serious' || impact === 'critical')
    .map(
      ({ id, nodes }) =>
        `${id}: ${nodes.map(({ html, failureSummary }) => `${html} ${failureSummary}`).join('\n')}`,
    );
}
