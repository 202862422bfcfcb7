/** Measures the window's log in a real Chromium: lines taken per second, frames while following, memory per line. */
import type { Browser, CDPSession, Page } from 'playwright';
import { startWebShell } from '../../../main/web/server.ts';
import { launchBrowser, newContext, noChromium } from '../../app/support/browser.ts';
import { logAddress, type TalkOptions, talkingServices } from '../../app/support/talking-pod.ts';
import { ensureWindow, rendererFolder } from '../../app/support/window.ts';
import type { Figures } from '../measurement.ts';
import { quantile } from '../statistics.ts';

const million = 1_000_000;
const followed = { rate: 5_000, milliseconds: 5_000 };

export async function measureLogs(figures: Figures): Promise<void> {
  if (noChromium) return;
  await ensureWindow();
  const browser = await launchBrowser();
  try {
    await measureAppend(browser, figures);
    for (const wrap of [false, true]) await measureFollow(browser, wrap, figures);
  } finally {
    await browser.close();
  }
}

async function withLog(browser: Browser, talk: TalkOptions, use: (page: Page) => Promise<void>): Promise<void> {
  const shell = await startWebShell({ services: talkingServices(talk).services, root: rendererFolder });
  const page = await (await newContext(browser)).newPage();
  try {
    await page.goto(shell.url + logAddress);
    await page.getByRole('log').waitFor();
    await use(page);
  } finally {
    await page.close();
    await shell.close();
  }
}

async function heapOf(session: CDPSession): Promise<number> {
  await session.send('HeapProfiler.collectGarbage');
  return (await session.send('Runtime.getHeapUsage')).usedSize;
}

const untilLines = (page: Page, count: number) =>
  page.waitForFunction(
    (least) => Number(document.querySelector('.tab-bar > .log-count')?.textContent?.replace(/\D/g, '') ?? 0) >= least,
    count,
    { timeout: 120_000, polling: 100 },
  );

/** Half a million lines: few enough that the window drops none. */
async function measureAppend(browser: Browser, figures: Figures): Promise<void> {
  const count = million / 2;
  await withLog(browser, { backlog: count, rate: 0 }, async (page) => {
    const session = await page.context().newCDPSession(page);
    await untilLines(page, 5_000);
    const before = await heapOf(session);
    const begun = performance.now();
    await page.getByLabel('Since').selectOption({ label: 'Last day' });
    await untilLines(page, count);
    figures.add('log: lines taken from main', '1/s', (count * 1000) / (performance.now() - begun));
    figures.add('log: memory per line', 'B', ((await heapOf(session)) - before) / (count - 5_000));
  });
}

/** Runs in the page: how long each frame took while lines arrived. */
function frameTimes(milliseconds: number): Promise<number[]> {
  return new Promise((resolve) => {
    const times: number[] = [];
    let last = performance.now();
    const end = last + milliseconds;
    const frame = (now: number) => {
      times.push(now - last);
      last = now;
      if (now < end) requestAnimationFrame(frame);
      else resolve(times.slice(1));
    };
    requestAnimationFrame(frame);
  });
}

async function measureFollow(browser: Browser, wrap: boolean, figures: Figures): Promise<void> {
  await withLog(browser, { backlog: million - 100_000, rate: followed.rate }, async (page) => {
    await page.getByLabel('Since').selectOption({ label: 'Last day' });
    await untilLines(page, million - 100_000);
    if (wrap) await page.getByRole('button', { name: 'Wrap lines' }).click();
    const times = await page.evaluate(frameTimes, followed.milliseconds);
    const label = `log: frame, ${followed.rate} lines/s after 900,000${wrap ? ', wrapped' : ''}`;
    figures.add(`${label}: p50`, 'ms', quantile(times, 0.5));
    figures.add(`${label}: p95`, 'ms', quantile(times, 0.95), 34);
  });
}
