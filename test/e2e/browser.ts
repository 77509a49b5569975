import { mkdirSync } from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { chromium, type Browser, type Locator, type Page } from 'playwright-core';
import { needs, pathOrSkip } from '../needs';

/** Chromium calls nobody by itself, so that a test sees what a user without a network sees. */
const ARGUMENTS = [
  '--no-sandbox',
  '--disable-gpu',
  '--disable-background-networking',
  '--disable-component-update',
  '--disable-sync',
  '--no-first-run',
  '--disable-quic',
];

const DESKTOP = { width: 1280, height: 800 };
/** A cheap phone. */
export const PHONE = { width: 360, height: 740 };

/**
 * Where screenshots go. `WATTKEEPER_SHOTS=dashboard/screenshots npm run test:e2e` makes the pictures that the README
 * shows anew; without it they land in the folder for temporary files.
 */
const SHOTS = process.env['WATTKEEPER_SHOTS'] ?? path.join(tmpdir(), 'wattkeeper-shots');

/** Several people in one Chromium: everybody has a browser context, with storage of their own. */
export class Visitors {
  /** What any page complained about, be it on the console or by a request that failed. */
  readonly complaints: string[] = [];

  private constructor(private readonly browser: Browser) {}

  static async arrive(test: Mocha.Context): Promise<Visitors> {
    const executablePath = pathOrSkip(needs.chromium, test);
    return new Visitors(await chromium.launch({ executablePath, args: ARGUMENTS }));
  }

  async open(url: string, viewport = DESKTOP): Promise<Page> {
    const context = await this.browser.newContext({ viewport, reducedMotion: 'reduce' });
    const page = await context.newPage();
    page.on('console', (message) => {
      if (message.type() === 'error' || message.type() === 'warning') this.complaints.push(message.text());
    });
    page.on('pageerror', (error) => this.complaints.push(error.message));
    page.on('request', (request) => {
      const isOurs = request.url().startsWith(new URL(url).origin) || request.url().startsWith('data:');
      if (!isOurs) this.complaints.push(`a request went out to ${request.url()}`);
    });
    await page.goto(url);
    return page;
  }

  async leave(): Promise<void> {
    await this.browser.close();
  }
}

/** A picture of the page, or of a part of it, once everything on it has come to rest. */
export async function takeShot(page: Page, name: string, part?: Locator): Promise<void> {
  mkdirSync(SHOTS, { recursive: true });
  await (part ?? page).screenshot({ path: path.join(SHOTS, `${name}.png`), animations: 'disabled' });
}
