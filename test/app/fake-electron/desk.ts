/** What the person in front of the fake Electron sees, and how they answer. */
import type { MenuItemConstructorOptions } from 'electron';
import type { BrowserContext } from 'playwright-core';
import type { BrowserWindow, Tray } from './electron.ts';

export interface Desk {
  /** Set by the test before the shell runs. */
  browser: BrowserContext | undefined;
  name: string;
  isFirstInstance: boolean;
  hasQuit: boolean;
  windows: BrowserWindow[];
  trays: Tray[];
  menu: MenuItemConstructorOptions[];
  handlers: Map<string, (event: unknown, ...args: unknown[]) => unknown>;
  protocols: Map<string, (request: Request) => Promise<Response>>;
  schemes: unknown[];
  questions: { message?: string; buttons: string[] }[];
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
  hasQuit: false,
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

export function press(menu: MenuItemConstructorOptions[], ...path: string[]): void {
  const [label, ...rest] = path;
  const item = menu.find((candidate) => candidate.label === label);
  if (!item) throw new Error(`no ${label} among ${menu.map((candidate) => candidate.label).join(', ')}`);
  if (rest.length > 0) press(item.submenu as MenuItemConstructorOptions[], ...rest);
  else (item.click as () => void)();
}
