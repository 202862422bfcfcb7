/** What the person in front of the fake Electron sees, and how they answer. */
import type { MenuItemConstructorOptions } from 'electron';
import type { BrowserContext } from 'playwright';
import type { BrowserWindow, Tray } from './electron.ts';

export interface Desk {
  /** Set by the test before the shell runs. */
  browser: BrowserContext | undefined;
  name: string;
  isFirstInstance: boolean;
  /** Before the entry point has been evaluated Electron is not ready; whoever waits for it there waits for ever. */
  isReady: boolean;
  becomeReady(): void;
  whenReady: Promise<void>;
  hasQuit: boolean;
  exitCode: number | undefined;
  /** What was done before the app was ready. */
  early: string[];
  displays: { workArea: { x: number; y: number; width: number; height: number } }[];
  userData: string;
  login: { openAtLogin: boolean };
  windows: BrowserWindow[];
  trays: Tray[];
  menu: MenuItemConstructorOptions[];
  handlers: Map<string, (event: unknown, ...args: unknown[]) => unknown>;
  protocols: Map<string, (request: Request) => Promise<Response>>;
  schemes: unknown[];
  questions: { message?: string; detail?: string; buttons: string[] }[];
  /** The button that is pressed in every question. */
  answer: string;
  errors: { title: string; content: string }[];
  opened: string[];
  notifications: { title: string; body: string }[];
}

export const desk: Desk = {
  browser: undefined,
  name: '',
  isFirstInstance: true,
  isReady: false,
  becomeReady: () => undefined,
  whenReady: Promise.resolve(),
  hasQuit: false,
  exitCode: undefined,
  early: [],
  displays: [{ workArea: { x: 0, y: 0, width: 1920, height: 1080 } }],
  userData: '',
  login: { openAtLogin: false },
  windows: [],
  trays: [],
  menu: [],
  handlers: new Map(),
  protocols: new Map(),
  schemes: [],
  questions: [],
  answer: '',
  errors: [],
  opened: [],
  notifications: [],
};

desk.whenReady = new Promise((resolve) => {
  desk.becomeReady = () => {
    desk.isReady = true;
    resolve();
  };
});

export function press(menu: MenuItemConstructorOptions[], ...path: string[]): void {
  const [label, ...rest] = path;
  const item = menu.find((candidate) => candidate.label?.replaceAll('&', '') === label || candidate.role === label);
  if (!item) throw new Error(`no ${label} among ${menu.map((candidate) => candidate.label).join(', ')}`);
  if (rest.length > 0) press(item.submenu as MenuItemConstructorOptions[], ...rest);
  else (item.click as () => void)();
}
