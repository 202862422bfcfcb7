/** The window: sandboxed, with a session of the contract that lives as long as its page. */
import { BrowserWindow, ipcMain, nativeTheme, screen, type WebContents } from 'electron';
import type { Services } from '../calls/services.ts';
import { createSession, type Session } from '../calls/session.ts';
import { callChannel, eventChannel, isOurs, windowAddress } from './bridge.ts';
import { placeOn, smallest, type WindowState } from './window-state.ts';

export interface WindowOptions {
  preload: string;
  icon: string;
  state: WindowState;
  /** The page to show first: `#/CONTEXT/PAGE`. */
  fragment?: string;
  say(line: string): void;
}

const sessions = new Map<number, Session>();

/** Refuses calls from anything but the main frame of our own page. */
export function serveCalls(services: Services): void {
  ipcMain.handle(callChannel, (event, name: unknown, input: unknown) => {
    const isMainFrame = event.senderFrame !== null && event.senderFrame === event.sender.mainFrame;
    if (!isMainFrame || !isOurs(event.senderFrame?.url) || typeof name !== 'string')
      return { ok: false, error: { code: 'Refused', message: 'This page may not call Skiff' } };
    return sessionOf(services, event.sender).dispatch(name, input);
  });
}

function sessionOf(services: Services, contents: WebContents): Session {
  const known = sessions.get(contents.id);
  if (known) return known;
  const session = createSession(services, (name, event) => {
    if (!contents.isDestroyed() && !contents.isCrashed()) contents.send(eventChannel, name, event);
  });
  const { id } = contents;
  sessions.set(id, session);
  const end = () => {
    sessions.delete(id);
    session.dispose();
    contents.off('destroyed', end);
    contents.off('render-process-gone', end);
    contents.off('did-start-navigation', onNavigation);
  };
  // A page that is reloaded or has crashed no longer knows what it had open.
  const onNavigation = (details: { isMainFrame: boolean; isSameDocument: boolean }) => {
    if (details.isMainFrame && !details.isSameDocument) end();
  };
  contents.on('destroyed', end);
  contents.on('render-process-gone', end);
  contents.on('did-start-navigation', onNavigation);
  return session;
}

export function openWindow({ preload, icon, state, fragment = '', say }: WindowOptions): BrowserWindow {
  const window = new BrowserWindow({
    ...placeOn(screen.getAllDisplays(), state),
    minWidth: smallest.width,
    minHeight: smallest.height,
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
  window.once('ready-to-show', () => {
    // `maximize` shows the window too, so call it only when the page is ready.
    if (state.isMaximized) window.maximize();
    window.show();
  });
  window.loadURL(windowAddress + fragment).catch((error: Error) => {
    say(`could not load the window: ${error.message}`);
    if (!window.isDestroyed()) window.show();
  });
  return window;
}

/** Navigates inside the page: loading the address again would reload the page and end its shells. */
export async function showFragment(window: BrowserWindow, fragment: string): Promise<void> {
  await window.webContents.executeJavaScript(`location.hash = ${JSON.stringify(fragment)}; undefined`);
}
