/** Every state that a cluster can be met in, in light and dark: first run, boot, failure, stopped. */
import type { Browser, Page } from 'playwright';
import { afterAll, afterEach, beforeAll, describe, expect, test } from 'vitest';
import { startWebShell, type WebShell } from '../../main/web/server.ts';
import { unless } from '../unless.ts';
import { barriers, keepScreenshot, launchBrowser, newContext, noChromium } from './support/browser.ts';
import { cluster, engineFound, noEngine, scriptedClusters, stepsAt, titles } from './support/scripted-clusters.ts';
import { buildDevelopmentWindow } from './support/window.ts';

const failure = {
  code: 'PortTaken',
  step: 'Start the nodes',
  message: 'the port 6443 of 127.0.0.1 is taken',
  hint: 'Another program listens there: `sudo ss -ltnp sport = :6443` names it. End it, then try again.',
  command: 'docker start skiff-control-plane',
  log: [
    'Error response from daemon: driver failed programming external connectivity on endpoint skiff-control-plane',
    '  (8c2b…): Bind for 127.0.0.1:6443 failed: port is already allocated',
  ],
};

unless(noChromium).describe('clusters', () => {
  let browser: Browser;
  let root: string;
  const open: (Page | WebShell)[] = [];

  beforeAll(async () => {
    root = await buildDevelopmentWindow();
    browser = await launchBrowser();
  });
  afterEach(async () => {
    for (const each of open.splice(0)) await each.close();
  });
  afterAll(() => browser?.close());

  async function openWindow(script: ReturnType<typeof scriptedClusters>, theme: 'light' | 'dark' = 'light') {
    const shell = await startWebShell({ services: script.services, root });
    const page = await (await newContext(browser, theme)).newPage();
    open.push(page, shell);
    // So that a colour is not measured on its way to another.
    await page.emulateMedia({ reducedMotion: 'reduce' });
    await page.goto(shell.url);
    return page;
  }

  const button = (page: Page, name: string) => page.getByRole('button', { name, exact: true });
  const stepStates = (page: Page) =>
    page.locator('.boot-step').evaluateAll((steps) => steps.map(({ classList }) => classList[1]));

  describe.each(['light', 'dark'] as const)('in %s', (theme) => {
    const look = async (page: Page, name: string) => {
      expect(await barriers(page)).toEqual([]);
      await keepScreenshot(page, `${name}-${theme}`);
    };

    test('no engine: what was looked for, what to do, and a way to try without', async () => {
      const script = scriptedClusters(noEngine);
      const page = await openWindow(script, theme);
      await page.getByText('sudo systemctl start docker').waitFor();
      await look(page, 'first-run-no-engine');
      script.findEngine(engineFound);
      await button(page, 'Look again').click();
      await page.getByText('Docker 28.3.1 ·').waitFor();
      await page.getByText('Nodes, CPU and memory').click();
      await page.getByLabel('Nodes', { exact: true }).fill('5');
      await page.getByLabel('Memory per node, GiB').fill('4');
      await page.getByText('The nodes offer 20 GiB of memory together, and the machine has 16 GiB of memory').waitFor();
      await look(page, 'first-run-engine');
      await page.getByLabel('Memory per node, GiB').fill('3');
      await expect.poll(() => page.getByText('The nodes offer').count()).toBe(0);
      await page.getByLabel('Memory per node, GiB').fill('');
      await button(page, 'Start a cluster').click();
      await expect.poll(() => script.started).toEqual([{ profile: 'skiff', options: { nodes: 5 } }]);
    });

    test('a boot: each step with its time, cancelled at any of them', async () => {
      const script = scriptedClusters(engineFound);
      const page = await openWindow(script, theme);
      await button(page, 'Start a cluster').click();
      for (let step = 0; step < titles.length; step++) {
        script.report({ steps: stepsAt(step) });
        await page
          .locator('.boot-step.running')
          .getByText(titles[step] ?? '')
          .waitFor();
        expect(await button(page, 'Cancel').isEnabled()).toBe(true);
        if (step === 3) await look(page, 'boot-running');
      }
      await button(page, 'Cancel').click();
      await expect.poll(() => script.cancelled).toEqual(['skiff']);
      const undone = stepsAt(3, 'cancelled').map((each) =>
        each.state === 'done' ? { ...each, state: 'undone' as const } : each,
      );
      script.report({ steps: undone, finished: true, cancelled: true });
      await button(page, 'Try again').waitFor();
      expect(await stepStates(page)).toEqual([
        'undone',
        'undone',
        'undone',
        'cancelled',
        'waiting',
        'waiting',
        'waiting',
      ]);
      await look(page, 'boot-cancelled');
      await button(page, 'Try again').click();
      script.report({ steps: stepsAt(0) });
      expect(await button(page, 'Cancel').isEnabled()).toBe(true);
    });

    test('a failure: what failed, the command, the last lines, the fix', async () => {
      const script = scriptedClusters(engineFound);
      const page = await openWindow(script, theme);
      await button(page, 'Start a cluster').waitFor();
      script.report({ steps: stepsAt(3, 'failed'), finished: true, failure });
      const card = page.getByRole('alert');
      await card.getByText('docker start skiff-control-plane').waitFor();
      await card.getByText('port is already allocated').waitFor();
      await look(page, 'boot-failed');
    });

    test('another process at work, a cluster that is stopped, one that has a problem', async () => {
      const script = scriptedClusters(engineFound, [cluster({ state: 'starting', nodes: [] })]);
      const page = await openWindow(script, theme);
      script.report({ elsewhere: 4711 });
      await page.getByText('process 4711').waitFor();
      await look(page, 'boot-elsewhere');
      script.report({ steps: stepsAt(titles.length), finished: true, elsewhere: 4711 });
      script.become([cluster({ state: 'stopped', nodes: [] })]);
      await page.getByText('Everything in it is kept').waitFor();
      await look(page, 'cluster-stopped');
      const error = {
        code: 'Gone',
        message: 'The volume skiff-data is gone',
        hint: 'Delete the cluster and start it anew.',
      };
      script.become([cluster({ state: 'error', error })]);
      await page.getByText('The volume skiff-data is gone').waitFor();
      await look(page, 'cluster-error');
    });
  });

  test('a cluster that is deleted takes the window to another one, and nothing that is open in the dock with it', async () => {
    const script = scriptedClusters(engineFound, [cluster(), cluster({ profile: 'two', context: 'two' })]);
    const page = await openWindow(script);
    await page.getByRole('button', { name: 'Cluster: skiff' }).click();
    await page.getByRole('button', { name: /^two/ }).click();
    await page.getByRole('button', { name: 'Cluster: two' }).waitFor();
    await page.keyboard.press('Control+k');
    await page.keyboard.type('apply yaml');
    await page.keyboard.press('Enter');
    await page.getByLabel('Manifests to apply').click();
    await page.keyboard.type('# not yet');
    script.become([cluster()]);
    await page.getByRole('button', { name: 'Cluster: skiff' }).waitFor();
    await page.getByLabel('Manifests to apply').getByText('# not yet').waitFor();
    await page.getByRole('group', { name: 'Tabs' }).getByText('two', { exact: true }).waitFor();
  });

  test('starts simulated nodes where there is no engine, and again when told to', async () => {
    const script = scriptedClusters(noEngine);
    const page = await openWindow(script);
    await button(page, 'Try with simulated nodes').click();
    const asked = { profile: 'skiff', options: { nodes: 3, runtime: 'simulated' } };
    await expect.poll(() => script.started).toEqual([asked]);
    script.report({ steps: stepsAt(2, 'failed'), finished: true, failure });
    await button(page, 'Try again').click();
    await expect.poll(() => script.started).toEqual([asked, asked]);
  });
});
