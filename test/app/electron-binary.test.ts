/** The real Electron, where its binary and a display are there. */
import { existsSync, readFileSync } from 'node:fs';
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join, resolve } from 'node:path';
import { _electron } from 'playwright-core';
import { expect, test } from 'vitest';
import { titled } from './support/skip.ts';

const root = resolve(import.meta.dirname, '../..');
const pathFile = join(root, 'node_modules/electron/path.txt');

function whyNot(): string | undefined {
  if (!existsSync(pathFile)) return 'Electron has not been downloaded';
  if (!existsSync(join(root, 'dist/main/index.js'))) return 'the app has not been built';
  const hasDisplay = process.platform !== 'linux' || process.env.DISPLAY || process.env.WAYLAND_DISPLAY;
  return hasDisplay ? undefined : 'there is no display';
}

const reason = whyNot();

test.skipIf(reason)(titled('the packaged shell opens its window', reason), async () => {
  const home = await mkdtemp(join(tmpdir(), 'skiff-electron-'));
  const executablePath = join(root, 'node_modules/electron/dist', readFileSync(pathFile, 'utf8').trim());
  const env = { ...process.env, SKIFF_HOME: home, KUBECONFIG: join(home, 'config') } as Record<string, string>;
  const app = await _electron.launch({ executablePath, args: ['--no-sandbox', root, '--no-start'], env });
  try {
    const page = await app.firstWindow();
    await page.getByRole('heading', { name: 'Welcome to Skiff' }).waitFor();
    expect(page.url()).toMatch(/^skiff:\/\/app\//);
  } finally {
    await app.close();
    await rm(home, { recursive: true, force: true });
  }
});
