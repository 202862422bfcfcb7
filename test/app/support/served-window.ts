/** The web shell over real services of main, open in Chromium: for tests that need clusters but no engine. */
import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { delimiter, join } from 'node:path';
import type { Page } from 'playwright';
import { createServices } from '../../../main/services.ts';
import { startWebShell } from '../../../main/web/server.ts';
import { launchBrowser, newContext } from './browser.ts';
import { buildDevelopmentWindow } from './window.ts';

export interface ServedWindow {
  page: Page;
  /** With the token. */
  url: string;
  /** Ends the browser, the shell and main's services, and removes their folder. */
  close(): Promise<void>;
}

interface Contexts {
  /** The context that the window opens with. */
  current: string;
  /** URL of an API server that the user jane reaches in the context `foreign`. */
  foreign?: string;
  /** A kubeconfig file with other contexts. */
  kubeconfig?: string;
}

const foreignConfig = (server: string): string => `apiVersion: v1
kind: Config
clusters: [{name: foreign, cluster: {server: "${server}"}}]
users: [{name: jane, user: {}}]
contexts: [{name: foreign, context: {cluster: foreign, user: jane}}]
current-context: foreign
`;

/** Sets SKIFF_HOME, SKIFF_ENGINE and KUBECONFIG of this process. */
export async function openServedWindow({ current, foreign, kubeconfig }: Contexts): Promise<ServedWindow> {
  const root = await buildDevelopmentWindow();
  const folder = await mkdtemp(join(tmpdir(), 'skiff-window-'));
  const foreignFile = join(folder, 'config');
  if (foreign) await writeFile(foreignFile, foreignConfig(foreign));
  process.env.SKIFF_HOME = join(folder, 'home');
  process.env.KUBECONFIG = [foreign && foreignFile, kubeconfig].filter(Boolean).join(delimiter);
  process.env.SKIFF_ENGINE = 'none';
  const { machine, services } = createServices({
    shell: 'web',
    openExternal: async () => undefined,
    say: () => undefined,
  });
  const shell = await startWebShell({ services, root });
  const browser = await launchBrowser();
  const page = await (await newContext(browser)).newPage();
  page.setDefaultTimeout(10_000);
  await page.goto(shell.url);
  await page.getByRole('button', { name: `Cluster: ${current}` }).waitFor();
  return {
    page,
    url: shell.url,
    close: async () => {
      await browser.close();
      await shell.close();
      machine.close();
      await rm(folder, { recursive: true, force: true });
    },
  };
}
