/** The Electron shell: one instance, one window, the tray. */
import { join } from 'node:path';
import { app, type BrowserWindow, dialog, Menu, nativeTheme, powerMonitor, shell } from 'electron';
import { bootDefaultProfile, cancelStarts, describeInterrupt } from '../boot-on-open.ts';
import type { Services } from '../calls/services.ts';
import { wake } from '../calls/wake.ts';
import { toCallError } from '../failure.ts';
import { appRoot, createServices } from '../services.ts';
import { scheme } from './bridge.ts';
import { runCommand } from './commands.ts';
import { handleCrashes, reportHelpers } from './crashes.ts';
import { guardAllPages } from './guard.ts';
import { fragmentOf, linkAmong } from './links.ts';
import { hidden } from './login.ts';
import { menuTemplate } from './menu.ts';
import { notifyOfProgress } from './notifications.ts';
import { registerScheme, serveWindow } from './protocol.ts';
import { confirmQuit } from './quit.ts';
import { createTray } from './tray.ts';
import type { TrayCommand } from './tray-template.ts';
import { checkForUpdates } from './updates.ts';
import { openWindow, serveCalls, showFragment } from './window.ts';
import { loadState, rememberState } from './window-state.ts';

const say = (line: string): void => void process.stderr.write(`${line}\n`);

function report(error: unknown): void {
  const { message, hint } = toCallError(error);
  dialog.showErrorBox(message, hint ?? '');
}

/** A failure before the window opens is shown, and ends the app, which would otherwise run unseen. */
export async function run(args: string[]): Promise<void> {
  try {
    await start(args);
  } catch (error) {
    report(error);
    app.exit(1);
  }
}

/** Everything up to the first `await` runs before the app is ready, as Electron requires for most of it. */
async function start(args: string[]): Promise<void> {
  app.setName('Skiff');
  app.setAppUserModelId('dev.skiff.app');
  if (!app.requestSingleInstanceLock()) return app.quit();
  // On Linux root runs with `--no-sandbox`; `enableSandbox` would override that switch, and no page would load.
  if (!app.commandLine.hasSwitch('no-sandbox')) app.enableSandbox();
  registerScheme();
  guardAllPages();
  const { services, machine } = createServices({
    shell: 'electron',
    openExternal: (url) => shell.openExternal(url),
    say,
  });
  app.on('will-quit', () => machine.close());
  const quit = quitFlow(services);
  const open = createOpener();
  let link = linkAmong(args);
  app.on('second-instance', (_, argv) => open(linkAmong(argv)));
  app.on('open-url', (event, url) => {
    event.preventDefault();
    link = fragmentOf(url);
    if (app.isReady()) open(link);
  });
  app.on('activate', () => open());
  await app.whenReady();
  if (app.isPackaged) app.setAsDefaultProtocolClient(scheme);
  await begin(services, open, quit);
  if (!args.includes(hidden)) open(link);
  if (args.includes('--no-start')) return;
  bootDefaultProfile(services, { terminal: args.includes('--terminal') }).catch(report);
}

type Open = (fragment?: string) => void;

/** Opens the window, or brings the open one to the front. With a fragment, shows that page. */
function createOpener(): Open & { isInFront?: () => boolean } {
  let window: BrowserWindow | undefined;
  let opening: Promise<void> | undefined;
  const file = join(app.getPath('userData'), 'window.json');

  const create = async (fragment: string | undefined) => {
    const options = { preload: join(appRoot, 'dist/preload/preload.cjs'), icon: join(appRoot, 'assets/icon.png'), say };
    window = openWindow({ ...options, state: await loadState(file), ...(fragment ? { fragment } : {}) });
    rememberState(window, file, say);
    handleCrashes(window, say);
  };
  const open: Open = (fragment) => {
    if (opening) return;
    if (!window || window.isDestroyed()) {
      opening = create(fragment)
        .catch(report)
        .finally(() => {
          opening = undefined;
        });
      return;
    }
    if (window.isMinimized()) window.restore();
    window.show();
    window.focus();
    if (fragment) showFragment(window, fragment).catch(report);
  };
  return Object.assign(open, { isInFront: () => window?.isDestroyed() === false && window.isFocused() });
}

async function begin(services: Services, open: ReturnType<typeof createOpener>, quit: () => void): Promise<void> {
  serveWindow(join(appRoot, 'dist/renderer'));
  serveCalls(services);
  reportHelpers(say);
  powerMonitor.on('resume', wake);
  followTheme(services);
  const command = (order: TrayCommand) => runCommand(order, services, open, quit).catch(report);
  const menu = menuTemplate({
    open: () => open(),
    preferences: () => void command({ do: 'preferences' }),
    updates: () => void checkForUpdates(services.app.version).catch(report),
    help: () => void shell.openExternal('https://kubernetes.io/docs/').catch(report),
  });
  Menu.setApplicationMenu(Menu.buildFromTemplate(menu));
  notifyOfProgress(services, open.isInFront ?? (() => false), () => open());
  const hasTray = await createTray({ services, icons: join(appRoot, 'assets/tray'), onCommand: command }).then(
    () => true,
    (error: Error) => {
      say(`Skiff runs without a tray icon: ${error.message}`);
      return false;
    },
  );
  // Without a tray, the user could not open a closed window again.
  app.on('window-all-closed', () => (hasTray || process.platform === 'darwin' ? undefined : app.quit()));
}

/** Title bars, menus and dialogs follow the window's theme. */
function followTheme({ preferences }: Services): void {
  const follow = ({ theme }: { theme: typeof nativeTheme.themeSource }) => {
    nativeTheme.themeSource = theme;
  };
  preferences.get().then(follow, report);
  preferences.onChanged(follow);
}

/** Asks before quitting, unless the machine shuts down or a signal from a terminal ends the app. */
function quitFlow(services: Services): () => void {
  let mayQuit = false;
  let isAsking = false;
  const quit = () => {
    if (isAsking) return;
    isAsking = true;
    confirmQuit(services, say)
      .then((confirmed) => {
        mayQuit = confirmed;
        if (confirmed) app.quit();
      }, report)
      .finally(() => {
        isAsking = false;
      });
  };
  const quitAtOnce = () => {
    mayQuit = true;
    app.quit();
  };
  app.on('before-quit', (event) => {
    if (mayQuit) return;
    event.preventDefault();
    quit();
  });
  app.whenReady().then(() => {
    powerMonitor.on('shutdown', quitAtOnce);
    // Electron installs its own handlers, which ask, before it is ready: these come after them.
    const interrupted = async (signal: NodeJS.Signals) => {
      const undone = await cancelStarts(services);
      if (undone.length > 0) say(`\nThe start of ${undone.join(', ')} was undone.`);
      if (signal === 'SIGINT') say(await describeInterrupt(services));
    };
    for (const signal of ['SIGINT', 'SIGTERM', 'SIGHUP'] as const)
      process.once(
        signal,
        () =>
          void interrupted(signal)
            .catch((error: Error) => say(error.message))
            .finally(quitAtOnce),
      );
  }, report);
  return quit;
}
