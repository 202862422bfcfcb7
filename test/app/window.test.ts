/** The whole way through the window: from an empty state to a running app, and back. Real cluster, real Chromium. */
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { Browser, Page } from 'playwright';
import { afterAll, beforeAll, expect, test } from 'vitest';
import type { Machine } from '../../main/cluster/machine.ts';
import { createServices } from '../../main/services.ts';
import { startWebShell, type WebShell } from '../../main/web/server.ts';
import { startTestApiServer, type TestApiServer } from '../integration/harness.ts';
import { unless } from '../unless.ts';
import { barriers, keepScreenshot, launchBrowser, newContext, noChromium } from './support/browser.ts';
import { noEngine } from './support/engine.ts';
import { ensureWindow, rendererFolder } from './support/window.ts';

const profile = 'apptest';
const context = `skiff-${profile}`;
const reason = noChromium ?? (await noEngine());

const manifest = `apiVersion: apps/v1
kind: Deployment
metadata:
  name: ticker
spec:
  replicas: 2
  selector:
    matchLabels: {app: ticker}
  template:
    metadata:
      labels: {app: ticker}
    spec:
      terminationGracePeriodSeconds: 1
      containers:
        - name: ticker
          image: busybox:1
          command: [sh, -c, 'n=0; while true; do n=$((n+1)); echo "tick $n"; sleep 0.3; done']
`;

unless(reason).describe('the window', () => {
  let browser: Browser;
  let page: Page;
  let shell: WebShell;
  let machine: Machine;
  let folder: string;
  let other: TestApiServer;

  beforeAll(async () => {
    await ensureWindow();
    folder = await mkdtemp(join(tmpdir(), 'skiff-app-'));
    process.env.SKIFF_HOME = join(folder, 'home');
    process.env.KUBECONFIG = join(folder, 'config');
    other = await startTestApiServer();
    const say = () => undefined;
    const made = createServices({ shell: 'web', openExternal: async () => undefined, say });
    machine = made.machine;
    await made.services.preferences.set({ defaultProfile: profile, startOnOpen: false });
    shell = await startWebShell({ services: made.services, root: rendererFolder });
    browser = await launchBrowser();
    page = await (await newContext(browser)).newPage();
    await page.goto(shell.url);
  });

  afterAll(async () => {
    await browser?.close();
    await shell?.close();
    await machine?.clusters.delete(profile, AbortSignal.timeout(60_000));
    machine?.close();
    await other?.close();
    await rm(folder, { recursive: true, force: true });
  });

  const openPage = (name: string) => page.getByRole('navigation').getByRole('button', { name, exact: true }).click();
  const cell = (text: string) => page.getByRole('gridcell', { name: text, exact: true });
  const tickerPods = () => page.getByRole('row', { name: /ticker-.*Running/ });

  test('greets a newcomer and boots a cluster at the press of one button', async () => {
    await page.getByRole('heading', { name: 'Welcome to Skiff' }).waitFor();
    expect(await barriers(page)).toEqual([]);
    await keepScreenshot(page, '01-first-run');
    await page.getByRole('button', { name: 'Start a cluster' }).click();
    await page.getByRole('heading', { name: `Starting ${profile}` }).waitFor();
    await keepScreenshot(page, '02-boot');
    await page.getByRole('button', { name: `Cluster: ${context}` }).waitFor({ timeout: 60_000 });
    await page
      .getByRole('button', { name: `${context}-control-plane` })
      .first()
      .waitFor({ timeout: 60_000 });
    expect(await barriers(page)).toEqual([]);
    await keepScreenshot(page, '03-overview');
  });

  test('lists the pods of kube-system as they appear', async () => {
    await openPage('Pods');
    await cell(`kube-apiserver-${context}-control-plane`).waitFor();
  });

  test('applies a manifest and shows its pods come up', async () => {
    await page.getByRole('button', { name: 'Create', exact: true }).click();
    await page.getByRole('menuitem', { name: 'Apply YAML…' }).click();
    await page.getByLabel('Manifests to apply').click();
    await page.keyboard.insertText(manifest);
    await page.getByRole('button', { name: 'Apply', exact: true }).click();
    await page.getByRole('list', { name: 'Results' }).getByText('created').waitFor();
    await expect.poll(() => tickerPods().count(), { timeout: 30_000 }).toBe(2);
    expect(await barriers(page)).toEqual([]);
    await keepScreenshot(page, '04-applied');
    await page.getByRole('button', { name: 'Apply', exact: true }).click();
    await page.getByRole('list', { name: 'Results' }).getByText('unchanged').waitFor();
    await page.getByRole('button', { name: 'Close Apply YAML' }).click();
  });

  test('follows the log of a pod', async () => {
    await tickerPods().first().click();
    await page.getByRole('tab', { name: 'Logs' }).click();
    const log = page.getByRole('log');
    await log.getByText('tick 1', { exact: true }).waitFor();
    const before = await log.getByText(/^tick \d+$/).count();
    await expect.poll(() => log.getByText(/^tick \d+$/).count(), { timeout: 10_000 }).toBeGreaterThan(before);
    expect(await barriers(page)).toEqual([]);
    await keepScreenshot(page, '05-logs');
  });

  test('types a command into a shell of the pod and reads its answer', async () => {
    await page.getByRole('tab', { name: 'Overview' }).click();
    await page.getByRole('button', { name: 'Shell', exact: true }).click();
    const terminal = page.getByRole('region', { name: 'Dock' }).locator('.xterm');
    await terminal.getByText('/ #').waitFor({ timeout: 20_000 });
    await page.keyboard.type('echo answer is $((6 * 7))\n');
    await terminal.getByText('answer is 42').waitFor();
    await keepScreenshot(page, '06-shell');
    await page.getByRole('button', { name: /^Close ticker/ }).click();
  });

  test('is gone through by keyboard alone: palette, pods, details, logs, shell, and back', async () => {
    const focused = (selector: string) => expect.poll(() => page.locator(`${selector}:focus`).count()).toBe(1);
    await page.keyboard.press('Escape');
    await page.keyboard.press('Control+k');
    await page.keyboard.type('go pods');
    await page.keyboard.press('Enter');
    await page.getByRole('grid', { name: 'Pods' }).waitFor();
    await page.keyboard.press('/');
    await page.keyboard.type('ticker');
    await expect.poll(() => page.getByRole('row').count()).toBe(3);
    await page.keyboard.press('F6');
    await page.keyboard.press('Shift+F6');
    await focused('.table');
    await page.keyboard.press('ArrowDown');
    await page.locator('.table-row.active').nth(0).waitFor();
    await page.keyboard.press('Enter');
    await page.getByRole('complementary', { name: /^Pod ticker/ }).waitFor();
    await page.keyboard.press('l');
    await page.getByRole('log').getByText(/^tick/).first().waitFor();
    await page.keyboard.press('s');
    await focused('.xterm-helper-textarea');
    await page.getByRole('region', { name: 'Dock' }).locator('.xterm').getByText('/ #').waitFor({ timeout: 20_000 });
    expect(await barriers(page)).toEqual([]);
    await page.keyboard.press('F6');
    await page.keyboard.press('F6');
    await focused('.table');
    await page.keyboard.press('Escape');
    await expect.poll(() => page.getByRole('complementary').count()).toBe(0);
    const closers = page.getByRole('button', { name: /^Close ticker/ });
    for (let left = await closers.count(); left > 0; left--) await closers.first().press('Enter');
    await page.getByRole('textbox', { name: 'Filter Pods' }).fill('');
  });

  test('deletes a pod, which is replaced', async () => {
    await tickerPods().first().click();
    const name = (await tickerPods().first().getByRole('gridcell').nth(1).textContent()) ?? '';
    await page.getByRole('button', { name: 'More actions' }).click();
    await page.getByRole('menuitem', { name: /Delete/ }).click();
    await page.getByRole('dialog', { name: 'Delete' }).getByRole('button', { name: 'Delete', exact: true }).click();
    await expect.poll(() => cell(name).count(), { timeout: 60_000 }).toBe(0);
    await expect.poll(() => tickerPods().count(), { timeout: 30_000 }).toBe(2);
  });

  test('switches the context at one press, for kubectl as well, and back', async () => {
    await machine.kubeconfig.merge(await foreignEntry(other));
    await page.getByRole('button', { name: `Cluster: ${context}` }).click();
    await page.getByRole('button', { name: /^elsewhere/ }).click();
    await page.getByRole('button', { name: 'Cluster: elsewhere' }).waitFor();
    await expect.poll(async () => (await machine.kubeconfig.load()).currentContext).toBe('elsewhere');
    await page.getByRole('button', { name: 'Cluster: elsewhere' }).click();
    await page.getByRole('button', { name: new RegExp(`^${context}`) }).click();
    await expect.poll(async () => (await machine.kubeconfig.load()).currentContext).toBe(context);
    await openPage('Nodes');
    await cell(`${context}-control-plane`).waitFor();
  });

  test('stops the cluster and says that everything is kept', async () => {
    await page.getByRole('button', { name: 'Stop', exact: true }).click();
    await page.getByText('Everything in it is kept').waitFor({ timeout: 60_000 });
    await keepScreenshot(page, '07-stopped');
  });
});

/** Another cluster in the kubeconfig. */
async function foreignEntry({ url, ca, admin }: TestApiServer) {
  return {
    name: 'elsewhere',
    profile: 'elsewhere',
    server: url,
    certificateAuthority: ca,
    clientCertificate: admin.certificate,
    clientKey: admin.key,
  };
}
