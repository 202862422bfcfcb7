/** The real Electron, where its binary and a display are there: what the stand-in cannot prove. */
import { existsSync, readFileSync } from 'node:fs';
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join, resolve } from 'node:path';
import { _electron, type ElectronApplication, type Page } from 'playwright';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { unless } from '../unless.ts';

const root = resolve(import.meta.dirname, '../..');
const pathFile = join(root, 'node_modules/electron/path.txt');

function whyNot(): string | undefined {
  if (!existsSync(pathFile)) return 'Electron has not been downloaded';
  if (!existsSync(join(root, 'dist/main/index.js'))) return 'the app has not been built';
  const hasDisplay = process.platform !== 'linux' || process.env.DISPLAY || process.env.WAYLAND_DISPLAY;
  return hasDisplay ? undefined : 'there is no display';
}

const reason = whyNot();

unless(reason).describe('the real Electron', () => {
  let app: ElectronApplication;
  let home: string;
  let page: Page;

  beforeAll(async () => {
    home = await mkdtemp(join(tmpdir(), 'skiff-electron-'));
    const executablePath = join(root, 'node_modules/electron/dist', readFileSync(pathFile, 'utf8').trim());
    const env = { ...process.env, SKIFF_HOME: home, KUBECONFIG: join(home, 'config') } as Record<string, string>;
    const args = ['--no-sandbox', `--user-data-dir=${join(home, 'electron')}`, root, '--no-start'];
    app = await _electron.launch({ executablePath, args, env });
    // Where the entry point waited for the app to be ready, no window would ever come.
    page = await app.firstWindow();
  });

  afterAll(async () => {
    await app?.close();
    await rm(home, { recursive: true, force: true });
  });

  test('opens its window under its own scheme, through the preload bridge', async () => {
    await page.getByRole('heading', { name: 'Welcome to Skiff' }).waitFor();
    expect(page.url()).toMatch(/^skiff:\/\/app\//);
    expect(await page.evaluate('typeof window.skiff.call')).toBe('function');
    expect(await page.evaluate('typeof window.require')).toBe('undefined');
  });

  test('goes nowhere else, opens nothing else, and asks for nothing', async () => {
    await page.evaluate("location.href = 'https://example.invalid/'");
    expect(await page.evaluate("window.open('https://example.invalid/') === null")).toBe(true);
    expect(page.url()).toMatch(/^skiff:\/\/app\//);
    expect(await page.evaluate("navigator.permissions.query({ name: 'geolocation' }).then(({ state }) => state)")).toBe(
      'denied',
    );
    expect(
      await page.evaluate("fetch('skiff://other/index.html').then(({ status }) => status, () => 'refused')"),
    ).not.toBe(200);
  });

  test('has its menu, with shortcuts that leave shells theirs', async () => {
    const accelerators = await app.evaluate(({ Menu }) =>
      (Menu.getApplicationMenu()?.items ?? [])
        .flatMap(({ submenu }) => submenu?.items ?? [])
        .filter(({ registerAccelerator }) => registerAccelerator)
        .map(({ accelerator }) => String(accelerator ?? '')),
    );
    expect(accelerators.length).toBeGreaterThan(0);
    if (process.platform !== 'darwin')
      for (const accelerator of accelerators)
        expect(accelerator).not.toMatch(/^(Ctrl|Control|CmdOrCtrl|CommandOrControl)\+[A-Z]$/);
  });

  test('shows a second instance’s link in the window that is there', async () => {
    await app.evaluate(({ app: running }) => {
      running.emit('second-instance', {}, ['skiff', 'skiff://open/none/nodes'], '', undefined);
    });
    await expect.poll(() => page.url()).toContain('#/none/nodes');
    expect(app.windows()).toHaveLength(1);
  });

  test('survives the end of the window’s process', async () => {
    await app.evaluate(({ BrowserWindow }) => BrowserWindow.getAllWindows()[0]?.webContents.forcefullyCrashRenderer());
    await expect
      .poll(() => app.evaluate(({ BrowserWindow }) => BrowserWindow.getAllWindows()[0]?.webContents.isCrashed()))
      .toBe(false);
  });
});
