/**
 * The built window, for tests that serve it: as people get it, and as a development build, in which React complains.
 */
import { existsSync } from 'node:fs';
import { fileURLToPath } from 'node:url';
import { build, type InlineConfig } from 'vite';

const folder = (path: string): string => fileURLToPath(new URL(`../../../${path}`, import.meta.url));

export const rendererFolder: string = folder('dist/renderer');
const developmentFolder = folder('dist/renderer-development');

const options = (outDir: string): InlineConfig => ({
  root: folder('renderer'),
  base: './',
  logLevel: 'error',
  build: { outDir, emptyOutDir: true },
});

/** Builds it where no build is there; `npm test` has made one before. */
export async function ensureWindow(): Promise<void> {
  if (!existsSync(`${rendererFolder}/index.html`)) await build(options(rendererFolder));
}

/** Built anew each time, from what is there now: it takes a second. React checks what it draws only in such a build. */
export async function buildDevelopmentWindow(): Promise<string> {
  const before = process.env.NODE_ENV;
  process.env.NODE_ENV = 'development';
  try {
    await build({ ...options(developmentFolder), mode: 'development' });
  } finally {
    process.env.NODE_ENV = before;
  }
  return developmentFolder;
}
