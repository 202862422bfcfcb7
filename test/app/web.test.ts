/** The web shell in a real browser: two windows at once, sockets that break for a while, a server that ends. */
import type { Browser, BrowserContext, Page, WebSocketRoute } from 'playwright';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { startWebShell, type WebShell } from '../../main/web/server.ts';
import { noPty } from '../no-pty.ts';
import { unless } from '../unless.ts';
import { expectComplaint, launchBrowser, newContext, noChromium } from './support/browser.ts';
import { talkingServices } from './support/talking-pod.ts';
import { buildDevelopmentWindow } from './support/window.ts';

const reason = noChromium ?? noPty;

unless(reason).describe('the web shell in a browser', () => {
  let browser: Browser;
  let root: string;
  let context: BrowserContext;
  let shell: WebShell;
  const { services } = talkingServices({ backlog: 10, rate: 0 });

  beforeAll(async () => {
    root = await buildDevelopmentWindow();
    process.env.SHELL = '/bin/sh';
    shell = await startWebShell({ services, root });
    browser = await launchBrowser();
    context = await newContext(browser);
  });

  afterAll(async () => {
    await browser?.close();
    await shell?.close();
  });

  /** A window whose sockets the test can break, and keep broken. */
  async function openWindow(address: string) {
    const page = await context.newPage();
    const routes: WebSocketRoute[] = [];
    let isOff = false;
    await page.routeWebSocket(/\/socket/, (route) => {
      if (isOff) return void route.close({ code: 1001 });
      routes.push(route);
      route.connectToServer();
    });
    await page.goto(address);
    const turn = async (off: boolean) => {
      isOff = off;
      if (off) await Promise.all(routes.splice(0).map((route) => route.close({ code: 1001 })));
    };
    return { page, turn };
  }

  const openShell = async (page: Page) => {
    await page
      .getByRole('button', { name: /shell|terminal/i })
      .first()
      .click();
    const terminal = page.getByRole('region', { name: 'Dock' }).locator('.xterm-rows');
    await terminal.getByText(/[$#]/).first().waitFor();
    return terminal;
  };

  test('keeps a shell and what it said while its window was away, beside another window', async () => {
    const { page, turn } = await openWindow(shell.addressOnce());
    const other = await openWindow(`http://127.0.0.1:${shell.port}/`);
    const terminal = await openShell(page);
    const otherTerminal = await openShell(other.page);
    await page.bringToFront();
    await page.getByRole('textbox', { name: 'Terminal input' }).focus();
    await page.keyboard.type(
      'n=0; while [ $n -lt 8 ]; do n=$((n+1)); echo tick $n of 8; sleep 0.7; done; echo kept $((40+2))\n',
    );
    await terminal.getByText('tick 1 of 8', { exact: true }).waitFor();
    await turn(true);
    await page.getByRole('alert').getByText('Reconnecting').waitFor();
    await new Promise((resolve) => setTimeout(resolve, 5_000));
    await turn(false);
    await terminal.getByText('kept 42', { exact: true }).waitFor();
    for (let tick = 1; tick <= 8; tick++)
      expect(await terminal.getByText(`tick ${tick} of 8`, { exact: true }).count()).toBe(1);
    expect(await page.getByRole('alert').count()).toBe(0);
    await other.page.bringToFront();
    await other.page.getByRole('textbox', { name: 'Terminal input' }).focus();
    await other.page.keyboard.type('echo mine $((6*7)); exit 3\n');
    await otherTerminal.getByText('mine 42', { exact: true }).waitFor();
    await other.page.getByText('The shell ended with exit code 3.').waitFor();
    expect(await terminal.getByText('mine 42').count()).toBe(0);
    await page.close();
    await other.page.close();
  });

  test('draws what says too much without falling behind for good', async () => {
    const { page } = await openWindow(shell.addressOnce());
    const terminal = await openShell(page);
    await page.getByRole('textbox', { name: 'Terminal input' }).focus();
    await page.keyboard.type(
      'yes 0123456789012345678901234567890123456789 | head -n 200000; echo all $((20*10)) thousand\n',
    );
    await terminal.getByText('all 200 thousand', { exact: true }).waitFor({ timeout: 60_000 });
    await page.close();
  });

  test('says when its server has ended, and when another took its place', async () => {
    expectComplaint(/net::ERR_CONNECTION_(RESET|REFUSED)/);
    expectComplaint(/Unexpected response code: 403/);
    expectComplaint(/status of 401/);
    // A socket of the browser's own: Playwright's stand-in learns late that the server is gone, and sends on.
    const page = await context.newPage();
    await page.goto(shell.addressOnce());
    await page.getByRole('button', { name: 'Cluster: talk' }).waitFor();
    const { port } = shell;
    await shell.close();
    await page.getByRole('alert').getByText('Reconnecting').waitFor();
    shell = await startWebShell({ services, root, port });
    await page.getByRole('alert').getByText('Skiff was started anew').waitFor({ timeout: 30_000 });
    await page.goto(shell.url);
    await page.getByRole('button', { name: 'Cluster: talk' }).waitFor();
    expect(await page.getByRole('alert').count()).toBe(0);
  });
});
