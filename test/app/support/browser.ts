/** A real Chromium for the app tests, or the reason why there is none. */
import { existsSync } from 'node:fs';
import { mkdir, readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { type Browser, type BrowserContext, chromium, type Page } from 'playwright';

const candidates = [process.env.CHROMIUM, '/usr/bin/chromium', '/usr/bin/chromium-browser', '/usr/bin/google-chrome'];

const chromiumPath: string | undefined = candidates.find((path) => path && existsSync(path));
export const noChromium = chromiumPath ? undefined : 'no Chromium is installed';

export const launchBrowser = (): Promise<Browser> =>
  chromium.launch({ executablePath: chromiumPath ?? '', args: ['--no-sandbox'] });

/** Every test fails on what a page of it writes to the console as a warning or an error (`console-setup.ts`). */
export async function newContext(browser: Browser, colorScheme: 'light' | 'dark' = 'light'): Promise<BrowserContext> {
  const context = await browser.newContext({
    viewport: { width: 1440, height: 900 },
    colorScheme,
    permissions: ['clipboard-read', 'clipboard-write'],
  });
  context.on('weberror', (error) => complaints.push(error.error().message));
  context.on('console', (message) => {
    if (message.type() === 'error' || message.type() === 'warning') complaints.push(message.text());
  });
  return context;
}

let complaints: string[] = [];
let expected: RegExp[] = [];

/** In this test the console says so, and that is right: a request that the server refuses, a socket that breaks. */
export function expectComplaint(pattern: RegExp): void {
  expected.push(pattern);
}

/** What was complained of since the last call, but for what was expected. */
export function takeComplaints(): string[] {
  const taken = complaints.filter((complaint) => !expected.some((pattern) => pattern.test(complaint)));
  complaints = [];
  expected = [];
  return taken;
}

const artifacts = join(import.meta.dirname, '../../artifacts');

/** Kept after the test, git-ignored. */
export async function keepScreenshot(page: Page, name: string): Promise<void> {
  await mkdir(artifacts, { recursive: true });
  await page.screenshot({ path: join(artifacts, `${name}.png`) });
}

const axe = new URL(import.meta.resolve('axe-core/axe.min.js'));

/** What WCAG 2.1 AA finds wrong with what is on screen, one line each; https://github.com/dequelabs/axe-core */
export async function barriers(page: Page): Promise<string[]> {
  if (!(await page.evaluate('"axe" in window'))) await page.evaluate(await readFile(axe, 'utf8'));
  return page.evaluate(`axe
    .run(document, { runOnly: ['wcag2a', 'wcag2aa', 'wcag21aa'] })
    .then(({ violations }) => violations.map(({ id, nodes }) => id + ': ' + nodes.map(({ target }) => target.join(' ')).join(', ')))`);
}

const sizes = [
  { width: 1440, height: 900 },
  { width: 1024, height: 700 },
  { width: 800, height: 600 },
];

/** In both themes and at three sizes of the window; throws where something in them keeps people out. */
export async function keepViews(page: Page, name: string): Promise<void> {
  for (const colorScheme of ['light', 'dark'] as const) {
    await page.emulateMedia({ colorScheme });
    for (const size of sizes) {
      await page.setViewportSize(size);
      await keepScreenshot(page, `${name}-${colorScheme}-${size.width}`);
    }
    const found = await barriers(page);
    if (found.length > 0) throw new Error(`${name} in ${colorScheme}: ${found.join('; ')}`);
  }
  await page.emulateMedia({ colorScheme: 'light' });
  await page.setViewportSize({ width: 1440, height: 900 });
}
