/** Electron's shell as a program: one instance, one window, the tray. */
import { join } from 'node:path';
import { app, type BrowserWindow, dialog, Menu, powerMonitor, shell } from 'electron';
import { bootDefaultProfile } from '../boot-on-open.ts';
import { toCallError } from '../calls/failure.ts';
import type { Services } from '../calls/services.ts';
import { wake } from '../calls/wake.ts';
import { appRoot, createServices } from '../services.ts';
import { windowAddress } from './bridge.ts';
import { menuTemplate } from './menu.ts';
import { notifyOfProgress } from './notifications.ts';
import { registerScheme, serveWindow } from './protocol.ts';
import { confirmQuit } from './quit.ts';
import { createTray } from './tray.ts';
import type { TrayCommand } from './tray-template.ts';
import { openWindow, serveCalls } from './window.ts';

const windowOptions = (services: Services) => ({
  services,
  preload: join(appRoot, 'dist/preload/preload.cjs'),
  icon: join(appRoot, 'assets/icon.png'),
});

function report(error: unknown): void {
  const { message, hint } = toCallError(error);
  dialog.showErrorBox(message, hint ?? '');
}

export async function run(args: string[]): Promise<void> {
  if (!app.requestSingleInstanceLock()) return app.quit();
  registerScheme();
  app.setName('Skiff');
  const say = (line: string) => void process.stderr.write(`${line}\n`);
  const { services, machine } = createServices({
    shell: 'electron',
    openExternal: (url) => shell.openExternal(url),
    say,
  });
  let window: BrowserWindow | undefined;
  let mayQuit = false;

  const open = (address?: string) => {
    if (!window || window.isDestroyed()) window = openWindow(windowOptions(services));
    else window.show();
    window.focus();
    if (address) void window.loadURL(address);
  };
  const quit = () =>
    confirmQuit(services).then((confirmed) => {
      mayQuit = confirmed;
      if (confirmed) app.quit();
    }, report);

  app.on('second-instance', () => open());
  app.on('activate', () => open());
  // Closing the window leaves the tray; quitting is its own command.
  app.on('window-all-closed', () => undefined);
  app.on('before-quit', (event) => {
    if (mayQuit) return;
    event.preventDefault();
    void quit();
  });
  app.on('will-quit', () => machine.close());

  await app.whenReady();
  serveWindow(join(appRoot, 'dist/renderer'));
  serveCalls(services);
  Menu.setApplicationMenu(Menu.buildFromTemplate(menuTemplate(() => open())));
  powerMonitor.on('resume', wake);
  open();
  const isInFront = () => window?.isDestroyed() === false && window.isFocused();
  notifyOfProgress(services, isInFront, open);
  const icons = join(appRoot, 'assets/tray');
  await createTray({ services, icons, onCommand: (command) => void obey(command, services, open, quit).catch(report) });
  if (!args.includes('--no-start')) await bootDefaultProfile(services, { terminal: args.includes('--terminal') });
}

const pageOf = (context: string): string => `${windowAddress}#/${encodeURIComponent(context)}/overview`;

async function obey(
  command: TrayCommand,
  { clusters, kube }: Services,
  open: (address?: string) => void,
  quit: () => Promise<void>,
): Promise<void> {
  const never = new AbortController().signal;
  if (command.do === 'open') open();
  else if (command.do === 'preferences' || command.do === 'terminal') open(`${windowAddress}#/?do=${command.do}`);
  else if (command.do === 'dashboard') open(pageOf(command.context));
  else if (command.do === 'start') await clusters.start(command.profile, {}, never);
  else if (command.do === 'stop') await clusters.stop(command.profile, never);
  else if (command.do === 'cancel') await clusters.cancel(command.profile);
  else if (command.do === 'restart') {
    await clusters.stop(command.profile, never);
    await clusters.start(command.profile, {}, never);
  } else if (command.do === 'use') await kube.use(command.context);
  else if (command.do === 'browse') await shell.openExternal(command.url);
  else await quit();
}
