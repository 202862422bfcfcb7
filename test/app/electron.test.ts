/** The Electron shell against a real API server, in a real Chromium, without Electron's binary. */
import { mkdtemp, readFile, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { Browser, Page } from 'playwright';
import { afterAll, beforeAll, expect, test, vi } from 'vitest';
import { parse, stringify } from 'yaml';
import { onWake } from '../../main/calls/wake.ts';
import { startTestApiServer, type TestApiServer } from '../integration/harness.ts';
import { unless } from '../unless.ts';
import { desk, press } from './fake-electron/desk.ts';
import { app, nativeTheme, powerMonitor } from './fake-electron/electron.ts';
import { launchBrowser, newContext, noChromium } from './support/browser.ts';
import { ensureWindow } from './support/window.ts';

vi.mock('electron', () => import('./fake-electron/electron.ts'));

unless(noChromium).describe('the Electron shell', () => {
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
    desk.userData = join(folder, 'user-data');
    vi.stubEnv('XDG_CONFIG_HOME', join(folder, 'xdg'));
    Object.defineProperty(process, 'versions', { value: { ...process.versions, electron: '45.4.1' } });
    process.argv = ['/opt/Skiff/skiff', '--no-start'];
    // As Electron does it: not ready before the entry point has been evaluated.
    await import('../../main/index.ts');
    desk.becomeReady();
    await vi.waitFor(() => expect(desk.windows).toHaveLength(1));
    page = await theWindow().webContents.page;
  });

  function theWindow() {
    const window = desk.windows.at(-1);
    if (!window) throw new Error('no window was opened');
    return window;
  }

  function theTray() {
    const [tray] = desk.trays;
    if (!tray) throw new Error('no tray');
    return tray;
  }

  afterAll(async () => {
    await browser.close();
    await api.close();
    await rm(folder, { recursive: true, force: true });
  });

  test('opens one window with secure defaults', () => {
    expect(desk.windows).toHaveLength(1);
    expect(theWindow().options.webPreferences).toMatchObject({
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

  test('does before it is ready what cannot be done later', () => {
    expect(desk.early).toEqual(['id dev.skiff.app', 'sandbox']);
    expect(desk.schemes).toContainEqual(expect.objectContaining({ scheme: 'skiff' }));
    expect(desk.exitCode).toBeUndefined();
  });

  test('a second instance brings the window back, at the page of its link, without loading it anew', async () => {
    await page.evaluate('globalThis.sameDocument = true');
    theWindow().minimize();
    app.emit('second-instance', {}, ['/opt/Skiff/skiff', 'skiff://open/test/nodes?do=terminal']);
    await page.getByRole('heading', { name: 'Nodes' }).waitFor();
    expect(theWindow().isMinimized()).toBe(false);
    expect(await page.evaluate('globalThis.sameDocument')).toBe(true);
    app.emit('open-url', { preventDefault: vi.fn() }, 'skiff://open/test/namespaces');
    await page.getByRole('heading', { name: 'Namespaces' }).waitFor();
    expect(desk.windows).toHaveLength(1);
  });

  test('a click on the tray shows the window, and its dashboards keep the page', async () => {
    theWindow().minimize();
    theTray().emit('click');
    expect(theWindow().isVisible()).toBe(true);
    press(theTray().menu, 'Open Skiff');
    expect(await page.evaluate('globalThis.sameDocument')).toBe(true);
    expect(theTray().tip).toContain('Skiff');
  });

  test('opens at login where that is wanted, and says that it knows of no updates', async () => {
    const entry = join(folder, 'xdg/autostart/skiff.desktop');
    const checked = () => theTray().menu.find(({ label }) => label === 'Open at login')?.checked;
    press(theTray().menu, 'Open at login');
    await vi.waitFor(() => expect(checked()).toBe(true));
    expect(await readFile(entry, 'utf8')).toContain('--hidden');
    press(theTray().menu, 'Open at login');
    await vi.waitFor(() => expect(checked()).toBe(false));
    press(theTray().menu, 'Check for updates…');
    await vi.waitFor(() => expect(desk.questions.at(-1)?.detail).toContain('cannot look for updates by itself'));
    desk.questions.length = 0;
  });

  test('loads a window whose process has ended once, and asks when it ends again', async () => {
    theWindow().webContents.crash('crashed');
    await page.getByRole('button', { name: 'Cluster: test' }).waitFor();
    expect(await page.evaluate('globalThis.sameDocument')).toBeUndefined();
    expect(desk.questions).toEqual([]);
    desk.answer = 'Reload';
    theWindow().webContents.crash('oom');
    await vi.waitFor(() => expect(desk.questions.at(-1)?.message).toBe('The window keeps crashing'));
    await page.getByRole('button', { name: 'Cluster: test' }).waitFor();
    desk.questions.length = 0;
  });

  test('switches the context from the tray, and the window goes with it', async () => {
    const tray = theTray();
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
    const tray = theTray();
    press(tray.menu, 'Preferences…');
    await page.getByRole('dialog', { name: 'Preferences' }).waitFor();
    await page.getByRole('radio', { name: 'Dark' }).click();
    await page.locator(':root[data-theme=dark]').waitFor();
    // The page goes ahead, and tells the shell.
    await expect.poll(() => nativeTheme.themeSource).toBe('dark');
    await page.getByRole('button', { name: 'Done' }).click();
  });

  test('closing the window leaves the tray; it opens again where it was', async () => {
    theWindow().close();
    expect(desk.hasQuit).toBe(false);
    await vi.waitFor(async () =>
      expect(JSON.parse(await readFile(join(folder, 'user-data/window.json'), 'utf8'))).toMatchObject({
        bounds: { x: 10, y: 20, width: 1440, height: 900 },
      }),
    );
    press(theTray().menu, 'Open Skiff');
    await vi.waitFor(() => expect(desk.windows).toHaveLength(2));
    expect(theWindow().options).toMatchObject({ x: 10, y: 20, width: 1440, height: 900 });
    page = await theWindow().webContents.page;
    await page.getByRole('button', { name: 'Cluster: second' }).waitFor();
  });

  test('grants no permission but writing to the clipboard, and that to itself only', () => {
    const { handlers } = theWindow().webContents;
    const request = handlers.get('permission') as (
      contents: { getURL(): string },
      permission: string,
      decide: (isGranted: boolean) => void,
    ) => void;
    const ask = (url: string, permission: string) => {
      const decide = vi.fn();
      request({ getURL: () => url }, permission, decide);
      return decide.mock.calls[0]?.[0];
    };
    expect(ask('skiff://app/index.html', 'clipboard-sanitized-write')).toBe(true);
    expect(ask('https://example.com/', 'clipboard-sanitized-write')).toBe(false);
    expect(ask('skiff://app/index.html', 'geolocation')).toBe(false);
    const check = handlers.get('check') as (contents: null, permission: string, origin: string) => boolean;
    expect(check(null, 'clipboard-sanitized-write', 'skiff://app')).toBe(true);
    expect(check(null, 'clipboard-sanitized-write', 'https://example.com')).toBe(false);
    expect(check(null, 'media', 'skiff://app')).toBe(false);
    expect((handlers.get('device') as () => boolean)()).toBe(false);
  });

  test('serves its own host and GET only', async () => {
    const serve = desk.protocols.get('skiff');
    const status = async (url: string, method = 'GET') => (await serve?.(new Request(url, { method })))?.status;
    expect(await status('skiff://app/index.html')).toBe(200);
    expect(await status('skiff://other/index.html')).toBe(404);
    expect(await status('skiff://app/index.html', 'POST')).toBe(404);
    expect(await status('skiff://app/..%2f..%2fpackage.json')).toBe(404);
  });

  test('refuses calls from pages that are not ours', async () => {
    const handler = desk.handlers.get('skiff:call');
    const frame = { url: 'https://example.com/' };
    const reply = await handler?.({ sender: { id: 99, mainFrame: frame }, senderFrame: frame }, 'app.info', undefined);
    expect(reply).toEqual({ ok: false, error: { code: 'Refused', message: 'This page may not call Skiff' } });
  });

  test('denies navigation and new windows, and opens web links in the browser', () => {
    const contents = theWindow().webContents;
    const event = { url: 'https://example.com/', preventDefault: vi.fn() };
    contents.emit('will-navigate', event);
    expect(event.preventDefault).toHaveBeenCalledOnce();
    const open = contents.handlers.get('open') as (details: { url: string }) => { action: string };
    expect(open({ url: 'https://kubernetes.io/' })).toEqual({ action: 'deny' });
    expect(open({ url: 'file:///etc/passwd' })).toEqual({ action: 'deny' });
    expect(desk.opened).toEqual(['https://kubernetes.io/']);
  });

  test('wakes what waits for the network when the machine resumes', () => {
    const woken = vi.fn();
    const forget = onWake(woken);
    powerMonitor.emit('resume');
    forget();
    expect(woken).toHaveBeenCalledOnce();
  });

  test('quits without a question where no cluster runs', async () => {
    press(theTray().menu, 'Quit Skiff');
    await vi.waitFor(() => expect(desk.hasQuit).toBe(true));
    expect(desk.questions).toEqual([]);
    expect(desk.errors).toEqual([]);
  });

  test('does not stand in the way of a machine that shuts down', () => {
    desk.hasQuit = false;
    powerMonitor.emit('shutdown');
    expect(desk.hasQuit).toBe(true);
    expect(desk.questions).toEqual([]);
  });
});
