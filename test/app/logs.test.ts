/** A log in a real Chromium: a million lines, wrapped as well, searched, and read on after it was cut. */
import type { Browser, Page } from 'playwright';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { startWebShell, type WebShell } from '../../main/web/server.ts';
import { unless } from '../unless.ts';
import { barriers, keepScreenshot, launchBrowser, newContext, noChromium } from './support/browser.ts';
import { logAddress, talkingServices } from './support/talking-pod.ts';
import { ensureWindow, rendererFolder } from './support/window.ts';

unless(noChromium).describe('the log', () => {
  let browser: Browser;
  const open: (Page | WebShell)[] = [];

  beforeAll(async () => {
    await ensureWindow();
    browser = await launchBrowser();
  });

  afterAll(async () => {
    for (const each of open) await each.close();
    await browser?.close();
  });

  async function openLog(talk: ReturnType<typeof talkingServices>, since?: string) {
    const shell = await startWebShell({ services: talk.services, root: rendererFolder });
    const page = await (await newContext(browser)).newPage();
    open.push(page, shell);
    await page.goto(shell.url + logAddress);
    const log = page.getByRole('log');
    await log.waitFor();
    if (since) await page.getByLabel('Since').selectOption({ label: since });
    return { page, log };
  }

  const toggle = (page: Page, name: string) => page.getByRole('button', { name, exact: true }).click();
  const lineCount = async (page: Page) =>
    Number((await page.locator('.tab-bar > .log-count').textContent())?.replace(/\D/g, ''));
  const numbersIn = (text: string) => [...text.matchAll(/#(\d+) /g)].map((match) => Number(match[1]));

  test('of a million lines, wrapped, is scrolled from its end to its beginning, and searched', async () => {
    const total = 1_000_000;
    const { page, log } = await openLog(talkingServices({ backlog: total, rate: 0 }), 'Last day');
    await expect.poll(() => lineCount(page), { timeout: 90_000, interval: 500 }).toBe(total);
    await log.getByText(`#${total - 1} `).waitFor();
    await toggle(page, 'Wrap lines');
    await log.getByText(`#${total - 1} `).waitFor();
    const isInside = await log
      .getByText(`#${total - 7} `)
      .evaluate((line) => line.scrollWidth <= line.clientWidth && line.scrollHeight <= line.clientHeight);
    expect(isInside).toBe(true);
    await keepScreenshot(page, 'logs-wrapped');
    await log.press('Home');
    await log.getByText('#0 ').waitFor();
    await log.evaluate((element) => {
      element.scrollTop = element.scrollHeight / 2;
    });
    await expect.poll(async () => numbersIn((await log.textContent()) ?? '')[0]).toBeGreaterThan(total * 0.45);
    expect(numbersIn((await log.textContent()) ?? '')[0]).toBeLessThan(total * 0.55);

    await page.getByLabel('Search the log').fill('#\\d*77777 ');
    await toggle(page, 'Regular expression');
    await page.getByText('10 lines', { exact: true }).waitFor({ timeout: 20_000 });
    await toggle(page, 'Previous match');
    await log.getByText('#977777 ').waitFor();
    await page.getByText('10 of 10').waitFor();
    await toggle(page, 'Next match');
    await log.getByText('#77777 ').waitFor();
    await page.getByText('1 of 10').waitFor();
    await keepScreenshot(page, 'logs-search');
  });

  test('that is cut again and again has no gap and no repeat', async () => {
    const talk = talkingServices({ backlog: 100, rate: 2_000 });
    const { page } = await openLog(talk);
    for (let round = 0; round < 6; round++) {
      const before = talk.written();
      await expect.poll(() => lineCount(page), { timeout: 20_000 }).toBeGreaterThan(before);
      talk.breakLogs();
    }
    await toggle(page, 'Copy');
    const numbers = numbersIn(await page.evaluate(() => navigator.clipboard.readText()));
    expect(numbers.length).toBeGreaterThan(1_000);
    expect(numbers).toEqual(numbers.map((_, at) => (numbers[0] ?? 0) + at));
  });

  test('of a cluster that does not answer any more says as of when it is', async () => {
    const talk = talkingServices({ backlog: 10, rate: 0 });
    const { page } = await openLog(talk);
    await page.getByText('synced now').waitFor();
    await page.clock.install();
    talk.fallSilent();
    await page.clock.fastForward(20_000);
    await page.getByRole('alert').getByText('The API server of talk does not answer.').waitFor();
    expect(await barriers(page)).toEqual([]);
  });

  test('stays where it is looked at while lines come', async () => {
    const { page, log } = await openLog(talkingServices({ backlog: 5_000, rate: 1_000 }));
    await log.hover();
    await page.mouse.wheel(0, -2_000);
    await expect.poll(() => page.getByRole('button', { name: 'Follow' }).getAttribute('aria-pressed')).toBe('false');
    const topLine = () =>
      log.evaluate((element) => {
        const { left, top } = element.getBoundingClientRect();
        return document.elementFromPoint(left + 40, top + 9)?.closest('.log-line')?.textContent;
      });
    const before = await topLine();
    const count = await lineCount(page);
    await expect.poll(() => lineCount(page), { timeout: 10_000 }).toBeGreaterThan(count + 1_000);
    expect(await topLine()).toBe(before);
    await toggle(page, 'Wrap lines');
    expect(await topLine()).toBe(before);
  });
});
