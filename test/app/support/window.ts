/** The built window, for tests that serve it. */
import { existsSync } from 'node:fs';
import { fileURLToPath } from 'node:url';
import { build } from 'vite';

export const rendererFolder: string = fileURLToPath(new URL('../../../dist/renderer', import.meta.url));

/** Builds it where no build is there; `npm test` has made one before. */
export async function ensureWindow(): Promise<void> {
  if (existsSync(`${rendererFolder}/index.html`)) return;
  const root = fileURLToPath(new URL('../../../renderer', import.meta.url));
  await build({ root, base: './', logLevel: 'error', build: { outDir: rendererFolder, emptyOutDir: true } });
}
