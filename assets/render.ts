/**
 * Draws the icons: `node assets/render.ts` renders the SVGs below with Chromium into PNGs, which are kept in the
 * repository.
 */
import { mkdir, readFile, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { chromium, type Page } from 'playwright';

const folder = import.meta.dirname;
const hull = 'M4 17.2h16c-.5 2.4-2.2 3.9-4.6 3.9H8.6C6.2 21.1 4.5 19.6 4 17.2Z';
const mainSail = 'M11.4 3.2v12.2H6.1c1.1-4.6 2.8-8.6 5.3-12.2Z';
const foreSail = 'M12.9 5.3c2.7 2.4 4.3 5.8 4.9 10.1h-4.9Z';

interface Drawing {
  name: string;
  colour: string;
  /** Of the sails; the hull is always there. */
  opacity: [main: number, fore: number];
  badge?: string;
}

const drawings: Drawing[] = [
  { name: 'stopped', colour: '#8b94a4', opacity: [0.35, 0.25] },
  { name: 'running', colour: '#2f8cf5', opacity: [1, 0.75] },
  { name: 'degraded', colour: '#2f8cf5', opacity: [1, 0.75], badge: '#e39a1b' },
  { name: 'error', colour: '#8b94a4', opacity: [0.6, 0.4], badge: '#e5484f' },
  ...[0, 1, 2, 3].map(
    (frame): Drawing => ({
      name: `starting-${frame}`,
      colour: '#2f8cf5',
      opacity: [[0.25, 0.2], [1, 0.2], [1, 0.75], [0.6, 0.75]][frame] as [number, number],
    }),
  ),
];

function traySvg({ colour, opacity: [main, fore], badge }: Drawing): string {
  const mark = badge ? `<circle cx="19" cy="6" r="4.2" fill="${badge}"/>` : '';
  return `<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 24 24"><g fill="${colour}"><path d="${hull}"/><path d="${mainSail}" fill-opacity="${main}"/><path d="${foreSail}" fill-opacity="${fore}"/></g>${mark}</svg>`;
}

/** macOS tints a template image itself: black, with the state in shape and opacity only. */
const templateOf = (drawing: Drawing): Drawing => ({
  ...drawing,
  colour: '#000000',
  ...(drawing.badge ? { badge: '#000000' } : {}),
});

async function render(page: Page, svg: string, pixels: number, file: string): Promise<void> {
  await page.setViewportSize({ width: pixels, height: pixels });
  const style = '*{margin:0;background:transparent}svg{display:block;width:100vw;height:100vh}';
  await page.setContent(`<style>${style}</style>${svg}`);
  await page.screenshot({ path: file, omitBackground: true });
}

const browser = await chromium.launch({
  executablePath: process.env.CHROMIUM ?? '/usr/bin/chromium',
  args: ['--no-sandbox'],
});
const page = await browser.newPage();
const tray = join(folder, 'tray');
await mkdir(tray, { recursive: true });
for (const drawing of drawings) {
  await writeFile(join(tray, `${drawing.name}.svg`), `${traySvg(drawing)}\n`);
  for (const [suffix, pixels] of [['', 22], ['@2x', 44]] as const) {
    await render(page, traySvg(drawing), pixels, join(tray, `${drawing.name}${suffix}.png`));
    await render(page, traySvg(templateOf(drawing)), pixels, join(tray, `${drawing.name}Template${suffix}.png`));
  }
}
const icon = await readFile(join(folder, '../renderer/public/icon.svg'), 'utf8');
await render(page, icon, 1024, join(folder, 'icon.png'));
await browser.close();
