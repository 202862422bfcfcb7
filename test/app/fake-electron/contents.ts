/** A window's page: requests of the app's own scheme go to its protocol handler, the preload script is the real one. */
import { EventEmitter } from 'node:events';
import { build } from 'esbuild';
import type { Page } from 'playwright';
import { desk } from './desk.ts';

/** Chromium does not know the scheme: the page is on this host instead, and addresses are translated. */
const host = 'https://skiff-app.invalid/';
const toPage = (url: string): string => url.replace(/^skiff:\/\/app\//, host);
const toApp = (url: string): string => url.replace(host, 'skiff://app/');

/** Runs in the page before anything else: what a sandboxed preload script gets as `require('electron')`. */
const electronInPage = `{
  const listeners = new Map();
  globalThis.__receive = (channel, args) => (listeners.get(channel) ?? []).forEach((listener) => listener({}, ...args));
  const electron = {
    contextBridge: { exposeInMainWorld: (name, api) => Object.defineProperty(globalThis, name, { value: Object.freeze(api) }) },
    ipcRenderer: {
      invoke: (channel, ...args) => globalThis.__invoke(channel, args),
      on: (channel, listener) => listeners.set(channel, [...(listeners.get(channel) ?? []), listener]),
      removeListener: (channel, listener) =>
        listeners.set(channel, (listeners.get(channel) ?? []).filter((other) => other !== listener)),
    },
  };
  const require = () => electron;
`;

let contents = 0;

export class FakeContents extends EventEmitter {
  readonly id = ++contents;
  readonly mainFrame: { url: string } = { url: '' };
  readonly page: Promise<Page>;
  readonly session = {
    setPermissionRequestHandler: (handler: unknown) => void this.handlers.set('permission', handler),
    setPermissionCheckHandler: (handler: unknown) => void this.handlers.set('check', handler),
    setDevicePermissionHandler: (handler: unknown) => void this.handlers.set('device', handler),
  };
  readonly handlers = new Map<string, unknown>();
  private gone = false;
  private crashed = false;
  private sending: Promise<unknown> = Promise.resolve();

  constructor(preload: string) {
    super();
    this.page = this.open(preload);
  }

  isDestroyed = (): boolean => this.gone;
  isCrashed = (): boolean => this.crashed;

  async executeJavaScript(code: string): Promise<unknown> {
    return (await this.page).evaluate(code);
  }

  /** The window's process ends; what it showed is gone. */
  crash(reason: string): void {
    this.crashed = true;
    this.emit('render-process-gone', {}, { reason, exitCode: 5 });
  }

  forcefullyCrashRenderer(): void {
    this.crashed = true;
  }

  reload(): void {
    this.crashed = false;
    this.emit('did-start-navigation', { isMainFrame: true, isSameDocument: false });
    void this.page.then((page) => page.reload());
  }

  getURL = (): string => this.mainFrame.url;

  setWindowOpenHandler(handler: (details: { url: string }) => { action: string }): void {
    this.handlers.set('open', handler);
  }

  /** In order, as Electron does. */
  send(channel: string, ...args: unknown[]): void {
    this.sending = this.sending
      .then(() => this.page)
      .then((page) => page.evaluate(([name, values]) => globalThis.__receive(name, values), [channel, args] as const))
      .catch((error: unknown) => {
        // A page that was closed or reloaded meanwhile gets nothing more, as in Electron.
        if (!this.gone && !/context was destroyed|closed/i.test(String(error))) throw error;
      });
  }

  async load(url: string): Promise<void> {
    const page = await this.page;
    const same = this.mainFrame.url.split('#')[0] === url.split('#')[0];
    this.mainFrame.url = url;
    this.emit('did-start-navigation', { isMainFrame: true, isSameDocument: same });
    await page.goto(toPage(url));
  }

  destroy(): void {
    this.gone = true;
    this.emit('destroyed');
    void this.page.then((page) => page.close());
  }

  private async open(preload: string): Promise<Page> {
    if (!desk.browser) throw new Error('the test has to set desk.browser first');
    const page = await desk.browser.newPage();
    await page.exposeBinding('__invoke', ({ frame }, channel: string, args: unknown[]) => {
      const isMain = frame === page.mainFrame();
      if (isMain) this.mainFrame.url = toApp(frame.url());
      const senderFrame = isMain ? this.mainFrame : { url: frame.url() };
      return desk.handlers.get(channel)?.({ sender: this, senderFrame }, ...args);
    });
    await page.addInitScript(`${electronInPage}${await bundledPreload(preload)}}`);
    await page.route(`${host}**`, async (route) => {
      const handler = desk.protocols.get('skiff');
      if (!handler) return route.abort();
      const response = await handler(new Request(toApp(route.request().url())));
      const headers = Object.fromEntries(response.headers);
      await route.fulfill({ status: response.status, headers, body: Buffer.from(await response.arrayBuffer()) });
    });
    return page;
  }
}

declare global {
  var __receive: (channel: string, args: readonly unknown[]) => void;
}

/** From its source, so that the test needs no build of its own; the path says which one. */
async function bundledPreload(path: string): Promise<string> {
  if (!path.endsWith('preload.cjs')) throw new Error(`unexpected preload script ${path}`);
  const source = new URL('../../../main/electron/preload.ts', import.meta.url).pathname;
  const { outputFiles } = await build({
    entryPoints: [source],
    bundle: true,
    write: false,
    format: 'cjs',
    platform: 'node',
    external: ['electron'],
  });
  return `const module = { exports: {} };\n${outputFiles[0]?.text ?? ''}`;
}
