/** Logs and shells of real pods, through a real cluster and a real browser, when things break. */
import { execFile } from 'node:child_process';
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { promisify } from 'node:util';
import type { Browser, Page } from 'playwright';
import { afterAll, beforeAll, expect, test } from 'vitest';
import type { Machine } from '../../main/cluster/machine.ts';
import { createServices } from '../../main/services.ts';
import { startWebShell, type WebShell } from '../../main/web/server.ts';
import { unless } from '../unless.ts';
import { keepScreenshot, launchBrowser, newContext, noChromium } from './support/browser.ts';
import { noEngine } from './support/engine.ts';
import { buildDevelopmentWindow } from './support/window.ts';

const profile = 'streamtest';
const context = `skiff-${profile}`;
const reason = noChromium ?? (await noEngine());
const run = promisify(execFile);

/** Ten lines at a time, so that many share a second and some a stamp. */
const script =
  'n=0; while true; do for i in 0 1 2 3 4 5 6 7 8 9; do n=$((n+1)); echo "#$n of $HOSTNAME"; done; sleep 0.2; done';
const counter = JSON.stringify({
  apiVersion: 'apps/v1',
  kind: 'Deployment',
  metadata: { name: 'counter', namespace: 'default' },
  spec: {
    replicas: 1,
    selector: { matchLabels: { app: 'counter' } },
    template: {
      metadata: { labels: { app: 'counter' } },
      spec: {
        terminationGracePeriodSeconds: 1,
        containers: [{ name: 'counter', image: 'busybox:1', command: ['sh', '-c', script] }],
      },
    },
  },
});

unless(reason).describe('logs and shells of real pods', () => {
  let browser: Browser;
  let page: Page;
  let shell: WebShell;
  let machine: Machine;
  let folder: string;

  beforeAll(async () => {
    const root = await buildDevelopmentWindow();
    folder = await mkdtemp(join(tmpdir(), 'skiff-streams-'));
    process.env.SKIFF_HOME = join(folder, 'home');
    process.env.KUBECONFIG = join(folder, 'config');
    const made = createServices({ shell: 'web', openExternal: async () => undefined, say: () => undefined });
    machine = made.machine;
    await made.services.preferences.set({ defaultProfile: profile, startOnOpen: false });
    await made.services.clusters.start(profile, { nodes: 1 }, AbortSignal.timeout(120_000));
    const connection = await made.services.kube.connection(context);
    const created = await connection.request({
      method: 'POST',
      path: '/apis/apps/v1/namespaces/default/deployments',
      headers: { 'content-type': 'application/json' },
      body: counter,
    });
    for await (const _ of created.body);
    expect(created.status).toBe(201);
    shell = await startWebShell({ services: made.services, root });
    browser = await launchBrowser();
    page = await (await newContext(browser)).newPage();
    await page.goto(`${shell.url}#/${context}/pods`);
    await counterPods().waitFor({ timeout: 60_000 });
  });

  afterAll(async () => {
    await browser?.close();
    await shell?.close();
    await machine?.clusters.delete(profile, AbortSignal.timeout(60_000));
    machine?.close();
    if (folder) await rm(folder, { recursive: true, force: true });
  });

  const counterPods = () => page.getByRole('row', { name: /counter-.*Running/ });
  const terminal = () => page.getByRole('region', { name: 'Dock' }).locator('.xterm-rows').last();
  const lineCount = async () => Number((await page.locator('.tab-bar > .log-count').textContent())?.replace(/\D/g, ''));
  const more = async (than: number) => expect.poll(lineCount, { timeout: 60_000 }).toBeGreaterThan(than);

  test('a log goes on where it was when the API server was away', async () => {
    await counterPods().first().click();
    await page.getByRole('tab', { name: 'Logs' }).click();
    await page
      .getByRole('log')
      .getByText(/#\d+ of/)
      .first()
      .waitFor();
    for (let round = 0; round < 2; round++) {
      const before = await lineCount();
      await run('docker', ['kill', '--signal=KILL', `${context}-control-plane`]);
      await run('docker', ['start', `${context}-control-plane`]);
      await more(before + 20);
    }
    await page.getByRole('button', { name: 'Copy', exact: true }).click();
    const text = await page.evaluate(() => navigator.clipboard.readText());
    const numbers = [...text.matchAll(/#(\d+) of/g)].map((match) => Number(match[1]));
    expect(numbers).toEqual(numbers.map((_, at) => at + 1));
  });

  test('a log goes on with the pod that takes the place of its own', async () => {
    const first = (await page.getByRole('log').textContent())?.match(/of (counter-[\w-]+)/)?.[1];
    await page.getByRole('button', { name: 'More actions' }).click();
    await page.getByRole('menuitem', { name: /Delete/ }).click();
    await page.getByRole('dialog', { name: 'Delete' }).getByRole('button', { name: 'Delete', exact: true }).click();
    await expect
      .poll(async () => (await page.getByRole('log').textContent())?.match(/.*of (counter-[\w-]+)/)?.[1], {
        timeout: 60_000,
      })
      .not.toBe(first);
    await page.getByRole('complementary').getByText('Deleted', { exact: true }).waitFor({ timeout: 30_000 });
    await more((await lineCount()) + 20);
    expect(await page.getByRole('log').isVisible()).toBe(true);
    await keepScreenshot(page, 'logs-successor');
  });

  test('a shell that says too much is held, not lost', async () => {
    await page.keyboard.press('Escape');
    // The one that was deleted says Running a moment longer.
    await expect.poll(() => page.getByRole('row', { name: /counter-/ }).count(), { timeout: 30_000 }).toBe(1);
    await counterPods().click();
    await page.getByRole('button', { name: 'Shell', exact: true }).click();
    await terminal().getByText('/ #').waitFor({ timeout: 20_000 });
    await page.keyboard.type(
      'yes 012345678901234567890123456789012345678901234567890123456789 | head -n 100000; echo all $((10*10)) thousand\n',
    );
    await terminal().getByText('all 100 thousand', { exact: true }).waitFor({ timeout: 90_000 });
    await page.keyboard.type('exit 9\n');
    await page.getByText('The shell ended with exit code 9.').waitFor();
  });

  test('a shell in a node has its tools, and an exit code', async () => {
    await page.goto(`http://127.0.0.1:${shell.port}/#/${context}/nodes`);
    await page.reload();
    await page.getByRole('gridcell', { name: `${context}-control-plane`, exact: true }).click();
    await page.getByRole('button', { name: 'Shell', exact: true }).click();
    await terminal().getByText('#').first().waitFor();
    await page.keyboard.type('nft --version; exit 4\n');
    await terminal()
      .getByText(/nftables v/)
      .waitFor();
    await page.getByText('The shell ended with exit code 4.').waitFor();
  });
});
