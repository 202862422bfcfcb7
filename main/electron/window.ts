/** The window: sandboxed, kept to our own pages, with a session of the contract for as long as its page lives. */
import { BrowserWindow, ipcMain, nativeTheme, shell, type WebContents } from 'electron';
import type { Services } from '../calls/services.ts';
import { createSession, type Session } from '../calls/session.ts';
import { callChannel, eventChannel, isOurs, windowAddress } from './bridge.ts';

export interface WindowOptions {
  services: Services;
  preload: string;
  icon: string;
}

const sessions = new Map<number, Session>();

/** Calls from anything but our own main frame are refused. */
export function serveCalls(services: Services): void {
  ipcMain.handle(callChannel, (event, name: unknown, input: unknown) => {
    const isMainFrame = event.senderFrame === event.sender.mainFrame;
    if (!isMainFrame || !isOurs(event.senderFrame?.url) || typeof name !== 'string')
      return { ok: false, error: { code: 'Refused', message: 'This page may not call Skiff' } };
    return sessionOf(services, event.sender).dispatch(name, input);
  });
}

function sessionOf(services: Services, contents: WebContents): Session {
  const known = sessions.get(contents.id);
  if (known) return known;
  const session = createSession(services, (name, event) => {
    if (!contents.isDestroyed()) contents.send(eventChannel, name, event);
  });
  const { id } = contents;
  sessions.set(id, session);
  const end = () => {
    sessions.delete(id);
    session.dispose();
    contents.off('did-start-navigation', onNavigation);
  };
  // A reloaded page has forgotten what it had open.
  const onNavigation = (details: { isMainFrame: boolean; isSameDocument: boolean }) => {
    if (details.isMainFrame && !details.isSameDocument) end();
  };
  contents.once('destroyed', end);
  contents.on('did-start-navigation', onNavigation);
  return session;
}

export function openWindow({ preload, icon }: WindowOptions): BrowserWindow {
  const window = new BrowserWindow({
    width: 1440,
    height: 900,
    minWidth: 900,
    minHeight: 560,
    title: 'Skiff',
    icon,
    show: false,
    backgroundColor: nativeTheme.shouldUseDarkColors ? '#12141a' : '#ffffff',
    webPreferences: {
      preload,
      contextIsolation: true,
      sandbox: true,
      nodeIntegration: false,
      webviewTag: false,
      spellcheck: false,
    },
  });
  window.once('ready-to-show', () => window.show());
  keepToOurselves(window.webContents);
  void window.loadURL(windowAddress);
  return window;
}

/** No navigation away, no further windows, no permissions but the clipboard; web links go to the user's browser. */
function keepToOurselves(contents: WebContents): void {
  contents.on('will-navigate', (event) => {
    if (!isOurs(event.url)) event.preventDefault();
  });
  contents.on('will-attach-webview', (event) => event.preventDefault());
  contents.setWindowOpenHandler(({ url }) => {
    if (/^https?:\/\//i.test(url)) void shell.openExternal(url);
    return { action: 'deny' };
  });
  contents.session.setPermissionRequestHandler((_, permission, decide) =>
    decide(permission === 'clipboard-sanitized-write' && isOurs(contents.getURL())),
  );
  contents.session.setPermissionCheckHandler((_, permission) => permission === 'clipboard-sanitized-write');
}
