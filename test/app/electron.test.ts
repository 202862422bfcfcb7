/** The Electron shell against a real API server, in a real Chromium, without Electron's binary. */
import { mkdtemp, readFile, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { Browser, Page } from 'playwright-core';
import { afterAll, beforeAll, describe, expect, test, vi } from 'vitest';
import { parse, stringify } from 'yaml';
import { startTestApiServer, type TestApiServer } from '../integration/harness.ts';
import { desk, press } from './fake-electron/desk.ts';
import { launchBrowser, newContext, noChromium } from './support/browser.ts';
import { titled } from './support/skip.ts';
import { ensureWindow } from './support/window.ts';

vi.mock('electron', () => import('./fake-electron/electron.ts'));

describe.skipIf(noChromium)(titled('the Electron shell', noChromium), () => {
  let browser: Browser;
  let api: TestApiServer;
  let folder: string;
  let page: Page;

  beforeAll(async () => {
    await ensureWindow();
    folder = await mkdtemp(join(tmpdir(), 'skiff-electron-'));
    api = await startTestApiServer();
    const config = parse(await readFile(api.kubeconfig, 'utf8'));
    config.contexts.push({ ...config.contexts[0], name: 'second' });
    await writeFile(join(folder, 'config'), stringify(config), { mode: 0o600 });
    process.env.SKIFF_HOME = join(folder, 'home');
    process.env.KUBECONFIG = join(folder, 'config');
    browser = await launchBrowser();
    desk.browser = await newContext(browser);
    const { run } = await import('../../main/electron/shell.ts');
    await run(['--no-start']);
    const [window] = desk.windows;
    if (!window) throw new Error('no window was opened');
    page = await window.webContents.page;
  });

  afterAll(async () => {
    await browser.close();
    await api.close();
    await rm(folder, { recursive: true, force: true });
  });

  test('opens one window with secure defaults', () => {
    expect(desk.windows).toHaveLength(1);
    expect(desk.windows[0]?.options.webPreferences).toMatchObject({
      contextIsolation: true,
      sandbox: true,
      nodeIntegration: false,
      webviewTag: false,
    });
  });

  test('shows the cluster of the current context through the preload bridge', async () => {
    await page.getByRole('button', { name: 'Cluster: test' }).waitFor();
    await page.getByRole('button', { name: 'Namespaces', exact: true }).click();
    await page.getByRole('row', { name: /kube-system/ }).waitFor();
    expect(await page.evaluate('typeof window.skiff.call')).toBe('function');
    expect(await page.evaluate('typeof window.require')).toBe('undefined');
  });

  test('switches the context from the tray, and the window goes with it', async () => {
    const [tray] = desk.trays;
    if (!tray) throw new Error('no tray');
    press(tray.menu, 'Contexts', 'second');
    await page.getByRole('button', { name: 'Cluster: second' }).waitFor();
    const config = parse(await readFile(join(folder, 'config'), 'utf8'));
    expect(config['current-context']).toBe('second');
    await vi.waitFor(() => {
      const contexts = tray.menu.find(({ label }) => label === 'Contexts')?.submenu;
      expect(contexts).toEqual([
        expect.objectContaining({ label: 'test', checked: false }),
        expect.objectContaining({ label: 'second', checked: true }),
      ]);
    });
  });

  test('opens the preferences from the tray', async () => {
    const [tray] = desk.trays;
    if (!tray) throw new Error('no tray');
    press(tray.menu, 'Preferences…');
    await page.getByRole('dialog', { name: 'Preferences' }).waitFor();
    await page.getByRole('radio', { name: 'Dark' }).click();
    await page.locator(':root[data-theme=dark]').waitFor();
    await page.getByRole('button', { name: 'Done' }).click();
  });

  test('refuses calls from pages that are not ours', async () => {
    const handler = desk.handlers.get('skiff:call');
    const frame = { url: 'https://example.com/' };
    const reply = await handler?.({ sender: { id: 99, mainFrame: frame }, senderFrame: frame }, 'app.info', undefined);
    expect(reply).toEqual({ ok: false, error: { code: 'Refused', message: 'This page may not call Skiff' } });
  });

  test('denies navigation and new windows, and opens web links in the browser', () => {
    const contents = desk.windows[0]?.webContents;
    const event = { url: 'https://example.com/', preventDefault: vi.fn() };
    contents?.emit('will-navigate', event);
    expect(event.preventDefault).toHaveBeenCalledOnce();
    const open = contents?.handlers.get('open') as (details: { url: string }) => { action: string };
    expect(open({ url: 'https://kubernetes.io/' })).toEqual({ action: 'deny' });
    expect(open({ url: 'file:///etc/passwd' })).toEqual({ action: 'deny' });
    expect(desk.opened).toEqual(['https://kubernetes.io/']);
  });

  test('quits without a question where no cluster runs', async () => {
    const [tray] = desk.trays;
    press(tray?.menu ?? [], 'Quit Skiff');
    await vi.waitFor(() => expect(desk.hasQuit).toBe(true));
    expect(desk.questions).toEqual([]);
    expect(desk.errors).toEqual([]);
  });
});
